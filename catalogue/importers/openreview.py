"""OpenReview: forums, by identifier or address, and notes as its API answers them (versions 1 and 2,
https://docs.openreview.net/reference/api-v2)."""

import datetime as dt
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from catalogue.clean import line, prose
from catalogue.found import Found
from catalogue.problems import Problem

NAME = "OpenReview"
HOST = "https://openreview.net"
API = "https://api2.openreview.net/notes?id="


def address(source: str) -> str | None:
    """The API's for `openreview:ID` or a forum's page."""
    place = r"(?:openreview:\s*|https?://openreview\.net/(?:forum|pdf)\?id=)"
    found = re.fullmatch(rf"{place}([\w-]+)(?:[&#].*)?", source.strip(), re.IGNORECASE)
    return API + found[1] if found else None


def knows(data: bytes, path: str) -> bool:
    return data.lstrip()[:1] == b"{" and b'"notes"' in data and b'"forum"' in data


def read(data: bytes, path: str) -> Iterator[Found | Problem]:
    """Every submission among the notes; reviews and comments answer to one and are no papers."""
    try:
        notes = json.loads(data)["notes"]
        papers = [note for note in notes if not note.get("replyto")]
    except (ValueError, RecursionError, KeyError, TypeError, AttributeError) as error:
        row, column = getattr(error, "lineno", 1), getattr(error, "colno", 1)
        yield Problem(path, row, column, f"this is not a whole answer: {error}", "Save the answer again")
        return
    for number, note in enumerate(papers, 1):
        yield _paper(note, path, number)
    if not papers:
        yield Problem(path, 1, 1, "OpenReview has no paper by this name", "Look it up on openreview.net")


def _paper(note: Any, path: str, number: int) -> Found | Problem:
    try:
        content = {name: _value(item) for name, item in note["content"].items()}
        forum = str(note.get("forum") or note["id"])
        day = dt.datetime.fromtimestamp((note.get("pdate") or note["cdate"]) / 1000, dt.UTC).date()
        names = content.get("authors") or []
        values = {
            "title": line(str(content["title"])),
            "date": day.isoformat(),
            "published": day.isoformat(),
            "authors": [line(str(name)) for name in names if isinstance(names, list)],
            "keywords": _keywords(content.get("keywords") or []),
            "openreview": forum,
            "venue": line(str(content.get("venue") or "")),
            "links": _links(content, forum),
            "summary": line(str(content.get("TLDR") or content.get("TL;DR") or "")),
        }
    except (KeyError, TypeError, AttributeError, ValueError, OverflowError, OSError):
        message = f"note {number} has another shape than OpenReview gives"
        return Problem(path, 1, 1, message, "Add it by hand")
    known = {key: value for key, value in values.items() if value}
    return Found(known, prose(str(content.get("abstract") or "")), f"{HOST}/forum?id={forum}", path)


def _value(item: Any) -> Any:
    """Version 2 of the API wraps each value, with who may read it."""
    return item.get("value") if isinstance(item, Mapping) else item


def _keywords(words: Any) -> list[str]:
    """A list, or one text with commas or semicolons, as some venues have it."""
    words = re.split("[;,]", words) if isinstance(words, str) else words
    return [word for one in words if (word := line(str(one)))]


def _links(content: Mapping[str, Any], forum: str) -> dict[str, str]:
    pdf = str(content.get("pdf") or "")
    links = {
        "pdf": f"{HOST}/pdf?id={forum}" if pdf.startswith("/") else pdf,
        "code": str(content.get("code") or ""),
        "discussion": f"{HOST}/forum?id={forum}",
    }
    return {kind: url for kind, url in links.items() if re.match("https?://", url)}
