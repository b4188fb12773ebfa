"""arXiv: identifiers, addresses, and Atom answers of its API (https://info.arxiv.org/help/api/)."""

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote_plus
from xml.etree import ElementTree

from catalogue.clean import line, prose
from catalogue.found import Found
from catalogue.problems import Problem

NAME = "arXiv"
ID = r"(?:\d{4}\.\d{4,5}|[a-z-]+(?:\.[A-Z]{2})?/\d{7})"
API = "https://export.arxiv.org/api/query?"
FIELDS = "all|ti|au|abs|co|jr|cat"
ATOM, OWN = "{http://www.w3.org/2005/Atom}", "{http://arxiv.org/schemas/atom}"


def address(source: str) -> str | None:
    """The API's for an identifier with or without `arXiv:` and version, for a page of arxiv.org, or for
    the newest papers of a query such as `arxiv:cat:cs.CL AND ti:alignment`."""
    place = r"(?:arxiv:\s*|https?://(?:www\.|export\.)?arxiv\.org/(?:abs|pdf|html)/)?"
    found = re.fullmatch(rf"{place}({ID}(?:v\d+)?)(?:\.pdf)?/?(?:[?#].*)?", source.strip(), re.IGNORECASE)
    if found:
        return f"{API}max_results=100&id_list={found[1]}"
    if query := re.fullmatch(rf"arxiv:\s*((?:{FIELDS}):.+)", source.strip(), re.IGNORECASE):
        wanted = quote_plus(query[1])
        return f"{API}sortBy=submittedDate&sortOrder=descending&max_results=50&search_query={wanted}"
    return None


def knows(data: bytes, path: str) -> bool:
    return b"<feed" in data[:1000] and b"arxiv.org" in data[:3000]


def read(data: bytes, path: str) -> Iterator[Found | Problem]:
    """Every entry of a feed. An error of the API, which is an entry too, is a Problem."""
    if b"<!DOCTYPE" in data or b"<!ENTITY" in data:
        yield Problem(path, 1, 1, "the answer declares entities, which arXiv's never does", "Save it again")
        return
    try:
        feed = ElementTree.fromstring(data)
    except (ElementTree.ParseError, ValueError, LookupError) as error:
        row, column = getattr(error, "position", (1, 0))
        yield Problem(path, row, column + 1, f"this is not a whole answer: {error}", "Save it again")
        return
    entries = feed.findall(f"{ATOM}entry")
    starts = [data.count(b"\n", 0, found.start()) + 1 for found in re.finditer(rb"<entry\b", data)]
    for entry, number in zip(entries, starts, strict=False):
        yield _entry(entry, path, number)
    if not entries:
        yield Problem(path, 1, 1, "arXiv has no paper by this name", "Look the identifier up on arxiv.org")


def _entry(entry: Any, path: str, number: int) -> Found | Problem:
    name = re.search(rf"/abs/({ID})(?:v\d+)?$", _text(entry, f"{ATOM}id"))
    if not name:
        reason = _text(entry, f"{ATOM}summary") or "an entry without an identifier"
        return Problem(path, number, 1, f"arXiv says: {reason}", "Look the identifier up on arxiv.org")
    day = _text(entry, f"{ATOM}published")[:10]
    values = {
        "title": _text(entry, f"{ATOM}title"),
        "date": day,
        "published": day,
        "authors": [_person(author) for author in entry.findall(f"{ATOM}author")],
        "keywords": list(dict.fromkeys(it.get("term", "") for it in entry.findall(f"{ATOM}category"))),
        "arxiv": name[1],
        "doi": _text(entry, f"{OWN}doi"),
        "venue": _text(entry, f"{OWN}journal_ref"),
    }
    text = prose(entry.findtext(f"{ATOM}summary") or "")
    known = {key: value for key, value in values.items() if value}
    return Found(known, text, f"https://arxiv.org/abs/{name[1]}", path, number)


def _person(author: Any) -> str | dict[str, str]:
    name, affiliation = _text(author, f"{ATOM}name"), _text(author, f"{OWN}affiliation")
    return {"name": name, "affiliation": affiliation} if affiliation else name


def _text(entry: Any, tag: str) -> str:
    return line(entry.findtext(tag) or "")
