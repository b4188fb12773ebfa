"""The corrected line of a problem, where it can be known."""

import re
from collections.abc import Callable

from catalogue.problems import Problem
from catalogue.slugs import slug


def mended(problem: Problem, line: str) -> str | None:
    """The line as it should be, to be pasted; None where only a person can know that."""
    if found := re.match(r"Quote [^:]+: (.+)", problem.hint):
        return re.match(r"\s*", line)[0] + found[1] if found[1] != line.strip() else None  # type: ignore[index]
    wrong = re.findall(r"'([^']+)'|`([^`]+)`|(#[\w-]+|/[\w/.-]+)", problem.message)
    names = [first or second or third for first, second, third in wrong]
    if meant := re.search(r"Did you mean ['`]([^'`]+)['`]\?", problem.hint):
        return _replaced(line, [name for name in reversed(names) if name != meant[1]], meant[1])
    if found := re.match(r"`\w+` '(.*)' is not (.+)$", problem.message):
        value, what = found[1], found[2]
        for kind, better in BETTER.items():
            if kind in what and (right := better(value)) and right != value:
                return _replaced(line, [value], right)
    return None


def _replaced(line: str, wrong: list[str], right: str) -> str | None:
    """The line with the first of the wrong words that it holds, as a whole word, made right."""
    for word in wrong:
        pattern = rf"(?<![\w/#-]){re.escape(word)}(?![\w-])"
        if re.search(pattern, line):
            return re.sub(pattern, lambda _: right, line, count=1)
    return None


def _day(value: str) -> str | None:
    found = re.fullmatch(r"\s*([0-9]{4})[-/.]([0-9]{1,2})[-/.]([0-9]{1,2})(?:T.*)?\s*", value)
    return f"{found[1]}-{int(found[2]):02}-{int(found[3]):02}" if found else None


def _identifier(pattern: str) -> Callable[[str], str | None]:
    def find(value: str) -> str | None:
        found = re.search(pattern, value)
        return found[1] if found else None

    return find


def _orcid(value: str) -> str | None:
    digits = re.sub("[^0-9X]", "", value.rpartition("/")[2].upper())
    return "-".join(re.findall("....", digits)) if len(digits) == 16 else None


def _count(value: str) -> str | None:
    return value.replace(",", "") if re.fullmatch("[0-9]{1,3}(?:,[0-9]{3})+", value) else None


BETTER: dict[str, Callable[[str], str | None]] = {
    "a day": _day,
    "an arXiv identifier": _identifier(r"(?<![0-9])([0-9]{4}\.[0-9]{4,5}(?:v[1-9][0-9]*)?)(?![0-9])"),
    "a DOI": _identifier(r"(10\.[0-9]{4,9}/\S+)"),
    "an ORCID": _orcid,
    "an identifier": _identifier(r"[?&]id=([A-Za-z0-9_-]+)"),
    "a count": lambda value: (
        value.replace(",", "") if re.fullmatch("[0-9]{1,3}(?:,[0-9]{3})+", value) else None
    ),
    "a status": lambda value: value.lower(),
    "true or false": lambda value: {"yes": "true", "no": "false"}.get(value.lower(), value.lower()),
    "a key": slug,
}
"""What people write, and what they mean by it."""
