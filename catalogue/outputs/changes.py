"""What is new since when: each paper's day of entry and of last change, newest first.

A client compares all digests with those that it knows: edits that no day in the content tells of, and papers
of an earlier day, stand below others that it knows.
"""

from collections.abc import Iterable, Iterator

from catalogue.model import Catalogue, File, Page

NEWEST = 500


def plan(catalogue: Catalogue, plans: Iterable[Page | File]) -> Iterator[Page]:
    by_change = sorted(catalogue.entries, key=lambda entry: entry.updated, reverse=True)
    parts = tuple(it.path for it in plans if it.path.endswith(".jsonl"))
    yield Page("changes.json", "api/changes.json", {"entries": tuple(by_change[:NEWEST]), "parts": parts})
