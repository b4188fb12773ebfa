"""A page for each day, ISO week, month and year: also for the empty ones in between.

An empty year has its own page but no pages within it, so that one paper from long ago does not bring
tens of thousands of empty days.
"""

from collections.abc import Iterator, Mapping

from catalogue import beside
from catalogue.dates import Calendar, Kind, Period
from catalogue.model import Catalogue, Entries, Page, group

PARENTS: dict[Kind, tuple[Kind, ...]] = {
    "year": (),
    "month": ("year",),
    "week": ("year",),
    "day": ("year", "month", "week"),
}
PARTS: dict[Kind, Kind] = {"year": "month", "month": "day", "week": "day", "day": "day"}

Parts = tuple[tuple[Period, Entries], ...]


def plan(catalogue: Catalogue) -> Iterator[Page]:
    filled = {kind: catalogue.periods(kind) for kind in PARENTS}
    years = {year.first.year for year in filled["year"]}
    for kind in PARENTS:
        parts = group((Period.of(kind, part.first), (part, it)) for part, it in filled[PARTS[kind]].items())
        yield from _pages(kind, filled[kind], parts, years, {} if kind == "year" else catalogue.calendars)


def _pages(
    kind: Kind,
    filled: Mapping[Period, Entries],
    parts: Mapping[Period, Parts],
    years: set[int],
    months: Mapping[Period, Calendar],
) -> Iterator[Page]:
    """`filled` holds the periods that have papers, newest first, and `parts` what is in them; `years` are
    those that have any, `months` the calendars."""
    newest_first = list(filled)
    for i, period in enumerate(newest_first):
        previous = newest_first[i + 1] if i + 1 < len(newest_first) else None
        following = newest_first[i - 1] if i else None
        yield _page(period, previous, following, filled[period], parts[period], months)
        empty = period.following
        while following and empty.first < following.first:
            if kind == "year" or years & {empty.first.year, empty.last.year}:
                yield _page(empty, period, following, Entries(), (), months)
            empty = empty.following


def _page(
    period: Period,
    previous: Period | None,
    following: Period | None,
    entries: Entries,
    parts: Parts,
    months: Mapping[Period, Calendar],
) -> Page:
    day = entries[0].paper.date if entries else period.middle  # a week can lie in two years
    context = {
        "period": period,
        "previous": previous,
        "next": following,
        "parents": tuple(Period.of(parent, day) for parent in PARENTS[period.kind]),
        "groups": parts,
        "entries": entries,
        "calendar": months.get(Period.of("month", day)),
    }
    files = beside.citations(period.address) if entries else ()
    if period.kind != "year":
        files += beside.answer(period.iso)
    return Page(f"{period.address[1:]}index.html", "pages/period.html", context, "", files)
