"""Authors as pages show them. Pages work this out from their entries, so that planning costs nothing."""

from collections import Counter
from collections.abc import Iterable

from catalogue.model import Entry, Link, Paper

CROWD = 100
"""Of a paper with more authors it is not said that they wrote it together."""


def authors_line(paper: Paper, shown: int = 3) -> str:
    """The first authors' names and the number of the others, or the number alone."""
    names = [person.name for person in paper.authors]
    if not names:
        return f"{paper.author_count} authors" if paper.author_count else ""
    if len(names) > shown + 1:
        return f"{', '.join(names[:shown])} and {len(names) - shown} more"
    return ", ".join(names)


def coauthors(entries: Iterable[Entry], address: str) -> list[tuple[Link, int]]:
    """Who else wrote these papers, and how many of them, most first; not who has the page `address`."""
    papers = [entry.paper for entry in entries if len(entry.paper.authors) <= CROWD]
    names = Counter(Link(person.name, person.address) for paper in papers for person in set(paper.authors))
    others = [(link, number) for link, number in names.items() if link.address != address]
    return sorted(others, key=lambda other: (-other[1], other[0]))


def years(entries: Iterable[Entry]) -> list[tuple[int, int]]:
    """The years of the papers, newest first, each with their number."""
    return sorted(Counter(entry.paper.date.year for entry in entries).items(), reverse=True)


def per_day(entries: Iterable[Entry]) -> list[tuple[int, int]]:
    """The days of a month's papers, each with their number."""
    return sorted(Counter(entry.paper.date.day for entry in entries).items())
