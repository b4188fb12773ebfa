"""Links to elsewhere, against a server here that answers as hosts do."""

import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

import build
from catalogue import memory, outgoing
from conftest import Write, options, paper

ROOT = Path(__file__).parents[1]
ASKED: list[str] = []


@pytest.fixture
def host(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The address of a host whose pages are named by the status they answer with."""

    class Handler(BaseHTTPRequestHandler):
        def do_HEAD(self) -> None:
            ASKED.append(f"{self.command} {self.path}")
            if "slow" in self.path:
                time.sleep(0.5)
                return
            name = self.path.strip("/").partition("?")[0].partition("-")
            status = 405 if name[2] == "no-head" and self.command == "HEAD" else int(name[0])
            self.send_response(status)
            if status in (301, 302):
                self.send_header("Location", f"/{name[2]}")
            self.send_header("Content-Length", "0")
            self.end_headers()

        do_GET = do_HEAD

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    monkeypatch.setattr(outgoing, "LOOPBACK", True)
    monkeypatch.setattr(outgoing, "PAUSE", 0.0)
    monkeypatch.setattr(outgoing, "TIMEOUT", 2.0)
    ASKED.clear()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def broken(folder: Path) -> tuple[list[str], str]:
    reading, _, _ = build.load(options(folder), memory.NOTHING)
    told: list[str] = []
    return [str(problem) for problem in outgoing.broken(reading.catalogue, told.append)], told[0]


def test_what_is_gone_is_told_at_every_line(host: str, content: Write) -> None:
    links = f"\n  code: {host}/200\n  project: {host}/404"
    body = f"See [this]({host}/404),\n[that]({host}/410), [on]({host}/301-200), [far]({host}/302-404)."
    found, told = broken(content({"papers/2025/a.md": paper(links=links, body=body)}))
    lines = (content({}) / "papers/2025/a.md").read_text().splitlines()
    for problem in found:
        line, column = map(int, problem.split(":")[1:3])
        address = problem.partition("the link ")[2].partition(" ")[0]
        assert lines[line - 1][column - 1 :].startswith(address)
    assert sorted(problem.partition(" leads nowhere: ")[2].partition(".")[0] for problem in found) == [
        "it says that the page is gone",
        *["it says that there is no such page"] * 2,
    ]
    assert told == "5 links to 1 hosts: 3 broken, 0 not to be tested."


@pytest.mark.parametrize("status", [401, 403, 429, 500, 503])
def test_who_does_not_like_to_be_asked_says_nothing(status: int, host: str, content: Write) -> None:
    found, told = broken(content({"papers/2025/a.md": paper(body=f"[x]({host}/{status})")}))
    assert not found and told == "1 links to 1 hosts: 0 broken, 1 not to be tested."


def test_who_does_not_know_head_is_asked_again(host: str, content: Write) -> None:
    found, _ = broken(content({"papers/2025/a.md": paper(body=f"[x]({host}/200-no-head)")}))
    assert not found and ASKED == ["HEAD /200-no-head", "GET /200-no-head"]


@pytest.mark.parametrize(("name", "asked"), [("429", 3), ("slow", 3), ("403", 12)])
def test_who_is_asked_too_much_or_is_silent_is_left_alone(
    name: str, asked: int, host: str, content: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outgoing, "TIMEOUT", 0.2)
    body = " ".join(f"[x]({host}/{name}?{number})" for number in range(6))
    found, told = broken(content({"papers/2025/a.md": paper(body=body)}))
    assert not found and told == "6 links to 1 hosts: 0 broken, 6 not to be tested."
    assert len(ASKED) == asked


def test_who_interrupts_it_does_not_wait(host: str, content: Write) -> None:
    body = " ".join(f"[x]({host}/200?{number})" for number in range(20))
    folder = content({"papers/2025/a.md": paper(body=body)})
    code = "import runpy, signal; from catalogue import outgoing; outgoing.LOOPBACK = True; "
    code += (
        "signal.signal(signal.SIGINT, signal.default_int_handler); "  # a shell's background job has it off
    )
    code += "runpy.run_path('build.py', run_name='__main__')"
    line = [sys.executable, "-c", code, "check", "--links", "--content", str(folder), "--no-search"]
    line += ["--site", str(folder.parent / "none")]
    with subprocess.Popen(line, cwd=ROOT, stderr=subprocess.PIPE, text=True) as process:
        end = time.monotonic() + 20
        while not ASKED and time.monotonic() < end:
            time.sleep(0.02)
        process.send_signal(signal.SIGINT)
        said = process.communicate(timeout=20)[1]
    assert process.returncode == 1 and "Aborted!" in said and len(ASKED) < 20


def test_one_address_is_asked_once(host: str, content: Write) -> None:
    broken(content({f"papers/2025/{key}.md": paper(body=f"[x]({host}/200)") for key in "abc"}))
    assert ASKED == ["HEAD /200"]


@pytest.mark.parametrize(
    "name", ["127.0.0.1", "localhost", "10.0.0.1", "169.254.169.254", "192.168.1.1", "0.0.0.0"]
)
def test_content_cannot_make_a_machine_ask_its_own_network(
    name: str, host: str, content: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outgoing, "LOOPBACK", False)
    port = host.rpartition(":")[2]
    found, _ = broken(content({"papers/2025/a.md": paper(body=f"[x](http://{name}:{port}/200)")}))
    assert "is not on the public network" in found[0]
    assert not ASKED


def test_a_host_that_is_not_there_is_broken(content: Write) -> None:
    found, _ = outgoing._ask("https://nowhere.invalid/x")
    assert found in ("there is no host nowhere.invalid", "", None)  # the machine may have no names at all


def test_endless_redirects_end(host: str, content: Write) -> None:
    loop = "301-" * 9 + "200"
    found, told = broken(content({"papers/2025/a.md": paper(body=f"[x]({host}/{loop})")}))
    assert not found and "1 not to be tested" in told
