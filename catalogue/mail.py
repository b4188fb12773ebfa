"""Delivery by SMTP: one message for each recipient, who gets it once, whatever fails on the way.

A server takes a message over by its answer to the last line, the dot (RFC 5321, 4.1.1.4 and 6.1). Before
the dot nothing can be delivered; after it, and without an answer, nobody can know. So the journal is
written just before the dot and just after the answer:

- the connection breaks: the server did not take the message over; it is sent again, as the RFC says;
- this process is killed before the dot: the next run sends it;
- it is killed between the dot and the answer, while the server lives: what was handed to the system still
  arrives, so it counts as delivered. The next run tells so, and can be asked to send it again.
"""

import re
import smtplib
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import NamedTuple

from catalogue.journal import State
from catalogue.smtp import TIMEOUT, Server, Unable, connect, words

PAUSES = (5, 30, 120)
"""Seconds to wait before what failed for now is tried again."""
PATIENCE = 600
"""Seconds to wait for the answer to the dot (RFC 5321, 4.5.3.2.6): not to wait is to risk a second copy."""


class Letter(NamedTuple):
    """A message to be made when its turn comes. `place` names its recipient where others may read."""

    place: str
    address: str
    number: str
    make: Callable[[], bytes]


class Outcome(NamedTuple):
    """How many letters were taken, refused for good, and left for another run."""

    sent: int
    refused: int
    left: int


Record = Callable[[State, str], None]
Tell = Callable[[str], None]


def deliver(
    server: Server, sender: str, letters: Sequence[Letter], record: Record, tell: Tell,
    pauses: Sequence[float] = PAUSES,
) -> Outcome:  # fmt: skip
    """Sends all letters; what fails for now is tried again after each of `pauses`.

    Whatever a server answers to one letter does not keep it from the others. Raises Unable.
    """
    sent = refused = 0
    left = list(letters)
    for pause in (0, *pauses):
        if not left:
            break
        if pause:
            tell(f"{len(left)} to be tried again in {pause:g} s")
            time.sleep(pause)
        codes = _round(server, sender, left, record, tell)
        sent += codes.count(250)
        refused += sum(code >= 500 for code in codes)
        left = [letter for letter, code in zip(left, codes, strict=True) if code != 250 and code < 500]
    return Outcome(sent, refused, len(left))


def _round(server: Server, sender: str, letters: Sequence[Letter], record: Record, tell: Tell) -> list[int]:
    """Tries each letter once; the code of the answer to each, 0 where there was none."""
    codes: list[int] = []
    session: smtplib.SMTP | None = None
    try:
        for letter in letters:
            try:
                session = session or connect(server)
            except OSError as error:
                tell(f"{server.host}: {words(error)}")
                break
            codes.append(_attempt(session, sender, letter, record, tell))
            if codes[-1] in (0, 421):  # RFC 5321, 3.8: the connection is gone, or about to be
                session.close()
                session = None
        if session:
            with suppress(OSError):
                session.quit()
    finally:
        if session:
            session.close()
    return codes + [0] * (len(letters) - len(codes))


def _attempt(session: smtplib.SMTP, sender: str, letter: Letter, record: Record, tell: Tell) -> int:
    try:
        code, text = _hand(session, sender, letter, record)
    except OSError as error:
        tell(f"{letter.place}: the connection broke: {words(error)}")
        return 0
    if code != 250:
        answer = re.sub(re.escape(letter.address), "…", words((code, text)), flags=re.IGNORECASE)
        tell(f"{letter.place}: the server answers: {answer}")  # without the address: logs can be public
    return code


def _hand(session: smtplib.SMTP, sender: str, letter: Letter, record: Record) -> tuple[int, bytes]:
    """Hands one letter over. The server's last answer, whose code is 250 when the letter is taken.

    Raises OSError when the connection breaks, Unable when no letter of this sender is taken.
    """
    data = re.sub(rb"(?m)^\.", b"..", letter.make())  # RFC 5321, 4.5.2
    session.rset()
    code, text = session.mail(sender)
    if code >= 500:
        raise Unable(f"the server takes nothing from this sender: {words((code, text))}")
    if code == 250:
        code, text = session.rcpt(letter.address)
    if code in (250, 251, 252):
        code, text = session.docmd("DATA")
    if code != 354:
        return (code, text) if code >= 400 else (0, text)
    session.send(data)
    if session.sock:
        session.sock.settimeout(PATIENCE)
    _keep(record, "handing", letter.number)
    try:
        session.send(b".\r\n")
        code, text = session.getreply()
        if session.sock:
            session.sock.settimeout(TIMEOUT)
    except OSError:
        _keep(record, "not-sent", letter.number)
        raise
    _keep(record, "sent" if code == 250 else "not-sent", letter.number)
    return code, text


def _keep(record: Record, state: State, number: str) -> None:
    try:
        record(state, number)
    except OSError as error:  # not to be taken for a broken connection
        raise Unable(f"the journal cannot be written: {words(error)}") from None
