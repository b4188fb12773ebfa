"""ACL Anthology: identifiers and addresses; the answer is its BibTeX."""

import re
from collections.abc import Iterator

from catalogue.found import Found
from catalogue.importers import bibtex
from catalogue.problems import Problem

NAME = "ACL Anthology"
HOST = "https://aclanthology.org"
ID = r"(?:[A-Z]\d{2}-\d{4,5}|\d{4}\.[a-z0-9]+-[a-z0-9_]+\.\d+)"


def address(source: str) -> str | None:
    """That of the BibTeX for `acl:P18-1001`, `2023.acl-long.1` or a page of aclanthology.org."""
    place = r"(?:acl:\s*|https?://(?:www\.)?aclanthology\.org/)?"
    found = re.fullmatch(rf"{place}({ID})(?:\.pdf|\.bib)?/?", source.strip())
    return f"{HOST}/{found[1]}.bib" if found else None


def knows(data: bytes, path: str) -> bool:
    return path.startswith(HOST) or (data.lstrip()[:1] == b"@" and b"aclanthology.org/" in data[:4000])


def read(data: bytes, path: str) -> Iterator[Found | Problem]:
    """Every entry of the BibTeX; those whose address is the Anthology's have its identifier."""
    for found in bibtex.read(data, path):
        named = isinstance(found, Found) and re.search(
            rf"(?:aclanthology\.org|10\.18653/v1)/({ID})/?$", _page(found)
        )
        if named and isinstance(found, Found):
            values = {**found.values, "acl": named[1]}
            yield found._replace(values=values, url=f"{HOST}/{named[1]}/")
        else:
            yield found


def _page(found: Found) -> str:
    """Its address or DOI at the Anthology, which gives its DOIs under 10.18653."""
    places = (found.url, found.values.get("doi", ""), *found.values.get("links", {}).values())
    return next((place for place in places if re.search(r"aclanthology\.org/|10\.18653/", place)), "")
