"""A page for each paper, and the paper in other forms beside it: /papers/KEY/ has /papers/KEY.bib, ..."""

from collections.abc import Iterator

from catalogue import beside
from catalogue.model import Catalogue, Entry, Link, Page


def plan(catalogue: Catalogue) -> Iterator[Page]:
    more = catalogue.settings.paper_files
    for entries in catalogue.days.values():
        links = [None, *map(_link, entries), None]
        for entry, previous, following in zip(entries, links, links[2:], strict=False):
            key = entry.paper.key
            context = {
                "entry": entry,
                "previous": previous,
                "next": following,
                "relatives": catalogue.relatives.get(key, ()),
            }
            path = f"papers/{key}/index.html"
            yield Page(path, "pages/paper.html", context, entry.paper.path, beside.paper(key, more))


def _link(entry: Entry) -> Link:
    return Link(entry.paper.plain_title, entry.paper.address)
