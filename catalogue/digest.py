"""The papers of a day, a week or some days as an e-mail: which they are, and the message."""

import datetime as dt
import textwrap
from email.header import Header
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, EmailPolicy
from hashlib import sha256
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import quote, urlsplit

from catalogue.dates import Period, written
from catalogue.model import Catalogue, Entry, group
from catalogue.render import TEMPLATES
from catalogue.schema import Settings

if TYPE_CHECKING:
    from jinja2 import Environment

WIDTH = 72
FULL = 40
"""Above so many papers each is title and names only: mail clients cut a message off at 100 KB."""


class Digest(NamedTuple):
    """A period's papers. `key` names the period for good: a subscriber gets one message of each."""

    key: str
    title: str
    address: str
    days: tuple[tuple[Period, tuple[Entry, ...]], ...]

    @property
    def papers(self) -> int:
        return sum(len(entries) for _, entries in self.days)

    @property
    def titles(self) -> str:
        return " · ".join(entry.paper.plain_title for _, entries in self.days for entry in entries)

    def age(self, today: dt.date) -> int:
        """How many days the newest paper is old."""
        return (today - self.days[0][0].first).days


def select(
    catalogue: Catalogue,
    day: dt.date | None = None,
    week: dt.date | None = None,
    since: dt.date | None = None,
) -> Digest:
    """The papers of `day`, of the ISO week that holds `week`, or from the day `since` on; of the newest
    day that has any, when all are None. Its `days` are empty when there are no such papers."""
    newest = max(catalogue.days, default=dt.date.min)
    if since:
        key, title, address = f"{since}-to-{max(since, newest)}", f"since {written(since)}", "/archive/"
        chosen = [entry for entry in catalogue.entries if entry.paper.date >= since]
    else:
        period = Period.of("week", week) if week else Period.of("day", day or newest)
        key, address = period.address.strip("/").replace("/", "-"), period.address
        title = "of " + period.title.replace("Week", "week").replace(" of ", ", ")
        chosen = [entry for entry in catalogue.entries if Period.of(period.kind, entry.paper.date) == period]
    days = group((Period.of("day", entry.paper.date), entry) for entry in chosen)
    return Digest(key, title, address, tuple(days.items()))


class Letters(NamedTuple):
    """What all messages of a digest share. `unsubscribe` is an https address, or "" where there is none."""

    digest: Digest
    site: Settings
    sender: str
    unsubscribe: str
    templates: "Environment"


def letters(digest: Digest, catalogue: Catalogue, sender: str, unsubscribe: str) -> Letters:
    from catalogue.templating import environment  # slow to import

    templates = environment(catalogue, TEMPLATES)
    templates.filters["wrap"] = wrap
    return Letters(digest, catalogue.settings, sender, unsubscribe, templates)


def message(shared: Letters, recipient: str) -> EmailMessage:
    """The message for one recipient, without a Date: the same digest makes the same bytes.

    Plain text and HTML as alternatives (RFC 2046), both quoted-printable; a list that one can leave by
    its header (RFC 2369, RFC 2919), by one click where `unsubscribe` is given (RFC 8058).
    """
    digest, site = shared.digest, shared.site
    mailbox = f"mailto:{quote(shared.sender, safe='@')}?subject=unsubscribe"
    click = shared.unsubscribe.replace("{address}", quote(recipient, safe=""))
    number = message_id(site, digest, recipient)
    mail = EmailMessage(policy=SMTP)
    mail["From"] = Address(" ".join(site.title.split()), addr_spec=shared.sender)
    mail["To"] = Address(addr_spec=recipient)
    mail["Subject"] = f"{digest.papers:,} paper{'' if digest.papers == 1 else 's'} {digest.title}"
    mail["Message-ID"] = number
    mail["List-Id"] = f"<{list_id(site)}>"
    mail["List-Archive"] = f"<{site.root}/archive/>"
    mail["List-Unsubscribe"] = ", ".join(f"<{address}>" for address in (click, mailbox) if address)
    if click:
        mail["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    mail["Auto-Submitted"] = "auto-generated"  # RFC 3834: no answer that somebody is on holiday
    context = {"digest": digest, "full": digest.papers <= FULL, "leave": click or mailbox}
    text, html = (
        shared.templates.get_template(f"mail/digest.{kind}").render(context) for kind in ("txt", "html")
    )
    mail.set_content(text, cte="quoted-printable")
    mail.add_alternative(html, subtype="html", cte="quoted-printable")
    mail.set_boundary(f"=_{sha256(number.encode()).hexdigest()[:32]}")  # never in quoted-printable text
    return mail


def data(mail: EmailMessage) -> bytes:
    """The message as it is sent. Headers are not folded, as a long address in them must stay whole; but a
    sender's name that is not ASCII is in words of at most 75 characters (RFC 2047)."""
    return mail.as_bytes(policy=_Unfolded(linesep="\r\n", max_line_length=998))


class _Unfolded(EmailPolicy):
    def fold_binary(self, name: str, value: Any) -> bytes:
        """Only the sender's name can be other than ASCII. Folded by its own rules it would change."""
        if str(value).isascii():
            return super().fold_binary(name, value)
        (sender,) = value.addresses
        words = Header(sender.display_name, "utf-8", maxlinelen=75, header_name=name).encode(linesep="\r\n")
        return f"{name}: {words}\r\n <{sender.addr_spec}>\r\n".encode()


def message_id(site: Settings, digest: Digest, recipient: str) -> str:
    """One for each site, period and recipient, for good: a repeat is known by it (RFC 5322, 3.6.4)."""
    what = f"{site.lasting}\0{digest.key}\0{recipient.lower()}"
    return f"<{digest.key}.{sha256(what.encode()).hexdigest()[:32]}@{urlsplit(site.lasting).hostname}>"


def list_id(site: Settings) -> str:
    """The site's host and path as a name below its domain: papers.you.github.io (RFC 2919)."""
    first = urlsplit(site.lasting)
    return ".".join([*reversed(first.path.strip("/").split("/")), first.hostname or ""]).strip(".")


def wrap(text: str, indent: int = 0) -> str:
    """Text in lines of 72 characters, each after the first indented; an address stays whole."""
    lines = textwrap.wrap(
        text, WIDTH, subsequent_indent=" " * indent, break_long_words=False, break_on_hyphens=False
    )
    return "\n".join(lines)
