"""What does not fit the class that describes it: what is wrong, where, and how to mend it in YAML or TOML."""

import dataclasses
import difflib
import re
import typing
from typing import Any

from catalogue.frontmatter import Parsed
from catalogue.problems import Problem
from catalogue.strictyaml import Location

UNKNOWN = "unexpected_keyword_argument"
ELSEWHERE = {
    "tags": ["topics"],
    "categories": ["topics"],
    "year": ["date"],
    "url": ["project"],
    "website": ["project", "url"],
    "github": ["code"],
    "repository": ["code"],
    "journal": ["venue"],
    "conference": ["venue"],
    "booktitle": ["venue"],
    "institutions": ["organisations"],
    "affiliations": ["organisations"],
    "state": ["status"],
    "abstract": ["summary"],
    "description": ["summary"],
    "summary": ["description"],
    "name": ["title"],
    "title": ["name"],
    "from": ["sender"],
    "file": ["src"],
    "caption": ["alt"],
    "homepage": ["project", "url"],
    "paper": ["pdf"],
}
"""What other programs call some keys."""


def misfit(shape: type, parsed: Parsed, path: str, location: Location, error: Any) -> Problem:
    """The problem that one of pydantic's errors is."""
    mark, toml = parsed.mark(location), path.endswith(".toml")
    if error["type"] == UNKNOWN:
        hint = _place(shape, parsed, toml, location, error["input"])
        return Problem(path, mark.key_line, mark.key_column, f"unknown key `{location[-1]}`", hint)
    if error["type"].startswith("missing"):
        hint = _add(shape, location, toml)
        return Problem(path, mark.line, mark.column, f"`{location[-1]}` is missing", hint)
    while location not in parsed.marks and len(location) > 1:  # text stands for a mapping: its key is meant
        location = location[:-1]
    inner = shape_at(shape, error["loc"]) if error["type"] == "dataclass_type" else None
    message, hint = _wrong_value(location, error, inner, toml, parsed.front)
    return Problem(path, mark.line, mark.column, message, hint)


def meant_for(shape: type, location: Location) -> Location | None:
    """Where the key would stand for which the unknown one at `location` was probably meant: beside it, below
    what stands beside it, or at the top."""
    name, around = str(location[-1]).casefold(), shape_at(shape, location[:-1])
    below = {it: (key, it) for key, inner in reversed(_tables(around)) for it in _keys(inner)}
    known = below | {key: (key,) for key in _keys(around)}
    names = (name, *ELSEWHERE.get(name, ()))
    exact = [it for places in (_keys(around), below) for it in names if it in places]
    close = exact or difflib.get_close_matches(name, _keys(around), 1, 0.65)
    if not close and len(location) > 1 and name in _keys(shape):
        return (name,)
    close = close or difflib.get_close_matches(name, below, 1, 0.65)
    return (*location[:-1], *known[close[0]]) if close else None


def dataclass_in(annotation: Any) -> type | None:
    """The dataclass that a field of this type holds, alone or in a tuple."""
    if dataclasses.is_dataclass(annotation) and isinstance(annotation, type):
        return annotation
    return next(filter(None, map(dataclass_in, typing.get_args(annotation))), None)


def shape_at(shape: type, location: Location) -> type:
    """The dataclass whose keys stand at `location`."""
    for step in location:
        if isinstance(step, str):
            shape = dataclass_in(typing.get_type_hints(shape).get(step)) or shape
    return shape


def _keys(shape: type) -> list[str]:
    return [field.name for field in dataclasses.fields(shape)]


def _tables(shape: type) -> list[tuple[str, type]]:
    """The keys that hold keys of their own, and these."""
    types = typing.get_type_hints(shape, include_extras=True).items()
    plain = [it for it in types if typing.get_origin(it[1]) is not tuple and "TextOr" not in repr(it[1])]
    return [(key, inner) for key, it in plain if (inner := dataclass_in(it))]


def _place(shape: type, parsed: Parsed, toml: bool, location: Location, found: Any) -> str:
    """How to mend an unknown key: by another name, or in another place."""
    meant = meant_for(shape, location)
    if not meant:
        return f"Known here: {', '.join(_keys(shape_at(shape, location[:-1])))}"
    if len(meant) == len(location):
        name, types = str(meant[-1]), typing.get_type_hints(shape_at(shape, meant[:-1]))
        listed = typing.get_origin(types[name]) is tuple
        better = _in_brackets(name, found, toml, parsed.front, str(location[-1])) if listed else None
        return f"Put a list there: {better}" if better else f"Did you mean `{name}`?"
    if len(meant) < len(location):
        above = (
            f"the line above [{location[0]}]" if toml else f"it above `{location[0]}:`, without indentation"
        )
        return f"Move {above}"
    there = meant[:-1] in parsed.marks
    if toml:
        table = f"the line [{meant[0]}]" if there else f"a line [{meant[0]}] at the end of the file"
        return f"Write it below {table}: `{meant[-1]} = …`"
    return f"Write it below {'the' if there else 'a'} line `{meant[-2]}:`, indented: `  {meant[-1]}: …`"


def _wrong_value(
    location: Location, error: Any, inner: type | None, toml: bool, front: str
) -> tuple[str, str]:
    found, form = error["input"], error.get("ctx", {})
    name = next(step for step in reversed(location) if isinstance(step, str))
    it, one = f"`{name}`", f"Write one value after {name}{' =' if toml else ':'}"
    if isinstance(location[-1], int):
        it, one = f"an item of `{name}`", "Quote it if it is text"
    if isinstance(found, str) and not found.strip():
        how = "Indent the lines that belong to it" if inner and not toml else "Fill it in"
        return f"{it} is empty", f"{how} or delete the line"
    if error["type"] == "form" and isinstance(found, str):
        return f"`{name}` {_show(found)} is not {form['what']}", form["hint"]
    if error["type"] == "form":
        lines = "a table" if toml else "`key: value` lines"
        return f"{it} is a list or {lines}, not {form['what']}", one
    if error["type"] == "string_type":
        return f"{it} is not text", one
    if error["type"].startswith("date"):
        return f"`{name}` {_show(found)} is not a day of the calendar", "Write it as YYYY-MM-DD"
    if error["type"] in ("tuple_type", "list_type"):
        return f"`{name}` is not a list", _list(name, found, toml, front)
    keys = ", ".join(_keys(inner)) if inner else "lines of its own"
    if toml:
        hint = f"Write a line [{name}] at the end of the file instead, and below it {keys}"
        return f"`{name}` is not a table", hint
    if isinstance(found, str) and inner and re.match(rf"(?:{'|'.join(_keys(inner))}):\S", found):
        return f"{it} is not `key: value` lines", "Put a plain space after each colon"
    hyphens = isinstance(found, list) and any(isinstance(one, dict) for one in found)
    how = "indented, without hyphens" if hyphens else "indented"
    return f"{it} is not `key: value` lines", f"Write its keys below it, {how}: {keys}"


def _list(name: str, found: Any, toml: bool, front: str) -> str:
    """How to make a list of what is none."""
    if better := _in_brackets(name, found, toml, front, name):
        return f"Put it in brackets: {better}"
    if toml:
        return f'Write {name} = ["one", "two"]'
    if isinstance(found, str) and re.match("-(?! )", found):
        return "Put a plain space after each hyphen"
    return f"Write {name}: [one, two] or one a line, each beginning with a hyphen and a space"


def _in_brackets(name: str, found: Any, toml: bool, front: str, written: str) -> str | None:
    """The line with what was found as a list, where it is one line that needs no other change. `written` is
    the key as it stands there."""
    if not isinstance(found, str):
        return None
    if toml:
        mark = next((it for it in "\"'" if it not in found and "\\" not in found), None)
        return f"{name} = [{mark}{found}{mark}]" if mark else None
    whole = re.search(rf"^{re.escape(written)}:[ \t]+{re.escape(found)}[ \t]*$", front, re.MULTILINE)
    return f"{name}: [{found}]" if whole and re.fullmatch(r"[\w/](?!.*\band\b)[\w ,.'/-]*", found) else None


def _add(shape: type, location: Location, toml: bool) -> str:
    name = str(location[-1])
    fields = {field.name: field for field in dataclasses.fields(shape_at(shape, location[:-1]))}
    line = f'`{name} = "..."`' if toml else f"`{name}: ...`"
    if len(location) == 1 and toml:
        line += " at the top"  # and not in the table with which the file ends
    return f"Add a line {line}: {fields[name].metadata['description']}"


def _show(text: str) -> str:
    return f"'{text[:60]}…'" if len(text) > 60 else f"'{text}'"
