"""What the command line tells people, and GitHub's log reader, while it works and when it is done."""

import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

import click

from catalogue.problems import Problem, printable

T = TypeVar("T")
LONG = 1000
"""From so many pages on, a terminal is shown how far the work is."""


def say(text: str) -> None:
    """One line for the person who waits. The work is no worse for a terminal that is gone, or a full disk
    under the log."""
    with suppress(OSError):
        click.echo(printable(text), err=True)


def problems_found(problems: tuple[Problem, ...]) -> None:
    """All problems, one a line. In GitHub Actions also as annotations of the very lines and, because
    it shows only ten of those a step, as the step's summary."""
    for problem in problems:
        say(str(problem))
    if os.environ.get("GITHUB_ACTIONS") == "true":
        for problem in problems:
            click.echo(problem.annotation())
        if summary := os.environ.get("GITHUB_STEP_SUMMARY"):
            with Path(summary).open("a", encoding="utf-8") as file:
                file.write(f"### {count(len(problems), 'problem')}\n\n{_explained(problems)}\n")
    if place := os.environ.get("CATALOGUE_PROBLEMS"):  # for the comment on a pull request
        from catalogue.review import report

        report.write(report.told(problems, Path()), Path(place))
    say(f"{count(len(problems), 'problem')} found.")


def _explained(problems: tuple[Problem, ...]) -> str:
    """The problems for people who do not program, with links to the lines, as GitHub's Markdown: on the
    branch, which is that of the pull request if there is one. Where that is, site.yml says."""
    from catalogue.review import comment, report

    given = os.environ.get
    repository = given("HEAD_REPOSITORY") or given("GITHUB_REPOSITORY", "")
    name = given("GITHUB_HEAD_REF") or given("GITHUB_REF_NAME", "")
    source = comment.branch(given("GITHUB_SERVER_URL", ""), repository, name)
    return comment.problems(report.told(problems, Path()), source)


def worth_a_look(notices: Iterable[Problem]) -> None:
    """What is no mistake, one a line; in GitHub Actions also beside the lines."""
    for notice in notices:
        say(f"Worth a look: {notice}")
        if os.environ.get("GITHUB_ACTIONS") == "true":
            click.echo(notice.annotation("notice"))


def progress(items: Iterable[T], length: int, label: str) -> Iterator[T]:
    """The items, with a bar on a terminal when they are many."""
    if length < LONG or not sys.stderr.isatty():
        yield from items
        return
    with click.progressbar(items, length=length, label=label, file=sys.stderr) as bar:
        yield from bar


def count(number: int, noun: str) -> str:
    """A number and its noun: "1 page", "1,284 pages"."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
