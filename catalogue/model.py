"""The values a catalogue is made of, each with its permanent address."""

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
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
    Person,
    Settings,
    TopicFrontMatter,
)


@dataclass(frozen=True, kw_only=True)
class Document:
    """A file of content: its key, where it stands, its body as safe HTML and as plain text, and a
    digest of the bytes it was read from."""

    key: str
    path: str
    html: str
    text: str
    digest: str


@dataclass(frozen=True, kw_only=True)
class Paper(PaperFrontMatter, Document):
    """`title_html` is the title with its mathematics, `plain_title` the same as plain text."""

    title_html: str
    plain_title: str

    @property
    def address(self) -> str:
        return f"/papers/{self.key}/"


@dataclass(frozen=True, kw_only=True)
class Topic(TopicFrontMatter, Document):
    @property
    def address(self) -> str:
        return f"/topics/{self.key}/"


@dataclass(frozen=True, kw_only=True)
class Organisation(OrganisationFrontMatter, Document):
    @property
    def title(self) -> str:
        return self.name

    @property
    def address(self) -> str:
        return f"/organisations/{self.key}/"


@dataclass(frozen=True, kw_only=True)
class Article(ArticleFrontMatter, Document):
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


class Relative(NamedTuple):
    """A paper that is like another, and why."""

    title: str
    address: str
    authors: str
    date: dt.date
    why: str


@dataclass(frozen=True)
class Entry:
    """A paper with the titles of what it points to: all that a list or a page shows of it."""

    paper: Paper
    topics: tuple[Link, ...]
    organisations: tuple[Link, ...]

    @cached_property
    def digest(self) -> str:
        return digest((self.paper.digest, self.topics, self.organisations))


@dataclass(frozen=True)
class Catalogue:
    """Everything that was read. `papers` are all, `entries` those to be published, newest first;
    `files` names every content file found, also those with mistakes; `relatives` are
    the papers to be shown on the page of each, by its key."""

    folder: Path
    settings: Settings
    papers: tuple[Paper, ...]
    entries: tuple[Entry, ...]
    topics: Mapping[str, Topic]
    organisations: Mapping[str, Organisation]
    articles: tuple[Article, ...]
    pictures: tuple[Picture, ...]
    files: frozenset[str]
    relatives: Mapping[str, tuple[Relative, ...]] = field(default_factory=dict)

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

    `origin` is the content file it shows, for messages and for the link that edits it.
    """

    path: str
    template: str
    context: Mapping[str, Any]
    origin: str = ""


class File(NamedTuple):
    """A file of data: the bytes, or the file on disk whose digest is given."""

    path: str
    content: bytes | Path
    digest: str
    origin: str = ""


K = TypeVar("K")
V = TypeVar("V")


def group(pairs: Iterable[tuple[K, V]]) -> dict[K, tuple[V, ...]]:
    """The values of each key, keys and values in the order they came."""
    lists: defaultdict[K, list[V]] = defaultdict(list)
    for key, value in pairs:
        lists[key].append(value)
    return {key: tuple(values) for key, values in lists.items()}


def digest(value: object) -> str:
    """A digest of a value made of text, numbers, days, tuples, mappings and digested documents.

    Equal values have equal digests, on any machine. Raises TypeError for anything else.
    """
    parts: list[str] = []
    _collect(value, parts.append)
    return blake2b("\0".join(parts).encode(), digest_size=16).hexdigest()


def _collect(value: object, add: Callable[[str], None]) -> None:
    """Adds the parts of a value, each kind marked; no text of a catalogue holds the \\0 between them."""
    if isinstance(value, Entry | Document):
        add(value.digest)
    elif isinstance(value, str):
        add(f'"{value}')
    elif isinstance(value, tuple):
        add(f"({len(value)}")
        for item in value:
            _collect(item, add)
    elif value is None or isinstance(value, int | dt.date):
        add(repr(value))
    elif isinstance(value, dict):
        add(f"{{{len(value)}")
        for key, item in value.items():
            add(key)
            _collect(item, add)
    elif isinstance(value, Person):
        _collect((value.name, value.orcid, value.url, value.affiliation), add)
    else:
        raise TypeError(f"no digest for {type(value).__name__}")
