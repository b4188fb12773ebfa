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
    hint = 'Write lines like title = "Papers"'
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        place = re.search(r"line (\d+), column (\d+)", str(error))
        line, column = (int(place[1]), int(place[2])) if place else (text.count("\n") + 1, 1)
        message = f"this is not TOML: {str(error).partition(' (at')[0]}"
        raise Mistake(line, column, message, hint) from None
    except (ValueError, RecursionError):  # a number of thousands of digits, or as many brackets
        raise Mistake(1, 1, "a value is too long or nested too deep", hint) from None


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
            names = found[2].split(".")
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
