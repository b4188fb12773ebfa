"""A page for each day, ISO week, month and year: also for the empty ones in between.

An empty year has its own page but no pages within it, so that one paper from long ago does not bring
tens of thousands of empty days.
"""

from collections.abc import Iterator

from catalogue import beside
from catalogue.dates import Calendar, Kind, Period, calendars
from catalogue.model import Catalogue, Entry, Page, group

PARENTS: dict[Kind, tuple[Kind, ...]] = {
    "year": (),
    "month": ("year",),
    "week": ("year",),
    "day": ("year", "month", "week"),
}
PARTS: dict[Kind, Kind] = {"year": "month", "month": "day", "week": "day", "day": "day"}


def plan(catalogue: Catalogue) -> Iterator[Page]:
    months = calendars({day: len(entries) for day, entries in catalogue.days.items()})
    for kind in PARENTS:
        filled = group((Period.of(kind, entry.paper.date), entry) for entry in catalogue.entries)
        yield from _pages(kind, filled, {} if kind == "year" else months)


def _pages(
    kind: Kind, filled: dict[Period, tuple[Entry, ...]], months: dict[Period, Calendar]
) -> Iterator[Page]:
    """`filled` holds the periods that have papers, newest first; `months` their calendars."""
    years = {entry.paper.date.year for entries in filled.values() for entry in entries}
    newest_first = list(filled)
    for i, period in enumerate(newest_first):
        previous = newest_first[i + 1] if i + 1 < len(newest_first) else None
        following = newest_first[i - 1] if i else None
        yield _page(period, previous, following, filled[period], months)
        empty = period.following
        while following and empty.first < following.first:
            if kind == "year" or years & {empty.first.year, empty.last.year}:
                yield _page(empty, period, following, (), months)
            empty = empty.following


def _page(
    period: Period,
    previous: Period | None,
    following: Period | None,
    entries: tuple[Entry, ...],
    months: dict[Period, Calendar],
) -> Page:
    day = entries[0].paper.date if entries else period.middle  # a week can lie in two years
    parts = group((Period.of(PARTS[period.kind], entry.paper.date), entry) for entry in entries)
    context = {
        "period": period,
        "previous": previous,
        "next": following,
        "parents": tuple(Period.of(parent, day) for parent in PARENTS[period.kind]),
        "groups": tuple(parts.items()),
        "entries": entries,
        "calendar": months.get(Period.of("month", day)),
    }
    files = beside.citations(period.address) if entries else ()
    if period.kind != "year":
        files += beside.answer(period.iso)
    return Page(f"{period.address[1:]}index.html", "pages/period.html", context, "", files)
