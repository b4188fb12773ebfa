"""The archive: how many papers each month of each year has, as a heat map."""

from collections import Counter
from collections.abc import Iterator

from catalogue.dates import MONTHS, Period
from catalogue.model import Catalogue, Page


def plan(catalogue: Catalogue) -> Iterator[Page]:
    counts = Counter({month: len(entries) for month, entries in catalogue.periods("month").items()})
    years = sorted({Period.of("year", month.first) for month in counts}, reverse=True)
    context = {
        "years": tuple((year, tuple((month, counts[month]) for month in _months(year))) for year in years),
        "most": max(counts.values(), default=0),
    }
    yield Page("archive/index.html", "pages/archive.html", context)


def _months(year: Period) -> list[Period]:
    return [Period("month", year.first.replace(month=number)) for number in range(1, len(MONTHS) + 1)]
