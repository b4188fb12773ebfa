"""What the last build knew: how each content file was read, and the fingerprint of each page.

The memory of a site is kept beside it, in a file named by the build that made the site; the site
carries that name. So a memory can never be taken for that of another site, whatever was interrupted.
It is a cache: damaged, missing or made by other code, it is as if nothing had been built.
"""

import datetime as dt
import os
import pickle
import struct
import sys
from collections.abc import Collection, Iterable, Mapping
from hashlib import blake2b
from io import BytesIO
from itertools import chain
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

from catalogue.files import Seen
from catalogue.model import File, Page, digest, group
from catalogue.read import Reading, Record
from catalogue.related import NONE, Relatives

LIBRARIES = (
    "bibtexparser", "font-source-serif-pro", "jinja2", "latex2mathml", "linkify-it-py", "markdown-it-py",
    "mdit-py-plugins", "pagefind-bin", "pillow", "pydantic", "pylatexenc", "python-frontmatter",
    "python-slugify", "rispy", "text-unidecode",
)  # fmt: skip
"""What else decides the bytes of a page."""


class Memory(NamedTuple):
    """How content files were read, which papers are alike, and what the site was made of: for each plan by
    its path its fingerprint and the paths of the files beside it; the fingerprint of the search's facets,
    and its indexes by their folders, with Pagefind's names for the papers of each.

    `before` is the name of the site before this one ("" if that is not known), and `touched` are the files
    that may differ between the two. `packed` are the records of each folder as they are written, so that only
    a folder with a change is packed again.
    """

    records: Mapping[str, Record]
    relatives: Relatives
    pages: Mapping[str, str]
    facets: str
    indexes: Mapping[str, Mapping[str, str]] = MappingProxyType({})
    before: str = ""
    touched: tuple[str, ...] = ()
    packed: Mapping[str, bytes] = MappingProxyType({})

    def files(self, path: str) -> list[str]:
        """The files that the plan of this path made."""
        return [path, *self.pages[path].split("\0")[1:]]


NOTHING = Memory({}, NONE, {}, "")


class Change(NamedTuple):
    """The plans to be carried out, by path; the files to be taken away; whether the search index is to be
    made. `away` holds what the stale plans make, too."""

    stale: frozenset[str]
    away: tuple[str, ...]
    gone: int
    search: bool

    @property
    def any(self) -> bool:
        return bool(self.away or self.search)


def ground(*parts: object, files: Iterable[Path]) -> str:
    """A digest of what every page depends on: `parts`, the `files` and all that is in folders among
    them, this code, and the libraries that decide what it writes."""
    hashed = blake2b(repr((parts, sys.version_info[:3], _versions())).encode(), digest_size=16)
    for root in (Path(__file__).parent, *files):
        for path in sorted(root.rglob("*")) if root.is_dir() else [root]:
            if path.is_file() and path.suffix != ".pyc":
                hashed.update(f"{path.relative_to(root.parent).as_posix()}\0".encode() + path.read_bytes())
    return hashed.hexdigest()


def _versions() -> list[str]:
    """The libraries and their versions, as the names of their installed metadata tell (PEP 376): to read the
    metadata itself takes long."""
    folders = (path for path in sys.path if os.path.isdir(path))
    names = {
        name
        for folder in folders
        for name in os.listdir(folder)
        if name.endswith((".dist-info", ".egg-info"))
    }
    return sorted(name for name in names if name.partition("-")[0].lower().replace("_", "-") in LIBRARIES)


def of(
    reading: Reading, relatives: Relatives, plans: Iterable[Page | File], facets: str, known: Memory
) -> Memory:
    """What there will be to remember, if the site stays that of `known`."""
    common = digest(reading.catalogue.navigation)
    pages = {plan.path: _mark(plan, common) for plan in plans}
    return Memory(reading.records, relatives, pages, facets, known.indexes, known.before, known.touched)


def _mark(plan: Page | File, common: str) -> str:
    """A fingerprint and the paths of the files beside: equal only for plans whose files are equal, as long as
    the ground and what is `common` to all pages is the same."""
    if isinstance(plan, File):
        return plan.digest
    made_of = f"{plan.template}\0{plan.origin}\0{common}\0{plan.context!r}"
    mark = blake2b(made_of.encode(), digest_size=16).hexdigest()
    return "\0".join((mark, *(path for path, _ in plan.beside)))


def compare(known: Memory, now: Memory, indexes: Collection[str]) -> Change:
    """What has to be done to come from one to the other, with search indexes in these folders."""
    stale = frozenset(path for path, mark in now.pages.items() if known.pages.get(path) != mark)
    gone = [path for path in known.pages if path not in now.pages]
    old = chain.from_iterable(known.files(path) for path in (*gone, *(stale & known.pages.keys())))
    new = chain.from_iterable(now.files(path) for path in stale)
    search = list(known.indexes) != list(indexes) or (bool(indexes) and known.facets != now.facets)
    return Change(stale, tuple(dict.fromkeys((*old, *new))), len(gone), search)


def load(path: Path, ground: str) -> Memory:
    """The memory in this file; NOTHING where it is missing, damaged or from another ground."""
    try:
        data = path.read_bytes()
        if _seal(ground, data[HEAD:]) != data[HEAD - SEAL : HEAD]:
            return NOTHING
        packed, relatives, *rest = _Values(BytesIO(data[HEAD:])).load()
        records: dict[str, Record] = {}
        for folder in packed.values():
            records |= _Values(BytesIO(folder)).load()
        return Memory(records, Relatives(*relatives), *rest)._replace(packed=packed)
    except (OSError, pickle.UnpicklingError, TypeError, ValueError, AttributeError, EOFError):
        return NOTHING


def unchanged(path: Path, state: bytes) -> tuple[int, int] | None:
    """The numbers of papers and of pages, if the memory in this file and its site were made from this very
    state; else None."""
    try:
        with path.open("rb") as file:
            known, papers, pages = struct.unpack(FRONT, file.read(struct.calcsize(FRONT)))
    except (OSError, struct.error):
        return None
    return (papers, pages) if known == state != UNSETTLED else None


def state(ground: str, seen: Seen, *options: object) -> bytes:
    """A digest of all that a build depends on; UNSETTLED where a file may yet change unseen."""
    if seen.problems or not all(file.settled for file in seen.files):
        return UNSETTLED
    return _seal(ground, repr((seen, options)).encode())


def save(folder: Path, ground: str, state: bytes, memory: Memory, known: Memory, papers: int) -> str:
    """Writes the memory in one step, and returns its name: that of the site it belongs to."""
    name = digest((ground, list(memory.indexes), memory.facets, memory.pages))
    values = (
        _packed(memory, known),
        tuple(memory.relatives),
        *memory[2:4],
        dict(memory.indexes),
        *memory[5:-1],
    )
    payload = pickle.dumps(values, protocol=5)
    new = folder / "memory.new"
    front = struct.pack(FRONT, state, papers, len(memory.pages))
    new.write_bytes(front + _seal(ground, payload) + payload)
    new.replace(folder / f"memory-{name}")
    return name


def _packed(memory: Memory, known: Memory) -> dict[str, bytes]:
    """The records of each folder of content, packed; as they are known where none of them is another."""
    folders = group((name.rpartition("/")[0], name) for name in memory.records)
    before = group((name.rpartition("/")[0], name) for name in known.records)
    return {
        folder: known.packed[folder]
        if folder in known.packed
        and names == before[folder]
        and all(memory.records[name] is known.records[name] for name in names)
        else pickle.dumps({name: memory.records[name] for name in names}, protocol=5)
        for folder, names in folders.items()
    }


SEAL = 16
FRONT = f"{SEAL}sII"
"""A file of memory: the state it was made from, how many papers and pages, the seal of what follows, that."""
HEAD = struct.calcsize(FRONT) + SEAL
UNSETTLED = bytes(SEAL)


def _seal(ground: str, payload: bytes) -> bytes:
    return blake2b(payload, digest_size=SEAL, key=ground.encode()).digest()


class _Values(pickle.Unpickler):
    """Reads nothing but our own values, so that a file put in the memory's place cannot run code."""

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) == ("datetime", "date"):
            return dt.date
        if module in ("catalogue.model", "catalogue.schema", "catalogue.read") and "." not in name:
            found = super().find_class(module, name)
            if isinstance(found, type) and found.__module__ == module:
                return found
        raise pickle.UnpicklingError(f"{module}.{name} is not a value of the catalogue")
