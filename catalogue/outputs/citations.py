"""Citations of the whole catalogue as files. Those of other lists are beside their pages."""

from collections.abc import Iterator

from catalogue.beside import citations
from catalogue.model import Catalogue, Page

MOST = 2_000
"""Papers in a file of the whole catalogue. The files of the years hold the older ones of a larger one: so
an edit makes a year anew, not everything."""


def plan(catalogue: Catalogue) -> Iterator[Page]:
    context = {"entries": catalogue.entries[:MOST]}
    (first, template), *others = citations("/catalogue/")
    yield Page(first, template, context, beside=tuple(others))
