"""All papers in our own JSON, one a line (https://jsonlines.org), oldest first so that lines are added at
the end. A large catalogue has a file for each year, papers-2025.jsonl.
"""

from collections.abc import Iterator

from catalogue.model import Catalogue, Page, group

MOST = 2_000
"""Papers in one file for all. Above it an edit makes the lines of a year anew, not everything."""


def plan(catalogue: Catalogue) -> Iterator[Page]:
    entries = tuple(reversed(catalogue.entries))
    if len(entries) <= MOST:
        yield Page("papers.jsonl", "api/papers.jsonl", {"entries": entries})
    else:
        for year, within in group((entry.paper.date.year, entry) for entry in entries).items():
            yield Page(f"papers-{year}.jsonl", "api/papers.jsonl", {"entries": within})
