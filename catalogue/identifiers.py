"""What names a paper and when it appeared, out of what sources write in these places."""

import datetime as dt
import re
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import quote, unquote

from catalogue.dates import MONTHS

DOI = r"10\.\d{4,9}/[^\s\"\\{}]+"
ARXIV = r"(\d{2}(?:0[1-9]|1[0-2])\.\d{4,5}|[a-z-]+(?:\.[A-Z]{2})?/\d{7})(?:v\d+)?"
PLACES = (
    ("doi", rf"(?i:https?://(?:dx\.)?doi\.org/|doi:\s*)({DOI})"),
    ("arxiv", rf"(?i:https?://(?:\w+\.)?arxiv\.org/(?:abs|pdf|html)/|arxiv:\s*|10\.48550/arxiv\.){ARXIV}"),
    ("openreview", r"https?://openreview\.net/(?:forum|pdf)\?id=([\w-]+)"),
    ("acl", r"https?://(?:www\.)?aclanthology\.org/([A-Z]\d\d-\d{4}|\d{4}\.[\w-]+\.\d+)"),
)
WEB = re.compile(r"https?://[A-Za-z0-9][A-Za-z0-9.-]*(?::\d+)?(?:[/?#][^\s<>\"\\^`{|}]*)?")


def doi(text: str) -> str | None:
    """The DOI alone, however it is given: bare, as `doi:...` or as an address."""
    bare = re.sub(r"(?i)^\s*(?:https?://(?:dx\.)?doi\.org/|doi:)\s*", "", text).strip()
    return unquote(bare) if re.fullmatch(DOI, bare) else None


def identifiers(texts: Iterable[str]) -> dict[str, str]:
    """The identifiers that stand in addresses and in texts such as `arXiv:2504.06752`, the first of
    each kind. An arXiv identifier is without its version; arXiv's own DOI is only that."""
    found: dict[str, str] = {}
    for text in texts:
        for kind, pattern in PLACES:
            if match := re.search(pattern, text):
                found.setdefault(kind, unquote(match[1]).rstrip(".,;") if kind == "doi" else match[1])
    if found.get("doi", "").lower().startswith("10.48550/arxiv."):
        del found["doi"]
    return found


def permanent(values: Mapping[str, Any], url: str = "") -> str:
    """The address of a paper at its source: of its DOI, at arXiv, or its own; else none."""
    if values.get("doi"):
        return "https://doi.org/" + quote(values["doi"], safe="/:;()._-")
    if values.get("arxiv"):
        return f"https://arxiv.org/abs/{values['arxiv']}"
    return web(url)


def web(text: str) -> str:
    """A web address, or nothing: never a path on someone's machine."""
    text = text.strip()
    return text if WEB.fullmatch(text) else ""


def day(text: str, month: str = "") -> str | None:
    """The day that a date begins with: `2001/2003` is 2001-01-01, for where nothing but the year is said
    it is the first of it. None where there is no year from 1600 to 2199, as in `in press` or `535 BCE`."""
    match = re.search(
        r"(?<![\d-])(1[6-9]\d\d|2[01]\d\d)(?!\d)(?:[-/.](\d{1,2})(?!\d)(?:[-/.](\d{1,2})(?!\d))?)?", text
    )
    if not match:
        return None
    year, number, date = int(match[1]), int(match[2] or 0), int(match[3] or 0)
    if not number:
        number, date = _month(month)
    try:
        return dt.date(year, number if 1 <= number <= 12 else 1, date or 1).isoformat()
    except ValueError:
        return dt.date(year, number if 1 <= number <= 12 else 1, 1).isoformat()


def _month(text: str) -> tuple[int, int]:
    """`March`, `mar.`, `3`, `10 March`, `Mar-Apr` -> the number of the first month, and the day or 0."""
    digits = [int(number) for number in re.findall(r"\d+", text)]
    for word in re.findall(r"[a-z]{3,}", text.lower()):
        names = [name[:3].lower() for name in MONTHS]
        if word[:3] in names:
            return names.index(word[:3]) + 1, digits[0] if digits and digits[0] <= 31 else 0
    return (digits[0] if digits else 0), 0
