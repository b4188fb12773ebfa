"""Static answers in the shape of the Daily Papers API, and the page that documents all addresses for
programs with examples from the newest papers.

The API asks with `?date=`, `?week=` and `?month=`; a static host does not see what follows the question
mark, so the same values are file names here. As there, a period without papers is an empty list.
"""

from collections.abc import Iterable, Iterator
from itertools import chain

from catalogue.dates import Period
from catalogue.model import Catalogue, Entry, File, Page

NEWEST = 50


def plan(catalogue: Catalogue, plans: Iterable[Page | File]) -> Iterator[Page]:
    """There is an answer for each period that has a page."""
    entries, plans = catalogue.entries, tuple(plans)
    yield _answer("index", entries[:NEWEST])
    for page in plans:
        if isinstance(page, Page) and page.template == "pages/period.html":
            period, groups = page.context["period"], page.context["groups"]
            if period.kind != "year":
                yield _answer(period.iso, tuple(chain.from_iterable(within for _, within in groups)))
    yield Page("api/schema.json", "api/schema.json", {})
    parts = tuple(it.path for it in plans if it.path.endswith(".jsonl"))
    yield Page("api/index.html", "pages/api.html", _examples(entries) | {"parts": parts})


def _answer(name: str, entries: tuple[Entry, ...]) -> Page:
    return Page(f"api/daily_papers/{name}.json", "api/daily_papers.json", {"entries": entries})


def _examples(entries: tuple[Entry, ...]) -> dict[str, object]:
    """The newest paper, and the newest that has a topic, an organisation and an author."""
    newest = entries[0] if entries else None
    return {
        "entry": newest,
        "periods": tuple(Period.of(kind, newest.paper.date) for kind in ("day", "week", "month"))
        if newest
        else (),
        "topic": next((it.address for entry in entries for it in entry.topics), None),
        "organisation": next((it.address for entry in entries for it in entry.organisations), None),
        "author": next((it.address for entry in entries for it in entry.paper.authors), None),
    }
