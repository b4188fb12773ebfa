"""What editors need of the schema: JSON Schemas of front matter and of site.toml, and snippets of keys."""

import dataclasses
import json
from functools import cache
from typing import Any

from catalogue import schema

SHAPES = {
    "paper": schema.PaperFrontMatter,
    "topic": schema.TopicFrontMatter,
    "organisation": schema.OrganisationFrontMatter,
    "page": schema.ArticleFrontMatter,
    "site": schema.Settings,
}
"""The kinds of file that people write."""


@cache
def file_schema(kind: str) -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of what a file of this kind may say, as an editor reads it: what looks
    like a number or a day to YAML 1.2 is text all the same, and no value is better than an empty one."""
    from catalogue.convert import json_schema

    made: dict[str, Any] = _written(json_schema(SHAPES[kind]))
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": kind.capitalize()} | made


def _written(part: Any) -> Any:
    """A part of a schema without nulls and defaults, its texts also as numbers."""
    if isinstance(part, list):
        return [_written(item) for item in part if item != {"type": "null"}]
    if not isinstance(part, dict):
        return part
    kept = {name: _written(value) for name, value in part.items() if name not in ("default", "title")}
    if "properties" in part:  # there the names are keys of the file, whatever they are
        kept["properties"] = {name: _written(value) for name, value in part["properties"].items()}
    if len(kept.get("anyOf", ())) == 1:
        kept |= kept.pop("anyOf")[0]
    if kept.get("type") == "string" and not kept.keys() & {"enum", "format"}:
        kept["type"] = ["string", "number"]
    if kept.get("type") == "integer":
        kept["minimum"] = 0
    return kept


def snippets() -> str:
    """Each key of a paper's front matter as a snippet of VS Code, and the whole of an entry."""
    made: dict[str, dict[str, object]] = {
        field.name: {
            "scope": "markdown",
            "prefix": field.name,
            "body": f"{field.name}: $0",
            "description": field.metadata["description"],
        }
        for field in dataclasses.fields(schema.PaperFrontMatter)
    }
    entry = (
        "---",
        'title: "$1"',
        "date: ${2:$CURRENT_YEAR-$CURRENT_MONTH-$CURRENT_DATE}",
        "authors:",
        "  - $3",
    )
    made["entry"] = {
        "scope": "markdown",
        "prefix": "---",
        "body": [*entry, "topics: [$4]", 'arxiv: "$5"', "---", "", "$0"],
        "description": "A new entry",
    }
    return json.dumps(made, ensure_ascii=False, indent=2) + "\n"
