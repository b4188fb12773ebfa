"""A paper in RIS, the exchange format of reference managers."""

from catalogue.cite import Name, address, eprint, kind, name
from catalogue.model import Entry

TYPES = {"paper-conference": "CONF", "article-journal": "JOUR", "article": "UNPB"}
"""A preprint is UNPB, unpublished: so Zotero writes it, as RIS has no type of its own for it."""


def ris(entry: Entry) -> str:
    """The entry in RIS, ended by a line `ER  -`."""
    import rispy

    paper = entry.paper
    day = paper.published or paper.date
    facts = {
        "type_of_reference": TYPES[kind(paper)],
        "id": paper.key,
        "title": paper.plain_title,
        "authors": [_name(name(person.name)) for person in paper.authors],
        "secondary_title": paper.venue,
        "year": str(day.year),
        "date": f"{day:%Y/%m/%d}",
        "doi": paper.doi,
        "accession_number": f"arXiv:{eprint(paper)}" if paper.arxiv else "",
        "keywords": [topic.title for topic in entry.topics],
        "urls": [address(paper)] if address(paper) else [],
    }
    text: str = rispy.dumps([{field: value for field, value in facts.items() if value}])
    return f"TY  - {text.partition('TY  - ')[2].strip()} "  # ER  -, which ends it, has a space behind it too


def _name(parts: Name) -> str:
    """`Family, Given, Suffix`; a group's name as it is."""
    if not parts.given:
        return parts.family
    family = f"{parts.particle} {parts.family}".strip()
    return ", ".join(part for part in (family, parts.given, parts.suffix) if part)
