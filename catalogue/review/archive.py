"""An archive that a stranger's build made: checked while it is unpacked, file by file, and never believed.

It is a zip that holds one tar, as GitHub keeps what a workflow uploads. Everything is counted as it is read:
what the archive says of its sizes does not matter.
"""

import io
import re
import tarfile
import unicodedata
import zipfile
from pathlib import Path
from typing import IO

MOST = 300_000
LARGEST = 50 * 1024**2
SUM = 1024**3
"""Files, bytes of one and of all: GitHub Pages takes no more."""
KINDS = frozenset(
    """.html .css .js .json .jsonl .xml .txt .md .bib .ris .atom .opml .svg .png .jpg .gif .webp
    .pf_meta .pf_index .pf_fragment .pagefind""".split()
)
RUNS = frozenset({".js", ".css", ".svg", ".pagefind"})
"""What a browser runs or draws: taken only where it is, byte for byte, that of the trusted site."""
HIDDEN = frozenset({".catalogue", ".nojekyll"})
NAME = re.compile(r"(?!\.\.?(?:/|$))[\w.@~-]+(?:/(?!\.\.?(?:/|$))[\w.@~-]+)*", re.ASCII)


class Refused(Exception):
    """The archive holds what no site of ours does. The message says what."""


def unpack(archive: Path, folder: Path, trusted: Path) -> int:
    """Unpacks the site into `folder`, which must not exist, and returns the number of its files. What a
    browser runs must be that of the `trusted` site. Raises Refused; then what is unpacked is of no use."""
    folder.mkdir()
    try:
        with zipfile.ZipFile(archive) as zipped:
            members = zipped.infolist()
            if [member.filename for member in members] != ["artifact.tar"] or members[0].flag_bits & 1:
                raise Refused("the archive is not one plain artifact.tar")
            with zipped.open(members[0]) as packed:
                return _tar(Counted(packed, SUM + MOST * 1024), folder, trusted)
    except (zipfile.BadZipFile, tarfile.TarError, EOFError, NotImplementedError, ValueError) as error:
        raise Refused(f"the archive is damaged: {type(error).__name__}") from error


class Counted(io.RawIOBase):
    """A stream that ends in Refused after so many bytes: what unpacks to more is a bomb."""

    def __init__(self, stream: IO[bytes], most: int) -> None:
        self.stream, self.left = stream, most

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        data = self.stream.read(min(size, 1 << 20) if size >= 0 else 1 << 20)
        self.left -= len(data)
        if self.left < 0:
            raise Refused("the archive is larger than a site may be")
        return data


def _tar(stream: Counted, folder: Path, trusted: Path) -> int:
    seen: set[str] = set()
    total = count = 0
    with tarfile.open(fileobj=stream, mode="r|") as tar:
        for member in tar:
            name = member.name.removeprefix("./").rstrip("/")
            if member.isdir() and name in ("", "."):
                continue
            _refuse_name(name, seen)
            if member.isdir():
                continue
            if member.type not in (tarfile.REGTYPE, tarfile.AREGTYPE):
                raise Refused(f"{name[:100]!r} is a link or a device, not a file")
            count, total = count + 1, total + member.size
            if count > MOST or member.size > LARGEST or total > SUM:
                raise Refused("the archive has too many files, or too large ones")
            data = tar.extractfile(member).read()  # type: ignore[union-attr]
            _refuse_kind(name, data, trusted)
            target = folder / name
            target.parent.mkdir(parents=True, exist_ok=True)
            with target.open("xb") as file:
                file.write(data)
            tar.members = []  # type: ignore[attr-defined]  # else the list of all grows in memory
    return count


def _refuse_name(name: str, seen: set[str]) -> None:
    if len(name) > 400 or not NAME.fullmatch(name):
        raise Refused(f"{name[:100]!r} is not the name of a file of a site")
    folded = unicodedata.normalize("NFKC", name).casefold()
    if folded in seen:
        raise Refused(f"{name[:100]!r} stands twice, or once in other letters")
    seen.add(folded)


def _refuse_kind(name: str, data: bytes, trusted: Path) -> None:
    path = Path(name)
    if name in HIDDEN:
        return
    if path.suffix not in KINDS or any(part.startswith(".") for part in path.parts):
        raise Refused(f"{name[:100]!r} is of a kind that no site of ours has")
    if path.suffix in RUNS:
        place = re.sub("^pagefind/[^/]+/", "pagefind/*/", name)  # a folder there is named by what is in it
        if data not in (own.read_bytes() for own in trusted.glob(place)):
            raise Refused(f"{name[:100]!r} is run by browsers, and is not that of this site")
    if path.suffix == ".html":
        from catalogue.review.markup import refuse_active

        refuse_active(name, data, trusted)
