"""The reading list, which the reader's own browser keeps."""

from collections.abc import Iterator

from catalogue.model import Catalogue, Page


def plan(catalogue: Catalogue) -> Iterator[Page]:
    yield Page("reading-list/index.html", "pages/reading_list.html", {})
