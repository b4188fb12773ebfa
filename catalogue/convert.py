"""Front matter as text -> the typed value its class describes, with every mistake at its place."""

import dataclasses
import difflib
import typing
from collections.abc import Iterator
from functools import cache
from typing import Any, TypeVar

from catalogue.frontmatter import Parsed
from catalogue.problems import ContentError, Problem
from catalogue.strictyaml import Location

T = TypeVar("T")


def convert(shape: type[T], parsed: Parsed, path: str) -> T:
    """The front matter as a `shape`. Raises ContentError with all that does not fit."""
    from pydantic import ValidationError

    problems = list(_cut_values(shape, parsed, path))
    try:
        value: T = _adapter(typing.cast(Any, shape)).validate_python(parsed.metadata)
    except ValidationError as errors:
        for error in errors.errors(include_url=False):
            problems.append(_problem(shape, parsed, path, error["loc"], error))
    if problems:
        raise ContentError(problems)
    return value


def json_schema(shape: type) -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of a file's front matter, for editors."""
    schema: dict[str, Any] = _adapter(shape).json_schema()
    return schema


@cache
def _adapter(shape: Any) -> Any:
    """pydantic's reader of a dataclass. It is imported here, at the first file that changed."""
    from pydantic import ConfigDict, TypeAdapter

    for part in (shape, *_shapes_within(shape)):
        part.__pydantic_config__ = ConfigDict(extra="forbid")
    return TypeAdapter(shape)


def _shapes_within(shape: type) -> Iterator[type]:
    for annotation in typing.get_type_hints(shape).values():
        if inner := _dataclass_in(annotation):
            yield inner


def _dataclass_in(annotation: Any) -> type | None:
    if dataclasses.is_dataclass(annotation) and isinstance(annotation, type):
        return annotation
    return next(filter(None, map(_dataclass_in, typing.get_args(annotation))), None)


@cache
def _hints(shape: Any) -> dict[str, Any]:
    return typing.get_type_hints(shape, include_extras=True)


def _shape_at(shape: type, location: Location) -> type:
    """The dataclass whose keys stand at `location`."""
    for step in location:
        if isinstance(step, str):
            shape = _dataclass_in(typing.get_type_hints(shape).get(step)) or shape
    return shape


def _problem(shape: type, parsed: Parsed, path: str, location: Location, error: Any) -> Problem:
    mark = parsed.mark(location)
    name = next((step for step in reversed(location) if isinstance(step, str)), "")
    known = [field.name for field in dataclasses.fields(_shape_at(shape, location[:-1]))]
    if error["type"] == "unexpected_keyword_argument":
        close = difflib.get_close_matches(name.casefold(), known, 1, 0.6)
        hint = f"Did you mean `{close[0]}`?" if close else f"Known here: {', '.join(known)}"
        return Problem(path, mark.key_line, mark.key_column, f"unknown key `{name}`", hint)
    if error["type"] in ("missing", "missing_argument", "missing_keyword_only_argument"):
        return Problem(path, mark.line, mark.column, f"`{name}` is missing", _add(shape, location))
    found = error["input"]
    if found in ("", None):
        message, hint = f"`{name}` is empty", "Fill it in or delete the line"
    elif error["type"] == "form":
        form = error["ctx"]
        message, hint = f"`{name}` {_show(found)} is not {form['what']}", form["hint"]
    elif error["type"].startswith("date"):
        message, hint = f"`{name}` {_show(found)} is not a day of the calendar", "Write YYYY-MM-DD"
    elif error["type"] in ("tuple_type", "list_type"):
        message = f"`{name}` is not a list"
        hint = f"Write {name}: [one, two] or one a line, each beginning with a hyphen"
    else:
        inner = _shape_at(shape, location)
        keys = ", ".join(field.name for field in dataclasses.fields(inner))
        message, hint = f"`{name}` is not `key: value` lines", f"Write its keys below it, indented: {keys}"
    return Problem(path, mark.line, mark.column, message, hint)


def _add(shape: type, location: Location) -> str:
    name = str(location[-1])
    fields = {field.name: field for field in dataclasses.fields(_shape_at(shape, location[:-1]))}
    return f"Add a line `{name}: ...`. {fields[name].metadata['description']}"


def _show(value: object) -> str:
    if not isinstance(value, str):
        return "holds a list or keys and"
    return f"'{value[:60]}…'" if len(value) > 60 else f"'{value}'"


def _cut_values(shape: type, parsed: Parsed, path: str) -> Iterator[Problem]:
    """Plain text with ` #` in it: YAML takes the rest for a comment, and a title loses its end."""
    for location, mark in parsed.marks.items():
        if mark.cut and location and "free text" in repr(_hints(shape).get(str(location[0]), "")):
            message = f"`{location[0]}` ends at ` #`, where YAML begins a comment"
            yield Problem(path, mark.line, mark.column, message, mark.cut)
