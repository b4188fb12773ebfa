"""A digest to all its subscribers: who has it already, who gets it now, what came of it."""

import datetime as dt
import re
from collections.abc import Iterator, Mapping, Sequence
from email.utils import format_datetime
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

import click

from catalogue import digest
from catalogue.forms import EMAIL, ONE_CLICK
from catalogue.journal import Busy, State, journal, states_in
from catalogue.mail import PAUSES, Letter, Tell, deliver
from catalogue.model import Catalogue
from catalogue.report import count
from catalogue.schema import Settings
from catalogue.smtp import Unable, loopback, server
from catalogue.subscribers import Subscriber, subscribers

STAND_IN = "papers@example.org"
"""Sender and recipient of a message that is only looked at."""


class Wishes(NamedTuple):
    """The options of `build.py digest`."""

    day: dt.datetime | None
    week: str | None
    since: dt.datetime | None
    fresh: int | None
    output: Path | None
    send: bool
    dry_run: bool
    doubtful: bool
    subscribers: Path | None
    journal: Path


def run(catalogue: Catalogue, wishes: Wishes, environ: Mapping[str, str], tell: Tell) -> bool:
    """Writes the digest, lists its recipients or sends it; whether all went well.

    Raises ContentError for subscribers that are no addresses, OSError for files.
    """
    try:
        chosen = digest.select(catalogue, *_asked(wishes))
        if not catalogue.days:
            tell("There are no papers yet: nothing to send.")
        elif not chosen.days:
            tell(f"No papers {chosen.title}: nothing to send.")
        elif wishes.fresh is not None and chosen.age(_now().date()) > wishes.fresh:
            tell(f"The {count(chosen.papers, 'paper')} {chosen.title} are no news: nothing to send.")
        else:
            found = addresses(catalogue.settings, environ, needed=wishes.send)
            return _act(digest.letters(chosen, catalogue, *found), wishes, environ, tell)
        return True
    except (Unable, Busy) as error:
        tell(f"{error}.")
        return False


def _asked(wishes: Wishes) -> tuple[dt.date | None, dt.date | None, dt.date | None]:
    """The day, the week's Monday, and the day since when: at most one of them. Raises Unable."""
    if [wishes.day, wishes.week, wishes.since].count(None) < 2:
        raise Unable("--day, --week and --since are three ways to name the papers: give one")
    monday = None
    if wishes.week is not None:
        try:
            monday = dt.date.fromisoformat(f"{wishes.week}-1")
        except ValueError:
            raise Unable("--week is not an ISO week. Write it as 2026-W16") from None
    return wishes.day and wishes.day.date(), monday, wishes.since and wishes.since.date()


def _act(shared: digest.Letters, wishes: Wishes, environ: Mapping[str, str], tell: Tell) -> bool:
    if wishes.send or wishes.dry_run:
        people = subscribers(wishes.subscribers, environ)
        if not wishes.dry_run:
            return send(shared, people, wishes.journal, environ, wishes.doubtful, tell)
        left = list(waiting(shared, people, wishes.journal, wishes.doubtful))
        click.echo("".join(f"{address}\n" for address in left), nl=False)
        tell(f"{count(len(left), 'recipient')}; nothing is sent.")
        return True
    data = digest.data(digest.message(shared, STAND_IN))
    if wishes.output:
        wishes.output.write_bytes(data)
        what = f"{count(shared.digest.papers, 'paper')} {shared.digest.title}"
        tell(f"{what}. Open {wishes.output} in a mail program.")
    else:
        click.echo(data, nl=False)
        tell("With --output digest.eml it becomes a file that a mail program opens.")
    return True


def addresses(site: Settings, environ: Mapping[str, str], needed: bool) -> tuple[str, str]:
    """From whom the digest comes, and the https address where one unsubscribes by one click, or "".

    DIGEST_FROM and DIGEST_UNSUBSCRIBE go before the settings. Raises Unable when what is needed is missing
    or not an address.
    """
    sender = environ.get("DIGEST_FROM") or site.mail.sender or ("" if needed else STAND_IN)
    unsubscribe = environ.get("DIGEST_UNSUBSCRIBE") or site.mail.unsubscribe or ""
    if not re.fullmatch(EMAIL, sender):
        raise Unable("nobody sends this. Set sender below [mail] in site.toml, or DIGEST_FROM, to an address")
    if unsubscribe and not re.fullmatch(ONE_CLICK, unsubscribe):
        raise Unable("DIGEST_UNSUBSCRIBE is not an address that begins with https://")
    return sender, unsubscribe


def send(
    shared: digest.Letters, people: Sequence[Subscriber], folder: Path, environ: Mapping[str, str],
    doubtful: bool, tell: Tell, pauses: Sequence[float] = PAUSES,
) -> bool:  # fmt: skip
    """Sends the digest to those who have not got it; whether all have it in the end.

    `folder` holds a journal of each digest. Those whose delivery is in doubt count as served, unless
    `doubtful` sends it to them again. Raises Unable, journal.Busy and OSError.
    """
    if not people:
        raise Unable("there are no subscribers. Name a file with --subscribers, or set DIGEST_SUBSCRIBERS")
    if loopback(urlsplit(shared.site.url).hostname or ""):
        raise Unable(f"subscribers cannot open {shared.site.url}. Set url in site.toml, or --url")
    to = server(environ)
    with journal(folder / f"{shared.digest.key}.journal") as (states, record):
        letters, doubts = _open(shared, people, states)
        for letter in doubts:
            then = "sent again" if doubtful else "--doubtful sends it again"
            tell(f"{letter.place}: a run was cut off while the server took it: most likely arrived; {then}")
        letters += doubts if doubtful else []
        before = len(people) - len(letters)
        outcome = deliver(to, shared.sender, letters, record, tell, pauses)
    parts = [f"{outcome.sent} sent"]
    parts += [f"{before} had it before"] if before else []
    parts += [f"{outcome.refused} refused"] if outcome.refused else []
    parts += [f"{outcome.left} left: the same command goes on with them"] if outcome.left else []
    tell(f"{count(shared.digest.papers, 'paper')} {shared.digest.title}: {', '.join(parts)}.")
    return not (outcome.refused or outcome.left)


def waiting(
    shared: digest.Letters, people: Sequence[Subscriber], folder: Path, doubtful: bool
) -> Iterator[str]:
    """The addresses that `send` would send to now. Writes nothing."""
    path = folder / f"{shared.digest.key}.journal"
    states = states_in(path.read_bytes()) if path.exists() else {}
    letters, doubts = _open(shared, people, states)
    yield from (letter.address for letter in letters + (doubts if doubtful else []))


def _open(
    shared: digest.Letters, people: Sequence[Subscriber], states: Mapping[str, State]
) -> tuple[list[Letter], list[Letter]]:
    """The letters that were not sent, and those in doubt."""
    letters = [_letter(shared, subscriber) for subscriber in people]
    fresh = [letter for letter in letters if states.get(letter.number, "not-sent") == "not-sent"]
    return fresh, [letter for letter in letters if states.get(letter.number) == "handing"]


def _letter(shared: digest.Letters, subscriber: Subscriber) -> Letter:
    def make() -> bytes:
        message = digest.message(shared, subscriber.address)
        message["Date"] = format_datetime(_now())
        return digest.data(message)

    number = digest.message_id(shared.site, shared.digest, subscriber.address)
    return Letter(subscriber.place, subscriber.address, number, make)


def _now() -> dt.datetime:
    """The clock, which nothing sees but a message that leaves and the question whether it is news."""
    return dt.datetime.now(dt.UTC)
