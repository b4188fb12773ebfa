"""What the last build knew: how each content file was read, and the fingerprint of each page.

The memory of a site is kept beside it, in a file named by the build that made the site; the site
carries that name. So a memory can never be taken for that of another site, whatever was interrupted.
It is a cache: damaged, missing or made by other code, it is as if nothing had been built.
"""

import datetime as dt
import pickle
import sys
from collections.abc import Iterable, Mapping
from hashlib import blake2b
from importlib import metadata
from io import BytesIO
from pathlib import Path
from typing import Any, NamedTuple

from catalogue.model import File, Link, Page, digest
from catalogue.read import Reading, Record
from catalogue.related import NONE, Relatives

LIBRARIES = (
    "bibtexparser", "font-source-serif-pro", "jinja2", "latex2mathml", "linkify-it-py", "markdown-it-py",
    "mdit-py-plugins", "pagefind-bin", "pillow", "pydantic", "pylatexenc", "python-frontmatter",
    "python-slugify", "rispy", "text-unidecode",
)  # fmt: skip
"""What else decides the bytes of a page."""


class Memory(NamedTuple):
    """How content files were read, which papers are alike, and what the site was made of: the fingerprint
    of each file by its path, and that of the search index."""

    records: Mapping[str, Record]
    relatives: Relatives
    pages: Mapping[str, str]
    search: str


NOTHING = Memory({}, NONE, {}, "")


class Change(NamedTuple):
    """The paths of files to be made, to be kept and to go, and whether the search index is to be made."""

    stale: frozenset[str]
    kept: tuple[str, ...]
    gone: tuple[str, ...]
    search: bool

    @property
    def any(self) -> bool:
        return bool(self.stale or self.gone or self.search)


def ground(*parts: object, files: Iterable[Path]) -> str:
    """A digest of what every page depends on: `parts`, the `files` and all that is in folders among
    them, this code, and the libraries that decide what it writes."""
    versions = [(name, metadata.version(name)) for name in LIBRARIES]
    hashed = blake2b(repr((parts, sys.version_info[:3], versions)).encode(), digest_size=16)
    for root in (Path(__file__).parent, *files):
        for path in sorted(root.rglob("*")) if root.is_dir() else [root]:
            if path.is_file() and path.suffix != ".pyc":
                hashed.update(f"{path.relative_to(root.parent).as_posix()}\0".encode() + path.read_bytes())
    return hashed.hexdigest()


def of(reading: Reading, relatives: Relatives, plans: Iterable[Page | File], search: str) -> Memory:
    """What there will be to remember, once the plans are carried out."""
    navigation = reading.catalogue.navigation
    pages = {plan.path: fingerprint(plan, navigation) for plan in plans}
    return Memory(reading.records, relatives, pages, search)


def compare(known: Memory, now: Memory) -> Change:
    """What has to be done to come from one to the other."""
    stale = frozenset(path for path, mark in now.pages.items() if known.pages.get(path) != mark)
    kept = tuple(path for path in now.pages if path not in stale)
    gone = tuple(path for path in known.pages if path not in now.pages)
    return Change(stale, kept, gone, known.search != now.search)


def fingerprint(plan: Page | File, navigation: tuple[Link, ...]) -> str:
    """Equal only for plans whose files are equal, as long as the ground is the same."""
    if isinstance(plan, File):
        return plan.digest
    return digest((plan.template, plan.origin, plan.context, navigation))


def load(path: Path, ground: str) -> Memory:
    """The memory in this file; NOTHING where it is missing, damaged or from another ground."""
    try:
        data = path.read_bytes()
        if _seal(ground, data[SEAL:]) != data[:SEAL]:
            return NOTHING
        records, (found_from, papers), pages, search = _Values(BytesIO(data[SEAL:])).load()
        return Memory(records, Relatives(found_from, papers), pages, search)
    except (OSError, pickle.UnpicklingError, TypeError, ValueError, AttributeError, EOFError):
        return NOTHING


def save(folder: Path, ground: str, memory: Memory) -> str:
    """Writes the memory in one step and returns its name, the digest of the site it belongs to."""
    name = digest((ground, memory.search, tuple(sorted(memory.pages.items()))))
    relatives = (memory.relatives.found_from, dict(memory.relatives.papers))
    values = (dict(memory.records), relatives, dict(memory.pages), memory.search)
    payload = pickle.dumps(values, protocol=5)
    new = folder / "memory.new"
    new.write_bytes(_seal(ground, payload) + payload)
    new.replace(folder / f"memory-{name}")
    return name


SEAL = 16


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
