"""One module for each source of papers. Each is a `catalogue.found.Importer`."""

from catalogue.found import Importer

IMPORTERS: tuple[Importer, ...] = ()
"""In the order in which they are asked whether they know a file. Adding a source is one file in this
folder and its name here."""
