"""JSON Schemas of the files that people write, for editors: /schemas/paper.json and so on."""

from collections.abc import Iterator

from catalogue.editors import SHAPES
from catalogue.model import Catalogue, Page


def plan(catalogue: Catalogue) -> Iterator[Page]:
    for kind in SHAPES:
        yield Page(f"schemas/{kind}.json", "api/file_schema.json", {"kind": kind})
