"""What is wrong with the content, where, and how to mend it."""

from collections.abc import Iterable
from typing import NamedTuple


class Problem(NamedTuple):
    """One mistake in one file. Lines and columns count from 1; `path` is relative to the project."""

    path: str
    line: int
    column: int
    message: str
    hint: str

    def __str__(self) -> str:
        return printable(f"{self.path}:{self.line}:{self.column}: {self.message}. {self.hint}")

    def annotation(self, kind: str = "error") -> str:
        """The same as a GitHub Actions workflow command, an error or a notice, which marks the line in a
        pull request.

        Escapes as the runner's toolkit does (`@actions/core` `command.ts`), so that text from a
        file can neither end the command nor begin another.
        """
        where = f"file={_property(self.path)},line={self.line},col={self.column}"
        return f"::{kind} {where}::{_data(f'{self.message}. {self.hint}')}"


class ContentError(Exception):
    """The content holds mistakes. Carries all of them, in the order of files and lines."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(set(problems)))
        super().__init__(f"{len(self.problems)} problems")


def printable(text: str) -> str:
    """`text` on one line that steers neither a terminal nor GitHub's log reader.

    Line breaks and control characters are shown as escapes; the runner's old command mark, which
    counts anywhere in a line (`##[error]`), is broken up, and so is a `::` that begins a line.
    """
    text = "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)
    text = text.replace("##[", "# #[")
    return ": :" + text[2:] if text.lstrip().startswith("::") else text


def _data(text: str) -> str:
    return printable(text).replace("%", "%25")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
