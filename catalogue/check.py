"""What is wrong with the catalogue as a whole, or with what a key means: one small rule each."""

import difflib
import re
import unicodedata
from collections.abc import Callable, Collection, Iterable, Iterator
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, NamedTuple

from catalogue import search
from catalogue.model import Catalogue, File, Page, Paper, group
from catalogue.problems import Problem

if TYPE_CHECKING:
    from catalogue.strictyaml import Location


class Finding(NamedTuple):
    """A problem whose line is still to be looked up: the file, the key, what is wrong and its mending."""

    path: str
    location: "Location"
    message: str
    hint: str


Rule = Callable[[Catalogue], Iterator[Finding]]


def catalogue(catalogue: Catalogue) -> list[Problem]:
    """Everything that CHECKS find, each at its line."""
    return [_located(catalogue, finding) for rule in CHECKS for finding in rule(catalogue)]


def addresses(plans: Iterable[Page | File]) -> list[Problem]:
    """Two files of the site for one address, also where letters differ only by case or composition."""
    first: dict[str, Page | File] = {}
    problems = []
    for path, plan in ((path, it) for it in plans for path in it.files):
        other = first.setdefault(_folded(path), plan)
        same_key = plan.origin != other.origin and _key(plan.origin) == _key(other.origin)
        if path.startswith(f"{search.FOLDER}/") and plan.origin:
            message = f"the address /{search.FOLDER}/ belongs to the search"
            problems.append(Problem(plan.origin, 1, 1, message, "Choose another name"))
        elif other is not plan and not same_key:  # else `one_file_per_key` has told that already
            mine, its = (plan, other) if plan.origin else (other, plan)
            address = f"/{path.removesuffix('index.html')}"
            owner = its.origin or "the catalogue itself"
            message = f"its address {address} is already that of {owner}"
            problems.append(Problem(mine.origin, 1, 1, message, "Choose another name for one of the two"))
    return problems


def known_topics(catalogue: Catalogue) -> Iterator[Finding]:
    return _known(catalogue, "topics", "content/topics/")


def known_organisations(catalogue: Catalogue) -> Iterator[Finding]:
    return _known(catalogue, "organisations", "content/organisations/")


def known_related(catalogue: Catalogue) -> Iterator[Finding]:
    keys = set(_keys(catalogue, "papers"))
    for paper in catalogue.papers:
        for i, key in enumerate(paper.related):
            if key not in keys:
                yield _unknown(paper, ("related", i), key, keys, "Name the key of a paper in content/papers/")


def known_pictures(catalogue: Catalogue) -> Iterator[Finding]:
    names = {PurePosixPath(file).name for file in catalogue.files if file.startswith("images/")}
    for paper in catalogue.papers:
        if paper.image and paper.image.src not in names:
            yield _unknown(paper, ("image", "src"), paper.image.src, names, "Add the file to content/images/")
    bodies = (*catalogue.topics.values(), *catalogue.organisations.values(), *catalogue.articles)
    for document in (*catalogue.papers, *bodies):
        for name in re.findall(r'src="[^"]*/images/([a-z0-9.-]+)"', document.html):
            if name not in names:
                message = f"the text shows a picture '{name}' that is not there"
                yield Finding(document.path, (), message, "Add the file to content/images/")


def one_file_per_key(catalogue: Catalogue) -> Iterator[Finding]:
    files = group(
        (_folded(_key(file)), file) for file in sorted(catalogue.files) if file.startswith("papers/")
    )
    for same in files.values():
        for file in same[1:]:
            message = f"the key '{_key(file)}' is also that of content/{same[0]}"
            yield Finding(f"content/{file}", (), message, "Rename one of the two files")


def one_paper_per_identifier(catalogue: Catalogue) -> Iterator[Finding]:
    for name in ("arxiv", "doi", "openreview", "acl"):
        given = [(getattr(paper, name), paper) for paper in catalogue.papers if getattr(paper, name)]
        for same in group((_identity(name, value), paper) for value, paper in given).values():
            for paper in same[1:]:
                message = f"`{name}` is also that of {same[0].path}"
                yield Finding(paper.path, (name,), message, "Keep one entry for one paper")


def folder_is_the_year(catalogue: Catalogue) -> Iterator[Finding]:
    for paper in catalogue.papers:
        folder = paper.path.split("/")[-2]
        if folder != f"{paper.date.year:04}":
            message = f"`date` {paper.date} is not of the year of the folder {folder}"
            hint = f"Move the file to content/papers/{paper.date.year:04}/{paper.key}.md, or correct the date"
            yield Finding(paper.path, ("date",), message, hint)


def authors_once(catalogue: Catalogue) -> Iterator[Finding]:
    for paper in catalogue.papers:
        if paper.author_count is None:
            places = group(((_folded(it.name), it.orcid), i) for i, it in enumerate(paper.authors))
            for same in places.values():
                if len(same) > 1:
                    message = f"the author '{paper.authors[same[-1]].name}' stands twice"
                    hint = f"Keep one; if they are two people, add `author_count: {len(paper.authors)}`"
                    yield Finding(paper.path, ("authors", same[-1]), message, hint)


def author_count_fits(catalogue: Catalogue) -> Iterator[Finding]:
    for paper in catalogue.papers:
        if paper.author_count is not None and paper.authors and paper.author_count != len(paper.authors):
            message = (
                f"`author_count` is {paper.author_count}, but the number of names is {len(paper.authors)}"
            )
            yield Finding(paper.path, ("author_count",), message, "Delete this line, or complete the names")


def named_once(catalogue: Catalogue) -> Iterator[Finding]:
    for paper in catalogue.papers:
        for name in ("topics", "organisations", "keywords", "related"):
            values = getattr(paper, name)
            for i, value in enumerate(values):
                if value in values[:i]:
                    yield Finding(paper.path, (name, i), f"`{name}` has '{value}' twice", "Keep one")
        if paper.key in paper.related:
            location = ("related", paper.related.index(paper.key))
            yield Finding(paper.path, location, "the paper is related to itself", "Name another paper")


def signals_have_a_day(catalogue: Catalogue) -> Iterator[Finding]:
    for paper in catalogue.papers:
        signal = "comments" if paper.comments is not None else "upvotes"
        if getattr(paper, signal) is not None and paper.counted is None:
            hint = "Add a line `counted: YYYY-MM-DD` with the day on which it was"
            yield Finding(paper.path, (signal,), f"`{signal}` does not say when it was counted", hint)


def orcid_checksums(catalogue: Catalogue) -> Iterator[Finding]:
    for paper in catalogue.papers:
        for i, person in enumerate(paper.authors):
            if person.orcid and not _orcid_holds(person.orcid):
                message = f"`orcid` {person.orcid} has a mistyped digit"
                yield Finding(paper.path, ("authors", i, "orcid"), message, "Compare it with the paper")


CHECKS: tuple[Rule, ...] = (
    known_topics,
    known_organisations,
    known_related,
    known_pictures,
    one_file_per_key,
    one_paper_per_identifier,
    folder_is_the_year,
    authors_once,
    named_once,
    author_count_fits,
    signals_have_a_day,
    orcid_checksums,
)


def _located(catalogue: Catalogue, finding: Finding) -> Problem:
    if not finding.location:
        return Problem(finding.path, 1, 1, finding.message, finding.hint)
    from catalogue.document import mark  # slow to import

    place = mark(catalogue.folder, finding.path, finding.location)
    return Problem(finding.path, place.line, place.column, finding.message, finding.hint)


def _keys(catalogue: Catalogue, folder: str) -> set[str]:
    """The keys of all files there, also of those that could not be read: their own mistake is enough."""
    return {_key(file) for file in catalogue.files if file.startswith(f"{folder}/")}


def _key(file: str) -> str:
    return file.rpartition("/")[2].removesuffix(".md")


def _known(catalogue: Catalogue, name: str, folder: str) -> Iterator[Finding]:
    keys = _keys(catalogue, name)
    for paper in catalogue.papers:
        for i, key in enumerate(getattr(paper, name)):
            if key not in keys:
                yield _unknown(paper, (name, i), key, keys, f"Use a key of {folder}, or add {folder}{key}.md")


def _unknown(paper: Paper, location: "Location", key: str, known: Collection[str], otherwise: str) -> Finding:
    close = difflib.get_close_matches(key, sorted(known), 1, 0.6)
    hint = f"Did you mean '{close[0]}'? {otherwise}" if close else otherwise
    return Finding(paper.path, location, f"`{location[0]}`: there is no '{key}'", hint)


def _folded(name: str) -> str:
    """Equal for names that some file system or reader takes for the same."""
    if name.isascii():
        return name.lower()
    return unicodedata.normalize("NFKC", name).casefold()


def _identity(name: str, value: str) -> str:
    match name:
        case "arxiv":
            return re.sub("v[0-9]+$", "", value)
        case "openreview":
            return value
        case _:
            return value.casefold()


def _orcid_holds(orcid: str) -> bool:
    """ISO 7064 MOD 11-2, as ORCID documents it."""
    total = 0
    for digit in orcid.replace("-", "")[:-1]:
        total = (total + int(digit)) * 2
    return "0123456789X"[(12 - total % 11) % 11] == orcid[-1]
