"""The description with which browsers offer this site's search (OpenSearch 1.1, draft 6)."""

from collections.abc import Iterator

from catalogue.model import Catalogue, Page


def plan(catalogue: Catalogue) -> Iterator[Page]:
    yield Page("opensearch.xml", "api/opensearch.xml", {})
