"""Citations as files: beside the page of each paper, and beside each list of papers for all of it. The
page /topics/agents/ has /topics/agents.bib, .ris and .json beside it, the whole catalogue /catalogue.bib.
"""

from collections.abc import Iterator

from catalogue.dates import Kind, Period
from catalogue.model import Catalogue, Entry, Page, group

FORMS = ("bib", "ris", "json")
PERIODS: tuple[Kind, ...] = ("year", "month", "week", "day")
MOST = 40_000
"""Papers in a file of the whole catalogue: at a kilobyte each it stays below what hosts take, 45 MB. A
larger catalogue is continued in /catalogue-2.bib and so on."""


def plan(catalogue: Catalogue) -> Iterator[Page]:
    more = catalogue.settings.paper_files
    for entry in catalogue.entries:
        for form in (*FORMS, "txt") if more else ("bib", "json"):
            path = f"papers/{entry.paper.key}.{form}"
            yield Page(path, f"citations/paper.{form}", {"entry": entry}, entry.paper.path)
    for address, entries in _lists(catalogue):
        for form in FORMS:
            yield Page(f"{address[1:-1]}.{form}", f"citations/papers.{form}", {"entries": entries})


def _lists(catalogue: Catalogue) -> Iterator[tuple[str, tuple[Entry, ...]]]:
    entries = catalogue.entries
    for number, start in enumerate(range(0, len(entries), MOST), 1):
        yield "/catalogue/" if number == 1 else f"/catalogue-{number}/", entries[start : start + MOST]
    for kind in PERIODS:
        filled = group((Period.of(kind, entry.paper.date), entry) for entry in entries)
        yield from ((period.address, papers) for period, papers in filled.items())
    filed = group((it.address, entry) for entry in entries for it in (*entry.topics, *entry.organisations))
    yield from filed.items()
    if catalogue.settings.author_files:
        yield from group(
            (address, entry)
            for entry in entries
            for address in dict.fromkeys(person.address for person in entry.paper.authors)
        ).items()
