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
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from hashlib import blake2b
from io import BytesIO
from itertools import chain
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

from catalogue.files import Seen, left_behind
from catalogue.model import Entry, File, Page, Paper, digest, group
from catalogue.read import Reading, Record
from catalogue.related import NONE, Relatives

LIBRARIES = (
    "font-source-serif-pro", "jinja2", "latex2mathml", "linkify-it-py", "markdown-it-py", "mdit-py-plugins",
    "pagefind-bin", "pillow", "pydantic", "pylatexenc", "python-frontmatter", "python-slugify",
    "text-unidecode",
)  # fmt: skip
"""What else decides the bytes of a page."""


class Memory(NamedTuple):
    """How content files were read, which papers are alike, and what the site was made of: for each plan by
    its path its fingerprint and the paths of the files beside it; the fingerprint of the search's facets,
    and the folders of its indexes.

    `before` is the name of the site before this one ("" if that is not known), and `touched` are the files
    that may differ between the two. `packed` tells for each folder of content where its records are in the
    file, so that only a folder with a change is packed again: their seal, their beginning and their length.

    What follows is not written: a process that builds again has the plans themselves, what is `common` to all
    pages, and the entries. What is equal to them is not worked out again.
    """

    records: Mapping[str, Record]
    relatives: Relatives
    pages: Mapping[str, str]
    facets: str
    indexes: tuple[str, ...] = ()
    before: str = ""
    touched: tuple[str, ...] = ()
    packed: Mapping[str, tuple[bytes, int, int]] = MappingProxyType({})
    plans: Mapping[str, Page | File] = MappingProxyType({})
    common: str = ""
    entries: tuple[Entry, ...] = ()

    @property
    def papers(self) -> dict[str, Paper]:
        """The papers by their keys."""
        values = (record.value for record in self.records.values())
        return {value.key: value for value in values if isinstance(value, Paper)}

    def holds(self, plans: Sequence[Page | File]) -> bool:
        """Whether each of these plans makes files of its own, and each that the site has from it."""
        made = {plan.path: "\0".join(plan.files[1:]) for plan in plans}
        there = self.pages
        return len(made) == len(plans) and all(
            path in there and there[path].partition("\0")[2] == beside for path, beside in made.items()
        )

    def files(self, path: str) -> list[str]:
        """The files that the plan of this path made."""
        return [path, *self.pages[path].split("\0")[1:]]


NOTHING = Memory({}, NONE, {}, "")


class Change(NamedTuple):
    """The plans to be carried out, by path; the files to be taken away from a site that there is; how many
    plans are gone; whether the search index is to be made. `away` holds what the stale plans make, too."""

    stale: frozenset[str]
    away: tuple[str, ...]
    gone: int
    search: bool

    @property
    def any(self) -> bool:
        return bool(self.stale or self.gone or self.search)


def ground(*parts: object, files: Iterable[Path]) -> str:
    """A digest of what every page depends on: `parts`, the `files` and all that is in folders among
    them, this code, and the libraries that decide what it writes."""
    return digest((parts, _program(), [_contents(file) for file in files]))


@cache
def _program() -> tuple[object, ...]:
    """This code and these libraries as they were when the process began: it does not run what came later."""
    here = Path(__file__).parent
    return sys.version_info[:3], _versions(), _contents(here), _contents(here.with_name("build.py"))


def _contents(root: Path) -> str:
    """A digest of a file, or of all files in a folder with their names, but for those that editors leave."""
    hashed, paths = blake2b(digest_size=16), [str(root)]
    for folder, folders, names in os.walk(root):
        folders.sort()
        paths += [f"{folder}/{name}" for name in sorted(names) if not name.endswith(".pyc")]
    for path in paths:
        if os.path.isfile(path) and not left_behind(os.path.basename(path)):
            with open(path, "rb", buffering=0) as file:
                data = file.readall()
            hashed.update(f"{path[len(str(root)) :]}\0{len(data)}\0".encode() + data)
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
    reading: Reading,
    relatives: Relatives,
    plans: Iterable[Page | File],
    facets: str,
    indexes: tuple[str, ...],
    known: Memory,
) -> Memory:
    """What there will be to remember, if the site stays that of `known`."""
    common = digest(reading.catalogue.navigation)
    before = known.plans if known.common == common else {}
    made = {plan.path: plan for plan in plans}
    pages = {
        path: known.pages[path] if path in before and before[path] == plan else _mark(plan, common)
        for path, plan in made.items()
    }
    return known._replace(
        records=reading.records,
        relatives=relatives,
        pages=pages,
        facets=facets,
        indexes=indexes,
        plans=made,
        common=common,
        entries=reading.catalogue.entries,
    )


def _mark(plan: Page | File, common: str) -> str:
    """A fingerprint and the paths of the files beside: equal only for plans whose files are equal, as long as
    the ground and what is `common` to all pages is the same."""
    if isinstance(plan, File):
        return plan.digest
    made_of = f"{plan.template}\0{plan.origin}\0{common}\0{plan.context!r}"
    mark = blake2b(made_of.encode(), digest_size=16).hexdigest()
    return "\0".join((mark, *(path for path, _ in plan.beside)))


def compare(known: Memory, now: Memory) -> Change:
    """What has to be done to come from one to the other."""
    stale = frozenset(path for path, mark in now.pages.items() if known.pages.get(path) != mark)
    gone = [path for path in known.pages if path not in now.pages]
    old = chain.from_iterable(known.files(path) for path in (*gone, *(stale & known.pages.keys())))
    new = chain.from_iterable(now.files(path) for path in stale if known.pages)
    search = known.indexes != now.indexes or (bool(now.indexes) and known.facets != now.facets)
    return Change(stale, tuple(dict.fromkeys((*old, *new))), len(gone), search)


def load(path: Path, ground: str) -> Memory:
    """The memory in this file; NOTHING where it is missing, damaged or from another ground."""
    try:
        with path.open("rb") as file:
            *_, start, seal = FRONT.unpack(file.read(FRONT.size))
            file.seek(start)
            packed, relatives, *rest = _opened(ground, seal, file.read())
            records: dict[str, Record] = {}
            for seal, start, size in packed.values():
                file.seek(start)
                records |= _opened("", seal, file.read(size))
        return Memory(records, Relatives(*relatives), *rest)._replace(packed=packed)
    except (OSError, struct.error, pickle.UnpicklingError, TypeError, ValueError, AttributeError, EOFError):
        return NOTHING


def _opened(ground: str, seal: bytes, payload: bytes) -> Any:
    """What is in a sealed part."""
    if _seal(ground, payload) != seal:
        raise pickle.UnpicklingError("another seal")
    return _Values(BytesIO(payload)).load()


def unchanged(path: Path, state: bytes) -> tuple[int, int] | None:
    """The numbers of papers and of pages, if the memory in this file and its site were made from this very
    state; else None."""
    try:
        with path.open("rb") as file:
            known, papers, pages, *_ = FRONT.unpack(file.read(FRONT.size))
    except (OSError, struct.error):
        return None
    return (papers, pages) if known == state != UNSETTLED else None


def state(ground: str, seen: Seen, *options: object) -> bytes:
    """A digest of all that a build depends on; UNSETTLED where a file may yet change unseen."""
    if seen.problems or not all(file.settled for file in seen.files):
        return UNSETTLED
    return _seal(ground, repr((seen, options)).encode())


def name(ground: str, now: Memory) -> str:
    """The name of the file that holds what is `now` to be remembered, and of the site it belongs to."""
    return digest((ground, now.indexes, now.facets, now.pages))


def save(
    path: Path, ground: str, state: bytes, now: Memory, papers: int, known: Memory, before: Path
) -> Memory:
    """Writes what is `now` to be remembered in one step. Returns it as it is packed there. What is as it was
    `known` is taken from the file `before`."""
    new, packed = path.with_name("memory.new"), dict[str, tuple[bytes, int, int]]()
    earlier = _folders(known.records)
    with new.open("wb") as file:
        file.write(bytes(FRONT.size))
        for part, records in _folders(now.records).items():
            seal, payload = _packed(known, before, part) if records == earlier.get(part) else (b"", b"")
            if not payload:
                payload = pickle.dumps(records, protocol=5)
                seal = _seal("", payload)
            packed[part] = seal, file.tell(), len(payload)
            file.write(payload)
        start, head = file.tell(), pickle.dumps((packed, tuple(now.relatives), *now[2:7]), protocol=5)
        file.write(head)
        file.seek(0)
        file.write(FRONT.pack(state, papers, len(now.pages), start, _seal(ground, head)))
    new.replace(path)
    return now._replace(packed=packed)


def _packed(known: Memory, file: Path, folder: str) -> tuple[bytes, bytes]:
    """The records of a folder as they are packed in this file, and their seal; nothing where it is gone."""
    seal, start, size = known.packed.get(folder, (b"", 0, 0))
    try:
        with file.open("rb") as opened:
            opened.seek(start)
            return seal, opened.read(size)
    except OSError:
        return seal, b""


def _folders(records: Mapping[str, Record]) -> dict[str, dict[str, Record]]:
    """The records of each folder."""
    named = group((name.rpartition("/")[0], name) for name in records)
    return {folder: {name: records[name] for name in names} for folder, names in named.items()}


SEAL = 16
FRONT = struct.Struct(f"{SEAL}sIIQ{SEAL}s")
"""A file of memory begins with the state it was made from, how many papers and pages, where its head begins
and the seal of that. The head is the end; before it are the packed records."""
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
