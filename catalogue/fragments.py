"""What many files have in common, made once: a paper's card, its entry in feeds, its citations.

A build makes those of papers in its workers, beside the papers' own pages, and keeps them in a file
without a name, which ends with the build: the workers that make the lists read them from there, so no process
holds them all. Whatever else is asked for again is kept in memory for a while.
"""

import os
from array import array
from collections.abc import Callable, Mapping, Sequence
from itertools import accumulate
from pathlib import Path
from typing import IO, Any

Name = tuple[str, ...]
"""A template, and all that it is given, as `repr` writes it: documents and entries as their digests."""

Recent = dict[Name, str]

RECENT, KEPT = 20_000, 100_000
"""So many are remembered within a build, and by a process that builds again."""


def named(template: str, given: Mapping[str, Any]) -> Name:
    """The name of what a template makes of these values."""
    return (template, *map(repr, given.values()))


class Fragments:
    """Texts by their names."""

    def __init__(self, kinds: Sequence[str] = (), recent: Recent | None = None) -> None:
        """Of each document that is kept there will be a text of each of these `kinds`, which are templates.
        Remembers more in a `recent` that somebody keeps for the next time."""
        self._kinds = {kind: number for number, kind in enumerate(kinds)}
        self._recent = {} if recent is None else recent
        self._room = RECENT if recent is None else KEPT
        self._places: dict[str, array[int]] = {}
        self._file: IO[bytes] | None = None
        self._readable: int | None = None

    def get(self, name: Name, make: Callable[[], str]) -> str:
        """The text of this name, or else what `make` gives."""
        if name in self._recent:
            return self._recent[name]
        if self._readable and name[0] in self._kinds and (place := self._places.get(name[-1])):
            start, end = place[self._kinds[name[0]] :][:2]
            return os.pread(self._readable, end - start, start).decode()
        if len(self._recent) >= self._room:
            self._recent.clear()
        text = self._recent[name] = make()
        return text

    def keep(self, name: str, texts: Sequence[bytes], folder: Path) -> None:
        """Puts a document's texts into the file, which is made in `folder`. They are found after `flush`."""
        if self._file is None:
            path = folder / "fragments"
            self._file = path.open("w+b")
            path.unlink()
        self._places[name] = array("Q", accumulate(map(len, texts), initial=self._file.tell()))
        self._file.writelines(texts)

    def flush(self) -> None:
        """Makes all that was kept to be found, here and in processes that are forked from now on."""
        if self._file is not None:
            self._file.flush()
            self._readable = self._file.fileno()

    def close(self) -> None:
        if self._file is not None:
            self._file.close()
