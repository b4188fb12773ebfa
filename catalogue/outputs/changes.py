"""What is new since when: each paper's day of entry and of last change, newest first.

A client reads until it comes to a day and a digest that it knows. The digest tells of edits that no day
in the content tells of.
"""

from collections.abc import Iterable, Iterator

from catalogue.model import Catalogue, File, Page

NEWEST = 500


def plan(catalogue: Catalogue, plans: Iterable[Page | File]) -> Iterator[Page]:
    by_change = sorted(catalogue.entries, key=lambda entry: entry.updated, reverse=True)
    parts = tuple(it.path for it in plans if it.path.endswith(".jsonl"))
    yield Page("changes.json", "api/changes.json", {"entries": tuple(by_change[:NEWEST]), "parts": parts})
