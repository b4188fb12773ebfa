"""RIS files, as reference managers and publishers write them."""

import re
from collections.abc import Iterator
from typing import Any

from catalogue.clean import html, prose
from catalogue.clean import line as to_line
from catalogue.found import Found
from catalogue.identifiers import day, doi, identifiers, permanent, web
from catalogue.importers.bibtex import decoded
from catalogue.problems import Problem

NAME = "RIS"
START = re.compile(r"^TY  ?- ?", re.MULTILINE)
VENUES = (
    "alternate_title3",  # JF, in full; JO can be short
    "secondary_title",
    "journal_name",
    "tertiary_title",
    "alternate_title1",
    "alternate_title2",
)


def address(source: str) -> str | None:
    return None


def knows(data: bytes, path: str) -> bool:
    """JSTOR writes lines such as `Provider: JSTOR` before the first record."""
    return bool(re.match(rb"(?:\xef\xbb\xbf)?\s*(?:\w+:[^\n]*\n\s*)*TY  ?- ?\w+\s", data[:500]))


def read(data: bytes, path: str) -> Iterator[Found | Problem]:
    """Each record in its order, from `TY` to `ER`; one without end, title or year is told."""
    import rispy

    text = decoded(data)
    starts = [found.start() for found in START.finditer(text)]
    if not starts:
        yield Problem(path, 1, 1, "there is no record in it", "Export it again as RIS")
    for start, end in zip(starts, [*starts[1:], len(text)], strict=False):
        line = text.count("\n", 0, start) + 1
        record = text[start:end]
        if not re.search(r"^ER  ?-", record, re.MULTILINE):
            yield Problem(path, line, 1, "this record does not end", "Add the line `ER  - `")
            continue
        try:
            (fields,) = rispy.loads(record)
        except Exception as error:  # rispy names no error of its own
            yield Problem(
                path, line, 1, f"this record cannot be read: {to_line(str(error))}", "Export it again"
            )
            continue
        yield _found(fields, path, line)


def _found(fields: dict[str, Any], path: str, line: int) -> Found | Problem:
    title = to_line(html(str(fields.get("title") or fields.get("primary_title") or "")))
    said = [str(fields.get(name) or "") for name in ("date", "year", "publication_year")]
    date = next(filter(None, map(day, said)), None)
    if not title or not date:
        what = "no title" if not title else "no year from 1600 to 2199"
        return Problem(path, line, 1, f"this record is left out: it has {what}", "Mend the record")
    urls = [found for url in fields.get("urls", []) if (found := web(str(url)))]
    own = doi(str(fields.get("doi") or ""))
    names = identifiers([f"doi:{own}" if own else "", *urls])
    people = [*fields.get("first_authors", []), *fields.get("authors", [])]
    venue = next((text for name in VENUES if (text := to_line(html(str(fields.get(name) or ""))))), "")
    values = {
        "title": title,
        "date": date,
        "authors": [name for one in people if (name := printed(str(one)))],
        "keywords": [word for one in fields.get("keywords", []) if (word := to_line(str(one)))],
        **names,
        "venue": venue,
    }
    values = {name: given for name, given in values.items() if given}
    text = str(fields.get("abstract") or fields.get("notes_abstract") or "")
    return Found(values, prose(html(text)), permanent(names, urls[0] if urls else ""), path, line)


def printed(name: str) -> str:
    """`Family, Given, Suffix` in its printed order."""
    family, _, rest = name.partition(",")
    given, _, suffix = rest.partition(",")
    return to_line(f"{given} {family} {suffix}")
