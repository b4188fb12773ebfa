"""Which files change: told at once by the system, and made sure of by comparing."""

import asyncio
import contextlib
import os
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from pathlib import Path

from watchfiles import awatch

from catalogue.files import left_behind

LOOK_AGAIN = 2_000
"""Milliseconds. Watchers lose events when their queue is full, so the files are compared this often."""

Snapshot = frozenset[tuple[str, int, int, int]]


async def changes(folders: Sequence[Path], seen: Snapshot) -> AsyncIterator[bool]:
    """Yields True whenever the folders hold something else than the last time, and False when for a while
    they do not; `seen` is what they hold at first.

    What changes between two steps of the iterator is found in the next.
    """
    hints = awatch(*folders, step=20, debounce=50, rust_timeout=LOOK_AGAIN, yield_on_timeout=True)
    async for hint in hints:
        now = await asyncio.to_thread(snapshot, folders)
        if now != seen:
            seen = now
            yield True
        elif not hint:
            yield False


def repeat(work: Callable[[], None], folders: Sequence[Path]) -> None:
    """Does the work now and whenever a file changes, until it is interrupted."""

    async def forever() -> None:
        seen = snapshot(folders)
        work()
        async for changed in changes(folders, seen):
            if changed:
                work()

    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(forever())


def snapshot(folders: Sequence[Path]) -> Snapshot:
    """Path, size, time of change and inode of every file, but for those that editors leave."""
    return frozenset(file for folder in folders for file in _files(str(folder)))


def _files(folder: str) -> Iterator[tuple[str, int, int, int]]:
    with contextlib.suppress(OSError), os.scandir(folder) as entries:  # a folder can go while it is read
        for entry in entries:
            if left_behind(entry.name):
                continue
            if entry.is_dir(follow_symlinks=False):
                yield from _files(entry.path)
            else:
                with contextlib.suppress(OSError):
                    status = entry.stat(follow_symlinks=False)
                    yield entry.path, status.st_size, status.st_mtime_ns, status.st_ino
