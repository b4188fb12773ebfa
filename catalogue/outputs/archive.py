"""The archive: a calendar of every month that has papers."""

import calendar
import datetime as dt
from collections import Counter
from collections.abc import Iterator

from catalogue.dates import Period
from catalogue.model import Catalogue, Page, group

Cell = tuple[dt.date, int] | None


def plan(catalogue: Catalogue) -> Iterator[Page]:
    counts = Counter({day: len(entries) for day, entries in catalogue.days.items()})
    months = group((Period.of("month", day), counts[day]) for day in sorted(counts))
    years = group((Period.of("year", month.first), month) for month in months)
    context = {
        "years": tuple(
            (
                year,
                sum(sum(months[month]) for month in within),
                tuple((month, sum(months[month]), _weeks(month, counts)) for month in within),
            )
            for year, within in sorted(years.items(), reverse=True)
        )
    }
    yield Page("archive/index.html", "pages/archive.html", context)


def _weeks(month: Period, counts: Counter[dt.date]) -> tuple[tuple[Cell, ...], ...]:
    """The month's weeks, Monday first; None for days of the months beside it."""
    rows = calendar.Calendar().monthdatescalendar(month.first.year, month.first.month)
    return tuple(
        tuple((day, counts[day]) if day.month == month.first.month else None for day in row) for row in rows
    )
