"""What is wrong with the catalogue as a whole: one small rule each, and the rules for one paper."""

import difflib
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from itertools import chain
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from catalogue import search
from catalogue.model import Catalogue, File, Page, Paper, group
from catalogue.problems import Problem
from catalogue.rules import RULES, Finding, folded
from catalogue.within import dead_links

if TYPE_CHECKING:
    from catalogue.strictyaml import Location


VERSION = re.compile("v[0-9]+$")
SHOWN = re.compile(r'src="[^"]*/images/([a-z0-9.-]+)"')


def catalogue(catalogue: Catalogue, plans: Sequence[Page | File], read: Collection[str]) -> list[Problem]:
    """All that is wrong, each at its line. Only files just `read` are asked the rules for one paper."""
    fresh = (paper for paper in catalogue.papers if paper.path.partition("/")[2] in read)
    found = chain(
        (finding for paper in fresh for rule in RULES for finding in rule(paper)),
        (finding for rule in CHECKS for finding in rule(catalogue)),
        dead_links(catalogue, plans),
    )
    return [located(catalogue, finding) for finding in found]


def notices(catalogue: Catalogue) -> list[Problem]:
    """What is worth a look, each at its line."""
    from catalogue.notices import NOTICES  # slow to import, and only for `check`

    return [located(catalogue, finding) for rule in NOTICES for finding in rule(catalogue)]


def addresses(catalogue: Catalogue, plans: Iterable[Page | File]) -> list[Problem]:
    """Two files of the site for one address, also where letters differ only by case or composition."""
    paths = folded("\n".join([path for plan in plans for path in plan.files])).split("\n")
    own = f"{search.FOLDER}/"
    if len(set(paths)) == len(paths) and not any(path.startswith(own) for path in paths):
        return []  # as nearly always
    first: dict[str, Page | File] = {}
    problems = []
    for plan in plans:
        for path in plan.files:
            other = first.setdefault(folded(path), plan)
            same_key = plan.origin != other.origin and _key(plan.origin) == _key(other.origin)
            if path.startswith(own) and plan.origin:
                message = f"the address /{search.FOLDER}/ belongs to the search"
                problems.append(Problem(plan.origin, 1, 1, message, "Choose another name"))
            elif other is not plan and not same_key:  # else `one_file_per_key` has told that already
                mine, its = (plan, other) if plan.origin else (other, plan)
                address = f"/{path.removesuffix('index.html')}"
                owner = its.origin or "the catalogue itself"
                message = f"its address {address} is already that of {owner}"
                alias = isinstance(mine, Page) and mine.template == "pages/redirect.html"
                said = address if alias else ""
                finding = Finding(mine.origin, (), message, "Choose another name for one of the two", said)
                problems.append(located(catalogue, finding))
                break  # what is beside it has the same name
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
        for name in SHOWN.findall(document.html):
            if name not in names:
                message = f"the text shows a picture '{name}' that is not there"
                yield Finding(
                    document.path, (), message, "Add the file to content/images/", f"/images/{name}"
                )


def one_file_per_key(catalogue: Catalogue) -> Iterator[Finding]:
    files = group(
        (folded(_key(file)), file) for file in sorted(catalogue.files) if file.startswith("papers/")
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


CHECKS: tuple[Callable[[Catalogue], Iterator[Finding]], ...] = (
    known_topics,
    known_organisations,
    known_related,
    known_pictures,
    one_file_per_key,
    one_paper_per_identifier,
)


def located(catalogue: Catalogue, finding: Finding) -> Problem:
    """The problem at its line."""
    from catalogue.document import mark, place_of  # slow to import

    if finding.said:
        line, column = place_of(catalogue.folder, finding.path, finding.said)
        return Problem(finding.path, line, column, finding.message, finding.hint)
    if not finding.location:
        return Problem(finding.path, 1, 1, finding.message, finding.hint)
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


def _identity(name: str, value: str) -> str:
    match name:
        case "arxiv":
            return VERSION.sub("", value)
        case "openreview":
            return value
        case _:
            return value.casefold()
