"""A paper in RIS, the exchange format of reference managers."""

from catalogue.cite import Name, address, eprint, kind, name, venue
from catalogue.model import Entry

TYPES = {"paper-conference": "CONF", "article-journal": "JOUR", "article": "UNPB"}
"""A preprint is UNPB, unpublished: so Zotero writes it, as RIS has no type of its own for it."""


def ris(entry: Entry) -> str:
    """The entry in RIS, ended by a line `ER  -`."""
    paper = entry.paper
    day = paper.published or paper.date
    tags = (
        ("TY", TYPES[kind(paper)]),
        ("ID", paper.key),
        ("TI", paper.plain_title),
        *(("AU", _name(name(person.name))) for person in paper.authors),
        ("T2", venue(paper)),
        ("PY", day.year),
        ("DA", f"{day:%Y/%m/%d}"),
        ("DO", paper.doi),
        ("AN", f"arXiv:{eprint(paper)}" if paper.arxiv else ""),
        *(("KW", topic.title) for topic in entry.topics),
        ("UR", address(paper)),
    )
    lines = "\n".join(f"{tag}  - {value}" for tag, value in tags if value)
    return f"{lines}\nER  - "  # which ends it, and has a space behind it too


def _name(parts: Name) -> str:
    """`Family, Given, Suffix`; a group's name as it is."""
    if not parts.given:
        return parts.family
    family = f"{parts.particle} {parts.family}".strip()
    return ", ".join(part for part in (family, parts.given, parts.suffix) if part)
