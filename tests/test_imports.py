"""Imports point down: each module may import only from the floors below its own."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FLOORS = (
    {
        "problems",
        "slugs",
        "dates",
        "workers",
        "fetch",
        "journal",
        "smtp",
        "beside",
        "limits",
        "fragments",
        "jinja",
        "compiled",
        "unreadable",
    },
    {"card"},
    {"forms"},
    {"schema", "mail", "subscribers"},
    {"model", "strictyaml", "terms"},
    {"frontmatter", "tex", "files", "cite", "people"},
    {"mathml", "settle", "untex", "bibtex", "ris", "watch", "misfit"},
    {"lost", "clean"},
    {"markdown", "convert"},
    {"record", "editors"},
    {"daily", "linked"},
    {"document", "rules"},
    {"within", "notices"},
    {"settings"},
    {"review"},
    {"templating"},
    {"read", "related", "render", "write", "serve", "report"},
    {"memory", "pagefind"},
    {"search"},
    {"compose", "found", "shelf", "identifiers"},
    {"merge", "outcome"},
    {"sources", "door"},
    {"check", "outputs", "importers", "add", "digest"},
    {"form", "sending", "outgoing"},
    {"curate"},
)
FLOOR = {name: number for number, names in enumerate(FLOORS) for name in names}
MODULES = sorted((ROOT / "catalogue").rglob("*.py"))


def imported(path: Path) -> Iterator[str]:
    """The modules of the catalogue that a file imports, wherever in it."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        else:
            continue
        for name in names:
            assert not name.startswith("build"), f"{path} imports the entry script"
            if name.startswith("catalogue."):
                yield name.split(".")[1]


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_imports_point_down(path: Path) -> None:
    if path.parent.name in ("outputs", "importers", "review"):
        mine = FLOOR[path.parent.name]
        below = {name for name in FLOOR if FLOOR[name] < mine}
        below |= {path.parent.name} - {"outputs"}
    elif path.stem == "__init__":
        below = set()
    else:
        below = {name for name in FLOOR if FLOOR[name] < FLOOR[path.stem]}
    assert set(imported(path)) <= below


def test_the_test_sees_imports() -> None:
    assert "model" in set(imported(ROOT / "catalogue" / "render.py"))
