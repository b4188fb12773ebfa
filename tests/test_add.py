"""`add`: what a source says becomes a file that reads back as the same values, once."""

import datetime as dt
import itertools
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest
from hypothesis import given
from hypothesis import strategies as st

import build
from catalogue import add, frontmatter, markdown, memory
from catalogue.compose import changed, compose, escaped
from catalogue.convert import convert
from catalogue.found import Found
from catalogue.outcome import Plan
from catalogue.problems import Problem
from catalogue.schema import PaperFrontMatter
from catalogue.strictyaml import invisible
from conftest import Write, options, paper
from conftest import problems as mistakes

DAY = dt.date(2026, 4, 17)
line = st.text(st.characters(exclude_categories=["Cs", "Cc", "Cn"]), min_size=1).filter(
    lambda text: text.strip() and not invisible(text)
)
key = st.from_regex(r"[a-z0-9]{1,9}(-[a-z0-9]{1,9}){0,2}", fullmatch=True)
person = line | st.fixed_dictionaries({"name": line}, optional={"affiliation": line})
values = st.fixed_dictionaries(
    {"title": line, "date": st.dates(dt.date(1900, 1, 1), dt.date(2199, 1, 1)).map(str)},
    optional={
        "authors": st.lists(person, min_size=1, max_size=4),
        "topics": st.lists(key, min_size=1, max_size=3),
        "keywords": st.lists(line, min_size=1, max_size=3),
        "venue": line,
        "status": st.fixed_dictionaries({"state": st.just("withdrawn")}, optional={"reason": line}),
        "links": st.dictionaries(
            st.sampled_from(["code", "pdf"]), st.just("https://example.org/a_b#c?d=e%20f"), min_size=1
        ),
        "summary": line,
        "awards": st.lists(line, min_size=1, max_size=2),
    },
)


@given(values)
def test_what_is_written_reads_back_as_the_same_values(given: dict[str, Any]) -> None:
    parsed = frontmatter.parse(compose(given, "").encode(), "papers/x.md")
    assert parsed.metadata == given
    assert not any(mark.cut for mark in parsed.marks.values())
    convert(PaperFrontMatter, parsed, "papers/x.md")


@given(values, values)
def test_keys_changed_in_place_read_back_and_the_others_stay(
    old: dict[str, Any], new: dict[str, Any]
) -> None:
    text = compose(old, "The body.").replace("\ntitle:", "\n# a person's comment\ntitle:", 1)
    after = changed(text, new, None)
    parsed = frontmatter.parse(after.encode(), "papers/x.md")
    assert parsed.metadata == old | new
    assert parsed.body == "\nThe body.\n"
    assert changed(after, new, None) == after


def test_comments_below_a_key_that_is_written_anew_stay() -> None:
    people = "authors:\n  # within\n  - Ada\n  # last\n"
    text = f'---\ntitle: "A"\n# one\n\n#two: x\n{people}venue: J\n# end\n---\nText.\n'
    after = changed(text, {"title": "B", "authors": ["Bo"], "venue": ""}, None)
    assert after == '---\ntitle: "B"\n# one\n\n#two: x\nauthors:\n  - Bo\n  # last\n# end\n---\nText.\n'
    assert changed(after, {"authors": ["Bo"]}, None) == after


@given(
    st.text(st.characters(exclude_categories=["Cs", "Cc", "Cn"]) | st.sampled_from("\\*_[]<>&#`$|~-+1.)(! "))
)
def test_any_text_becomes_markdown_that_shows_it(text: str) -> None:
    if invisible(text):
        return
    shown = markdown.render(escaped(text.replace("$", r"\$")))
    assert shown.problems == ()
    assert shown.text == " ".join(text.split())


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("We use a_b and snake_case.", "We use a_b and snake_case."),
        ("*Stars* and [links](x) and <b>", r"\*Stars\* and \[links\](x) and \<b>"),
        ("With $x_1 * y_2$ in it.", "With $x_1 * y_2$ in it."),
        ("One.\n\n1. Two", "One.\n\n1\\. Two"),
        ("Line\nbreaks  are\tspaces", "Line breaks are spaces"),
        (r"It costs \$5,$x$ (https://example.org/a_b).", r"It costs \$5,$x$ (https://example.org/a_b)."),
        (r"*A* \$5, [\$6] & \\$7", r"\*A\* \$5, \[\$6\] & \\\$7"),
        ("A~B and `Able", r"A&#126;B and &#96;Able"),
    ],
)
def test_markdown_has_no_more_backslashes_than_it_needs(text: str, written: str) -> None:
    assert escaped(text) == written


def found(
    title: str = "A Title", text: str = "An abstract.", url: str = "https://example.org/1", **more: Any
) -> Found:
    given = {"title": title, "date": "2026-04-16", **more}
    return Found(given, text, url, "source.txt", 3)


def run(content: Path, *papers: Found | Problem, day: dt.date = DAY) -> Plan:
    reading, _, _ = build.load(options(content), memory.NOTHING)
    plan = add.plan([(one, day) for one in papers], content, reading)
    plan.write(content)
    return plan


def texts(content: Path) -> dict[str, str]:
    return {path.name: path.read_text() for path in sorted((content / "papers").rglob("*.md"))}


def test_a_new_paper_is_a_file_a_person_can_edit(content: Write) -> None:
    folder = content({})
    plan = run(folder, found("Some: Thing", arxiv="2604.00001", authors=["Ada Example"]))
    assert plan.problems == []
    assert (folder / "papers/2026/some.md").read_text() == (
        '---\ntitle: "Some: Thing"\ndate: 2026-04-16\nauthors:\n  - Ada Example\narxiv: "2604.00001"\n'
        "source:\n  - of: title, authors, arxiv, abstract\n    url: https://example.org/1\n"
        "    date: 2026-04-17\n    seal: "
        + (folder / "papers/2026/some.md").read_text().partition("seal: ")[2].partition("\n")[0]
        + "\n---\n\nAn abstract.\n"
    )
    build.build(options(folder))


def test_adding_again_changes_nothing_on_any_later_day(content: Write) -> None:
    folder = content({})
    papers = [found(f"Paper {i}", url=f"https://example.org/{i}", comments="3") for i in range(3)]
    run(folder, *papers)
    before = texts(folder)
    plan = run(folder, *papers, day=dt.date(2027, 1, 1))
    assert [outcome.what for outcome in plan.outcomes] == ["unchanged"] * 3
    assert plan.texts == {} and texts(folder) == before


def test_a_newer_version_changes_what_the_source_owns_and_keeps_what_a_person_did(content: Write) -> None:
    folder = content({})
    run(folder, found("Old Title", arxiv="2604.00001", authors=["Ada"], venue="Somewhere", comments="1"))
    path = folder / "papers/2026/old-title.md"
    edited = path.read_text().replace("An abstract.", "My own words.").replace("venue: Somewhere\n", "")
    path.write_text(edited.replace("authors:", "# checked\ntopics: [vision]\nauthors:"))
    newer = found(
        "New Title",
        "Another abstract.",
        arxiv="2604.00001v2",
        authors=["Ada", "Bo"],
        venue="There",
        comments="9",
    )
    plan = run(folder, newer, day=dt.date(2026, 5, 1))
    (outcome,) = plan.outcomes
    assert (outcome.what, outcome.why) == ("updated", "same arxiv")
    text = path.read_text()
    assert '"New Title"' in text and "  - Bo" in text and "comments: 9\ncounted: 2026-05-01" in text
    assert "My own words." in text and "venue" not in text.partition("source")[0]
    assert "# checked\n" in text and "topics: [vision]" in text and "updated: 2026-05-01" in text
    assert run(folder, newer, day=dt.date(2026, 6, 1)).texts == {}


def test_the_same_paper_from_another_source_only_fills_what_is_missing(content: Write) -> None:
    folder = content(
        {"papers/2026/mine.md": paper("The Same Paper", "2026-04-01", "Mine.", arxiv='"2604.00001"')}
    )
    other = found(
        "The same paper!",
        "Theirs.",
        doi="10.1000/1",
        venue="Journal",
        links={"code": "https://example.org/c"},
    )
    (outcome,) = run(folder, other).outcomes
    assert (outcome.what, outcome.why) == ("updated", "same title")
    text = (folder / "papers/2026/mine.md").read_text()
    assert "Mine." in text and "Theirs." not in text and "doi: 10.1000/1" in text and "code: https" in text
    assert run(folder, other).texts == {}


def test_equal_titles_with_other_identifiers_are_two_papers(content: Write) -> None:
    folder = content({})
    plan = run(
        folder,
        found("Editorial", arxiv="2604.00001", url="https://example.org/1"),
        found("Editorial", arxiv="2604.00002", url="https://example.org/2"),
    )
    assert [outcome.path for outcome in plan.outcomes] == [
        "papers/2026/editorial.md", "papers/2026/editorial-2026.md",
    ]  # fmt: skip


def test_equal_titles_of_other_years_are_two_papers(content: Write) -> None:
    folder = content({})
    book = found("Working memory", url="https://example.org/1", authors=["Ada Example"], date="1986-01-01")
    paper = found("Working memory", url="", authors=["Ada Example", "Bo Other"], date="1974-01-01", venue="J")
    assert [one.what for one in run(folder, book, paper).outcomes] == ["added", "added"]
    later = found("Working Memory.", url="", authors=["Ada Example"], date="1988-01-01", venue="Press")
    (outcome,) = run(folder, later).outcomes
    assert (outcome.what, outcome.path) == ("updated", "papers/1986/working-memory.md")


def test_what_cannot_be_kept_is_told_and_the_rest_comes_in(content: Write) -> None:
    folder = content({})
    plan = run(
        folder,
        found("Good", doi="not a doi", arxiv="2604.00001"),
        found("", url="https://example.org/2"),
        Problem("source.txt", 9, 1, "this entry is not closed", "Close it"),
    )
    assert [(problem.line, problem.message) for problem in plan.problems] == [
        (3, "`doi` is left out of content/papers/2026/good.md: `doi` 'not a doi' is not a DOI"),
        (3, "left out: it has no title"),
        (9, "this entry is not closed"),
    ]
    assert list(texts(folder)) == ["good.md"]
    build.build(options(folder))


def test_what_was_left_out_comes_in_when_the_source_has_mended_it(content: Write) -> None:
    folder = content({})
    run(folder, found("Good", doi="not a doi", venue="J"))
    assert "of: title, venue, abstract\n" in texts(folder)["good.md"]
    plan = run(folder, found("Good", doi="10.1000/1", venue="J"))
    assert [(one.what, one.news) for one in plan.outcomes] == [("updated", ("doi",))]
    assert "doi: 10.1000/1\n" in texts(folder)["good.md"]


def test_what_a_source_spoils_is_told_and_its_other_news_come_in(content: Write) -> None:
    folder, code = content({}), "https://example.org/code"
    run(folder, found("Good", links={"code": code}))
    spoilt = found("Good", links={"code": "on request"}, venue="J")
    plan = run(folder, spoilt)
    assert [(one.what, one.news) for one in plan.outcomes] == [("updated", ("venue",))]
    (problem,) = plan.problems
    assert problem.message.startswith("`links` is left out of content/papers/2026/good.md: `code` 'on")
    assert f"code: {code}\n" in texts(folder)["good.md"]
    again = run(folder, spoilt)
    assert [one.what for one in again.outcomes] == ["unchanged"] and again.problems == plan.problems


def test_two_papers_with_the_same_words_for_no_identifier_are_two(content: Write) -> None:
    folder = content({})
    run(folder, found("One", url="https://example.org/1", doi="n/a"), found("Other", url="", doi="n/a"))
    assert sorted(texts(folder)) == ["one.md", "other.md"]


def test_chapters_with_the_doi_of_their_book_are_papers_of_their_own(content: Write) -> None:
    folder, url = content({}), "https://doi.org/10.1000/book"
    one = found("Chapter One", "One.", url, doi="10.1000/book", authors=["Ada Example"])
    two = found("Chapter Two", "Two.", url, doi="10.1000/book", authors=["Bo Other"])
    plan = run(folder, one, two)
    assert [outcome.path for outcome in plan.outcomes] == [
        "papers/2026/chapter-one.md", "papers/2026/chapter-two.md",
    ]  # fmt: skip
    (problem,) = plan.problems
    why = "`doi` is left out of 'Chapter Two': content/papers/2026/chapter-one.md has it"
    assert (problem.line, problem.message) == (3, why)
    build.build(options(folder))
    for papers in ((one, two), (two, one)):
        again = run(folder, *papers)
        assert again.texts == {} and again.problems == plan.problems
    own = folder / "papers/2026/chapter-two.md"
    own.write_text(own.read_text().replace("authors:", "doi: 10.1000/book.2\nauthors:"))
    assert run(folder, two).texts == {}


def test_an_identifier_that_another_paper_has_is_not_given_to_a_second(content: Write) -> None:
    preprint = paper("The Preprint", "2026-04-01", arxiv='"2604.00001"')
    folder = content(
        {"papers/2026/a.md": preprint, "papers/2026/b.md": paper("Other", "2026-04-01", doi="10.1000/1")}
    )
    plan = run(folder, found("The Preprint", arxiv="2604.00001", doi="10.1000/1"))
    assert [problem.message for problem in plan.problems] == [
        "`doi` is left out of 'The Preprint': content/papers/2026/b.md has it"
    ]
    build.build(options(folder))


def test_two_records_of_a_paper_do_not_undo_each_other(content: Write) -> None:
    folder = content({})
    records = [
        found("Same Paper", "One.", doi="10.1000/1"),
        found("Same Paper: More", "Two.", doi="10.1000/1", venue="J"),
    ]
    plan = run(folder, *records)
    assert [(one.what, one.news) for one in plan.outcomes][1:] == [("updated", ("venue",))]
    for day in (DAY, dt.date(2026, 12, 1)):
        assert [one.what for one in run(folder, *records, day=day).outcomes] == ["unchanged"] * 2


def test_an_older_answer_of_a_source_only_fills_what_is_missing(content: Write) -> None:
    folder = content({})
    older, newer = found("Old Title", comments="2", venue="J"), found("New Title", comments="5")
    values = {"arxiv": "2604.00001"}
    older, newer = (one._replace(values={**one.values, **values}) for one in (older, newer))
    run(folder, newer, day=dt.date(2026, 4, 20))
    plan = run(folder, older, day=dt.date(2026, 4, 18))
    assert [one.news for one in plan.outcomes] == [("venue",)]
    (text,) = texts(folder).values()
    assert "New Title" in text and "comments: 5\n" in text and "    date: 2026-04-20\n" in text
    assert run(folder, newer, day=dt.date(2026, 4, 20)).texts == {}


def test_an_entry_is_not_updated_before_it_came_or_was_updated(content: Write) -> None:
    mine = {"papers/2026/a.md": paper("A Title", "2026-04-18"),
            "papers/2026/b.md": paper("Other", "2026-04-18", updated="2026-05-01")}  # fmt: skip
    folder = content(mine)
    run(folder, found(venue="J"), found("Other", venue="J"), day=dt.date(2026, 4, 17))
    assert "updated: 2026-04-18\n" in texts(folder)["a.md"]
    assert "updated: 2026-05-01\n" in texts(folder)["b.md"]
    assert mistakes(folder) == ()


def test_an_old_address_is_not_given_to_a_new_paper(content: Write) -> None:
    folder = content({"papers/2026/new.md": paper("New", "2026-04-01", aliases="[/papers/a-title/]")})
    assert [one.path for one in run(folder, found()).outcomes] == ["papers/2026/a-title-2026.md"]
    assert mistakes(folder) == ()


@pytest.mark.parametrize(
    ("date", "kept"),
    [
        ("2026-01-01", "date: 2026-04-01\nauthors"),
        ("2026-03-30", "date: 2026-03-30\nauthors"),
        ("2019-05-06", "date: 2026-04-01\npublished: 2019-05-06\nauthors"),
    ],
)
def test_a_paper_is_of_no_day_before_arxiv_knew_it(date: str, kept: str, content: Write) -> None:
    folder = content({})
    one = found(date=date, arxiv="2604.00001", authors=["Ada"], keywords=["one", "two", "one"])
    for _ in range(2):
        plan = run(folder, one)
        assert plan.problems == [] and mistakes(folder) == ()
    assert plan.texts == {} and kept in texts(folder)["a-title.md"]


def test_an_identifier_that_the_day_speaks_against_is_told(content: Write) -> None:
    folder = content({"papers/2026/a.md": paper("A Title", "2026-01-01")})
    plan = run(folder, found(arxiv="2604.00001", venue="J"))
    assert [one.news for one in plan.outcomes] == [("venue",)] and mistakes(folder) == ()
    (problem,) = plan.problems
    assert problem.message.endswith("a.md: arXiv gave out 2604.00001 in 2026-04, after `date` 2026-01-01")


PAPERS = [
    found("First", url="https://example.org/1", arxiv="2604.00001"),
    found("Second", url="https://example.org/2", doi="10.1000/2", comments="2"),
    found("Third", url="https://example.org/3"),
    found("First", url="https://other.example.org/1", arxiv="2604.00001", venue="There"),
]


@pytest.mark.parametrize("order", list(itertools.permutations(range(4))), ids=str)
def test_any_order_of_adding_again_gives_the_same_files(order: tuple[int, ...], content: Write) -> None:
    folder = content({})
    run(folder, *PAPERS)
    before = texts(folder)
    run(folder, *(PAPERS[i] for i in order), day=dt.date(2026, 12, 1))
    assert texts(folder) == before


class Lines:
    """An importer of files with a title on each line."""

    NAME = "Lines"

    def address(self, source: str) -> str | None:
        return None

    def knows(self, data: bytes, path: str) -> bool:
        return path.endswith(".lines")

    def read(self, data: bytes, path: str) -> Iterator[Found | Problem]:
        for number, title in enumerate(data.decode().splitlines(), 1):
            yield Found(
                {"title": title, "date": "2026-04-16"}, "", f"https://example.org/{number}", path, number
            )


def test_the_command(
    content: Write, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = content({})
    monkeypatch.setattr("catalogue.importers.IMPORTERS", (Lines(),))
    source = folder.parent / "titles.lines"
    source.write_text("One\nTwo\n")
    call = ["add", str(source), "--content", str(folder), "--topic", "vision", "--date", "2026-01-02"]
    call += ["--topic", "vision"]
    build.cli([*call, "--dry-run"], standalone_mode=False)
    assert '+title: "One"' in capsys.readouterr().out
    assert texts_or_none(folder) == {}
    build.cli([*call, "--json"], standalone_mode=False)
    told = json.loads(capsys.readouterr().out)
    assert [outcome["path"] for outcome in told["papers"]] == ["papers/2026/one.md", "papers/2026/two.md"]
    assert "topics: [vision]\n" in texts(folder)["one.md"] and "date: 2026-01-02" in texts(folder)["one.md"]
    before = texts(folder)
    with pytest.raises(click.UsageError, match="Name what to add"):
        build.cli(["add", "--content", str(folder)], standalone_mode=False)
    with pytest.raises(SystemExit):
        build.cli(["add", str(source), "--content", str(folder), "--topic", "otters"], standalone_mode=False)
    assert "--topic otters:1:1: there is no such topic. " in capsys.readouterr().err
    assert texts(folder) == before
    with pytest.raises(SystemExit) as ended:
        build.cli(["add", "no-such-thing", "--content", str(folder)], standalone_mode=False)
    assert ended.value.code == 1
    assert (
        "no-such-thing:1:1: there is no such file, and no source knows this name." in capsys.readouterr().err
    )


def texts_or_none(content: Path) -> dict[str, str]:
    return texts(content) if (content / "papers").exists() else {}


def test_refresh_records_signals_anew_and_nothing_else(content: Write) -> None:
    mine = paper("Mine", "2026-04-01", arxiv='"2604.00001"', comments="1", counted="2026-04-02")
    folder = content({"papers/2026/mine.md": mine})
    reading, _, _ = build.load(options(folder), memory.NOTHING)
    news = found("Another title", arxiv="2604.00001", comments="7", upvotes="3", venue="There",
                 links={"code": "https://example.org/c"})  # fmt: skip
    stranger = found("Not here", comments="9", url="https://example.org/2")
    plan = add.refresh([(news, DAY), (stranger, DAY)], folder, reading)
    plan.write(folder)
    text = (folder / "papers/2026/mine.md").read_text()
    assert "title: Mine\n" in text and "venue" not in text and "code: https://example.org/c" in text
    assert "comments: 7\n" in text and "upvotes: 3\n" in text and "counted: 2026-04-17\n" in text
    assert list(texts(folder)) == ["mine.md"]
    reading, _, _ = build.load(options(folder), memory.NOTHING)
    assert add.refresh([(news, dt.date(2026, 5, 1))], folder, reading).texts == {}


def test_a_new_entry_is_a_skeleton_that_explains_itself(
    content: Write, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = content({})
    call = ["new", 'A "New": Paper', "--date", "2026-04-17", "--content", str(folder)]
    build.cli(call, standalone_mode=False)
    assert "added papers/2026/a-new.md" in capsys.readouterr().err
    text = (folder / "papers/2026/a-new.md").read_text()
    assert text.startswith(
        '---\ntitle: "A \\"New\\": Paper"\ndate: 2026-04-17\n# published:  # When the paper'
    )
    assert "# draft:  # true: checked, but not published\n---\n" in text
    build.build(options(folder))
    with pytest.raises(SystemExit):
        build.cli(call, standalone_mode=False)
    assert "papers/2026/a-new.md:1:1: this paper is here already. Edit this file" in capsys.readouterr().err
