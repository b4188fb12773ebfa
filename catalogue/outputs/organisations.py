"""A page for each organisation, and the list of all."""

from collections.abc import Iterator

from catalogue import beside
from catalogue.dates import monthly
from catalogue.model import Catalogue, Entries, Page, listed


def plan(catalogue: Catalogue) -> Iterator[Page]:
    entries = listed((it.address, entry) for entry in catalogue.entries for it in entry.organisations)
    organisations = sorted(catalogue.organisations.values(), key=lambda it: (it.name.casefold(), it.key))
    until = catalogue.newest
    counted = []
    for organisation in organisations:
        papers = entries.get(organisation.address, Entries())
        series = monthly((entry.paper.date for entry in papers), until)
        address = organisation.address
        context = {
            "organisation": organisation,
            "address": address,
            "title": organisation.name,
            "entries": papers,
            "series": series,
            "until": until,
        }
        files = beside.feeds(address) + (beside.citations(address) if papers else ())
        path = f"{address[1:]}index.html"
        yield Page(path, "pages/organisation.html", context, organisation.path, files)
        counted.append((organisation, len(papers), series))
    context = {"organisations": tuple(counted), "until": until}
    yield Page("organisations/index.html", "pages/organisations.html", context)
