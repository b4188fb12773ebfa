"""Front matter as text -> the typed value its class describes, with every mistake at its place."""

import typing
from collections.abc import Iterator
from functools import cache
from typing import Any, TypeVar

from catalogue.frontmatter import Parsed
from catalogue.misfit import UNKNOWN, dataclass_in, meant_for, misfit, shape_at
from catalogue.problems import ContentError, Problem

T = TypeVar("T")


def convert(shape: type[T], parsed: Parsed, path: str) -> T:
    """The front matter as a `shape`. Raises ContentError with all that does not fit."""
    from pydantic import ValidationError

    problems = list(_cut_values(shape, parsed, path))
    try:
        value: T = _adapter(typing.cast(Any, shape)).validate_python(parsed.metadata)
    except ValidationError as errors:
        found = errors.errors(include_url=False)
        meant = {meant_for(shape, error["loc"]) for error in found if error["type"] == UNKNOWN}
        cut = {(problem.line, problem.column) for problem in problems}
        refused = (misfit(shape, parsed, path, it["loc"], it) for it in found if it["loc"] not in meant)
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
        if inner := dataclass_in(annotation):
            yield inner


@cache
def _hints(shape: Any) -> dict[str, Any]:
    return typing.get_type_hints(shape, include_extras=True)


def _cut_values(shape: type, parsed: Parsed, path: str) -> Iterator[Problem]:
    """Plain text with ` #` in it: YAML takes the rest for a comment, and a title loses its end."""
    for location, mark in parsed.marks.items():
        if mark.cut and _is_free_text(shape, [step for step in location if isinstance(step, str)]):
            name = next(step for step in reversed(location) if isinstance(step, str))
            message = f"`{name}` ends at ` #`, where YAML begins a comment"
            yield Problem(path, mark.line, mark.column, message, mark.cut)


def _is_free_text(shape: type, names: list[str]) -> bool:
    annotation = repr(_hints(shape_at(shape, tuple(names[:-1]))).get(names[-1], ""))
    return "one line of text" in annotation or "TextOr(key='name')" in annotation
