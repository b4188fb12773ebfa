"""Days, ISO weeks, months and years, in English whatever the locale, each with its address."""

import calendar
import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping
from functools import cache
from itertools import zip_longest
from typing import Literal, NamedTuple

MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")

Kind = Literal["year", "month", "week", "day"]


class Period(NamedTuple):
    """A calendar year, month, ISO 8601 week (Monday to Sunday) or day, named by its first day."""

    kind: Kind
    first: dt.date

    def __repr__(self) -> str:
        return f"{self.kind} {self.first}"

    @classmethod
    @cache
    def of(cls, kind: Kind, day: dt.date) -> "Period":
        """The period of this kind that holds `day`."""
        match kind:
            case "year":
                return cls(kind, day.replace(month=1, day=1))
            case "month":
                return cls(kind, day.replace(day=1))
            case "week":
                return cls(kind, day - dt.timedelta(days=day.weekday()))
            case "day":
                return cls(kind, day)

    @property
    def middle(self) -> dt.date:
        """A day that decides to which longer period this one belongs: a week's is its Thursday."""
        return self.first + dt.timedelta(days=3) if self.kind == "week" else self.first

    @property
    def last(self) -> dt.date:
        return self.following.first - dt.timedelta(days=1)

    @property
    def following(self) -> "Period":
        """The next period of the same kind."""
        longest = {"year": 366, "month": 31, "week": 7, "day": 1}[self.kind]
        return self.of(self.kind, self.first + dt.timedelta(days=longest))

    @property
    def address(self) -> str:
        day = self.first
        match self.kind:
            case "year":
                return f"/{day.year}/"
            case "month":
                return f"/{day.year}/{day.month:02}/"
            case "week":
                year, week, _ = day.isocalendar()
                return f"/{year}/W{week:02}/"
            case "day":
                return f"/{day.year}/{day.month:02}/{day.day:02}/"

    @property
    def iso(self) -> str:
        """As ISO 8601 writes it: 2026, 2026-04, 2026-W16 or 2026-04-17."""
        return self.address.strip("/").replace("/", "-")

    @property
    def title(self) -> str:
        day = self.first
        match self.kind:
            case "year":
                return f"{day.year}"
            case "month":
                return f"{MONTHS[day.month - 1]} {day.year}"
            case "week":
                year, week, _ = day.isocalendar()
                return f"Week {week} of {year}"
            case "day":
                return written(day)


class Calendar(NamedTuple):
    """A month as a reader leafs through it: the days of it that have papers, each with their number,
    and the months before and after that have any."""

    month: Period
    days: tuple[tuple[int, int], ...]
    previous: Period | None
    next: Period | None

    def __repr__(self) -> str:
        return _written_out(self)


@cache
def _written_out(month: Calendar) -> str:
    """Written once: all days of a month have its calendar."""
    return repr(tuple(month))


def calendars(counts: Mapping[dt.date, int]) -> dict[Period, Calendar]:
    """The calendar of every month from the first to the last with papers; `counts` tells how many each
    day has, in any order."""
    months: dict[Period, list[tuple[int, int]]] = {}
    for day in sorted(counts):
        months.setdefault(Period.of("month", day), []).append((day.day, counts[day]))
    made: dict[Period, Calendar] = {}
    previous = None
    for month, following in zip_longest(months, list(months)[1:]):
        made[month] = Calendar(month, tuple(months[month]), previous, following)
        empty = month.following
        while following and empty.first < following.first:
            made[empty] = Calendar(empty, (), month, following)
            empty = empty.following
        previous = month
    return made


def weeks(month: Period) -> list[list[dt.date | None]]:
    """The weeks of a month, Monday first, with None for the days of the months beside it."""
    rows = calendar.Calendar().monthdatescalendar(month.first.year, month.first.month)
    return [[day if day.month == month.first.month else None for day in row] for row in rows]


SPAN = 36
"""So many months does a series show."""


def monthly(days: Iterable[dt.date], until: Period) -> tuple[int, ...]:
    """How many of the days fall in each of the SPAN months that end with the month `until`."""
    last = until.first.year * 12 + until.first.month
    counts = Counter(last - (day.year * 12 + day.month) for day in days)
    return tuple(counts[ago] for ago in range(SPAN - 1, -1, -1))


def written(day: dt.date) -> str:
    """The day as prose has it: 17 April 2026."""
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"
