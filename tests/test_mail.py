"""Sending through a real SMTP server on this machine, with everything that can go wrong on the way."""

import os
import re
import signal
import socket
import ssl
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.headerregistry import Address
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
import trustme
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult
from hypothesis import example, given
from hypothesis import strategies as st

import build
from catalogue import digest, memory, sending
from catalogue.forms import EMAIL
from catalogue.journal import Busy, journal
from catalogue.problems import ContentError
from catalogue.smtp import Unable, server
from catalogue.subscribers import subscribers
from conftest import Write, options, paper

ROOT = Path(__file__).parents[1]
THIRTY = [f"reader{number:02}@example.org" for number in range(30)]
UNSAFE = pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")
PASSWORD = "correct horse battery staple"


class Box:
    """A mailbox for all: what was accepted, and the faults to come, each a list of answers by address."""

    def __init__(self) -> None:
        self.taken: list[tuple[str, bytes]] = []
        self.refusals: dict[str, list[str]] = {}
        self.breaks_in_data: list[str] = []
        self.breaks_after_dot: list[str] = []
        self.on_rcpt: Callable[[str], None] = lambda address: None
        self.on_data: Callable[[str], None] = lambda address: None

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        self.on_rcpt(address)
        if self.refusals.get(address):
            return self.refusals[address].pop(0)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        (address,) = envelope.rcpt_tos
        self.on_data(address)
        if address in self.breaks_after_dot:
            self.breaks_after_dot.remove(address)
            server.transport.abort()
            return "451 gone"
        self.taken.append((address, envelope.content))
        return "250 OK"

    @property
    def counts(self) -> Counter[str]:
        return Counter(address for address, _ in self.taken)

    @property
    def mails(self) -> list[EmailMessage]:
        return [message_from_bytes(data, policy=policy.default) for _, data in self.taken]


class Breaking(SMTP):
    async def smtp_DATA(self, arg: str) -> None:
        (address,) = self.envelope.rcpt_tos
        if address in self.event_handler.breaks_in_data:
            self.event_handler.breaks_in_data.remove(address)
            await self.push("354 go on")
            await self._reader.readline()
            self.transport.abort()
            return
        await super().smtp_DATA(arg)


class Listening(Controller):
    def factory(self) -> SMTP:
        return Breaking(self.handler, **self.SMTP_kwargs)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def listening(box: Box, port: int = 0, **settings: Any) -> Iterator[dict[str, str]]:
    """A server for the box; the environment that leads to it."""
    controller = Listening(box, hostname="127.0.0.1", port=port or free_port(), **settings)
    controller.start()
    try:
        yield {
            "SMTP_HOST": "127.0.0.1",
            "SMTP_PORT": str(controller.port),
            "SMTP_SECURITY": "none",
            "DIGEST_FROM": "papers@example.org",
        }
    finally:
        controller.stop()


@pytest.fixture
def box() -> Box:
    return Box()


@pytest.fixture
def environ(box: Box) -> Iterator[dict[str, str]]:
    with listening(box) as found:
        yield found


def catalogue(content: Write) -> Path:
    return content({"papers/2025/one.md": paper("One"), "papers/2025/two.md": paper("Two: $x^2$")})


class Run:
    """Sends in this process, without pauses, and keeps what was told."""

    def __init__(self, folder: Path, environ: dict[str, str], pauses: tuple[float, ...] = (0.01, 0.01, 0.01)):
        self.folder, self.environ, self.pauses = folder, environ, pauses
        self.told: list[str] = []
        reading, _, _ = build.load(options(folder), memory.NOTHING)
        chosen = digest.select(reading.catalogue)
        self.letters = digest.letters(chosen, reading.catalogue, "papers@example.org", "")

    def __call__(self, addresses: list[str], doubtful: bool = False) -> bool:
        people = subscribers(None, {"DIGEST_SUBSCRIBERS": "\n".join(addresses)})
        where = self.folder.parent / "journals"
        return sending.send(
            self.letters, people, where, self.environ, doubtful, self.told.append, self.pauses
        )


def test_everyone_gets_one_with_a_header_of_their_own(
    content: Write, box: Box, environ: dict[str, str]
) -> None:
    run = Run(catalogue(content), environ)
    assert run([*THIRTY, "READER01@example.org"])
    assert box.counts == Counter(THIRTY)
    for (address, _), mail in zip(box.taken, box.mails, strict=True):
        assert mail["To"] == address
        assert "Cc" not in mail and "Bcc" not in mail
        assert mail["Date"].datetime.tzinfo
    assert len({mail["Message-ID"] for mail in box.mails}) == 30
    assert run.told == ["2 papers of 9 April 2025: 30 sent."]
    assert run(THIRTY)
    assert len(box.taken) == 30
    assert run.told[-1] == "2 papers of 9 April 2025: 0 sent, 30 had it before."


def test_a_refusal_keeps_nobody_else_from_it(content: Write, box: Box, environ: dict[str, str]) -> None:
    box.refusals = {THIRTY[3]: [f"550 5.1.1 <{THIRTY[3]}> unknown"]}
    run = Run(catalogue(content), environ)
    assert not run(THIRTY)
    assert box.counts == Counter(THIRTY[:3] + THIRTY[4:])
    assert run.told == [
        "DIGEST_SUBSCRIBERS:4:1: the server answers: 550 5.1.1 <…> unknown",
        "2 papers of 9 April 2025: 29 sent, 1 refused.",
    ]
    assert run(THIRTY)  # the server knows them now
    assert box.counts == Counter(THIRTY)


def test_what_fails_for_now_is_tried_again(content: Write, box: Box, environ: dict[str, str]) -> None:
    box.refusals = {THIRTY[0]: ["451 later", "451 later"], THIRTY[7]: ["421 too many messages"]}
    assert Run(catalogue(content), environ)(THIRTY)
    assert box.counts == Counter(THIRTY)


def test_what_fails_too_long_is_left_and_told(content: Write, box: Box, environ: dict[str, str]) -> None:
    box.refusals = {THIRTY[0]: ["451 later"] * 4}
    run = Run(catalogue(content), environ)
    assert not run(THIRTY)
    assert run.told[-1].endswith(": 29 sent, 1 left: the same command goes on with them.")
    assert run(THIRTY)
    assert box.counts == Counter(THIRTY)


@pytest.mark.parametrize("when", ["breaks_in_data", "breaks_after_dot"])
def test_a_connection_that_breaks(content: Write, box: Box, environ: dict[str, str], when: str) -> None:
    setattr(box, when, [THIRTY[0], THIRTY[12], THIRTY[12], THIRTY[29]])
    run = Run(catalogue(content), environ)
    assert run(THIRTY)
    assert sum("the connection broke" in line for line in run.told) == 4
    assert box.counts == Counter(THIRTY)


def test_a_server_that_comes_up_later(content: Write, box: Box) -> None:
    port = free_port()
    environ = {"SMTP_HOST": "127.0.0.1", "SMTP_PORT": str(port), "SMTP_SECURITY": "none"}
    run = Run(catalogue(content), environ, (0.2, 3, 3))
    results: list[bool] = []
    thread = threading.Thread(target=lambda: results.append(run(THIRTY)))
    thread.start()
    while "30 to be tried again in 3 s" not in run.told:
        time.sleep(0.01)
    with listening(box, port):
        thread.join()
    assert results == [True]
    assert box.counts == Counter(THIRTY)
    assert run.told[0] == "127.0.0.1: Connection refused"


def test_a_server_that_stays_down(content: Write) -> None:
    environ = {"SMTP_HOST": "127.0.0.1", "SMTP_PORT": str(free_port()), "SMTP_SECURITY": "none"}
    run = Run(catalogue(content), environ)
    assert not run(THIRTY)
    assert run.told[-1].endswith(": 0 sent, 30 left: the same command goes on with them.")


# --- the whole command, killed ------------------------------------------------------------------


def command(folder: Path, environ: dict[str, str], *arguments: str) -> subprocess.Popen[str]:
    inherited = {
        name: value for name, value in os.environ.items() if not name.startswith(("SMTP_", "DIGEST_"))
    }
    return subprocess.Popen(
        [sys.executable, ROOT / "build.py", "digest", "--content", folder, "--jobs", "1", *arguments],
        env={**inherited, **environ},
        cwd=folder.parent,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def finish(process: subprocess.Popen[str]) -> tuple[int, str]:
    _, told = process.communicate(timeout=120)
    return process.returncode, told


def sent_with_a_kill(
    folder: Path, environ: dict[str, str], box: Box, arm: Callable[[Callable[[], None]], None]
) -> tuple[int, str]:
    """Sends to thirty, is killed once as `arm` wants it, and goes on."""
    (folder.parent / "readers.txt").write_text("# Readers\n" + "\n".join(THIRTY) + "\n")
    process = command(folder, environ, "--send", "--subscribers", "readers.txt")

    def kill() -> None:
        process.kill()
        process.wait()

    arm(kill)
    assert finish(process)[0] == -signal.SIGKILL
    box.on_rcpt = box.on_data = lambda address: None
    time.sleep(0.2)  # what was under way arrives
    assert 0 < len(box.taken) < 30
    return finish(command(folder, environ, "--send", "--subscribers", "readers.txt"))


@pytest.mark.parametrize("moment", ["on_rcpt", "on_data"])
def test_killed_while_the_server_is_asked(
    content: Write, box: Box, environ: dict[str, str], moment: str
) -> None:
    def arm(kill: Callable[[], None]) -> None:
        setattr(box, moment, lambda address: kill() if address == THIRTY[14] else None)

    status, told = sent_with_a_kill(catalogue(content), environ, box, arm)
    assert status == 0, told
    assert box.counts == Counter(THIRTY)
    doubt = "readers.txt:16:1: a run was cut off while the server took it: most likely arrived"
    assert (doubt in told) == (moment == "on_data")


@pytest.mark.parametrize("delay", [0, 0.002, 0.005, 0.02, 0.08])
def test_killed_at_any_time(content: Write, box: Box, environ: dict[str, str], delay: float) -> None:
    def arm(kill: Callable[[], None]) -> None:
        def on_data(address: str) -> None:
            if address == THIRTY[9]:
                threading.Timer(delay, kill).start()
            time.sleep(0.01)

        box.on_data = on_data

    status, told = sent_with_a_kill(catalogue(content), environ, box, arm)
    assert status == 0, told
    assert box.counts == Counter(THIRTY)


def test_what_is_in_doubt_is_sent_again_on_demand(content: Write, box: Box, environ: dict[str, str]) -> None:
    run = Run(catalogue(content), environ)
    number = digest.message_id(run.letters.site, run.letters.digest, THIRTY[0])
    with journal(run.folder.parent / "journals" / "2025-04-09.journal") as (_, record):
        record("handing", number)
    assert run(THIRTY[:1])
    assert not box.taken
    assert "--doubtful sends it again" in run.told[0]
    assert run(THIRTY[:1], doubtful=True)
    assert run(THIRTY[:1], doubtful=True)
    assert [mail["Message-ID"] for mail in box.mails] == [number]


# --- the journal ------------------------------------------------------------------------------


def test_a_journal_cut_off_in_a_line(tmp_path: Path) -> None:
    path = tmp_path / "j"
    path.write_bytes(b"handing <a@x>\nsent <a@x>\nhanding <b@x>\nsent <b@")
    with journal(path) as (states, record):
        assert states == {"<a@x>": "sent", "<b@x>": "handing"}
        record("sent", "<b@x>")
    with journal(path) as (states, _):
        assert states == {"<a@x>": "sent", "<b@x>": "sent"}
    path.write_bytes(b"handing <c@x>")  # the message was not to leave before the line was whole
    for _ in range(2):
        with journal(path) as (states, _):
            assert states == {}


def test_a_journal_is_for_one_process_and_holds_no_address(
    content: Write, box: Box, environ: dict[str, str]
) -> None:
    run = Run(catalogue(content), environ)
    assert run(THIRTY)
    path = run.folder.parent / "journals" / "2025-04-09.journal"
    assert "reader" not in path.read_text()
    with journal(path), pytest.raises(Busy):
        run(THIRTY)


def test_a_journal_that_cannot_be_written_stops_before_the_message_leaves(
    content: Write, box: Box, environ: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    run = Run(catalogue(content), environ)
    monkeypatch.setattr("catalogue.journal.os.write", lambda descriptor, line: 0)
    with pytest.raises(Unable, match="the journal cannot be written: No space left"):
        run(THIRTY)
    time.sleep(0.1)
    assert not box.taken


# --- encryption and login ------------------------------------------------------------------------


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


def encrypted(authority: trustme.CA) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    return context


def login(server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
    return AuthResult(handled=False, success=(data.login, data.password) == (b"ada", PASSWORD.encode()))


@pytest.fixture
def trusted(authority: trustme.CA, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))


def closed(authority: trustme.CA, security: str) -> dict[str, Any]:
    """What makes a server want encryption and a login."""
    asking = {"authenticator": login, "auth_required": True}
    if security == "tls":
        return {**asking, "ssl_context": encrypted(authority), "auth_require_tls": False}
    return {**asking, "tls_context": encrypted(authority), "require_starttls": True}


@UNSAFE
@pytest.mark.usefixtures("trusted")
@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_encrypted_and_logged_in(content: Write, box: Box, authority: trustme.CA, security: str) -> None:
    with listening(box, **closed(authority, security)) as environ:
        secure = {**environ, "SMTP_SECURITY": security, "SMTP_USER": "ada", "SMTP_PASSWORD": PASSWORD}
        run = Run(catalogue(content), secure)
        assert run(THIRTY)
        assert box.counts == Counter(THIRTY)
        with pytest.raises(Unable, match="SMTP_USER or SMTP_PASSWORD is refused") as caught:
            Run(run.folder, {**secure, "SMTP_PASSWORD": "guess"})(["new@example.org"])
        assert "guess" not in str(caught.value) and "\n" not in str(caught.value)


@UNSAFE
@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_a_certificate_that_nobody_vouches_for(
    content: Write, box: Box, authority: trustme.CA, security: str
) -> None:
    with listening(box, **closed(authority, security)) as environ:
        secure = {**environ, "SMTP_SECURITY": security, "SMTP_USER": "ada", "SMTP_PASSWORD": PASSWORD}
        with pytest.raises(Unable, match="certificate is not trusted"):
            Run(catalogue(content), secure)(THIRTY)
    assert not box.taken


def test_no_encryption_offered(content: Write, box: Box, environ: dict[str, str]) -> None:
    folder = catalogue(content)
    with pytest.raises(Unable, match=r"not offered .*STARTTLS"):
        Run(folder, {**environ, "SMTP_SECURITY": "starttls"})(THIRTY)
    with pytest.raises(Unable, match="no encryption"):
        Run(folder, {**environ, "SMTP_SECURITY": "tls"})(THIRTY)
    assert not box.taken


@UNSAFE
def test_a_wrong_password_is_one_line(content: Write, box: Box) -> None:
    asking = {"authenticator": login, "auth_required": True, "auth_require_tls": False}
    with listening(box, **asking) as environ:
        wrong = {**environ, "SMTP_USER": "ada", "SMTP_PASSWORD": "guess", "DIGEST_SUBSCRIBERS": THIRTY[0]}
        status, told = finish(command(catalogue(content), wrong, "--send"))
    assert status == 1
    assert told.count("\n") == 1 and "SMTP_USER or SMTP_PASSWORD is refused: 535" in told
    assert "guess" not in told


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"SMTP_HOST": ""}, "SMTP_HOST names no server"),
        ({"SMTP_HOST": "a b"}, "SMTP_HOST names no server"),
        ({"SMTP_PORT": "70000"}, "SMTP_PORT is not"),
        ({"SMTP_SECURITY": "ssl"}, "SMTP_SECURITY is not"),
        ({"SMTP_HOST": "mail.example.org", "SMTP_SECURITY": "none"}, "on this machine only"),
        ({"SMTP_USER": "ada"}, "belong together"),
        ({"SMTP_USER": "ada", "SMTP_PASSWORD": "schlüssel"}, "not ASCII"),
    ],
)
def test_a_server_named_wrongly(change: dict[str, str], message: str) -> None:
    with pytest.raises(Unable, match=message):
        server({"SMTP_HOST": "localhost", **change})


def test_ports_follow_from_the_encryption() -> None:
    host = {"SMTP_HOST": "localhost"}
    ports = [server({**host, "SMTP_SECURITY": kind}).port for kind in ("", "starttls", "tls", "none")]
    assert ports == [587, 587, 465, 25]


# --- subscribers --------------------------------------------------------------------------------


def test_subscribers_of_a_file(tmp_path: Path) -> None:
    path = tmp_path / "readers.txt"
    path.write_bytes(
        b"\xef\xbb\xbf# Readers\r\nada@example.org # first\r\n\r\nADA@Example.org, bob#1@example.org\n"
    )
    found = subscribers(path, {"DIGEST_SUBSCRIBERS": "other@example.org"})
    assert [person.address for person in found] == ["ada@example.org", "bob#1@example.org"]
    assert [person.place for person in found] == [f"{path}:2:1", f"{path}:4:18"]


@pytest.mark.parametrize(
    "text",
    [
        "eve",
        "eve@",
        "a da@example.org",
        "ada@ex\xe4mple.org",
        "<eve@example.org>",
        "ada@example..org",
        "a@b@c",
        "a..b@example.org",
        ".a@example.org",
        "a.@example.org",
        "=?utf-8?q?x?=@example.org",
        f"{'a' * 65}@example.org",
    ],
)
def test_what_is_no_address_is_told_without_showing_it(text: str) -> None:
    with pytest.raises(ContentError) as caught:
        subscribers(None, {"DIGEST_SUBSCRIBERS": f"good@example.org\n{text}"})
    line = str(caught.value.problems[0])
    assert line.startswith("DIGEST_SUBSCRIBERS:2:1: this is not an e-mail address. Write it as")
    assert text not in line


@pytest.mark.parametrize(
    "text", ["ada@example.org\rBcc:eve@example.org", "ada@example.org\x00", "ada@example.org\x0bx"]
)
def test_an_address_adds_no_header(text: str) -> None:
    with pytest.raises(ContentError):
        subscribers(None, {"DIGEST_SUBSCRIBERS": text})


@given(st.from_regex(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9.-]{1,63}", fullmatch=True))
@example("=?utf-8?q?x?=@example.org")
@example("a..b@example.org")
def test_every_address_that_is_taken_can_stand_in_a_header(address: str) -> None:
    if not re.fullmatch(EMAIL, address):
        return
    message = EmailMessage(policy=policy.SMTP)
    message["To"] = Address(addr_spec=address)
    assert [str(it.addr_spec) for it in message["To"].addresses] == [address]


# --- the command --------------------------------------------------------------------------------


def test_a_dry_run_lists_who_is_left(content: Write, box: Box, environ: dict[str, str]) -> None:
    folder = catalogue(content)
    (folder.parent / "readers.txt").write_text("\n".join(THIRTY[:3]))
    asked = ["--dry-run", "--send", "--subscribers", "readers.txt"]
    process = command(folder, environ, *asked)
    assert process.communicate()[0].split() == THIRTY[:3]
    assert not box.taken and not (folder.parent / ".digest").exists()
    sent = command(folder, {**environ, "DIGEST_SUBSCRIBERS": THIRTY[1]}, "--send")
    assert finish(sent)[0] == 0
    process = command(folder, environ, *asked)
    assert process.communicate()[0].split() == [THIRTY[0], THIRTY[2]]


@pytest.mark.parametrize(
    ("arguments", "change", "status", "message"),
    [
        (["--day", "2020-01-01"], {}, 0, "No papers of 1 January 2020: nothing to send."),
        (["--fresh", "3"], {}, 0, "The 2 papers of 9 April 2025 are no news: nothing to send."),
        (["--day", "2025-04-09", "--week", "2025-W15"], {}, 1, "give one"),
        (["--week", "2025-W54"], {}, 1, "--week is not an ISO week"),
        ([], {"DIGEST_SUBSCRIBERS": ""}, 1, "there are no subscribers"),
        ([], {"DIGEST_FROM": ""}, 1, "nobody sends this"),
        ([], {"DIGEST_FROM": "a@b\nBcc: c@d"}, 1, "nobody sends this"),
        ([], {"DIGEST_UNSUBSCRIBE": "http://example.org/"}, 1, "DIGEST_UNSUBSCRIBE is not"),
        ([], {"SMTP_HOST": ""}, 1, "SMTP_HOST names no server"),
        (["--url", "http://localhost:8000/"], {}, 1, "subscribers cannot open"),
        (["--subscribers", "nowhere.txt"], {}, 1, "nowhere.txt: No such file"),
    ],
)
def test_what_sends_nothing(
    content: Write, box: Box, environ: dict[str, str],
    arguments: list[str], change: dict[str, str], status: int, message: str,
) -> None:  # fmt: skip
    given = {**environ, "DIGEST_SUBSCRIBERS": THIRTY[0], **change}
    ended, told = finish(command(catalogue(content), given, "--send", *arguments))
    assert (ended, told.count("\n")) == (status, 1), told
    assert message in told
    assert not box.taken
