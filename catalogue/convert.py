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
UNKNOWN = "unexpected_keyword_argument"
ELSEWHERE = {
    "tags": ["topics"],
    "categories": ["topics"],
    "year": ["date"],
    "url": ["links"],
    "website": ["links", "project", "url"],
    "github": ["links", "code"],
    "repository": ["links", "code"],
    "journal": ["venue"],
    "conference": ["venue"],
    "booktitle": ["venue"],
    "institutions": ["organisations"],
    "affiliations": ["organisations"],
}
"""What other programs call some keys."""


def convert(shape: type[T], parsed: Parsed, path: str) -> T:
    """The front matter as a `shape`. Raises ContentError with all that does not fit."""
    from pydantic import ValidationError

    problems = list(_cut_values(shape, parsed, path))
    try:
        value: T = _adapter(typing.cast(Any, shape)).validate_python(parsed.metadata)
    except ValidationError as errors:
        found = errors.errors(include_url=False)
        meant = {_meant(shape, error["loc"]) for error in found if error["type"] == UNKNOWN}
        cut = {(problem.line, problem.column) for problem in problems}
        refused = (_problem(shape, parsed, path, it["loc"], it) for it in found if it["loc"] not in meant)
        problems += [problem for problem in refused if (problem.line, problem.column) not in cut]
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


def _known(shape: type, location: Location) -> list[str]:
    """The keys that may stand beside the one at `location`."""
    return [field.name for field in dataclasses.fields(_shape_at(shape, location[:-1]))]


def _meant(shape: type, location: Location) -> Location | None:
    """Where the key would stand for which the unknown one at `location` was probably meant."""
    name, known = str(location[-1]).casefold(), _known(shape, location)
    close = [it for it in ELSEWHERE.get(name, ()) if it in known]
    close = close or difflib.get_close_matches(name, known, 1, 0.65)
    return (*location[:-1], close[0]) if close else None


def _problem(shape: type, parsed: Parsed, path: str, location: Location, error: Any) -> Problem:
    mark = parsed.mark(location)
    if error["type"] == UNKNOWN:
        meant = _meant(shape, location)
        hint = (
            f"Did you mean `{meant[-1]}`?" if meant else f"Known here: {', '.join(_known(shape, location))}"
        )
        return Problem(path, mark.key_line, mark.key_column, f"unknown key `{location[-1]}`", hint)
    if error["type"].startswith("missing"):
        return Problem(
            path, mark.line, mark.column, f"`{location[-1]}` is missing", _add(shape, location, path)
        )
    while location not in parsed.marks:  # a plain text stands for a mapping: the key before it is meant
        location = location[:-1]
    message, hint = _wrong_value(location, error, _shape_at(shape, error["loc"]))
    return Problem(path, mark.line, mark.column, message, hint)


def _wrong_value(location: Location, error: Any, inner: type) -> tuple[str, str]:
    found, form = error["input"], error.get("ctx", {})
    name = next(step for step in reversed(location) if isinstance(step, str))
    it, one = (f"`{name}`", f"Write one value after {name}:")
    if isinstance(location[-1], int):
        it, one = (f"an item of `{name}`", "Quote it if it is text")
    if isinstance(found, str) and not found.strip():
        return f"{it} is empty", "Fill it in or delete the line"
    if error["type"] == "form" and isinstance(found, str):
        return f"`{name}` {_show(found)} is not {form['what']}", form["hint"]
    if error["type"] == "form":
        return f"{it} is a list or `key: value` lines, not {form['what']}", one
    if error["type"] == "string_type":
        return f"{it} is not text", one
    if error["type"].startswith("date"):
        return f"`{name}` {_show(found)} is not a day of the calendar", "Write it as YYYY-MM-DD"
    if error["type"] in ("tuple_type", "list_type"):
        hint = f"Write {name}: [one, two] or one a line, each beginning with a hyphen"
        return f"`{name}` is not a list", hint
    if error["type"] != "dataclass_type":
        return f"`{name}` is not a table", f"Write a line [{name}], and below it lines of its own"
    keys = ", ".join(field.name for field in dataclasses.fields(inner))
    return f"{it} is not `key: value` lines", f"Write its keys below it, indented: {keys}"


def _add(shape: type, location: Location, path: str) -> str:
    name = str(location[-1])
    fields = {field.name: field for field in dataclasses.fields(_shape_at(shape, location[:-1]))}
    line = f'{name} = "..."' if path.endswith(".toml") else f"{name}: ..."
    return f"Add a line `{line}`: {fields[name].metadata['description']}"


def _show(text: str) -> str:
    return f"'{text[:60]}…'" if len(text) > 60 else f"'{text}'"


def _cut_values(shape: type, parsed: Parsed, path: str) -> Iterator[Problem]:
    """Plain text with ` #` in it: YAML takes the rest for a comment, and a title loses its end."""
    for location, mark in parsed.marks.items():
        if mark.cut and _is_free_text(shape, [step for step in location if isinstance(step, str)]):
            name = next(step for step in reversed(location) if isinstance(step, str))
            message = f"`{name}` ends at ` #`, where YAML begins a comment"
            yield Problem(path, mark.line, mark.column, message, mark.cut)


def _is_free_text(shape: type, names: list[str]) -> bool:
    annotation = repr(_hints(_shape_at(shape, tuple(names[:-1]))).get(names[-1], ""))
    return "one line of text" in annotation or "TextOr(key='name')" in annotation
