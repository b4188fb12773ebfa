"""The values a catalogue is made of, each with its permanent address."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import blake2b
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from catalogue.dates import Period
from catalogue.schema import (
    ArticleFrontMatter,
    OrganisationFrontMatter,
    PaperFrontMatter,
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
        return digest((self.paper, self.topics, self.organisations))

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


@dataclass(frozen=True)
class Catalogue:
    """Everything that was read. `papers` are all, `entries` those to be published, newest first;
    `files` names every content file found, also those with mistakes; `relatives` are
    the papers to be shown on the page of each, by its key, and why."""

    folder: Path
    settings: Settings
    papers: tuple[Paper, ...]
    entries: tuple[Entry, ...]
    topics: Mapping[str, Topic]
    organisations: Mapping[str, Organisation]
    articles: tuple[Article, ...]
    pictures: tuple[Picture, ...]
    files: frozenset[str]
    relatives: Mapping[str, tuple[tuple[Entry, str], ...]] = field(default_factory=dict)

    @cached_property
    def days(self) -> Mapping[dt.date, tuple[Entry, ...]]:
        """The entries of each day that has any, newest day first."""
        return group((entry.paper.date, entry) for entry in self.entries)

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


def digest(value: object) -> str:
    """A digest of a value made of text, numbers, days, tuples, mappings, documents and entries.

    Equal values have equal digests, on any machine: each of these is written out by `repr`, documents
    and entries as their own digest.
    """
    return blake2b(repr(value).encode(), digest_size=16).hexdigest()
