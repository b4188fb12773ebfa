"""The issue form of a stranger: what it names is taken, and nothing else in it does anything."""

import datetime as dt
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from test_importers import entry, feed
from test_workflows import checkout, commit, names, propose, repository  # noqa: F401

import build
from catalogue import fetch, form
from catalogue.found import Found
from catalogue.importers import IMPORTERS, arxiv
from catalogue.problems import ContentError, Problem
from conftest import Write

TOPICS = ("safety", "agents")


def filled(paper: str, topics: str = "_No response_", why: str = "It matters.") -> str:
    return f"### Paper\n\n{paper}\n\n### Topics\n\n{topics}\n\n### Why it matters\n\n{why}\n"


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    addresses: list[str] = []

    def answer(address: str, accept: str = "*/*") -> bytes:
        addresses.append(address)
        return feed(*(entry(f"2604.{i:05}v1") for i in range(1, 12 if "cat" in address else 2)))

    monkeypatch.setattr(fetch, "fetch", answer)
    yield addresses


def test_papers_and_topics_are_taken_as_their_sources_have_them(asked: list[str]) -> None:
    text = filled("2604.00001\r\n", "agents, safety").replace("\n", "\r\n")
    ((found, day),), topics = form.filled(text, IMPORTERS, TOPICS)
    assert isinstance(found, Found) and found.values["arxiv"] == "2604.00001"
    assert day == dt.date.today() and topics == ("agents", "safety")
    assert asked == [arxiv.address("2604.00001")]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (filled("/etc/passwd"), "'/etc/passwd' is not the name of a paper"),
        (filled("content/site.toml"), "is not the name of a paper"),
        (filled("--content"), "is not the name of a paper"),
        (filled("$(touch owned)"), "is not the name of a paper"),
        (filled("https://example.org/2604.00001"), "is not the name of a paper"),
        (filled("file:///etc/passwd"), "is not the name of a paper"),
        (filled("2604.00001", "../../x"), "'../../x' is not the key of a topic"),
        (filled("2604.00001", "a\n### Paper\n\nx"), "is not the name of a paper"),
        (filled("_No response_"), "no paper is named"),
        ("", "no paper is named"),
        ("### Paper", "no paper is named"),
    ],
)
def test_nothing_else_is_even_asked_for(text: str, message: str, asked: list[str]) -> None:
    with pytest.raises(ContentError) as told:
        form.filled(text, IMPORTERS, TOPICS)
    assert any(message in problem.message for problem in told.value.problems)
    assert all(isinstance(problem, Problem) and problem.path == "the form" for problem in told.value.problems)
    assert asked == []


def test_a_topic_that_is_not_there_is_told_with_those_that_are(asked: list[str]) -> None:
    for topics, hint in (
        (TOPICS, "Known here: agents, safety"),
        ((), "Leave the field empty: there are none"),
    ):
        with pytest.raises(ContentError) as told:
            form.filled(filled("2604.00001", "agnets, "), IMPORTERS, topics)
        assert [str(problem) for problem in told.value.problems] == [
            f"the form:1:1: 'agnets' is not the key of a topic. {hint}"
        ]
    assert asked == []


def test_nothing_is_written_for_a_topic_that_is_not_there(
    asked: list[str], content: Write, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = content({})
    monkeypatch.setenv("FORM", filled("2604.00001", "agnets"))
    with pytest.raises(SystemExit):
        build.cli(["add", "--form", "--content", str(folder)], standalone_mode=False)
    assert "'agnets' is not the key of a topic. Known here: alignment, vision\n" in capsys.readouterr().err
    assert not list(folder.rglob("papers/*/*.md"))


def test_a_form_brings_no_more_than_a_few(asked: list[str]) -> None:
    with pytest.raises(ContentError) as told:
        form.filled(filled("arxiv:cat:cs.CL"), IMPORTERS, TOPICS)
    assert "it names 11 papers" in told.value.problems[0].message


def test_a_file_of_the_name_of_a_paper_is_not_read(
    asked: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("2604.00001").write_text("not to be read")
    ((found, _),), _ = form.filled(filled("2604.00001"), IMPORTERS, TOPICS)
    assert isinstance(found, Found)


ADD = """case "$FORM" in
  *bad) echo "the form:1:1: $FORM" >&2; exit 1 ;;
  here) echo "It is in the catalogue already: content/papers/2025/a.md" >&2 ;;
  nothing) ;;
  *) echo new > "content/$FORM.md" ;;
esac"""
"""What `build.py add --form` does, or what is wrong."""


def test_the_script_makes_a_pull_request_or_says_what_is_wrong(
    repository: Path,  # noqa: F811
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name, value in {"ADD": ADD, "ISSUE": "7", "FORM": "$(touch owned) `x` bad"}.items():
        monkeypatch.setenv(name, value)
    propose(repository, "form")
    log = (tmp_path / "log").read_text()
    assert "issue comment 7 --body-file comment.txt" in log and "pr create" not in log
    assert "    the form:1:1: $(touch owned) `x` bad" in (repository / "comment.txt").read_text()
    assert not (repository / "owned").exists()
    monkeypatch.setenv("FORM", "good")
    propose(repository, "form")
    assert "pr create --head paper-7 --title Paper proposed in #7" in (tmp_path / "log").read_text()
    assert names(tmp_path / "origin.git", "paper-7") == ["content/good.md", "content/site.toml"]


def answer(clone: Path, tmp_path: Path) -> str:
    log = (tmp_path / "log").read_text().splitlines()
    assert log[-1] == "issue comment 7 --body-file comment.txt"
    return (clone / "comment.txt").read_text()


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            "here",
            "It is in the catalogue already: https://github.com/you/papers/blob/main/content/papers/2025/a.md\n",
        ),
        ("nothing", "No new papers.\n"),
    ],
)
def test_what_is_here_already_is_answered(
    text: str,
    told: str,
    repository: Path,  # noqa: F811
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name, value in {"ADD": ADD, "ISSUE": "7", "FORM": text}.items():
        monkeypatch.setenv(name, value)
    propose(repository, "form")
    assert answer(repository, tmp_path) == told


def test_a_pull_request_that_may_not_be_opened_is_answered_and_tried_again(
    repository: Path,  # noqa: F811
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name, value in {"ADD": ADD, "ISSUE": "7", "FORM": "good", "GH_DENIED": "1"}.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(subprocess.CalledProcessError):
        propose(repository, "form")
    told = answer(repository, tmp_path)
    assert "[paper-7](https://github.com/you/papers/compare/paper-7)" in told
    assert "*Allow GitHub Actions to create and approve pull requests*" in told
    monkeypatch.setenv("GH_DENIED", "0")
    propose(checkout(tmp_path), "form")
    assert "pr create --head paper-7" in (tmp_path / "log").read_text().splitlines()[-1]


def test_a_long_answer_is_cut(
    repository: Path,  # noqa: F811
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name, value in {"ADD": "seq 200000 >&2; exit 1", "ISSUE": "7"}.items():
        monkeypatch.setenv(name, value)
    propose(repository, "form")
    assert 60_000 < len(answer(repository, tmp_path)) < 65_536


def test_a_paper_that_is_here_is_told_with_its_place(
    asked: list[str], content: Write, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = content({})
    monkeypatch.setenv("FORM", filled("2604.00001"))
    call = ["add", "--form", "--content", str(folder)]
    build.cli(call, standalone_mode=False)
    (path,) = folder.rglob("papers/*/*.md")
    assert "already" not in capsys.readouterr().err
    build.cli(call, standalone_mode=False)
    assert f"It is in the catalogue already: {path}\n" in capsys.readouterr().err


def test_an_edited_form_is_proposed_anew_until_a_curator_edits_the_entry(
    repository: Path,  # noqa: F811
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    origin = tmp_path / "origin.git"
    for name, value in {"ADD": ADD, "ISSUE": "7", "FORM": "mistaken"}.items():
        monkeypatch.setenv(name, value)
    propose(repository, "form")
    (tmp_path / "pulls").write_text("OPEN abc\n")
    monkeypatch.setenv("FORM", "good")
    propose(checkout(tmp_path), "form")
    assert names(origin, "paper-7") == ["content/good.md", "content/site.toml"]
    curator = checkout(tmp_path, "paper-7")
    (curator / "content/by-hand.md").write_text("x")
    commit(curator, "paper-7")
    monkeypatch.setenv("FORM", "better")
    propose(checkout(tmp_path), "form")
    assert names(origin, "paper-7") == [
        f"content/{name}" for name in ("better.md", "by-hand.md", "good.md", "site.toml")
    ]
