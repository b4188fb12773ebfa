"""content/site.toml -> Settings."""

import re
import tomllib
from pathlib import Path
from typing import Any

from catalogue.convert import convert
from catalogue.files import contents
from catalogue.frontmatter import Parsed
from catalogue.problems import ContentError, Problem
from catalogue.schema import Settings
from catalogue.strictyaml import Location, Mark

MAX_FILE = 64 * 1024


STAND_IN = Settings(title="-", description="-", url="http://localhost/")
"""Used when site.toml cannot be read, so that the mistakes in all other files are told too."""


def read(content: Path, url: str | None = None) -> tuple[Settings, list[Problem]]:
    """The settings, with the site's address from `url` where that is given, and what is wrong there."""
    path = f"{content.name}/site.toml"
    try:
        text = contents(content / "site.toml", MAX_FILE).decode()
        values = tomllib.loads(text) | ({"url": url} if url else {})
        return convert(Settings, Parsed(_as_text(values), _marks(text), "", 1), path), []
    except OSError as error:
        problem = Problem(path, 1, 1, f"cannot be read: {error.strerror}", "Every catalogue has this file")
    except UnicodeDecodeError:
        problem = Problem(path, 1, 1, "the file is not UTF-8", "Save it as UTF-8")
    except tomllib.TOMLDecodeError as error:
        place = re.search(r"line (\d+), column (\d+)", str(error))
        line, column = (int(place[1]), int(place[2])) if place else (text.count("\n") + 1, 1)
        message = f"this is not TOML: {str(error).partition(' (at')[0]}"
        problem = Problem(path, line, column, message, 'Write lines like title = "Papers"')
    except ContentError as error:
        return STAND_IN, list(error.problems)
    return STAND_IN, [problem]


def _as_text(value: Any) -> Any:
    """TOML's values as front matter gives them: shape, and text that the schema converts."""
    if isinstance(value, dict):
        return {key: _as_text(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_as_text(item) for item in value]
    return str(value).lower() if isinstance(value, bool) else str(value)


def _marks(text: str) -> dict[Location, Mark]:
    marks: dict[Location, Mark] = {(): Mark(1, 1, 1, 1)}
    for number, line in enumerate(text.splitlines(), 1):
        if found := re.match(r"\s*([\w-]+)\s*=\s*", line):
            mark = Mark(number, found.end() + 1, number, found.start(1) + 1)
            marks.setdefault((found[1],), mark)
    return marks
