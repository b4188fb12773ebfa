"""The preview under hostile requests, and under every way in which editors save."""

import os
import re
import shutil
import signal
import socket
import statistics
import threading
import time
from collections.abc import Callable, Iterator
from http.client import HTTPException
from itertools import product
from pathlib import Path

import pytest
from test_serve import HOSTILE, A, Preview, previewed, until

from conftest import Write, paper

SLOW = 2.0
"""Seconds. What is measured is a hundredth of it; machines are noisy."""


@pytest.fixture(scope="module")
def attacked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Preview]:
    """A preview whose site holds links to what lies beside it."""
    folder = tmp_path_factory.mktemp("attacked")
    for name, text in (("site.toml", SETTINGS), ("papers/2025/a.md", paper("First"))):
        (folder / "content" / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / "content" / name).write_text(text)
    with previewed(folder) as started:
        (folder / "site/link").symlink_to(folder / "secret.txt")
        (folder / "site/linked").symlink_to(folder, target_is_directory=True)
        yield started


SETTINGS = 'title = "Papers"\ndescription = "Invented."\nurl = "https://example.org/repo/"\n'
DOTS = (
    "..",
    "%2e%2e",
    ".%2e",
    "%2E.",
    "%252e%252e",
    "%c0%ae%c0%ae",
    "%ef%bc%8e%ef%bc%8e",
    "...",
    "..;",
    "..%00",
)
BETWEEN = ("/", "%2f", "%5c", "\\", "//", "%252f", "/./")
TARGETS = ("secret.txt", "content/site.toml", "linked/secret.txt")
HOSTS = (
    "evil.test",
    "evil.test:80",
    "localhost.evil.test",
    "127.0.0.1@evil.test",
    "0.0.0.0",
    "[::]",
    "127.1",
    "",
)
ORIGINS = ("http://evil.test", "null", "https://localhost", "http://localhost.evil.test", "file://", "")
HEADS = (
    "Content-Length: 5\r\nTransfer-Encoding: chunked", "Transfer-Encoding: chunked\r\nTransfer-Encoding: x",
    "Content-Length: 5\r\nContent-Length: 6", "Content-Length: +5", "Content-Length: 0x5",
    "Transfer-Encoding : chunked", "Host: evil.test", " folded: x", "X: \x00", "X\x00: y", "X: y\rZ: w",
    "Range: bytes=0-,0-,0-,0-", "Range: bytes=-99999999999999999999", "If-None-Match: *",
    "Expect: 100-continue", "Upgrade: websocket\r\nConnection: upgrade", "Upgrade: h2c\r\nHTTP2-Settings: x",
    "X-Forwarded-Host: evil.test",
    "X-Original-URL: /../secret.txt", "X: " + "a" * 100_000, "\r\n".join(f"X-{i}: y" for i in range(2_000)),
)  # fmt: skip


def requests() -> Iterator[tuple[bytes, bool]]:
    """Each asks for what lies outside, leads abroad, comes from elsewhere (then True), or is no HTTP."""
    paths = [*HOSTILE, *(path.removeprefix("/repo") for path in HOSTILE)]
    for dots, between, target in product(DOTS, BETWEEN, TARGETS):
        paths += [f"/repo/{dots}{between}{target}", f"/repo/papers/a/{3 * (dots + between)}{target}"]
    for path in paths:
        yield f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode(), False
    for host, place in product(HOSTS, ("", "http://localhost", "http://evil.test")):
        yield f"GET {place}/repo/ HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode(), True
    for origin, path in product(ORIGINS, ("/repo/", "/repo/@preview/events", "/repo/@preview/reload.js")):
        head = f"Host: localhost\r\nOrigin: {origin}\r\nConnection: close"
        yield f"GET {path} HTTP/1.1\r\n{head}\r\n\r\n".encode(), True
    for head, body in product(HEADS, ("", "5\r\nGET /../secret.txt HTTP/1.1\r\nHost: localhost\r\n\r\n")):
        yield f"POST /repo/ HTTP/1.1\r\nHost: localhost\r\n{head}\r\n\r\n{body}".encode(), False
        yield f"GET /repo/link HTTP/1.1\r\nHost: localhost\r\n{head}\r\n\r\n{body}".encode(), False


def test_no_request_leaves_the_site_leads_abroad_or_holds_up_others(attacked: Preview) -> None:
    secret, settings = b"secret\n", SETTINGS.encode()
    waits: list[float] = []
    over = threading.Event()

    def read() -> None:
        while not over.is_set():
            start = time.perf_counter()
            answer, body = attacked.get("/repo/papers/a/")
            waits.append(time.perf_counter() - start)
            assert answer.status == 200 and b"First" in body

    (attacked.folder / "secret.txt").write_bytes(secret)
    (attacked.folder / "site/open.txt").write_bytes(secret)
    good = b"GET /repo/open.txt HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
    assert attacked.raw(good).endswith(secret), "what is served is seen"
    hostile = list(requests())
    reader = threading.Thread(target=read)
    reader.start()
    try:
        for request, foreign in hostile:
            answers = attacked.raw(request)
            assert secret not in answers and settings not in answers, request[:200]
            assert b"ccess-Control-Allow" not in answers, request[:200]
            for place in re.findall(rb"(?im)^location: *(.*?)\r", answers):
                assert re.match(rb"/repo(/(?![/\\])|$)", place), (request[:200], place)
            assert not foreign or re.match(rb"HTTP/1.1 40[034]", answers), request[:200]
    finally:
        over.set()
        reader.join()
    assert len(hostile) >= 300 and len(waits) > 20
    assert max(waits) < SLOW, f"{statistics.median(waits):.3f} to {max(waits):.3f} s"


@pytest.mark.parametrize("number", [200, pytest.param(1_000, marks=pytest.mark.nightly)])
def test_slow_and_half_requests_hold_up_nobody(number: int, attacked: Preview) -> None:
    slow = []
    for i in range(number):
        connection = socket.create_connection(("127.0.0.1", attacked.port))
        connection.sendall(
            (b"", b"G", b"GET /repo/ HTTP/1.1\r\nHost: loc", b"GET /repo/ HTTP/1.1\r\n")[i % 4]
        )
        slow.append(connection)
    waits = []
    for connection in slow[:40]:
        connection.sendall(b"x")
        start = time.perf_counter()
        assert attacked.get("/repo/")[0].status == 200
        waits.append(time.perf_counter() - start)
    for connection in slow:
        connection.close()
    assert max(waits) < SLOW, waits
    assert attacked.get("/repo/")[0].status == 200


# --- saves ---


def in_place(path: Path, text: str) -> None:
    with path.open("r+") as file:
        file.write(text)
        file.truncate()


def in_pieces(path: Path, text: str) -> None:
    with path.open("w") as file:
        for start in range(0, len(text), 20):
            file.write(text[start : start + 20])
            file.flush()
            time.sleep(0.01)


def renamed_over(path: Path, text: str) -> None:
    new = path.with_name(f".{path.name}.swp")
    new.write_text(text)
    os.replace(new, path)


def with_backup(path: Path, text: str) -> None:
    path.rename(f"{path}~")
    path.write_text(text)


def deleted_and_made(path: Path, text: str) -> None:
    path.unlink()
    time.sleep(0.02)
    path.write_text(text)


def folder_moved(path: Path, text: str) -> None:
    """As git does it when a branch is changed."""
    new = path.parent.with_name("new")
    shutil.copytree(path.parent, new)
    (new / path.name).write_text(text)
    shutil.rmtree(path.parent)
    new.rename(path.parent)


WAYS: tuple[Callable[[Path, str], None], ...] = (
    in_place, in_pieces, renamed_over, with_backup, deleted_and_made, folder_moved,
)  # fmt: skip


@pytest.mark.parametrize("saves", [30, pytest.param(500, marks=pytest.mark.nightly)])
def test_every_save_good_or_bad_is_what_is_shown(saves: int, content: Write, tmp_path: Path) -> None:
    path = content({A: paper("First")}) / A
    with previewed(tmp_path) as preview:
        waits = []
        for number in range(saves):
            bad = number % 3 == 1
            save = WAYS[number % len(WAYS)]
            save(path, f"---\ntitle: Save {number}\n" if bad else paper(f"Save {number}", "2025-04-09"))
            start = time.perf_counter()
            wanted = b"content/papers/2025/a.md:1:1" if bad else f"<h1[^>]*>Save {number}<".encode()
            until(lambda wanted=wanted: re.search(wanted, _shown(preview)) is not None)  # type: ignore[misc]
            waits.append(time.perf_counter() - start)
        assert statistics.median(waits) < SLOW, waits


def _shown(preview: Preview) -> bytes:
    try:
        return preview.get("/repo/papers/a/")[1]
    except (OSError, HTTPException):
        return b""


@pytest.mark.parametrize("files", [2_000, pytest.param(30_000, marks=pytest.mark.nightly)])
def test_after_a_burst_of_files_the_last_edit_is_shown(files: int, content: Write, tmp_path: Path) -> None:
    """More than the system's queue of events holds, while the server cannot read them."""
    folder = content({A: paper("First")})
    with previewed(tmp_path) as preview:
        preview.process.send_signal(signal.SIGSTOP)
        (folder / "images").mkdir()
        for number in range(files):
            (folder / f"images/{number}.png~").touch()
        (folder / A).write_text(paper("After the burst"))
        preview.process.send_signal(signal.SIGCONT)
        until(lambda: b"After the burst" in _shown(preview), 10)
