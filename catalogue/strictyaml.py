"""YAML as far as front matter needs it: mappings, lists and text, with the place of every value.

YAML gives shape, never types: every scalar stays the text its author typed. Refused, because it
hides what a reader of the file sees or makes a small file expensive: anchors, aliases, tags, merge
keys, duplicate keys, deep nesting, too many values.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from itertools import takewhile
from typing import Any, NamedTuple

import yaml

from catalogue.unreadable import LOADER, marked, quoted, spaceless, unreadable

MAX_BLOCK = 128 * 1024
MAX_EVENTS = 12_000
MAX_DEPTH = 8

Location = tuple[str | int, ...]


class Mark(NamedTuple):
    """Where a value begins, and the key before it, counted from 1. `cut` is set where a comment follows
    a plain value, which its author may have meant as part of it, and says how to keep it."""

    line: int
    column: int
    key_line: int
    key_column: int
    cut: str = ""


class Mistake(Exception):
    """One thing wrong, at a line and column of the file."""

    def __init__(self, line: int, column: int, message: str, hint: str) -> None:
        super().__init__(message)
        self.line, self.column, self.message, self.hint = line, column, message, hint


def load(block: str, first_line: int = 1) -> tuple[dict[str, Any], Mapping[Location, Mark]]:
    """The block as nested mappings, lists and text, and the mark of each value by its location.

    `first_line` is the number of the block's first line in its file. Raises Mistake.
    """
    events = iter(_guarded(block, first_line))
    marks: dict[Location, Mark] = {(): Mark(first_line, 1, first_line, 1)}
    root = next((event for event in events if isinstance(event, yaml.NodeEvent)), None)
    if root is None:
        return {}, marks
    lines = block.split("\n")
    if not isinstance(root, yaml.MappingStartEvent):
        told = spaceless(lines[0]) or (1, "front matter is not a mapping", "Write `key: value` lines")
        raise Mistake(first_line, *told)
    return _Reader(block, lines, first_line, marks, events).value(root, ()), marks


def _guarded(block: str, first_line: int) -> list[Any]:
    """The block as a flat stream of events, which no nesting can make deep or long. Raises Mistake."""
    if len(block.encode()) > MAX_BLOCK:
        limit = f"front matter is larger than {MAX_BLOCK // 1024} KB"
        raise Mistake(first_line, 1, limit, "Move prose below the closing ---")
    lines = block.split("\n")
    depth = 0
    events: list[Any] = []
    try:
        loader = LOADER(block)
        while event := loader.get_event():
            kind = type(event)
            if kind is not yaml.ScalarEvent:
                depth += issubclass(kind, yaml.CollectionStartEvent)
                depth -= issubclass(kind, yaml.CollectionEndEvent)
            elif not event.anchor and not event.tag and len(events) < MAX_EVENTS:
                events.append(event)  # as nearly always: `_refusal` would let it pass, only later
                continue
            if refusal := _refusal(event, depth, len(events)):
                message, hint = refusal
                start: Any = event.start_mark
                if hint.startswith("a value"):
                    hint = marked(lines, start.line, start.column, hint)
                raise Mistake(first_line + start.line, start.column + 1, message, hint)
            events.append(event)
    except yaml.YAMLError as error:
        line, column, message, hint = unreadable(error, events[-1] if events else None, lines)
        raise Mistake(first_line + line, column, message, hint) from None
    return events


def _refusal(event: Any, depth: int, number: int) -> tuple[str, str] | None:
    """Why the event is refused, and what to quote or else to do."""
    if isinstance(event, yaml.NodeEvent):
        if event.anchor:  # an alias has one, too
            return "anchors and aliases are not used here", "a value that begins with & or *"
        if event.tag:  # type: ignore[attr-defined]
            return "tags are not used here", "a value that begins with !"
        if depth > MAX_DEPTH:
            return "front matter is nested too deep", "a value that begins with [ or {"
    if number >= MAX_EVENTS:
        return "front matter holds too many values", "Shorten the lists"
    if isinstance(event, yaml.DocumentEndEvent) and event.explicit:
        return "a line of dots ends the front matter", "End it with a line ---"
    return None


class _Reader(NamedTuple):
    """Puts values together from the events that are still to come."""

    block: str
    lines: list[str]
    first_line: int
    marks: dict[Location, Mark]
    events: Iterator[Any]

    def place(self, event: Any) -> tuple[int, int]:
        mark = event.start_mark
        return mark.line + self.first_line, mark.column + 1

    def value(self, event: Any, location: Location) -> Any:
        if location not in self.marks:
            place = self.place(event)
            self.marks[location] = Mark(*place, *place)
        if isinstance(event, yaml.MappingStartEvent):
            return {key: self.value(value, (*location, key)) for key, value in self.pairs(location)}
        if isinstance(event, yaml.SequenceStartEvent):
            within = takewhile(lambda item: not isinstance(item, yaml.SequenceEndEvent), self.events)
            return [self.value(item, (*location, i)) for i, item in enumerate(within)]
        if not event.style:
            end = event.end_mark
            line = self.lines[end.line] if end.line < len(self.lines) else ""
            if line[end.column :].lstrip(" \t").startswith("#"):
                self.marks[location] = self.marks[location]._replace(cut=quoted(line, "the whole value"))
        elif event.style == '"':
            self.refuse_escapes(event)
        return event.value

    def refuse_escapes(self, node: Any) -> None:
        """In double quotes YAML reads `$\\tau$` as a tab and `au`, which no one who writes TeX means."""
        start: Any = node.start_mark
        end: Any = node.end_mark
        for escape in re.findall(r"\\(.)", self.block[start.index : end.index]):
            if escape not in '\\"/xuU':
                changed = f"`\\{escape}` in double quotes stands for another character"
                raise Mistake(*self.place(node), changed, "Write each backslash twice, or use single quotes")
        if odd := invisible(node.value):
            hidden = f"the value holds an invisible character, {odd[1]}"
            raise Mistake(*self.place(node), hidden, "Delete its escape")

    def pairs(self, location: Location) -> Iterator[tuple[str, Any]]:
        seen: dict[str, int] = {}
        for key in self.events:
            if isinstance(key, yaml.MappingEndEvent):
                return
            place = self.place(key)
            if not isinstance(key, yaml.ScalarEvent):
                raise Mistake(*place, "a key must be a word", "Write `key: value`")
            value = next(self.events)
            if key.value == "<<":
                raise Mistake(*place, "merge keys are not used here", "Write the keys out")
            same = unicodedata.normalize("NFKC", key.value).casefold()
            if same in seen:
                twice = f"`{key.value}` stands twice, first on line {seen[same]}"
                raise Mistake(*place, twice, "Keep one of the two")
            seen[same] = place[0]
            self.marks[(*location, key.value)] = Mark(*self.place(value), *place)
            yield key.value, value


_INVISIBLE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029"  # controls and separators: invisible, and some end a line
    "\u202a-\u202e\u2066-\u2069"  # overrides: what is shown is not what is read (CVE-2021-42574)
    "\xad\u115f\u1160\u180e\u200b\u2060-\u2064\u206a-\u206f\u3164\uffa0\ufeff\ufff9-\ufffb\ufffe\uffff\ud800-\udfff\U000e0000-\U000e007f]"
)
_JOINER = re.compile("(?<=[\x20-\x7e])[\u200c\u200d]|[\u200c\u200d](?=[\x20-\x7e])")
"""Joiners belong between letters that join; beside ASCII they only make one text look like another."""


def invisible(text: str) -> tuple[int, str] | None:
    """The first character that text must not hold: its index and its name."""
    found = _INVISIBLE.search(text) or (not text.isascii() and _JOINER.search(text))
    if not found:
        return None
    return found.start(), f"U+{ord(found[0]):04X} {unicodedata.name(found[0], 'control character')}"
