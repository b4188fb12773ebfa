"""The preview server, spoken to as browsers, editors and attackers do."""

import errno
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path
from typing import NamedTuple

import pytest

from catalogue.serve import error_page
from conftest import Write, paper

ROOT = Path(__file__).parents[1]
A = "papers/2025/a.md"


class Preview(NamedTuple):
    port: int
    base: str
    folder: Path
    process: subprocess.Popen[str]

    def get(self, path: str, **headers: str) -> tuple[HTTPResponse, bytes]:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=10)
        connection.request("GET", path, headers=headers)
        answer = connection.getresponse()
        body = answer.read()
        connection.close()
        return answer, body

    def raw(self, request: bytes) -> bytes:
        """The answer to these very bytes, which no client has put in order."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=5) as connection:
            connection.sendall(request)
            connection.shutdown(socket.SHUT_WR)
            parts = iter(lambda: connection.recv(65536), b"")
            try:
                return b"".join(parts)
            except (ConnectionResetError, TimeoutError):
                return b""


def start(folder: Path, port: int) -> tuple[subprocess.Popen[str], str]:
    return await_address([str(ROOT / "build.py"), "serve", "--no-search", "--port", str(port)], folder)


def await_address(
    line: list[str], folder: Path, wait_for: str = "Preview at"
) -> tuple[subprocess.Popen[str], str]:
    process = subprocess.Popen([sys.executable, *line], cwd=folder, stderr=subprocess.PIPE, text=True)
    assert process.stderr
    said = ""
    while wait_for not in said:
        part = process.stderr.readline()
        assert part, said
        said += part
    return process, said


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def previewed(folder: Path) -> Iterator[Preview]:
    (folder / "secret.txt").write_text("secret")
    process, said = start(folder, free_port())
    port = re.search(r"127\.0\.0\.1:(\d+)/repo/", said)
    assert port
    yield Preview(int(port[1]), "/repo", folder, process)
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=5)


@pytest.fixture
def preview(content: Write, tmp_path: Path) -> Iterator[Preview]:
    content({A: paper("First"), "papers/2025/b.md": paper("Second", "2025-04-11")})
    with previewed(tmp_path) as started:
        yield started


TOY = """
import sys, time
from pathlib import Path
from catalogue.problems import ContentError, Problem
from catalogue.serve import serve

def build(indexing):
    text = Path("content/page").read_text()
    if indexing:
        Path("indexed").write_text(text)
    if text == "slow":
        Path("building").touch()
        time.sleep(20)
    if text == "broken":
        raise ContentError([Problem("content/\\udcff.md", 3, 7, "no <b>\u202e", "mend & save")])
    if text == "failed":
        raise ValueError("templates/<page>:2\\nis \\udcff wrong")
    for name in ("index.html", "404.html"):
        Path("site", name).write_text(f"<!doctype html><body>{name} {text}</body>")
    return True

sys.stdout = sys.stderr
serve(build, Path("site"), [Path("content")], "", int(sys.argv[1]), lambda line: print(line, flush=True))
"""
"""A build as slow or as broken as the content says, served under no base path."""


@pytest.fixture
def toy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Preview]:
    for name in ("content", "site"):
        (tmp_path / name).mkdir()
    (tmp_path / "content/page").write_text("one")
    (tmp_path / "secret.txt").write_text("secret")
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    process, said = await_address(["-c", TOY, str(free_port())], tmp_path)
    port = re.search(r"127\.0\.0\.1:(\d+)/", said)
    assert port
    yield Preview(int(port[1]), "", tmp_path, process)
    process.kill()
    process.communicate()


def until(true: Callable[[], bool], seconds: float = 10) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it did not become so"
        time.sleep(0.02)


def test_pages_are_served_under_the_base_path(preview: Preview) -> None:
    answer, body = preview.get("/repo/papers/a/")
    assert answer.status == 200
    assert answer.getheader("Content-Type") == "text/html; charset=utf-8"
    assert answer.getheader("Access-Control-Allow-Origin") is None
    assert b"First" in body
    assert body.count(b"/repo/@preview/reload.js") == 1
    assert b"@preview" not in (preview.folder / "site/papers/a/index.html").read_bytes()
    assert preview.get("/repo/assets/style.css")[0].getheader("Content-Type") == "text/css; charset=utf-8"
    assert preview.get("/repo/papers/a")[0].getheader("Location") == "/repo/papers/a/"
    assert preview.get("/")[0].getheader("Location") == "/repo/"
    answer, body = preview.get("/repo/2025/nowhere/at/all/")
    assert answer.status == 404
    assert body.startswith((preview.folder / "site/404.html").read_bytes()[:300])


def test_only_this_machine_is_answered(preview: Preview) -> None:
    for host in ("localhost", "127.0.0.1", "[::1]", f"localhost:{preview.port}"):
        assert preview.get("/repo/", Host=host)[0].status == 200, host
    for host in ("evil.test", "localhost.evil.test", "127.0.0.1.evil.test", "evil.test:80", "", "127.0.0.2"):
        assert preview.get("/repo/", Host=host)[0].status in (400, 403), host
    own = f"127.0.0.1:{preview.port}"
    assert preview.get("/repo/", Host=own, Origin=f"http://{own}")[0].status == 200
    for origin in ("http://evil.test", "null", "https://127.0.0.1", ""):
        assert preview.get("/repo/@preview/events", Host=own, Origin=origin)[0].status == 403, origin
    with socket.socket() as probe, pytest.raises(OSError):
        probe.connect((socket.gethostbyname(socket.gethostname()), preview.port))
        raise OSError("this host resolves to loopback only")


HOSTILE = [
    "/repo/../secret.txt", "/repo/../../secret.txt", "/../secret.txt", "/repo/%2e%2e/secret.txt",
    "/repo/%2e%2e%2fsecret.txt", "/repo/..%2fsecret.txt", "/repo/..%5csecret.txt",
    "/repo/..\\secret.txt", "/repo/%252e%252e/secret.txt", "/repo/papers/../../secret.txt",
    "/repo/papers/%2e%2e/%2e%2e/secret.txt", "/repo/./../secret.txt", "/repo//secret.txt",
    "/repo///etc/passwd", "//etc/passwd", "/etc/passwd", "/repo//etc/passwd", "/repo/%2fetc/passwd",
    "/repo/%00", "/repo/a%00.html", "/repo/papers/a/%00index.html", "/repo/.catalogue",
    "/repo/.nojekyll", "/repo/.%63atalogue", "/repo/C:/windows", "/repo/c%3a/windows",
    "/repo/index.html::$DATA", "/repo/link", "/repo/linked/", "/repo/linked/secret.txt", "//evil.test/",
    "//evil.test/..", "/\\evil.test/", "/%5cevil.test", "/repo//evil.test", "/repo/\\evil.test",
    "/%2fevil.test", "http://evil.test/", "http://evil.test/repo/", "/repo/papers/a/../../../secret.txt",
    "/repo/%c0%ae%c0%ae/secret.txt", "/repo/..;/secret.txt", "/repo/papers/a//", "/repo@preview/events",
    "/repository/", "/repo/@preview/../secret.txt", "*", "/repo/" + "a" * 5000,
    "/repo/" + "../" * 40 + "etc/passwd", "/repo/papers%2fa/", "/repo/papers%2Fa%2findex.html", "/repo/page/",
]  # fmt: skip


def test_nothing_outside_the_site_is_served_and_nothing_leads_abroad(preview: Preview) -> None:
    site = preview.folder / "site"
    (site / "link").symlink_to(preview.folder / "secret.txt")
    (site / "linked").symlink_to(preview.folder, target_is_directory=True)
    (site / "page").mkdir()
    (site / "page/index.html").symlink_to(preview.folder / "secret.txt")
    for path in HOSTILE:
        answer = preview.raw(f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode())
        status = int(answer.split(b" ", 2)[1]) if answer else 400
        assert status in (302, 400, 404), (path, answer[:200])
        assert b"secret" not in answer.partition(b"\r\n\r\n")[2].replace(b"secret.txt", b""), path
        assert b"root:" not in answer, path
        if status == 302:
            location = re.search(rb"(?i)location: (\S+)", answer)
            assert location and re.match(rb"/repo(/(?![/\\])|$)", location[1]), (path, answer[:300])
    assert preview.get("/repo/")[0].status == 200


def test_reading_is_all_that_can_be_done(toy: Preview) -> None:
    rest = " / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
    for method in ("POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT", "PROPFIND"):
        answer = toy.raw((method + rest).encode())
        assert re.match(rb"HTTP/1.1 40[045]", answer), (method, answer[:100])
    head = toy.raw(("HEAD" + rest).encode())
    assert head.startswith(b"HTTP/1.1 200") and head.endswith(b"\r\n\r\n")


def test_nothing_leads_abroad_without_a_base_path(toy: Preview) -> None:
    (toy.folder / "site/evil.test").mkdir()
    (toy.folder / "site/index.html").unlink()
    (toy.folder / "site/index.html").mkdir()  # so that `/` is no file
    for path in ("//evil.test", "/%2fevil.test", "/\\evil.test", "/%5cevil.test", "/.//evil.test", "/", "//"):
        answer = toy.raw(f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode())
        assert answer.startswith(b"HTTP/1.1 404"), (path, answer[:200])
    assert toy.get("/evil.test")[0].getheader("Location") == "/evil.test/"


def test_broken_requests_do_not_end_the_server(preview: Preview) -> None:
    requests = [
        b"", b"\r\n\r\n", b"GET", b"GET / HTTP/9.9\r\n\r\n", b"\x16\x03\x01\x02",
        b"GET /repo/ HTTP/1.1\r\n\r\n",
        b"GET /repo/ HTTP/1.1\r\nHost: localhost\r\nHost: evil.test\r\n\r\n",
        b"GET /repo/ HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n",
        b"GET /repo/ HTTP/1.1\r\nX: " + b"a" * 200_000 + b"\r\n\r\n",
    ]  # fmt: skip
    for request in requests:
        assert b"200 OK" not in preview.raw(request)
    assert preview.get("/repo/")[0].status == 200


def test_an_edit_reaches_the_browser(preview: Preview, content: Write) -> None:
    connection = HTTPConnection("127.0.0.1", preview.port, timeout=10)
    connection.request("GET", "/repo/@preview/events")
    events = connection.getresponse()
    first = events.readline()
    events.readline()
    content({A: paper("Edited")})
    assert events.readline() != first
    assert b"Edited" in preview.get("/repo/papers/a/")[1]
    connection.close()


def test_a_page_older_than_the_newest_build_is_told_so(toy: Preview) -> None:
    """However late its script connects: the page carries its own number to compare."""

    def shown() -> str:
        number = re.search(rb"/@preview/reload\.js\?([0-9a-f]+-\d+\.\d+)", toy.get("/")[1])
        assert number
        return number[1].decode()

    def newest() -> str:
        with socket.create_connection(("127.0.0.1", toy.port), timeout=5) as connection:
            connection.sendall(b"GET /@preview/events HTTP/1.1\r\nHost: localhost\r\n\r\n")
            lines = connection.makefile()
            return next(line for line in lines if line.startswith("data: ")).removeprefix("data: ").strip()

    before = shown()
    assert newest() == before
    (toy.folder / "content/page").write_text("two")
    until(lambda: newest() != before, 2)
    until(lambda: shown() == newest(), 2)


def test_the_search_index_follows_when_nothing_is_edited_for_a_while(toy: Preview) -> None:
    page, indexed = toy.folder / "content/page", toy.folder / "indexed"
    connection = HTTPConnection("127.0.0.1", toy.port, timeout=10)
    connection.request("GET", "/@preview/events")
    events = connection.getresponse()

    def told() -> tuple[int, int]:
        line = next(line for line in iter(events.readline, b"") if line.startswith(b"data"))
        builds, indexes = line.rpartition(b"-")[2].split(b".")
        return int(builds), int(indexes)

    assert told() == (0, 0) and indexed.read_text() == "one"
    page.write_text("two")
    assert told() == (1, 0) and indexed.read_text() == "one"
    assert told() == (1, 1) and indexed.read_text() == "two"
    page.write_text("broken")
    assert told() == (2, 1) and indexed.read_text() == "two"
    page.write_text("three")
    assert told() == (3, 1)
    assert told() == (3, 2) and indexed.read_text() == "three"
    connection.close()


def test_a_search_page_is_told_of_the_index_that_follows(content: Write, tmp_path: Path) -> None:
    content({A: paper("First")})
    line = [str(ROOT / "build.py"), "serve", "--port", str(free_port())]
    process, said = await_address(line, tmp_path)
    port = re.search(r"127\.0\.0\.1:(\d+)/repo/", said)
    assert port
    connection = HTTPConnection("127.0.0.1", int(port[1]), timeout=20)
    connection.request("GET", "/repo/@preview/events")
    events = connection.getresponse()
    lines = (line for line in iter(events.readline, b"") if line.startswith(b"data"))
    assert next(lines).endswith(b"-0.0\n")
    content({A: paper("Edited")})
    assert next(lines).endswith(b"-1.0\n")
    assert next(lines).endswith(b"-1.1\n")
    connection.close()
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=5)


def test_any_text_can_be_shown_as_a_mistake(toy: Preview) -> None:
    page = toy.folder / "content/page"
    page.write_text("broken")
    until(lambda: toy.get("/")[0].status == 500)
    body = toy.get("/not/there/")[1].decode()
    for part in (r"content/\udcff.md:3:7", r"no &lt;b&gt;\u202e", "mend &amp; save", "/@preview/reload.js?"):
        assert part in body
    assert toy.get("/@preview/error.css")[0].status == 200
    assert toy.get("/not-there.css")[0].status == 404
    assert toy.get("/.catalogue")[0].status == 404
    page.write_text("failed")
    until(lambda: b"templates/&lt;page&gt;:2<br>is \\udcff wrong" in toy.get("/")[1])
    page.write_text("mended")
    until(lambda: b"index.html mended" in toy.get("/")[1])


def test_the_error_page_needs_no_inline_script_or_style() -> None:
    page = error_page("x", "/repo").decode()
    assert not re.search(r"<style|style=|<script(?! src)|\son\w+=", page)


def test_mistakes_are_shown_and_mended(preview: Preview, content: Write) -> None:
    content({A: paper(topics='["<script>x</script>"]')})
    until(lambda: preview.get("/repo/")[0].status == 500)
    body = preview.get("/repo/papers/b/")[1].decode()
    assert "content/papers/2025/a.md:4:10" in body
    assert "&lt;script&gt;" in body
    assert "<script>x" not in body
    assert preview.get("/repo/assets/style.css")[0].status == 200
    assert "First" in (preview.folder / "site/papers/a/index.html").read_text()
    content({A: paper("Mended")})
    until(lambda: b"Mended" in preview.get("/repo/papers/a/")[1])
    content({"site.toml": "title = 3 4"})
    until(lambda: b"this is not TOML" in preview.get("/repo/")[1])


def test_every_editors_way_of_saving_is_seen(preview: Preview, content: Write) -> None:
    path = preview.folder / "content" / A

    def in_place(text: str) -> None:
        path.write_text(text)

    def rename_over(text: str) -> None:
        new = path.with_name("a.md~")
        new.write_text(text)
        os.replace(new, path)

    def delete_and_create(text: str) -> None:
        path.unlink()
        path.write_text(text)

    for number, save in enumerate([in_place, rename_over, delete_and_create] * 3):
        save(paper(f"Save {number}"))
        until(lambda number=number: f"Save {number}".encode() in preview.get("/repo/papers/a/")[1])  # type: ignore[misc]


def test_an_edit_that_the_watcher_lost_is_found(preview: Preview, content: Write) -> None:
    """Stopped, the server's queue of events overflows, and the last of them is lost."""
    preview.process.send_signal(signal.SIGSTOP)
    junk = preview.folder / "content" / "images"
    junk.mkdir()
    for number in range(18_000):
        (junk / f".{number}").touch()
    content({A: paper("After the burst")})
    preview.process.send_signal(signal.SIGCONT)
    until(lambda: b"After the burst" in preview.get("/repo/papers/a/")[1], 15)


@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGTERM])
def test_it_ends_at_once_with_a_browser_connected(end: signal.Signals, preview: Preview) -> None:
    connection = HTTPConnection("127.0.0.1", preview.port, timeout=10)
    connection.request("GET", "/repo/@preview/events")
    connection.getresponse().readline()
    preview.process.send_signal(end)
    assert preview.process.communicate(timeout=10)[1] == ""  # and not when the browser goes
    connection.close()


def test_it_ends_at_once_in_the_midst_of_a_build(toy: Preview) -> None:
    (toy.folder / "content/page").write_text("slow")
    until((toy.folder / "building").exists)
    toy.process.send_signal(signal.SIGINT)
    toy.process.wait(timeout=2)


def test_ports_end_at_65535(monkeypatch: pytest.MonkeyPatch) -> None:
    from catalogue import serve

    def taken(code: int) -> Callable[[socket.socket, object], None]:
        def bind(self: socket.socket, address: object) -> None:
            raise OSError(code, os.strerror(code))

        return bind

    monkeypatch.setattr(
        serve.socket, "socket", type("S", (socket.socket,), {"bind": taken(errno.EADDRINUSE)})
    )
    with pytest.raises(OSError, match=r"all taken.*65530 to 65535"):
        serve._listen(65530)
    monkeypatch.setattr(serve.socket.socket, "bind", taken(errno.EACCES))
    with pytest.raises(PermissionError, match="port 80"):
        serve._listen(80)


def test_a_taken_port_leads_to_the_next(content: Write, tmp_path: Path) -> None:
    content({A: paper()})
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        process, said = start(tmp_path, port)
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=5)
    assert f"Port {port} is taken" in said
    assert f"127.0.0.1:{port}/" not in said
