"""One module for each source of papers. Each is a `catalogue.found.Importer`."""

from catalogue.found import Importer
from catalogue.importers import bibtex, csl, generators, ris

IMPORTERS: tuple[Importer, ...] = (bibtex, ris, csl, generators)
"""In the order in which they are asked whether they know a file. Adding a source is one file in this
folder and its name here."""
