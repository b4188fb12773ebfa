"""One module for each source of papers. Each is a `catalogue.found.Importer`."""

from catalogue.found import Importer
from catalogue.importers import arxiv, daily_papers, openreview, saved_page

IMPORTERS: tuple[Importer, ...] = (arxiv, openreview, daily_papers, saved_page)
"""In the order in which they are asked whether they know a file. Adding a source is one file in this
folder and its name here."""
