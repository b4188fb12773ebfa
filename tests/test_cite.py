"""BibTeX as two parsers read it: authors and title come back as they were."""

import datetime as dt

import bibtexparser
import pytest
from bibtexparser.middlewares import LatexDecodingMiddleware
from pybtex.database import parse_string

from catalogue.cite import bibtex
from catalogue.model import Entry, Paper
from catalogue.schema import Person


def entry(title: str, *names: str) -> Entry:
    return Entry(
        Paper(
            key="a-key", path="", html="", text="", digest="", title=title, title_html="", plain_title=title,
            date=dt.date(2025, 4, 9), arxiv="2504.06752v3",
            authors=tuple(Person(name=name) for name in names),
        ),
        (),
        (),
    )  # fmt: skip


TITLES = [
    "Plain",
    "100% of R&D, #1 at $5 {or} less_",
    "Straße — 名前",
    r"A back\slash ~ and ^",
    "$x_i^2$ & {",
    "}{",
    "$a{$",
]


@pytest.mark.parametrize("title", TITLES)
def test_two_parsers_read_it(title: str) -> None:
    text = bibtex(entry(title, "Ada Example", "R. van der Beispiel", "The A, B and C Collaboration"))
    library = bibtexparser.parse_string(text, append_middleware=[LatexDecodingMiddleware()])
    assert not library.failed_blocks
    (parsed,) = library.entries
    assert parsed.key == "a-key"
    assert parsed["eprint"] == "2504.06752"
    if "$" not in title:
        read = parsed["title"].replace("ˆ", "^")
        assert read.replace("{", "").replace("}", "") == title.replace("{", "").replace("}", "")
    people = parse_string(text, "bibtex").entries["a-key"].persons["author"]
    assert len(people) == 3
    assert [str(part) for part in people[1].prelast_names] == ["van", "der"]


def test_mathematics_stays() -> None:
    assert "title = {{Planning in $O(n^2)$ \\& more}}" in bibtex(entry("Planning in $O(n^2)$ & more"))
