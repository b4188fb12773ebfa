"""Citations as files, beside the page of each paper."""

from collections.abc import Iterator

from catalogue.model import Catalogue, Page


def plan(catalogue: Catalogue) -> Iterator[Page]:
    for entry in catalogue.entries:
        for kind in ("bib", "json"):
            path = f"papers/{entry.paper.key}.{kind}"
            yield Page(path, f"citations/paper.{kind}", {"entry": entry}, entry.paper.path)
