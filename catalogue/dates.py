"""Days, ISO weeks, months and years, in English whatever the locale, each with its address."""

import datetime as dt
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

    @classmethod
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


def written(day: dt.date) -> str:
    """The day as prose has it: 17 April 2026."""
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"
