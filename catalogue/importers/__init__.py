"""One module for each source of papers. Each is a `catalogue.found.Importer`."""

from catalogue.found import Importer
from catalogue.importers import (
    acl,
    arxiv,
    bibtex,
    csl,
    daily_papers,
    generators,
    openreview,
    ris,
    saved_page,
)

IMPORTERS: tuple[Importer, ...] = (
    arxiv,
    openreview,
    daily_papers,
    saved_page,
    acl,
    bibtex,
    ris,
    csl,
    generators,
)
"""In the order in which they are asked whether they know a file. Adding a source is one file in this
folder and its name here."""
