"""A picture for each paper and day, and one for all other pages, for where their addresses are shared."""

from collections.abc import Iterator

from catalogue.dates import Period
from catalogue.model import Catalogue, Page
from catalogue.people import authors_line

TITLES = 4


def plan(catalogue: Catalogue) -> Iterator[Page]:
    if not catalogue.settings.cards:
        return
    about = {"title": catalogue.settings.description, "below": "", "more": (), "date": None}
    yield Page("card.png", "card.png", about)
    for day, entries in catalogue.days.items():
        number = f"{len(entries)} paper{'' if len(entries) == 1 else 's'}"
        titles = tuple(entry.paper.plain_title for entry in entries[:TITLES])
        context = {"title": number, "below": "", "more": titles, "date": day}
        yield Page(f"{Period.of('day', day).address[1:]}card.png", "card.png", context)
        for entry in entries:
            paper = entry.paper
            context = {
                "title": paper.plain_title,
                "below": authors_line(paper),
                "more": (),
                "date": paper.date,
            }
            yield Page(f"{paper.address[1:]}card.png", "card.png", context, paper.path)
