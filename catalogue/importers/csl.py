"""CSL-JSON: exports of Zotero and others, and what Crossref and DataCite answer for a DOI
(citeproc's JSON schema 1.0)."""

import json
import re
from collections.abc import Iterator
from typing import Any

from catalogue.clean import html, prose
from catalogue.clean import line as to_line
from catalogue.found import Found
from catalogue.identifiers import day, doi, identifiers, permanent, web
from catalogue.problems import Problem

NAME = "CSL-JSON"
ACCEPT = "application/vnd.citationstyles.csl+json"
"""What doi.org is asked for (content negotiation of Crossref and DataCite)."""
PARTICLES = ("given", "dropping-particle", "non-dropping-particle", "family", "suffix")
MARKS = {"title", "issued", "author", "container-title", "DOI", "id"}


def address(source: str) -> str | None:
    name = doi(source)
    return permanent({"doi": name}) if name else None


def knows(data: bytes, path: str) -> bool:
    if not data.lstrip(b"\xef\xbb\xbf \t\r\n").startswith((b"{", b"[")):
        return False
    first = next(items(data.decode("utf-8-sig", "replace")), (1, None))[1]
    return isinstance(first, dict) and "type" in first and len(MARKS & first.keys()) > 2


def read(data: bytes, path: str) -> Iterator[Found | Problem]:
    """Each item in its order; one without title or year is told, and where JSON ends too early."""
    for line, item in items(data.decode("utf-8-sig", "replace")):
        yield _found(item, path, line)


def items(text: str) -> Iterator[tuple[int, Any]]:
    """Each item of an array, or the one that there is, with its line; a JSONDecodeError is the last."""
    decoder = json.JSONDecoder()
    at = len(text) - len(text.lstrip())
    many = text[at : at + 1] == "["
    at += many
    while True:
        at += len(found[0]) if (found := re.compile(r"[\s,]*").match(text, at)) else 0
        if many and text[at : at + 1] == "]":
            return
        line = text.count("\n", 0, at) + 1
        try:
            item, at = decoder.raw_decode(text, at)
        except (json.JSONDecodeError, RecursionError) as error:
            yield getattr(error, "lineno", line), error
            return
        yield line, item
        if not many:
            return


def _found(item: Any, path: str, line: int) -> Found | Problem:
    if isinstance(item, Exception):
        message = f"the JSON cannot be read from here: {getattr(item, 'msg', 'too deep')}"
        return Problem(path, line, 1, message, "Save or export the file again")
    if not isinstance(item, dict):
        return Problem(path, line, 1, "an item is not a mapping", "Export the file again as CSL-JSON")
    title = to_line(html(text(item, "title")))
    date = appeared(item.get("issued"))
    if not title or not date:
        what = "no title" if not title else "no year from 1600 to 2199"
        message = f"`{to_line(str(item.get('id', '')))}` is left out: it has {what}"
        return Problem(path, line, 1, message, "Mend the item at its source")
    own = doi(text(item, "DOI"))
    url = web(text(item, "URL"))
    note = text(item, "note")
    names = identifiers([f"doi:{own}" if own else "", url, text(item, "number"), note])
    values = {
        "title": title,
        "date": date,
        "authors": [person for one in listed(item.get("author")) if (person := printed(one))],
        "keywords": [word for part in re.split("[;,]", text(item, "keyword")) if (word := to_line(part))],
        **names,
        "venue": to_line(html(text(item, "container-title") or text(item, "event-title"))),
    }
    values = {name: given for name, given in values.items() if given}
    abstract = re.sub(r"^Abstract\s+", "", prose(html(text(item, "abstract"))))
    return Found(values, abstract, permanent(names, url), path, line)


def text(item: dict[str, Any], name: str) -> str:
    """A variable as text; Crossref's own answers have a list with one."""
    value = item.get(name) or item.get(name.upper()) or ""
    value = value[0] if isinstance(value, list) and value else value
    return str(value) if isinstance(value, str | int) else ""


def listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def appeared(value: Any) -> str | None:
    """A date variable: the first of its `date-parts`, or what is written in words."""
    if not isinstance(value, dict):
        return day(str(value or ""))
    parts = listed(value.get("date-parts"))
    if parts and listed(parts[0]) and parts[0][0]:
        return day("-".join(str(part) for part in parts[0] if part))
    words = str(value.get("raw") or value.get("literal") or "")
    return day(words, words)


def printed(person: Any) -> str | dict[str, str]:
    """A name in its printed order, with the ORCID if there is one."""
    if not isinstance(person, dict):
        return ""
    name = to_line(str(person.get("literal") or person.get("name") or ""))
    name = name or to_line(" ".join(str(person[part]) for part in PARTICLES if person.get(part)))
    orcid = re.search(r"(?:\d{4}-){3}\d{3}[\dX]", str(person.get("ORCID", "")))
    return {"name": name, "orcid": orcid[0]} if name and orcid else name
