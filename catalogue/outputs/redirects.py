"""Old addresses that lead to where a thing is now: published addresses never die."""

from collections.abc import Iterator

from catalogue.model import Article, Catalogue, Organisation, Page, Paper, Topic


def plan(catalogue: Catalogue) -> Iterator[Page]:
    papers = (entry.paper for entry in catalogue.entries)
    groups = (papers, catalogue.topics.values(), catalogue.organisations.values(), catalogue.articles)
    documents: list[Paper | Topic | Organisation | Article] = [it for group in groups for it in group]
    for document in documents:
        for alias in document.aliases:
            context = {"target": document.address}
            yield Page(f"{alias[1:]}index.html", "pages/redirect.html", context, document.path)
