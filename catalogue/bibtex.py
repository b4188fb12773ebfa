"""A paper as a BibTeX entry."""

import re

from catalogue.cite import Name, address, eprint, kind, name, venue
from catalogue.model import Entry, Paper

TYPES = {"paper-conference": "inproceedings", "article-journal": "article", "article": "misc"}
VENUES = {"paper-conference": "booktitle", "article-journal": "journal", "article": "howpublished"}
_SPECIAL = str.maketrans(
    {c: f"\\{c}" for c in "&%#_$"}
    | {"\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}"}
    | {"{": r"\textbraceleft{}", "}": r"\textbraceright{}"}  # BibTeX counts the brace of \{ too
)


def bibtex(entry: Entry) -> str:
    """The entry in BibTeX's format, UTF-8, keyed by the paper's own permanent key.

    The title keeps its capitals and its `$mathematics$`; names are as printed. DOI and address
    are written raw: both are verbatim to biblatex, and to whatever makes links of them.
    """
    paper = entry.paper
    fields = ",\n".join(f"  {field} = {{{value}}}" for field, value in _fields(paper).items() if value)
    return f"@{TYPES[kind(paper)]}{{{paper.key},\n{fields}\n}}"


def _fields(paper: Paper) -> dict[str, str]:
    appeared = paper.published or paper.date
    return {
        "title": "{" + _latex(paper.title) + "}",
        "author": " and ".join(_name(name(person.name)) for person in paper.authors),
        VENUES[kind(paper)]: _latex(venue(paper)),
        "year": str(appeared.year),
        "month": str(appeared.month),
        "doi": paper.doi or "",
        "eprint": eprint(paper),
        "archiveprefix": "arXiv" if paper.arxiv else "",
        "url": address(paper),
    }


def _name(parts: Name) -> str:
    """A name that is no person's is kept whole by braces; one with a suffix needs the form with commas."""
    family = f"{parts.particle} {_latex(parts.family)}".strip()
    if not parts.given:
        return "{" + _latex(parts.family) + "}" if re.search(r"[\s,]", parts.family) else _latex(parts.family)
    if parts.suffix:
        return f"{family}, {_latex(parts.suffix)}, {_latex(parts.given)}"
    return f"{_latex(parts.given)} {family}"


def _latex(text: str) -> str:
    """Text with LaTeX's special characters escaped, and hyphens kept from joining to a dash, but for
    mathematics whose braces match."""
    return "".join(
        part
        if i % 2 and part.count("{") == part.count("}")
        else re.sub("-(?=-)", "-{}", part.replace("\\$", "$").translate(_SPECIAL))
        for i, part in enumerate(re.split(r"((?<!\\)\$[^$]+(?<!\\)\$)", text))
    )
