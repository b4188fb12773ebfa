"""A page for each organisation, and the list of all."""

from collections.abc import Iterator

from catalogue.model import Catalogue, Page, group


def plan(catalogue: Catalogue) -> Iterator[Page]:
    entries = group((it.address, entry) for entry in catalogue.entries for it in entry.organisations)
    organisations = sorted(catalogue.organisations.values(), key=lambda it: (it.name.casefold(), it.key))
    for organisation in organisations:
        context = {"organisation": organisation, "entries": entries.get(organisation.address, ())}
        path = f"{organisation.address[1:]}index.html"
        yield Page(path, "pages/organisation.html", context, organisation.path)
    counted = tuple((it, len(entries.get(it.address, ()))) for it in organisations)
    yield Page("organisations/index.html", "pages/organisations.html", {"organisations": counted})
