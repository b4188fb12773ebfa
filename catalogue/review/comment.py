"""The comment under a pull request, for people who do not program. All that others wrote is shown as it is,
as code: it can neither link, nor mention, nor end the comment."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple
from urllib.parse import quote

from catalogue.problems import printable
from catalogue.review.changes import Changes
from catalogue.review.report import Told

MARK = "<!-- catalogue: preview -->"
"""Begins the comment, by which it is found again."""
SHOWN = 30
LINE = 300
LONGEST = 60_000
"""Characters: GitHub takes 65,536."""


class Comment(NamedTuple):
    """What there is to say: a heading, notes of our own, problems, pages that change, pictures by page."""

    heading: str
    notes: tuple[str, ...] = ()
    told: Sequence[Told] = ()
    changes: Changes = Changes({}, {}, {})
    pictures: Mapping[str, str] = MappingProxyType({})


def written(comment: Comment, source: str) -> str:
    """The comment as GitHub's Markdown. `source` is where the proposed files are shown."""
    changes = comment.changes
    parts = [
        f"{MARK}\n### {comment.heading}\n",
        *(f"{note}\n" for note in comment.notes),
        problems(comment.told, source),
        _pages("New pages", changes.new),
        _pages("Changed pages", changes.changed),
        _pages("Pages that go", changes.gone),
        *(
            f'<p>{code(page)}</p>\n<img src="{address}" alt="The page as it will look" width="640">\n'
            for page, address in comment.pictures.items()
        ),
    ]
    text = ""
    for part in filter(None, parts):
        if len(text) + len(part) > LONGEST:
            return f"{text}\nThere is more than a comment can hold.\n"
        text += f"{part}\n"
    return text


def branch(server: str, repository: str, name: str) -> str:
    """Where GitHub shows the files of a branch, whose name may be a stranger's. Those of a commit cannot be
    edited there."""
    return f"{server}/{quote(repository)}/blob/{quote(name)}"


def problems(told: Sequence[Told], source: str) -> str:
    """What is to be mended, where, and the corrected lines where they are known; "" for none."""
    if not told:
        return ""
    lines = [
        "Open the place by its link, press the pencil at the top right of the file, mend the line, and press "
        "*Commit changes…*. The checks run again by themselves.",
        "",
    ]
    for problem, line, better in told[:SHOWN]:
        where = f"{problem.path}, line {problem.line}"
        link = f'<a href="{_address(source, problem.path, problem.line)}">{code(where)}</a>'
        lines.append(f"<p>{link}: {code(problem.message)}. {code(problem.hint)}.</p>")
        if line.strip():
            lines.append(f"<p>The line now:</p><pre>{_plain(line[:LINE])}</pre>")
        if better:
            lines.append(f"<p>Paste instead:</p><pre>{_plain(better[:LINE])}</pre>")
        lines.append("")
    if len(told) > SHOWN:
        lines.append(f"And {len(told) - SHOWN} more, which the checks list.")
    return "\n".join(lines)


def _pages(heading: str, pages: Mapping[str, str]) -> str:
    if not pages:
        return ""
    lines = [f"<li>{code(title)} {code(page)}</li>" for page, title in list(pages.items())[:SHOWN]]
    if len(pages) > SHOWN:
        lines.append(f"<li>and {len(pages) - SHOWN:,} more</li>")
    mark = " open" if len(pages) <= 5 else ""
    listed = "\n".join(lines)
    return f"<details{mark}><summary>{heading}: {len(pages):,}</summary>\n<ul>\n{listed}\n</ul></details>\n"


def code(text: str) -> str:
    """The text as code, at most 300 characters, in which neither Markdown nor HTML nor GitHub sees a sign."""
    return f"<code>{_plain(text[:300])}</code>"


def _plain(text: str) -> str:
    """Every sign but letters, digits and spaces by its number."""
    return "".join(c if c.isalnum() or c == " " else f"&#{ord(c)};" for c in printable(text))


def _address(source: str, path: str, line: int) -> str:
    return f"{source}/{quote(path)}#L{line}"
