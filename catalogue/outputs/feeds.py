"""Feeds: Atom (RFC 4287) and JSON Feed 1.1 (https://jsonfeed.org/version/1.1) of everything, of each
topic, organisation and author, and of the weeks; archives of everything, month by month (RFC 5005,
section 4); and the list of them, for people and as OPML 2.0 (http://opml.org/spec2.opml).
"""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from catalogue.dates import Period
from catalogue.model import Catalogue, Entries, Entry, Link, Page

NEWEST = 50
"""Papers that a feed of a list shows; an archive shows all of its month."""
WEEKS = 20
FRIDAY = dt.timedelta(days=4)


def plan(catalogue: Catalogue) -> Iterator[Page]:
    yield from _everything(catalogue)
    yield _page("feeds/weekly", "weekly", {"weeks": _weeks(catalogue)[:WEEKS]})
    yield Page("feeds/all.opml", "feeds/all.opml", _listed(catalogue))
    yield Page("subscribe/index.html", "pages/subscribe.html", _listed(catalogue))


def _listed(catalogue: Catalogue) -> Mapping[str, tuple[Link, ...]]:
    """The topics and the organisations, by title: those whose feeds are listed. Authors are too many."""
    topics = (Link(it.title, it.address) for it in catalogue.topics.values())
    organisations = (Link(it.title, it.address) for it in catalogue.organisations.values())
    return {"topics": _sorted(topics), "organisations": _sorted(organisations)}


def _sorted(links: Iterable[Link]) -> tuple[Link, ...]:
    return tuple(sorted(links, key=lambda link: (link.title.casefold(), link.address)))


def _everything(catalogue: Catalogue) -> Iterator[Page]:
    """The newest papers, which lead to the archive of the newest month, that to the one before, and so on.
    The newest month's archive still grows."""
    entries, months = catalogue.entries, catalogue.periods("month")
    archives = [f"/feeds/all/{month.iso}.atom" for month in months] + [""]
    yield _page("feeds/all", "papers", _papers("/", "", entries[:NEWEST], earlier=archives[0]))
    for i, (month, within) in enumerate(months.items()):
        context = _papers(month.address, month.title, within, earlier=archives[i + 1], archive=True)
        yield Page(archives[i][1:], "feeds/papers.atom", context)


def _weeks(catalogue: Catalogue) -> tuple[tuple[Period, Entries], ...]:
    """The weeks, newest first. One is told of when there is a paper of its Friday or of a later day."""
    newest = next(iter(catalogue.days), None)
    weeks = catalogue.periods("week").items()
    return tuple((week, within) for week, within in weeks if newest and newest >= week.first + FRIDAY)


def _papers(
    address: str, title: str, entries: tuple[Entry, ...], earlier: str = "", archive: bool = False
) -> Mapping[str, Any]:
    return {"address": address, "title": title, "entries": entries, "earlier": earlier, "archive": archive}


def _page(path: str, template: str, context: Mapping[str, Any]) -> Page:
    return Page(
        f"{path}.atom", f"feeds/{template}.atom", context, "", ((f"{path}.json", f"feeds/{template}.json"),)
    )
