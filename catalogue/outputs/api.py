"""Static answers in the shape of the Daily Papers API, and the page that documents all addresses for
programs with examples from the newest papers.

The API asks with `?date=`, `?week=` and `?month=`; a static host does not see what follows the question
mark, so the same values are file names here. As there, a period without papers is an empty list.
"""

from collections.abc import Iterable, Iterator

from catalogue.beside import answer
from catalogue.dates import Period
from catalogue.model import Catalogue, Entry, File, Page

NEWEST = 50


def plan(catalogue: Catalogue, plans: Iterable[Page | File]) -> Iterator[Page]:
    entries = catalogue.entries
    for path, template in answer("index"):
        yield Page(path, template, {"entries": entries[:NEWEST]})
    yield Page("api/schema.json", "api/schema.json", {})
    parts = tuple(it.path for it in plans if it.path.endswith(".jsonl"))
    yield Page("api/index.html", "pages/api.html", _examples(entries) | {"parts": parts})


def _examples(entries: tuple[Entry, ...]) -> dict[str, object]:
    """The newest paper, and the newest that has a topic, an organisation and an author of several papers."""
    newest = entries[0] if entries else None
    return {
        "entry": newest,
        "periods": tuple(Period.of(kind, newest.paper.date) for kind in ("day", "week", "month"))
        if newest
        else (),
        "topic": next((it.address for entry in entries for it in entry.topics), None),
        "organisation": next((it.address for entry in entries for it in entry.organisations), None),
        "author": _several(it.address for entry in entries for it in entry.paper.authors),
    }


def _several(addresses: Iterable[str]) -> str | None:
    """The first address that comes again."""
    seen: set[str] = set()
    return next((it for it in addresses if it in seen or seen.add(it)), None)  # type: ignore[func-returns-value]
