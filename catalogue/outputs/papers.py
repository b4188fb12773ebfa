"""A page for each paper."""

from collections.abc import Iterator

from catalogue.model import Catalogue, Entry, Link, Page


def plan(catalogue: Catalogue) -> Iterator[Page]:
    for entries in catalogue.days.values():
        for i, entry in enumerate(entries):
            context = {
                "entry": entry,
                "previous": _link(entries[i - 1]) if i else None,
                "next": _link(entries[i + 1]) if i + 1 < len(entries) else None,
                "relatives": catalogue.relatives.get(entry.paper.key, ()),
            }
            yield Page(f"{entry.paper.address[1:]}index.html", "pages/paper.html", context, entry.paper.path)


def _link(entry: Entry) -> Link:
    return Link(entry.paper.plain_title, entry.paper.address)
