"""What many files have in common, made once: a paper's card, its entry in feeds, its citations.

A build makes those of papers in its workers, beside the papers' own pages, and keeps them in a file
without a name, which ends with the build: the workers that make the lists read them from there, so no process
holds them all. Whatever else is asked for again is kept in memory for a while.
"""

import mmap
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import IO, Any

Name = tuple[str, ...]
"""A template, and all that it is given, as `repr` writes it: documents and entries as their digests."""

Recent = dict[Name, str]

RECENT, KEPT = 5_000, 100_000
"""So many are remembered within a build, and by a process that builds again."""


def named(template: str, given: Mapping[str, Any]) -> Name:
    """The name of what a template makes of these values."""
    return (template, *map(repr, given.values()))


class Fragments:
    """Texts by their names."""

    def __init__(self, recent: Recent | None = None) -> None:
        """Remembers more in a `recent` that somebody keeps for the next time."""
        self._recent = {} if recent is None else recent
        self._room = RECENT if recent is None else KEPT
        self._places: dict[Name, tuple[int, int]] = {}
        self._file: IO[bytes] | None = None
        self._view: mmap.mmap | None = None

    def get(self, name: Name, make: Callable[[], str]) -> str:
        """The text of this name, or else what `make` gives."""
        if name in self._recent:
            return self._recent[name]
        if self._view and (place := self._places.get(name)):
            return str(self._view[place[0] : place[1]], "utf-8")
        if len(self._recent) >= self._room:
            self._recent.clear()
        text = self._recent[name] = make()
        return text

    def keep(self, pieces: Iterable[tuple[Name, bytes]], folder: Path) -> None:
        """Puts texts into the file, which is made in `folder`. They are found after `open`."""
        if self._file is None:
            path = folder / "fragments"
            self._file = path.open("w+b")
            path.unlink()
        for name, text in pieces:
            start = self._file.tell()
            self._places[name] = start, start + self._file.write(text)

    def open(self) -> None:
        """Makes all that was kept to be found, here and in processes that are forked from now on."""
        if self._file is not None and self._places:
            self._file.flush()
            self._view = mmap.mmap(self._file.fileno(), 0, access=mmap.ACCESS_READ)

    def close(self) -> None:
        for held in (self._view, self._file):
            if held is not None:
                held.close()
