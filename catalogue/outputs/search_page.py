"""The search page, which is also a plain list for when the search itself is not to be had."""

from collections.abc import Iterator

from catalogue.model import Catalogue, Page

RECENT = 50


def plan(catalogue: Catalogue) -> Iterator[Page]:
    years = tuple((year, len(entries)) for year, entries in catalogue.periods("year").items())
    context = {
        "years": years,
        "recent": catalogue.entries[:RECENT],
    }
    yield Page("search/index.html", "pages/search.html", context)
