"""Pages of prose from content/pages/, such as About, and the page for addresses that lead nowhere."""

from collections.abc import Iterator

from catalogue.model import Catalogue, Page


def plan(catalogue: Catalogue) -> Iterator[Page]:
    for article in catalogue.articles:
        yield Page(f"{article.key}/index.html", "pages/article.html", {"article": article}, article.path)
    yield Page("404.html", "pages/not_found.html", {})
