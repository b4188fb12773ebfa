"""The values a catalogue is made of, each with its permanent address."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from hashlib import blake2b
from itertools import chain
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from catalogue.dates import Calendar, Kind, Period, calendars
from catalogue.schema import (
    ArticleFrontMatter,
    OrganisationFrontMatter,
    PaperFrontMatter,
    Person,
    Settings,
    TopicFrontMatter,
)


@dataclass(frozen=True, kw_only=True, repr=False)
class Document:
    """A file of content: its key, where it stands, its body as safe HTML and as plain text, and a
    digest of the bytes it was read from."""

    key: str
    path: str
    html: str
    text: str
    digest: str

    def __repr__(self) -> str:
        """Stands for all of it: see `digest`."""
        return self.digest

    def __getstate__(self) -> dict[str, Any]:
        """What differs from the defaults, which the class has: most keys of most papers are not given."""
        kind = type(self)
        return {name: value for name, value in vars(self).items() if value is not getattr(kind, name, self)}


@dataclass(frozen=True, kw_only=True, repr=False)
class Paper(Document, PaperFrontMatter):
    """`title_html` is the title with its mathematics, `plain_title` the same as plain text; `terms` are the
    words that tell what the paper is about."""

    title_html: str
    plain_title: str
    terms: str = ""

    @property
    def address(self) -> str:
        return f"/papers/{self.key}/"

    @property
    def first_address(self) -> str:
        """The address at which it was first published."""
        return next((alias for alias in self.aliases if alias.startswith("/papers/")), self.address)


@dataclass(frozen=True, kw_only=True, repr=False)
class Topic(Document, TopicFrontMatter):
    @property
    def address(self) -> str:
        return f"/topics/{self.key}/"


@dataclass(frozen=True, kw_only=True, repr=False)
class Organisation(Document, OrganisationFrontMatter):
    @property
    def title(self) -> str:
        return self.name

    @property
    def address(self) -> str:
        return f"/organisations/{self.key}/"


@dataclass(frozen=True, kw_only=True, repr=False)
class Article(Document, ArticleFrontMatter):
    """A page of plain prose, such as About."""

    @property
    def address(self) -> str:
        return f"/{self.key}/"


class Picture(NamedTuple):
    """A checked picture file. `path` is relative to the content folder."""

    path: str
    digest: str


class Link(NamedTuple):
    """A title and the address it leads to, from the root of the site."""

    title: str
    address: str


@dataclass(frozen=True, repr=False)
class Entry:
    """A paper with the titles of what it points to: all that a list or a page shows of it."""

    paper: Paper
    topics: tuple[Link, ...]
    organisations: tuple[Link, ...]

    @cached_property
    def digest(self) -> str:
        made_of = f"({self.paper!r}, {_written(self.topics)}, {_written(self.organisations)})"
        return blake2b(made_of.encode(), digest_size=16).hexdigest()

    def __repr__(self) -> str:
        """Stands for all of it: see `digest`."""
        return self.digest

    @cached_property
    def updated(self) -> dt.date:
        """The last day that the content itself names for a change of the entry."""
        paper = self.paper
        if not (paper.updated or paper.status or paper.versions):
            return paper.date
        status = paper.status.date if paper.status else None
        days = (paper.date, paper.updated, status, *(version.date for version in paper.versions))
        return max(day for day in days if day)


@cache
def _written(links: tuple[Link, ...]) -> str:
    """Written once: most papers lead to the same few."""
    return repr(links)


class Entries(tuple[Entry, ...]):
    """Entries in their order."""

    def __repr__(self) -> str:
        """Stands for all of them, and is quickly written."""
        return "".join([entry.digest for entry in self])


@dataclass(frozen=True)
class Catalogue:
    """Everything that was read. `papers` are all, `entries` those to be published, newest first;
    `files` names every content file found, also those with mistakes; `relatives` are
    the papers to be shown on the page of each, by its key, and why."""

    folder: Path
    settings: Settings
    papers: tuple[Paper, ...]
    entries: Entries
    topics: Mapping[str, Topic]
    organisations: Mapping[str, Organisation]
    articles: tuple[Article, ...]
    pictures: tuple[Picture, ...]
    files: frozenset[str]
    relatives: Mapping[str, tuple[tuple[Entry, str], ...]] = field(default_factory=dict)

    @cached_property
    def days(self) -> Mapping[dt.date, Entries]:
        """The entries of each day that has any, newest day first."""
        return listed((entry.paper.date, entry) for entry in self.entries)

    @cached_property
    def calendars(self) -> Mapping[Period, Calendar]:
        """The calendar of every month from the first to the last with entries."""
        return calendars({day: len(entries) for day, entries in self.days.items()})

    @cached_property
    def authors(self) -> Mapping[str, tuple[tuple[Person, Entry], ...]]:
        """Who wrote what, newest first, by the author's address. A paper has a name once: only where
        `author_count` confirms it do two people have one name."""
        lists: defaultdict[str, list[tuple[Person, Entry]]] = defaultdict(list)
        for entry in self.entries:
            paper = entry.paper
            for person in dict.fromkeys(paper.authors) if paper.author_count else paper.authors:
                lists[person.address].append((person, entry))
        return {address: tuple(pairs) for address, pairs in lists.items()}

    def periods(self, kind: Kind) -> dict[Period, Entries]:
        """The entries of each period of this kind that has any, the newest first."""
        days = group((Period.of(kind, day), entries) for day, entries in self.days.items())
        return {
            period: parts[0] if len(parts) == 1 else Entries(chain.from_iterable(parts))
            for period, parts in days.items()
        }

    @property
    def newest(self) -> Period:
        """The month of the newest entry; the catalogue knows no other "now"."""
        return Period.of("month", self.entries[0].paper.date if self.entries else dt.date(1970, 1, 1))

    @property
    def navigation(self) -> tuple[Link, ...]:
        """The pages of prose, to which every page links."""
        return tuple(Link(article.title, article.address) for article in self.articles)


class Page(NamedTuple):
    """A file made by a template from its context, the settings and the navigation: nothing else.

    `origin` is the content file it shows, for messages and for the link that edits it. `beside` are the
    same things in other forms: paths and templates of files that are made from the same context.
    """

    path: str
    template: str
    context: Mapping[str, Any]
    origin: str = ""
    beside: tuple[tuple[str, str], ...] = ()

    @property
    def files(self) -> tuple[str, ...]:
        """The paths of all that is made."""
        return (self.path, *(path for path, _ in self.beside))


class File(NamedTuple):
    """A file of data: the bytes, or the file on disk whose digest is given."""

    path: str
    content: bytes | Path
    digest: str
    origin: str = ""

    @property
    def files(self) -> tuple[str, ...]:
        return (self.path,)


K = TypeVar("K")
V = TypeVar("V")


def group(pairs: Iterable[tuple[K, V]]) -> dict[K, tuple[V, ...]]:
    """The values of each key, keys and values in the order they came."""
    lists: defaultdict[K, list[V]] = defaultdict(list)
    for key, value in pairs:
        lists[key].append(value)
    return {key: tuple(values) for key, values in lists.items()}


def listed(pairs: Iterable[tuple[K, Entry]]) -> dict[K, Entries]:
    """The entries of each key, keys and entries in the order they came."""
    return {key: Entries(entries) for key, entries in group(pairs).items()}


def digest(value: object) -> str:
    """A digest of a value made of text, numbers, days, tuples, mappings, documents and entries.

    Equal values have equal digests, on any machine: each of these is written out by `repr`, documents
    and entries as their own digest.
    """
    return blake2b(repr(value).encode(), digest_size=16).hexdigest()
