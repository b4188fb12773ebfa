"""content/site.toml -> Settings."""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from catalogue.convert import convert
from catalogue.files import contents
from catalogue.frontmatter import MAX_FILE, Parsed, decode
from catalogue.problems import ContentError, Problem
from catalogue.schema import Settings
from catalogue.strictyaml import Location, Mark, Mistake, invisible

STAND_IN = Settings(title="-", description="-", url="http://localhost/")
"""Used when site.toml cannot be read, so that the mistakes in all other files are told too."""


def read(content: Path, url: str | None = None) -> tuple[Settings, list[Problem]]:
    """The settings, with the site's address from `url` where that is given, and what is wrong there."""
    path = f"{content.name}/site.toml"
    try:
        text = decode(contents(content / "site.toml", MAX_FILE))
        parsed = Parsed(_as_text(_loads(text)), _marks(text), "", 1)
        _refuse_hidden(parsed)
        settings = convert(Settings, parsed, path)
        return (_moved(parsed, url) if url else settings), []
    except OSError as error:
        problem = Problem(path, 1, 1, f"cannot be read: {error.strerror}", "Every catalogue has this file")
    except Mistake as error:
        problem = Problem(path, error.line, error.column, error.message, error.hint)
    except ContentError as error:
        return STAND_IN, list(error.problems)
    return STAND_IN, [problem]


def _moved(parsed: Parsed, url: str) -> Settings:
    """The same with another address. Raises ContentError that blames what gave it, not site.toml."""
    here = Mark(1, 1, 1, 1)
    values = {**parsed.metadata, "url": url}
    return convert(Settings, Parsed(values, {(): here, ("url",): here}, "", 1), "--url")


def _loads(text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        message, lines = str(error).partition(" (at")[0], text.split("\n")
        place = re.search(r"line (\d+), column (\d+)", str(error))
        line, column = (int(place[1]), int(place[2])) if place else (len(lines), 1)
        below = message == "Unclosed array" and not lines[line - 1][: column - 1].strip()
        if below or not place:  # it began on a line before
            began = range(line - bool(place), 0, -1)
            line = next((number for number in began if "=" in lines[number - 1]), line)
            column = lines[line - 1].find("=") + 2
        raise Mistake(line, column, f"this is not TOML: {message}", _hint(message, lines[line - 1])) from None
    except (ValueError, RecursionError):  # a number of thousands of digits, or as many brackets
        raise Mistake(1, 1, "a value is too long or nested too deep", LIKE) from None


LIKE = 'Write lines like title = "Papers"'


def _hint(message: str, line: str) -> str:
    """How to mend a line that is not TOML."""
    given = re.fullmatch(r"\s*([\w-]+) *= *([\w./:@-][^\"#\\]*)", line[:300].rstrip())
    if re.search(r"=[\s\[]*[“”„‘’]", line):
        return 'Write straight quotes, such as title = "Papers"'
    if given and message == "Invalid value":
        if re.fullmatch("(?i:true|false|yes|no|on|off)", given[2]):
            return f"Write {given[1]} = true or {given[1]} = false"
        return f'Quote it if it is text: {given[1]} = "{given[2]}"'
    if "Unescaped" in message:
        return "Write it between single quotes, in which backslashes stand for themselves"
    if "Cannot" in message:
        return "It stands twice: keep one of the two"
    if re.search(r"=\s*\[", line):
        return 'Write a list as ["one", "two"]'
    if "after a statement" in message:
        return r"Write nothing after the value, and a quote within quotes as \""
    if line.lstrip().startswith("\\"):
        return "Write the name of a macro without its backslash"
    return f"{LIKE}; begin a comment with #" if message == "Invalid statement" else LIKE


def _as_text(value: Any) -> Any:
    """TOML's values as front matter gives them: shape, and text that the schema converts."""
    if isinstance(value, dict):
        return {key: _as_text(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_as_text(item) for item in value]
    return str(value).lower() if isinstance(value, bool) else str(value)


def _marks(text: str) -> dict[Location, Mark]:
    """Where each key or table first stands: `a.b = 1`, and `b = 1` below `[a]`, are at a and at a, b."""
    marks: dict[Location, Mark] = {(): Mark(1, 1, 1, 1)}
    table: Location = ()
    for number, line in enumerate(text.split("\n"), 1):
        if found := re.match(r"""\s*(\[*)["']?([\w .-]+?)["']?\s*(?:=\s*|\])""", line):
            names = [name.strip(" \"'") for name in found[2].split(".")]
            location = (*names,) if found[1] else (*table, *names)
            table = location if found[1] else table
            column = found.start(2) + 1
            mark = Mark(number, column if found[1] else found.end() + 1, number, column)
            for length in range(len(location)):
                marks.setdefault(location[: length + 1], mark)
    return marks


def _refuse_hidden(parsed: Parsed) -> None:
    """TOML reads `"\\to"` as a tab and `o`, and takes any character by its number."""
    for location, text in _texts(parsed.metadata, ()):
        if invisible(text) or re.search("[\t\n]", text):
            mark = parsed.mark(location)
            hint = "Delete its escape; write backslashes between single quotes"
            raise Mistake(mark.line, mark.column, "the value holds an invisible character", hint)


def _texts(value: Any, location: Location) -> Iterator[tuple[Location, str]]:
    if isinstance(value, str):
        yield location, value
    elif isinstance(value, dict | list):
        items = value.items() if isinstance(value, dict) else enumerate(value)
        for step, item in items:
            yield from _texts(item, (*location, step))
