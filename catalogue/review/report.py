"""The problems of a pull request as data: from the job without rights to the one that comments."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

from catalogue.problems import Problem, printable
from catalogue.review.mending import mended

MOST = 200
LONGEST = 400


class Told(NamedTuple):
    """A problem, its line as it stands, and the line as it should be ("" where that is not known)."""

    problem: Problem
    line: str
    better: str


def told(problems: Iterable[Problem], root: Path) -> list[Told]:
    """The problems with their lines. `root` is what their paths are relative to."""
    lines = [(problem, _line(root / problem.path, problem.line)) for problem in problems]
    return [Told(problem, line, mended(problem, line) or "") for problem, line in lines]


def write(problems: Iterable[Told], path: Path) -> None:
    """Writes the problems, with their lines, as JSON."""
    rows = [[*problem, line, better] for problem, line, better in problems]
    path.write_text(json.dumps(rows, ensure_ascii=False))


def read(data: bytes) -> list[Told]:
    """What such a file holds, or as much of it as has the right shape: it comes from a stranger. At most MOST
    problems, no text longer than LONGEST, nothing that is not on one line."""
    try:
        given = json.loads(data)
    except (ValueError, RecursionError):
        return []
    rows = given if isinstance(given, list) else []
    return [_told(row) for row in rows[:MOST] if _fits(row)]


def _fits(row: Any) -> bool:
    kinds = (str, int, int, str, str, str, str)
    return isinstance(row, list) and [type(value) for value in row] == list(kinds)


def _told(row: list[Any]) -> Told:
    path, line, column, message, hint, text, better = (
        printable(value)[:LONGEST] if isinstance(value, str) else max(1, min(value, 10**6)) for value in row
    )
    return Told(Problem(path, line, column, message, hint), text, better)  # type: ignore[arg-type]


def _line(path: Path, number: int) -> str:
    try:
        lines = path.read_bytes().decode(errors="replace").split("\n")
    except OSError:
        return ""
    return lines[number - 1].rstrip("\r") if number <= len(lines) else ""
