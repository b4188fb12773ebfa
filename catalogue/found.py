"""What a source says of a paper, before it is an entry of the catalogue."""

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple, Protocol

from catalogue.problems import Problem


class Found(NamedTuple):
    """One paper as a source has it.

    `values` are keys of the front matter in the shape in which it is read: text, lists of text, mappings
    of text (`{"title": ..., "date": "2025-04-09", "authors": ["Ada", {"name": ..., "orcid": ...}]}`).
    `text` is its abstract as clean plain text with `$formulas$`. `url` is the permanent address of the
    paper at its source, without a version: it names the source. It is empty where the source gives none;
    then nothing is recorded of it, and adding it again only fills what is missing.
    `organisations` gives the name of each key in `values["organisations"]`. `path` and `line` say where
    all this stood.
    """

    values: Mapping[str, Any]
    text: str
    url: str
    path: str
    line: int = 1
    organisations: Mapping[str, str] = {}


class Importer(Protocol):
    """What each module of catalogue/importers/ is."""

    NAME: str
    """The source, as messages call it."""

    def address(self, source: str) -> str | None:
        """Where to ask for an identifier or address that a person typed; None if it is not of this kind."""

    def knows(self, data: bytes, path: str) -> bool:
        """Whether a file is of this kind. It is asked of every file, so it must be quick and certain."""

    def read(self, data: bytes, path: str) -> Iterator[Found | Problem]:
        """Every paper of a file or answer in its order, and a Problem for each that cannot be read.
        Never raises for what the file holds."""


class Taken(NamedTuple):
    """A file or an answer: its bytes, what it is called in messages, and the day it was taken."""

    data: bytes
    path: str
    day: dt.date
