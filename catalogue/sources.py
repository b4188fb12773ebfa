"""What a person names -> files and answers -> papers, each read by the importer that knows its kind."""

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from catalogue.found import Found, Importer, Taken
from catalogue.problems import Problem


def take(
    sources: Iterable[str], importers: Sequence[Importer], files: bool = True
) -> Iterator[Taken | Problem]:
    """The bytes of every file, unless there may be none, and the answer for every identifier or address.
    The day of a file is that on which it was last written; an answer's is today's."""
    for source in sources:
        path = Path(source)
        if files and path.is_file():
            yield _file(path, source)
            continue
        if files and path.is_dir():
            yield from folder(path, importers)
            continue
        asked = ((importer, address) for importer in importers if (address := importer.address(source)))
        if found := next(asked, None):
            from catalogue.fetch import Unanswered, fetch

            importer, address = found
            try:
                data = fetch(address, getattr(importer, "ACCEPT", "*/*"))
                yield Taken(data, address, dt.date.today())
            except Unanswered as error:
                yield Problem(
                    source, 1, 1, str(error), "Try again later, or save the answer and add the file"
                )
        else:
            hint = "Give an identifier or an address, or the path of a saved file"
            yield Problem(source, 1, 1, "there is no such file, and no source knows this name", hint)


def folder(path: Path, importers: Sequence[Importer]) -> Iterator[Taken | Problem]:
    """All files below a folder that some importer knows, in the order of their paths, and how many
    there are that none knows. Hidden files are not looked at."""
    unknown = 0
    for one in sorted(path.rglob("*")):
        if one.is_file() and not any(part.startswith(".") for part in one.relative_to(path).parts):
            taken = _file(one, one.as_posix())
            if any(importer.knows(taken.data, taken.path) for importer in importers):
                yield taken
            else:
                unknown += 1
    if unknown:
        files = "file is" if unknown == 1 else "files are"
        message = f"{unknown:,} {files} not known as a source of papers, and left out"
        yield Problem(path.as_posix(), 1, 1, message, "Name the files themselves to see which")


def _file(path: Path, name: str) -> Taken:
    return Taken(path.read_bytes(), name, dt.date.fromtimestamp(path.stat().st_mtime))


def gather(
    taken: Iterable[Taken | Problem], importers: Sequence[Importer]
) -> Iterator[tuple[Found | Problem, dt.date]]:
    """Every paper of every file or answer, each with the day it was taken."""
    for one in taken:
        if isinstance(one, Problem):
            yield one, dt.date.min
            continue
        data, path, day = one
        importer = next((importer for importer in importers if importer.knows(data, path)), None)
        if importer:
            yield from ((found, day) for found in importer.read(data, path))
        else:
            names = ", ".join(importer.NAME for importer in importers)
            yield Problem(path, 1, 1, "this is not a source of papers", f"Known are: {names}"), day
