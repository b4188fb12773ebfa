"""Links within the site: that pages of prose and of papers lead to what is there."""

import re
from collections.abc import Collection, Iterable, Iterator
from difflib import get_close_matches
from html import unescape
from urllib.parse import unquote

from catalogue.model import Catalogue, Document, File, Page
from catalogue.rules import Finding

OWN = {"main", "text"}
"""Anchors that pages have of themselves."""


def dead_links(catalogue: Catalogue, plans: Iterable[Page | File]) -> Iterator[Finding]:
    """Links in bodies to pages of this site, or to anchors in bodies, that there are not."""
    documents: tuple[Document, ...] = (
        *(entry.paper for entry in catalogue.entries),
        *catalogue.topics.values(),
        *catalogue.organisations.values(),
        *catalogue.articles,
    )
    linking = [document for document in documents if "<a href=" in document.html]
    if not linking:
        return
    paths = {path for plan in plans for path in plan.files}
    bodies = {document.address: document for document in documents}  # type: ignore[attr-defined]
    for document in linking:
        for href in dict.fromkeys(re.findall('<a href="([^"]*)"', document.html)):
            address = unescape(href)
            if address.startswith("#"):
                said, anchor = address, unquote(address[1:])
                target: Document | None = document
            elif address.startswith(f"{catalogue.settings.base}/"):
                said = address.removeprefix(catalogue.settings.base)
                place, _, anchor = unquote(said).partition("#")
                place = place.partition("?")[0]
                if (f"{place}index.html" if place.endswith("/") else place)[1:] not in paths:
                    hint = _meant(place, paths)
                    yield Finding(document.path, (), f"there is no page {place} to link to", hint, said)
                    continue
                target = bodies.get(place)
            else:
                continue
            if anchor and target and anchor not in OWN and anchor not in (ids := _anchors(target)):
                close = get_close_matches(anchor, ids, 1)
                hint = (
                    f"Did you mean '#{close[0]}'?"
                    if close
                    else "Link to a heading, in lower case with hyphens"
                )
                yield Finding(document.path, (), f"there is no heading #{anchor} to link to", hint, said)


def _anchors(document: Document) -> list[str]:
    return [unescape(anchor) for anchor in re.findall(r'<h[2-6] id="([^"]*)"', document.html)]


def _meant(place: str, paths: Collection[str]) -> str:
    if f"{place[1:]}/index.html" in paths:
        return f"Did you mean '{place}/'?"
    folder = place.rstrip("/").rpartition("/")[0][1:]
    beside = {
        f"/{path.removesuffix('index.html')}"
        for path in paths
        if path.startswith(f"{folder}/") and path.endswith("/index.html")
    }
    close = get_close_matches(place, sorted(beside), 1, 0.7)
    return f"Did you mean '{close[0]}'?" if close else "Link to a page that there is, such as /papers/KEY/"
