"""The front page: the newest day with papers, then earlier days until there are enough to read."""

from collections.abc import Iterator

from catalogue.dates import Period
from catalogue.model import Catalogue, Page


def plan(catalogue: Catalogue) -> Iterator[Page]:
    days = [(Period.of("day", day), entries) for day, entries in catalogue.days.items()]
    shown, papers = 0, 0
    while shown < len(days) and (not shown or papers < catalogue.settings.front_papers):
        papers += len(days[shown][1])
        shown += 1
    first = days[0] if days else (None, ())
    context = {
        "day": first[0],
        "entries": first[1],
        "calendar": catalogue.calendars[catalogue.newest] if days else None,
        "earlier": tuple(days[1:shown]),
        "previous": days[shown][0] if shown < len(days) else None,
        "counts": {
            "papers": len(catalogue.entries),
            "days": len(days),
            "authors": len(catalogue.authors),
            "topics": len(catalogue.topics),
        },
    }
    yield Page("index.html", "pages/home.html", context)
