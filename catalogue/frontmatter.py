"""The bytes of a content file -> its front matter, the place of every value in it, and its body."""

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from frontmatter.default_handlers import BaseHandler

from catalogue import strictyaml
from catalogue.problems import ContentError, Problem
from catalogue.strictyaml import Location, Mark, Mistake

MAX_FILE = 256 * 1024


class Parsed(NamedTuple):
    """Front matter and body. `body_line` is the line of the file on which the body begins; `front` is the
    front matter as it is written."""

    metadata: dict[str, Any]
    marks: Mapping[Location, Mark]
    body: str
    body_line: int
    front: str = ""

    def mark(self, location: Location) -> Mark:
        """The mark of the value at `location`, or of the nearest thing that holds it."""
        while location not in self.marks:
            location = location[:-1]
        return self.marks[location]


class StrictYAML(BaseHandler):
    """python-frontmatter's handler for YAML, refusing where its own would guess."""

    FM_BOUNDARY = re.compile(r"^---[ \t]*(?:\n|\Z)", re.MULTILINE)
    START_DELIMITER = END_DELIMITER = "---"

    def split(self, text: str) -> tuple[str, str]:
        """The block between the `---` lines, and what follows them. Raises Mistake."""
        opening, closing = self.fences(text)
        return text[opening:closing], re.sub(r"\A---[ \t]*\n?", "", text[closing:])

    def load(self, fm: str) -> dict[str, Any]:
        """The block as nested mappings, lists and text. Raises Mistake."""
        return strictyaml.load(fm)[0]

    def fences(self, text: str) -> tuple[int, int]:
        """Where the opening line ends, and where the closing line begins. Raises Mistake."""
        start = len(text) - len(text.lstrip(" \t\n"))
        start = text.rfind("\n", 0, start) + 1
        line = text.count("\n", 0, start) + 1
        assert self.FM_BOUNDARY is not None
        opening = self.FM_BOUNDARY.match(text, start)
        if not opening:
            how = {"+++": "is written as TOML", "{": "is written as JSON"}
            found = next((how[mark] for mark in how if text[start:].startswith(mark)), "is missing")
            wanted = "Begin the file with a line ---, then lines `key: value`, then another line ---"
            raise Mistake(line, 1, f"front matter {found}", wanted)
        closing = self.FM_BOUNDARY.search(text, opening.end())
        if not closing:
            open_ended = f"front matter starts at line {line} and is never closed"
            raise Mistake(line, 1, open_ended, "Add a line --- after its last key")
        return opening.end(), closing.start()


def parse(data: bytes, path: str) -> Parsed:
    """Reads a whole file. Raises ContentError for whatever is refused."""
    handler = StrictYAML()
    try:
        text = decode(data)
        opening, _ = handler.fences(text)
        block, body = handler.split(text)
        metadata, marks = strictyaml.load(block, text.count("\n", 0, opening) + 1)
    except Mistake as mistake:
        problem = Problem(path, mistake.line, mistake.column, mistake.message, mistake.hint)
        raise ContentError([problem]) from None
    return Parsed(metadata, marks, body, text.count("\n", 0, len(text) - len(body)) + 1, block)


def decode(data: bytes) -> str:
    """The file as text, its lines ended by line feeds alone. Raises Mistake."""
    if len(data) > MAX_FILE:
        limit = f"the file is larger than {MAX_FILE // 1024} KB"
        raise Mistake(1, 1, limit, "Shorten it, or link to the long part")
    try:
        text = _unix(data.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        before = _unix(data[: error.start].decode("utf-8-sig"))
        line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
        raise Mistake(line, column, f"byte {error.start} is not UTF-8", "Save the file as UTF-8") from None
    if odd := strictyaml.invisible(text):
        index, name = odd
        line, column = text.count("\n", 0, index) + 1, index - text.rfind("\n", 0, index)
        raise Mistake(line, column, f"an invisible character, {name}", "Delete it")
    return text


def _unix(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")
