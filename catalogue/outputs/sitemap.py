"""sitemap.xml (https://www.sitemaps.org/protocol.html) with every page to be found, and robots.txt."""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from catalogue.model import Catalogue, File, Page

LIMIT = 50_000
"""Addresses that one sitemap may hold."""
UNLISTED = ("pages/redirect.html", "pages/not_found.html", "pages/offline.html")


def plan(catalogue: Catalogue, plans: Iterable[Page | File]) -> Iterator[Page]:
    """Made from what all others plan, so that no page is forgotten."""
    pages = tuple(
        (f"/{plan.path.removesuffix('index.html')}", _changed(plan.context))
        for plan in plans
        if isinstance(plan, Page) and plan.path.endswith(".html") and plan.template not in UNLISTED
    )
    parts = [pages[i : i + LIMIT] for i in range(0, len(pages), LIMIT)]
    names = (
        [f"sitemap-{number}.xml" for number in range(1, len(parts) + 1)]
        if len(parts) > 1
        else ["sitemap.xml"]
    )
    for name, part in zip(names, parts, strict=True):
        yield Page(name, "api/sitemap.xml", {"pages": part})
    if len(parts) > 1:
        yield Page("sitemap.xml", "api/sitemaps.xml", {"names": tuple(names)})
    yield Page("robots.txt", "api/robots.txt", {})


def _changed(context: Mapping[str, Any]) -> dt.date | None:
    """The last day that the content knows for the papers of the page, or None."""
    if "entry" in context:
        return context["entry"].updated if context["entry"] else None
    return max([entry.updated for entry in context.get("entries", ())], default=None)
