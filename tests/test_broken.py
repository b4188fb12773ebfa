"""Mistakes in, messages out: every file of tests/broken/ holds content and the problems it has.

Add a case by adding a file: parts begin with `=== path below content/`, the last is `=== problems`.
`pytest --update` writes what is said now; read it in review.
"""

import re
from pathlib import Path

import pytest

import build
from catalogue.problems import ContentError
from conftest import Write, options, paper, problems, tree

CASES = sorted((Path(__file__).parent / "broken").glob("*.txt"))


def parts(case: Path) -> dict[str, str]:
    pieces = re.split(r"^=== (.+)\n", case.read_text(), flags=re.MULTILINE)
    return dict(zip(pieces[1::2], pieces[2::2], strict=True))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.stem)
def test_mistake(case: Path, content: Write, pytestconfig: pytest.Config) -> None:
    files = parts(case)
    expected = files.pop("problems")
    found = "".join(f"{problem}\n" for problem in problems(content(dict(files))))
    if pytestconfig.getoption("update"):
        case.write_text(case.read_text().rpartition("=== problems\n")[0] + "=== problems\n" + found)
    else:
        assert found == expected
        assert found, "a case must have a problem"


@pytest.mark.parametrize(
    "case", [it for it in CASES if "address /" in it.read_text()], ids=lambda it: it.stem
)
def test_an_address_that_is_taken_is_told_of_an_edit_too(case: Path, content: Write) -> None:
    """Also where the site has every file that the edited content would make."""
    files = parts(case)
    expected = files.pop("problems")
    whole = {name: text for name, text in files.items() if f"content/{name}:" not in expected}
    mended = {name: re.sub("aliases: .*\n", "", text) for name, text in files.items() if "aliases:" in text}
    folder = content({"papers/2025/a.md": paper()} | whole | mended)
    build.build(options(folder))
    before = tree(folder.parent / "site")
    content(dict(files))
    with pytest.raises(ContentError) as raised:
        build.build(options(folder))
    assert "".join(f"{problem}\n" for problem in raised.value.problems) == expected
    assert tree(folder.parent / "site") == before


def test_all_mistakes_in_one_run(content: Write) -> None:
    files: dict[str, str] = {}
    expected: list[str] = []
    for case in CASES:
        papers = parts(case)
        problems_here = papers.pop("problems").splitlines()
        if all(name.startswith("papers/") for name in papers):
            assert not files.keys() & papers.keys(), f"{case.name} uses a name that another case has"
            files |= papers
            expected += problems_here
    assert len(expected) > 80
    assert sorted(str(problem) for problem in problems(content(files))) == sorted(expected)
