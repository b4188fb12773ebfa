"""Each paper as Markdown beside its page: the facts as front matter, then the text as it was written."""

from collections.abc import Iterator

from catalogue.model import Catalogue, Page


def plan(catalogue: Catalogue) -> Iterator[Page]:
    if catalogue.settings.paper_files:
        for entry in catalogue.entries:
            yield Page(f"papers/{entry.paper.key}.md", "api/paper.md", {"entry": entry}, entry.paper.path)
