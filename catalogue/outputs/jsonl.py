"""All papers in our own JSON, one a line (https://jsonlines.org), oldest first so that lines are added at
the end. A file that would grow beyond what hosts take is followed by papers-2.jsonl and so on.
"""

from collections.abc import Iterator

from catalogue.model import Catalogue, Entry, Page, Paper

LIMIT = 45_000_000
"""Bytes. GitHub warns above 50 MB."""


def plan(catalogue: Catalogue) -> Iterator[Page]:
    for number, entries in enumerate(_parts(catalogue.entries), 1):
        name = "papers.jsonl" if number == 1 else f"papers-{number}.jsonl"
        yield Page(name, "api/papers.jsonl", {"entries": entries})


def _parts(entries: tuple[Entry, ...]) -> list[tuple[Entry, ...]]:
    parts: list[list[Entry]] = [[]]
    size = 0
    for entry in reversed(entries):
        size += _size(entry.paper)
        if size > LIMIT:
            parts.append([])
            size = _size(entry.paper)
        parts[-1].append(entry)
    return [tuple(part) for part in parts]


def _size(paper: Paper) -> int:
    """About how many bytes the paper's line has, rather too many; to make the line would take long."""
    return len(paper.text.encode()) + 100 * len(paper.authors) + 2_000
