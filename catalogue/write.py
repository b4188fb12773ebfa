"""Publishing in one step: a site is made in a stage beside the old one, then takes its place.

Beside `site` lies a folder `.site` with the stage, the memory and the lock. The stage becomes the
site by one exchange of names; whatever is interrupted before leaves the old site, after the new one.
The old site stays there as the next stage, so that an edit costs what it touches and not a copy.
"""

import ctypes
import errno
import os
import re
import shutil
import sys
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

MARKER = ".catalogue"
"""In a site: says that it is ours to replace, and holds the name of the memory that belongs to it."""


class Refused(Exception):
    """The output folder is not ours to write. The message says why and what to do."""


def workshop(site: Path) -> Path:
    """The folder beside `site` for the stage, the memory and the lock."""
    return site.parent / f".{site.name}"


def memory_of(site: Path) -> Path:
    """The file with the memory of this very site, after what an ended build left is put right."""
    recover(site)
    return last_memory_of(site)


def last_memory_of(site: Path) -> Path:
    """The same as it is, for who builds nothing."""
    return workshop(site) / f"memory-{name(site)}"


def _refuse_foreign(site: Path) -> None:
    """Raises Refused unless the site is one that a build made, or there is nothing yet."""
    linked = site.is_symlink() or workshop(site).is_symlink()
    if linked or (site.exists() and not site.is_dir()) or not site.name:
        raise Refused(f"{site} is not a folder for a site. Name another with --site")
    if site.exists() and not (site / MARKER).is_file() and any(site.iterdir()):
        raise Refused(f"{site} holds files that no build made. Empty it, or name another with --site")


@contextmanager
def lock(site: Path, waiting: Callable[[str], None]) -> Iterator[None]:
    """Holds the site for one build at a time; `waiting` is told by whom it is held. Raises Refused,
    before anything is written, for a folder that no build made.

    The system frees the lock when its holder ends, however it ends, and all processes that it started.
    """
    _refuse_foreign(site)
    folder = workshop(site)
    folder.mkdir(parents=True, exist_ok=True)
    with open(folder / "lock", "a+") as file:
        if sys.platform != "win32":
            import fcntl

            os.set_inheritable(file.fileno(), True)
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                file.seek(0)
                waiting(f"waiting for another build of {site} (process {file.read().strip() or 'unknown'})")
                fcntl.flock(file, fcntl.LOCK_EX)
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield


def stage(
    site: Path, before: str, touched: Collection[str], next_: Collection[str], kept: Iterable[str]
) -> tuple[Path, frozenset[str]]:
    """A folder like the site, to be changed and published, and those of its files that were lost.

    The site before this one, which publishing left here under the name `before`, differs from it only in
    what was `touched`: that is put right. Where it is not here, or somebody's link would lead what is done
    there, or to the `next_` files, elsewhere, the stage is made of the `kept` files. They are linked: links
    cost no space and no copying, but nothing may be written into a linked file.
    """
    folder = workshop(site) / "stage"
    if name(folder) == before != "" and not _led_away(folder, (*touched, *next_)):
        (folder / MARKER).unlink()  # from here on it is no whole site
        remove(folder, touched)
        for path in touched:
            _take(site, folder, path)
        return folder, frozenset()
    clear(folder)
    folder.mkdir()
    return folder, frozenset([path for path in kept if not _take(site, folder, path)])


def _led_away(folder: Path, paths: Iterable[str]) -> bool:
    """Whether a folder on the way to one of these files is a link."""
    parents: set[str] = set()
    for path in paths:
        while (path := os.path.dirname(path)) and path not in parents:
            parents.add(path)
    return any(os.path.islink(f"{folder}/{parent}") for parent in parents)


def _take(site: Path, folder: Path, path: str) -> bool:
    """Links a file, or all files of a folder, of the site into the stage; False where there is none."""
    source, target = f"{site}/{path}", f"{folder}/{path}"
    try:
        link(source, target)
    except FileNotFoundError:
        if not os.path.exists(source):
            return False
        os.makedirs(os.path.dirname(target))
        link(source, target)
    return True


def remove(folder: Path, paths: Collection[str]) -> None:
    """Removes files below `folder`, and the folders that are then empty."""
    for path in paths:
        with suppress(FileNotFoundError):
            os.unlink(f"{folder}/{path}")
    for path in {os.path.dirname(path) for path in paths}:
        with suppress(OSError):
            while path:
                os.rmdir(f"{folder}/{path}")
                path = os.path.dirname(path)


def clear(folder: Path) -> None:
    """Removes a folder, if it is there, and all that is in it. What it raises names the folder, where
    `shutil` would name a file without saying where it lies."""
    try:
        if folder.exists():
            shutil.rmtree(folder)
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(folder)) from error


def link(source: str, target: str) -> None:
    """A second name for a file, or a copy where the file system has no links."""
    try:
        os.link(source, target, follow_symlinks=False)
    except FileNotFoundError:
        raise
    except OSError as error:
        if error.errno not in (errno.EPERM, errno.EXDEV, errno.EMLINK, errno.ENOTSUP):
            raise
        shutil.copyfile(source, target, follow_symlinks=False)


def publish(stage: Path, site: Path, named: str) -> None:
    """Makes the stage the site, in one step, under the name of its memory. The old site becomes the stage of
    the next build."""
    (stage / MARKER).write_text(f"{named}\n")
    if not site.exists():
        os.rename(stage, site)
    elif not _exchange(stage, site):
        os.rename(site, workshop(site) / "old")  # from here to the next rename there is no site:
        try:  # `recover` mends that
            os.rename(stage, site)
        except OSError:
            recover(site)
            raise
    with suppress(OSError):  # the new site is there: what is left is for the next build to clear away
        recover(site)


def recover(site: Path) -> None:
    """Puts right what an ended build left beside the site: brings back a site it had moved away, and removes
    a stage that is no whole site."""
    folder = workshop(site)
    old, stage = folder / "old", folder / "stage"
    if stage.is_symlink():
        stage.unlink()
    if old.exists() and not site.exists():
        os.rename(old, site)
    if stage.exists() and (old.exists() or not name(stage)):
        clear(stage)
    if old.exists():
        os.rename(old, stage)
    if named := name(site):
        for memory in folder.glob("memory*"):
            if memory.name != f"memory-{named}":
                memory.unlink()


def name(site: Path) -> str:
    """The name in a folder that is a whole site; "" if it is none, or what is there is no name."""
    try:
        named = re.fullmatch(rb"([0-9a-f]+)\s*", (site / MARKER).read_bytes())
    except (FileNotFoundError, NotADirectoryError):
        return ""
    return named[1].decode() if named else ""


def _exchange(one: Path, other: Path) -> bool:
    """Swaps two folders by renameat2(2) with RENAME_EXCHANGE; False where the system cannot."""
    if sys.platform != "linux":
        return False
    libc = ctypes.CDLL(None, use_errno=True)
    if not hasattr(libc, "renameat2"):
        return False
    at_cwd, exchange = -100, 2
    if libc.renameat2(at_cwd, os.fsencode(one), at_cwd, os.fsencode(other), exchange) == 0:
        return True
    code = ctypes.get_errno()
    if code in (errno.EINVAL, errno.ENOSYS, errno.ENOTSUP):
        return False
    raise OSError(code, os.strerror(code), str(other))
