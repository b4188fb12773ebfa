"""Old addresses that lead to where a thing is now: published addresses never die. What is beside a page, its
citations and feeds, is there under its old name too, as no redirect of a page leads a program."""

from collections.abc import Iterator, Sequence

from catalogue.model import Article, Catalogue, File, Organisation, Page, Paper, Topic


def plan(catalogue: Catalogue, plans: Sequence[Page | File]) -> Iterator[Page]:
    papers = (entry.paper for entry in catalogue.entries)
    groups = (papers, catalogue.topics.values(), catalogue.organisations.values(), catalogue.articles)
    documents: list[Paper | Topic | Organisation | Article] = [it for group in groups for it in group]
    moved = {document.address: document for document in documents if document.aliases}
    for page in plans if moved else ():
        address = "/" + page.path.removesuffix("index.html")
        if isinstance(page, Page) and address in moved:
            for alias in moved[address].aliases:
                files = page.beside if _section(alias) == _section(address) else ()
                files = tuple((path.replace(address[1:-1], alias[1:-1], 1), form) for path, form in files)
                context = {**page.context, "target": address}
                yield Page(f"{alias[1:]}index.html", "pages/redirect.html", context, page.origin, files)


def _section(address: str) -> list[str]:
    """The folders above what lies at an address."""
    return address.split("/")[:-2]
