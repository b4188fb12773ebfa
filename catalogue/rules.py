"""What is wrong with one paper, whatever the others say: one small rule each. A paper that did not change
since it passed is not asked again."""

import datetime as dt
import re
import unicodedata
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, NamedTuple

from catalogue.model import Paper, group

if TYPE_CHECKING:
    from catalogue.strictyaml import Location


class Finding(NamedTuple):
    """A problem whose line is still to be looked up: the file, the key or what the text says there, what is
    wrong and its mending."""

    path: str
    location: "Location"
    message: str
    hint: str
    said: str = ""


WEEK = dt.timedelta(days=7)
Rule = Callable[[Paper], Iterator[Finding]]


def folder_is_the_year(paper: Paper) -> Iterator[Finding]:
    folder = paper.path.split("/")[-2]
    if folder != f"{paper.date.year:04}":
        message = f"`date` {paper.date} is not of the year of the folder {folder}"
        hint = f"Move the file to content/papers/{paper.date.year:04}/{paper.key}.md, or correct the date"
        yield Finding(paper.path, ("date",), message, hint)


def authors_once(paper: Paper) -> Iterator[Finding]:
    if paper.author_count is None:
        places = group(((folded(it.name), it.orcid), i) for i, it in enumerate(paper.authors))
        for same in places.values():
            if len(same) > 1:
                message = f"the author '{paper.authors[same[-1]].name}' stands twice"
                hint = f"Keep one; if they are two people, add `author_count: {len(paper.authors)}`"
                yield Finding(paper.path, ("authors", same[-1]), message, hint)


def author_count_fits(paper: Paper) -> Iterator[Finding]:
    if paper.author_count is not None and paper.authors and paper.author_count != len(paper.authors):
        message = f"`author_count` is {paper.author_count}, but the number of names is {len(paper.authors)}"
        yield Finding(paper.path, ("author_count",), message, "Delete this line, or complete the names")


def named_once(paper: Paper) -> Iterator[Finding]:
    for name in ("topics", "organisations", "keywords", "related"):
        values = getattr(paper, name)
        for i, value in enumerate(values):
            if value in values[:i]:
                yield Finding(paper.path, (name, i), f"`{name}` has '{value}' twice", "Keep one")
    if paper.key in paper.related:
        location = ("related", paper.related.index(paper.key))
        yield Finding(paper.path, location, "the paper is related to itself", "Name another paper")


def signals_have_a_day(paper: Paper) -> Iterator[Finding]:
    signal = "comments" if paper.comments is not None else "upvotes"
    if getattr(paper, signal) is not None and paper.counted is None:
        hint = "Add a line `counted: YYYY-MM-DD` with the day on which it was"
        yield Finding(paper.path, (signal,), f"`{signal}` does not say when it was counted", hint)


def days_in_order(paper: Paper) -> Iterator[Finding]:
    """An entry changes after it came; arXiv's identifiers begin with year and month, those of a month's last
    days with the next."""
    if paper.updated is not None and paper.updated < paper.date:
        message = f"`updated` {paper.updated} is before `date` {paper.date}"
        yield Finding(paper.path, ("updated",), message, "Correct the wrong one of the two")
    if found := re.match(r"([0-9]{2})([0-9]{2})\.", paper.arxiv or ""):
        month = f"20{found[1]}-{found[2]}"
        if month > f"{paper.date + WEEK:%Y-%m}":
            message = f"arXiv gave out {paper.arxiv} in {month}, after `date` {paper.date}"
            yield Finding(paper.path, ("arxiv",), message, "Correct the wrong one of the two")


def orcid_checksums(paper: Paper) -> Iterator[Finding]:
    for i, person in enumerate(paper.authors):
        if person.orcid and not _orcid_holds(person.orcid):
            message = f"`orcid` {person.orcid} has a mistyped digit"
            yield Finding(paper.path, ("authors", i, "orcid"), message, "Compare it with the paper")


RULES: tuple[Rule, ...] = (
    folder_is_the_year,
    authors_once,
    named_once,
    author_count_fits,
    signals_have_a_day,
    days_in_order,
    orcid_checksums,
)


def folded(name: str) -> str:
    """Equal for names that some file system or reader takes for the same."""
    return name.lower() if name.isascii() else unicodedata.normalize("NFKC", name).casefold()


def _orcid_holds(orcid: str) -> bool:
    """ISO 7064 MOD 11-2, as ORCID documents it."""
    total = 0
    for digit in orcid.replace("-", "")[:-1]:
        total = (total + int(digit)) * 2
    return "0123456789X"[(12 - total % 11) % 11] == orcid[-1]
