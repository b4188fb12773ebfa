"""What the README says is so: its tables come from the schema, its commands are those of `build.py`."""

import dataclasses
import re
import tomllib
from pathlib import Path

import pytest

import build
from catalogue import schema

ROOT = Path(__file__).parents[1]
README = ROOT / "README.md"


def table(name: str) -> str:
    """The rows of a front-matter class, as the README shows them; required keys are bold."""
    rows = ["| key | what it holds |", "|---|---|"]
    for field in dataclasses.fields(getattr(schema, name)):
        required = field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING
        key = f"**`{field.name}`**" if required else f"`{field.name}`"
        rows.append(f"| {key} | {field.metadata['description']} |")
    return "\n".join(rows)


@pytest.mark.parametrize("name", ["PaperFrontMatter", "Settings"])
def test_tables_are_the_schema(name: str, pytestconfig: pytest.Config) -> None:
    text = README.read_text()
    pattern = rf"(<!-- {name} -->\n)(?:\|.*\n)*"
    written = re.sub(pattern, lambda found: f"{found[1]}{table(name)}\n", text)
    if pytestconfig.getoption("update"):
        README.write_text(written)
    else:
        assert text == written


def test_every_command_and_option_is_documented() -> None:
    text = README.read_text()
    for name, command in build.cli.commands.items():
        assert f"`build.py {name}`" in text or name == "build", name
        for parameter in (it for it in command.params if it.param_type_name == "option"):
            assert f"`{parameter.opts[0]}`" in text or parameter.name in ("search",), parameter.opts
    assert "`--no-search`" in text


def test_the_two_commands_are_those_that_ci_runs() -> None:
    commands = re.findall(r"^    (python3 -m venv .*)$", README.read_text(), re.MULTILINE)
    ci = (ROOT / ".ci" / "run").read_text()
    assert len(commands) == 2
    for command in commands:
        assert command in ci


def test_dependencies_have_compatible_release_pins() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    for requirement in [*project["dependencies"], *project["optional-dependencies"]["test"]]:
        assert re.fullmatch(r"[A-Za-z0-9-]+ ~= [0-9.]+", requirement), requirement
