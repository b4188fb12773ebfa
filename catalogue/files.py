"""The files of the content folder, without following, or waiting for, anything that is not a file."""

import os
import re
import stat
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from catalogue.problems import Problem

Signature = tuple[int, int, int, int]
"""Size, times of change of content and of inode, inode: equal while a file is the same."""


class Found(NamedTuple):
    """A regular file: its name below the content folder, its signature, and whether that can be relied on."""

    name: str
    signature: Signature
    settled: bool


class Seen(NamedTuple):
    """What is in a content folder: the regular files in order of name, and a problem for whatever else."""

    files: tuple[Found, ...]
    problems: tuple[Problem, ...]


LEFT = re.compile(r"(?!.*\.md$)\..*|\.#.*|#.*#|.*~|Thumbs\.db|desktop\.ini", re.DOTALL)


def left_behind(name: str) -> bool:
    """Whether editors and file managers leave files of this name: .DS_Store, .page.html.swp, .#paper.md,
    #paper.md#, paper.md~. A hidden .md file is somebody's."""
    return LEFT.fullmatch(name) is not None


JUST_NOW = 2_500_000_000
"""Nanoseconds. A file changed so recently could change again without its times telling."""


def walk(content: Path) -> Seen:
    """What is below `content`, without what editors and file managers leave."""
    now = time.time_ns()
    found: list[Found] = []
    problems: list[Problem] = []
    for name, status in _entries(str(content), ""):
        if stat.S_ISREG(status.st_mode):
            signature = (status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino)
            settled = now - max(status.st_mtime_ns, status.st_ctime_ns) > JUST_NOW
            found.append(Found(name, signature, settled))
        else:
            hint = "Put the file itself here, not a link or a device"
            problems.append(Problem(f"{content.name}/{name}", 1, 1, "not a regular file", hint))
    return Seen(tuple(sorted(found)), tuple(problems))


def _entries(folder: str, prefix: str) -> Iterator[tuple[str, os.stat_result]]:
    with os.scandir(folder) as entries:
        for entry in entries:
            if left_behind(entry.name):
                continue
            if entry.is_dir(follow_symlinks=False):
                yield from _entries(entry.path, f"{prefix}{entry.name}/")
            else:
                yield f"{prefix}{entry.name}", entry.stat(follow_symlinks=False)


def contents(path: Path, limit: int) -> bytes:
    """The file's first `limit` + 1 bytes. Raises OSError, also for what is not a regular file."""
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    with open(os.open(path, flags), "rb") as file:
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            raise OSError(22, "not a regular file", str(path))
        return file.read(limit + 1)
