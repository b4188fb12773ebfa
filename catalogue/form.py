"""The text of GitHub's issue form `paper.yml`: what a person without git proposes. It comes from a
stranger, so nothing in it is a path, an option or a command: only names that an importer knows."""

import datetime as dt
import re
from collections.abc import Collection, Sequence

from catalogue.found import Found, Importer
from catalogue.problems import ContentError, Problem
from catalogue.sources import gather, take

PLACE = "the form"
NOTHING = "_No response_"
"""What GitHub writes for a field that was left empty."""


LIMIT = 10
"""So many papers can be proposed at once."""

Papers = list[tuple[Found | Problem, dt.date]]


def filled(
    text: str, importers: Sequence[Importer], known: Collection[str]
) -> tuple[Papers, tuple[str, ...]]:
    """The papers that a filled form names, as their sources have them, and the topics it names, which must be
    `known`. Raises ContentError with all that is wrong, before anything is asked of a source.

    https://docs.github.com/communities/using-templates-to-encourage-useful-issues-and-pull-requests:
    each field is a heading of the third level with its label, and below it what was filled in.
    """
    fields = dict(re.findall(r"^### ([^\n]*)\n+(.*?)(?=^### |\Z)", text.replace("\r\n", "\n"), re.M | re.S))
    given = {label.strip(): value.strip() for label, value in fields.items() if value.strip() != NOTHING}
    sources = tuple(given.get("Paper", "").split())
    topics = tuple(re.findall(r"[^,\s]+", given.get("Topics", "")))
    hint = f"Known here: {', '.join(sorted(known))}" if known else "Leave the field empty: there are none"
    wrong = [
        _problem(
            f"'{source[:100]}' is not the name of a paper", "Give an arXiv identifier, a DOI, or an address"
        )
        for source in sources
        if not any(importer.address(source) for importer in importers)
    ]
    wrong += [
        _problem(f"'{topic[:100]}' is not the key of a topic", hint) for topic in topics if topic not in known
    ]
    if not sources:
        wrong.append(_problem("no paper is named", "Fill in the field Paper"))
    if wrong:
        raise ContentError(wrong)
    papers = list(gather(take(sources, importers, files=False), importers))
    if len(papers) > LIMIT:
        raise ContentError([_problem(f"it names {len(papers)} papers", f"Propose at most {LIMIT} at once")])
    return papers, topics


def _problem(message: str, hint: str) -> Problem:
    return Problem(PLACE, 1, 1, message, hint)
