"""The schemas that editors read accept what is right, and refuse single wrong values as `check` does."""

import json
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from test_broken import CASES, parts

from catalogue import editors
from catalogue.record import record_schema

ROOT = Path(__file__).parents[1]
FOLDERS = {"papers": "paper", "topics": "topic", "organisations": "organisation", "pages": "page"}


class Loader(yaml.SafeLoader):
    """YAML 1.2's core schema, as editors read it: days are text."""


Loader.yaml_implicit_resolvers = {
    letter: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for letter, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def errors(kind: str, value: Any) -> list[str]:
    schema = editors.file_schema(kind)
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema, format_checker=jsonschema.FormatChecker(["date"]))
    return [error.message for error in validator.iter_errors(value)]


@pytest.mark.parametrize("path", sorted((ROOT / "content").rglob("*.md")), ids=lambda path: path.stem)
def test_every_file_of_the_catalogue_fits(path: Path) -> None:
    kind = FOLDERS[path.relative_to(ROOT / "content").parts[0]]
    assert errors(kind, yaml.load(path.read_text().split("---\n")[1], Loader)) == []


def test_the_settings_fit() -> None:
    assert errors("site", tomllib.loads((ROOT / "content" / "site.toml").read_text())) == []


VALUES = re.compile(r"`\w+` (?:'.*' )?is not |unknown key|is missing|there is no key")


def test_single_wrong_values_are_refused_too() -> None:
    """Of the broken entries whose one mistake is a value or a key: nearly all, and more than fifty."""
    refused, let_through = [], []
    for case in CASES:
        files = parts(case)
        told = files.pop("problems").splitlines()
        (name, text), *more = files.items()
        if (
            text.startswith("---")
            and len(told) == 1
            and not more
            and VALUES.search(told[0])
            and name.startswith("papers/")
        ):
            block = re.split("^---.*\n?", text, flags=re.MULTILINE)[1]
            try:
                value = yaml.load(block, Loader)
            except yaml.YAMLError:
                continue
            (refused if errors("paper", value) else let_through).append(case.stem)
    assert len(refused) > 50
    assert set(let_through) == KNOWN


KNOWN = {
    "arxiv-month",  # a number to YAML, like every new identifier
    "arxiv-short",
    "draft-yes",  # true in YAML 1.1
    "opened-with-four-dashes",  # not in the front matter
    "status-capital",  # may be a text or a mapping, and the schema says nothing of the text
    "status-unknown",
}
"""What a schema cannot say, or YAML reads as something else."""


def patterns(part: Any) -> Iterator[str]:
    for value in part.values() if isinstance(part, dict) else part if isinstance(part, list) else ():
        yield from patterns(value)
    if isinstance(part, dict) and isinstance(part.get("pattern"), str):
        yield part["pattern"]


def test_every_pattern_is_one_of_ecma_262() -> None:
    """With the flag `u`, as JSON Schema wants it: there only these are escaped, and groups have no flags."""
    escapes = {*r"^$\.*+?()[]{}|/", *"bBdDsSwWfnrtvxu"}
    schemas = [*map(editors.file_schema, editors.SHAPES), record_schema()]
    found = {pattern for schema in schemas for pattern in patterns(schema)}
    assert len(found) > 10
    for pattern in found:
        assert set(re.findall(r"\\(.)", pattern)) <= escapes, pattern
        assert not re.search(r"\(\?(?![:=!]|<[=!])", pattern), pattern


def test_every_key_is_described() -> None:
    for kind, shape in editors.SHAPES.items():
        made = editors.file_schema(kind)
        assert made["properties"].keys() == set(shape.__dataclass_fields__)
        assert all(it.get("description") for it in made["properties"].values())
        assert made["additionalProperties"] is False


def test_the_snippets_are_those_of_the_schema(pytestconfig: pytest.Config) -> None:
    path = ROOT / ".vscode" / "catalogue.code-snippets"
    if pytestconfig.getoption("update"):
        path.write_text(editors.snippets())
    assert path.read_text() == editors.snippets()


def test_the_editor_finds_problems_as_they_are_printed() -> None:
    for name in ("settings", "extensions", "tasks"):
        json.loads((ROOT / ".vscode" / f"{name}.json").read_text())
    task = json.loads((ROOT / ".vscode" / "tasks.json").read_text())["tasks"][0]
    pattern = task["problemMatcher"]["pattern"]["regexp"]
    for case in CASES:
        for line in parts(case)["problems"].splitlines():
            if line.startswith("content/") and ":" not in line.partition(".md:")[0]:
                assert re.fullmatch(pattern, line), line
    ends = task["problemMatcher"]["background"]["endsPattern"]
    assert re.search(ends, "1 problem found.") and re.search(ends, "47 papers, nothing wrong.")
