"""The text of a Daily Papers page, as copied from the browser: title, abstract, and below them how many
authors or which organisation, and the day. The page names no identifiers."""

import datetime as dt
import re
from collections.abc import Iterator
from typing import NamedTuple

from catalogue.clean import line
from catalogue.found import Found
from catalogue.problems import Problem
from catalogue.slugs import slug

NAME = "the text of a Daily Papers page"
URL = "https://huggingface.co/papers"
SHORT = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()
DAY = rf"({'|'.join(SHORT)}) (\d{{1,2}})(?:, (\d{{4}}))?"
FOOT = re.compile(
    rf"\s*(?:• (?P<count>\d+) authors?|(?P<organisation>[^\n]+))\s*\n·\s*\n{DAY}(?: (?P<comments>\d+))?\s*"
)
TITLE = 250
"""A title has fewer characters; a paragraph of an abstract that is as short ends with a full stop."""


class Part(NamedTuple):
    text: str
    line: int


def address(source: str) -> str | None:
    return None


def knows(data: bytes, path: str) -> bool:
    return b"Daily Papers" in data[:2000] and "\n·\n".encode() in data.replace(b"\r\n", b"\n")


def read(data: bytes, path: str) -> Iterator[Found | Problem]:
    """Every paper in its order, also those without a line on authors and day: these get the page's day."""
    text = data.decode("utf-8-sig", "replace").replace("\r\n", "\n")
    head = re.search(rf"^{DAY}\s*$", text, re.MULTILINE)
    if not head:
        yield Problem(path, 1, 1, "the page does not say of which day it is", "Copy it from its very top")
        return
    years = [int(found[3]) for found in re.finditer(f"^{DAY}", text, re.MULTILINE) if found[3]]
    year = max(years) + 1 if years else dt.date.today().year  # the page leaves out the present year
    page = _day(head[1], head[2], head[3], year)
    pending: list[Part] = []
    for part in _parts(text, head.end()):
        if foot := FOOT.fullmatch(part.text):
            yield from _papers(pending, foot, page, year, path)
            pending = []
        else:
            pending.append(part)
    yield from _papers(pending, None, page, year, path)


def _parts(text: str, start: int) -> Iterator[Part]:
    for found in re.finditer(r"(?:[^\n]*\S[^\n]*(?:\n|$))+", text[start:]):
        yield Part(found[0].rstrip("\n"), text.count("\n", 0, start + found.start()) + 1)


def _papers(
    parts: list[Part], foot: re.Match[str] | None, page: str, year: int, path: str
) -> Iterator[Found | Problem]:
    """The papers above a foot; only the last of them is the one that the foot tells of."""
    starts = [i for i, part in enumerate(parts[:-1]) if _is_title(part) and not _is_title(parts[i + 1])]
    for i, start in enumerate(starts):
        end = starts[i + 1] if i + 1 < len(starts) else len(parts)
        abstract = "\n\n".join(line(part.text) for part in parts[start + 1 : end])
        own = foot if i + 1 == len(starts) else None
        yield _found(parts[start], abstract, own, page, year, path)
    for part in parts[: starts[0]] if starts else parts:
        yield Problem(
            path, part.line, 1, f"no title and abstract: '{line(part.text)[:60]}'", "Add it by hand"
        )


def _is_title(part: Part) -> bool:
    return len(part.text) < TITLE and not re.search(r"[.:;]\s*$", part.text)


def _found(title: Part, abstract: str, foot: re.Match[str] | None, page: str, year: int, path: str) -> Found:
    values: dict[str, object] = {"title": line(title.text), "date": page}
    organisations = {}
    if foot:
        values["date"] = values["published"] = _day(foot[3], foot[4], foot[5], year)
        values["author_count"] = foot["count"]
        values["comments"] = foot["comments"]
        if foot["organisation"]:
            name = line(foot["organisation"].partition(" ")[2] or foot["organisation"])
            organisations = {slug(name): name}
            values["organisations"] = list(organisations)
    known = {key: value for key, value in values.items() if value}
    return Found(known, abstract, URL, path, title.line, organisations)


def _day(month: str, day: str, year: str | None, present: int) -> str:
    return f"{year or present}-{SHORT.index(month) + 1:02}-{int(day):02}"
