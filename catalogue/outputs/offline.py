"""What keeps read pages readable without a connection: a service worker, and the page it shows for all
others (https://www.w3.org/TR/service-workers/). Switched off, a worker is published that removes itself."""

from collections.abc import Iterator

from catalogue.model import Catalogue, Page


def plan(catalogue: Catalogue) -> Iterator[Page]:
    yield Page("sw.js", "offline/sw.js", {})
    yield Page("offline/index.html", "pages/offline.html", {})
