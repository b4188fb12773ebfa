"""All papers in our own JSON, one a line (https://jsonlines.org), oldest first so that lines are added at
the end. A large catalogue has a file for each year, papers-2025.jsonl.
"""

from collections.abc import Iterator

from catalogue.model import Catalogue, Entries, Page

MOST = 2_000
"""Papers in one file for all. Above it an edit makes the lines of a year anew, not everything."""


def plan(catalogue: Catalogue) -> Iterator[Page]:
    entries = Entries(reversed(catalogue.entries))
    if len(entries) <= MOST:
        yield Page("papers.jsonl", "api/papers.jsonl", {"entries": entries})
    else:
        for year, within in reversed(catalogue.periods("year").items()):
            yield Page(f"papers-{year.iso}.jsonl", "api/papers.jsonl", {"entries": Entries(reversed(within))})
