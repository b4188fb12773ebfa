"""A paper as a BibTeX entry and as CSL-JSON."""

import json
import re

from catalogue.model import Entry, Paper

_SPECIAL = str.maketrans(
    {c: f"\\{c}" for c in "&%#_$"}
    | {"\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}"}
    | {"{": r"\textbraceleft{}", "}": r"\textbraceright{}"}  # BibTeX counts the brace of \{ too
)


def bibtex(entry: Entry) -> str:
    """The entry in BibTeX's format, UTF-8, keyed by the paper's own permanent key.

    The title keeps its capitals and its `$mathematics$`; names are as printed.
    """
    from bibtexparser.library import Library
    from bibtexparser.model import Entry as BibEntry
    from bibtexparser.model import Field
    from bibtexparser.writer import BibtexFormat, write

    fields = [Field(name, f"{{{value}}}") for name, value in _fields(entry.paper).items() if value]
    layout = BibtexFormat()  # type: ignore[no-untyped-call]
    layout.indent = "  "
    return write(Library([BibEntry("misc", entry.paper.key, fields)]), layout).strip()


def csl(entry: Entry) -> str:
    """The entry as a CSL-JSON item (citeproc's JSON schema 1.0), on one line. Names are as printed."""
    paper = entry.paper
    appeared = paper.published or paper.date
    arxiv = paper.arxiv and re.sub("v[0-9]+$", "", paper.arxiv)
    item = {
        "id": paper.key,
        "type": "article",
        "title": paper.plain_title,
        "author": [{"literal": person.name} for person in paper.authors],
        "issued": {"date-parts": [[appeared.year, appeared.month, appeared.day]]},
        "DOI": paper.doi,
        "URL": _url(paper, arxiv),
    }
    return json.dumps({name: value for name, value in item.items() if value}, ensure_ascii=False)


def _fields(paper: Paper) -> dict[str, str]:
    appeared = paper.published or paper.date
    arxiv = paper.arxiv and re.sub("v[0-9]+$", "", paper.arxiv)
    return {
        "title": "{" + _latex(paper.title) + "}",
        "author": " and ".join(_name(person.name) for person in paper.authors),
        "year": str(appeared.year),
        "month": str(appeared.month),
        "howpublished": _latex(paper.venue or ""),
        "doi": paper.doi or "",
        "eprint": arxiv or "",
        "archiveprefix": "arXiv" if arxiv else "",
        "url": _url(paper, arxiv),
    }


def _url(paper: Paper, arxiv: str | None) -> str:
    return f"https://doi.org/{paper.doi}" if paper.doi else f"https://arxiv.org/abs/{arxiv}" if arxiv else ""


def _name(name: str) -> str:
    """A name that holds a comma or ` and ` is one name all the same."""
    escaped = _latex(name)
    return f"{{{escaped}}}" if re.search(r",|\band\b", name, re.IGNORECASE) else escaped


def _latex(text: str) -> str:
    """Text with LaTeX's special characters escaped, but for mathematics whose braces match."""
    return "".join(
        part if i % 2 and part.count("{") == part.count("}") else part.translate(_SPECIAL)
        for i, part in enumerate(re.split(r"(\$[^$]+\$)", text))
    )
