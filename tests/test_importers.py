"""Sources of papers: arXiv, Daily Papers, a copied page. All answers here are invented in their shape."""

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_add import run, texts

import build
from catalogue.found import Found
from catalogue.importers import IMPORTERS, acl, arxiv, daily_papers, openreview, saved_page
from catalogue.problems import Problem
from catalogue.sources import gather, take
from conftest import Write, options

SHARED = Path(__file__).parents[2] / "shared" / "data"

ENTRY = """  <entry>
    <id>http://arxiv.org/abs/{name}</id>
    <title>{title}</title>
    <updated>2026-04-02T00:00:00Z</updated>
    <summary>  {summary}
</summary>
    <category term="cs.CL" scheme="http://arxiv.org/schemas/atom"/>
    <category term="cs.CL" scheme="http://arxiv.org/schemas/atom"/>
    <published>2026-04-01T23:59:59Z</published>
    <arxiv:journal_ref>J. of Things 3 (2026)</arxiv:journal_ref>
    <arxiv:doi>10.1000/182</arxiv:doi>
    <author><name>Ada
      Example</name></author>
    <author><name>Bo Example</name><arxiv:affiliation>Example Lab</arxiv:affiliation></author>
  </entry>
"""


def feed(*entries: str) -> bytes:
    head = (
        '<?xml version="1.0" encoding="UTF-8"?>\n<feed xmlns:arxiv="http://arxiv.org/schemas/atom" '
        'xmlns="http://www.w3.org/2005/Atom">\n  <id>https://arxiv.org/api/x</id>\n'
    )
    return (head + "".join(entries) + "</feed>").encode()


def entry(
    name: str = "2604.00001v2", title: str = "A Title\n  on two lines", summary: str = "We show."
) -> str:
    return ENTRY.format(name=name, title=title, summary=summary)


def test_an_arxiv_entry() -> None:
    (found,) = arxiv.read(feed(entry(summary="One.\n\n  Two &amp; three, $x$.")), "a.xml")
    assert isinstance(found, Found)
    assert found.values == {
        "title": "A Title on two lines",
        "date": "2026-04-01",
        "published": "2026-04-01",
        "authors": ["Ada Example", {"name": "Bo Example", "affiliation": "Example Lab"}],
        "keywords": ["cs.CL"],
        "arxiv": "2604.00001",
        "doi": "10.1000/182",
        "venue": "J. of Things 3 (2026)",
    }
    assert found.text == "One.\n\nTwo & three, $x$."
    assert (found.url, found.line) == ("https://arxiv.org/abs/2604.00001", 4)


def test_arxiv_errors_old_names_and_empty_feeds_are_told() -> None:
    error = (
        entry()
        .replace("abs/2604.00001v2", "api/errors#incorrect_id")
        .replace("We show.", "incorrect id format")
    )
    data = feed(entry("hep-th/9901001v3"), error.replace("http://arxiv.org/api", "https://arxiv.org/api"))
    old, problem = arxiv.read(data, "a.xml")
    assert isinstance(old, Found) and old.values["arxiv"] == "hep-th/9901001"
    assert isinstance(problem, Problem)
    assert (problem.line, problem.message) == (20, "arXiv says: incorrect id format")
    (problem,) = arxiv.read(feed(), "a.xml")
    assert isinstance(problem, Problem) and "no paper by this name" in problem.message


@pytest.mark.parametrize(
    "data",
    [
        feed(entry())[:-20],
        b"<feed arxiv.org \xff\xfe",
        feed(entry()).replace(b"<feed", b'<!DOCTYPE x [<!ENTITY a "b">]><feed'),
        b"<?xml version='1.0' encoding='nonsense'?><feed/>",
    ],
)
def test_a_broken_feed_is_one_problem(data: bytes) -> None:
    (problem,) = arxiv.read(data, "a.xml")
    assert isinstance(problem, Problem) and problem.path == "a.xml"


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("2604.00001", "2604.00001"),
        ("arXiv:2604.00001v3", "2604.00001v3"),
        ("https://arxiv.org/abs/hep-th/9901001", "hep-th/9901001"),
        ("http://www.arxiv.org/pdf/2604.00001v1.pdf", "2604.00001v1"),
        ("https://arxiv.org/html/2604.00001?x=1#S2", "2604.00001"),
    ],
)
def test_what_names_a_paper_at_arxiv(source: str, name: str) -> None:
    assert arxiv.address(source) == f"https://export.arxiv.org/api/query?max_results=100&id_list={name}"


@pytest.mark.parametrize(
    "source", ["2604.1", "https://arxiv.org.example.org/abs/2604.00001", "10.1000/182", "../x"]
)
def test_what_does_not(source: str) -> None:
    assert arxiv.address(source) is None


PAPER: dict[str, Any] = {
    "paper": {
        "id": "2604.00001",
        "authors": [{"name": "Ada Example", "hidden": False}, {"name": "Bo  Example"}],
        "publishedAt": "2026-04-15T00:00:00.000Z",
        "submittedOnDailyAt": "2026-04-17T01:00:00.000Z",
        "title": "A Title\n  on two lines",
        "summary": "We show.",
        "upvotes": 5,
        "githubRepo": "https://github.com/example/code",
        "projectPage": "https://example.org/",
        "submittedOnDailyBy": {"fullname": "Cy Example"},
    },
    "publishedAt": "2026-04-14T20:00:00.000Z",
    "title": "A Title on two lines",
    "numComments": 0,
    "organization": {"name": "lab", "fullname": "Example Lab"},
}


def test_a_daily_paper() -> None:
    (found,) = daily_papers.read(json.dumps([PAPER]).encode(), "2026-04-16.json")
    assert isinstance(found, Found)
    assert found.values == {
        "title": "A Title on two lines",
        "authors": ["Ada Example", "Bo Example"],
        "arxiv": "2604.00001",
        "links": {
            "code": "https://github.com/example/code",
            "project": "https://example.org/",
            "discussion": "https://huggingface.co/papers/2604.00001",
        },
        "upvotes": "5",
        "comments": "0",
        "submitter": "Cy Example",
        "date": "2026-04-17",  # the list's own day, not the file's name, not the day before in another zone
        "published": "2026-04-15",
        "organisations": ["example-lab"],
    }
    assert found.organisations == {"example-lab": "Example Lab"}


def test_older_shapes_of_daily_papers() -> None:
    old = {**PAPER, "paper": {k: v for k, v in PAPER["paper"].items() if not k.startswith("submitted")}}
    wrapped = {"status": "success", "date": "2025-01-10", "data": [repr(old), repr(PAPER)]}
    first, second = daily_papers.read(json.dumps(wrapped).encode(), "x.json")
    assert isinstance(first, Found) and first.values["date"] == "2025-01-10"
    assert isinstance(second, Found) and second.values["date"] == "2026-04-17"
    (named,) = daily_papers.read(json.dumps([old]).encode(), "folder/2025-03-12.json")
    assert isinstance(named, Found) and named.values["date"] == "2025-03-12"
    (bare,) = daily_papers.read(json.dumps(PAPER["paper"]).encode(), "x.json")
    assert isinstance(bare, Found) and bare.values["date"] == "2026-04-17"


def test_items_of_another_shape_are_told_and_the_others_come_in() -> None:
    hostile = ["__import__('os').system('false') or {'publishedAt': 1}", 3, None, {"paper": {}}, "(" * 5000]
    results = list(daily_papers.read(json.dumps([*hostile, PAPER]).encode(), "x.json"))
    assert [isinstance(result, Problem) for result in results] == [True] * 5 + [False]
    assert "paper 2 of the list" in results[1].message  # type: ignore[union-attr]
    (problem,) = daily_papers.read(b'[{"publishedAt": ', "x.json")
    assert isinstance(problem, Problem) and problem.line == 1


@pytest.mark.parametrize(
    ("source", "query"),
    [
        ("2026-04-17", "date=2026-04-17"),
        ("https://huggingface.co/papers/date/2026-04-17", "date=2026-04-17"),
        ("https://huggingface.co/papers/week/2026-W16/", "week=2026-W16"),
        ("2026-04", "month=2026-04"),
    ],
)
def test_what_names_a_day_week_or_month(source: str, query: str) -> None:
    assert daily_papers.address(source) == f"https://huggingface.co/api/daily_papers?{query}&limit=1000"


PAGE = """new

Daily Papers

byAK and the research community

Apr 17

A First Paper: About Things

It has an abstract. It is long enough to be one, and ends with a full stop.

  • 3 authors
·
Dec 30, 2025 2

A Paper Without a Line Below

Its abstract stands before the next title, without a day.

A Second Paper

Of an organisation.

Example-Lab Example Lab
·
Feb 12

A Third Paper

The last one.

  • 1 authors
·
Apr 2 11
"""


def test_a_copied_page() -> None:
    found = list(saved_page.read(PAGE.encode(), "page.txt"))
    assert all(isinstance(one, Found) for one in found)
    assert [(one.line, one.values) for one in found] == [  # type: ignore[union-attr]
        (9, {"title": "A First Paper: About Things", "date": "2025-12-30", "published": "2025-12-30",
             "author_count": "3", "comments": "2"}),
        (17, {"title": "A Paper Without a Line Below", "date": "2026-04-17"}),
        (21, {"title": "A Second Paper", "date": "2026-02-12", "published": "2026-02-12",
              "organisations": ["example-lab"]}),
        (29, {"title": "A Third Paper", "date": "2026-04-02", "published": "2026-04-02",
              "author_count": "1", "comments": "11"}),
    ]  # fmt: skip
    assert found == list(saved_page.read(PAGE.replace("\n", "\r\n").encode(), "page.txt"))


NOTE: dict[str, Any] = {
    "id": "AbC-1", "forum": "AbC-1", "replyto": None, "cdate": 1775001599000,
    "content": {
        "title": {"value": "A Title"}, "authors": {"value": ["Ada Example", "Bo Example"]},
        "abstract": {"value": "We show."}, "venue": {"value": "ICLX 2026"}, "keywords": {"value": ["one"]},
        "pdf": {"value": "/pdf/x.pdf"}, "TLDR": {"value": "Short."}, "code": {"value": "not an address"},
    },
}  # fmt: skip


def test_an_openreview_note_of_either_version() -> None:
    plain = {**NOTE, "content": {name: item["value"] for name, item in NOTE["content"].items()}}
    review = {**NOTE, "id": "R", "replyto": "AbC-1"}
    data = json.dumps({"notes": [NOTE, review, plain, {"forum": 3}], "count": 4}).encode()
    first, second, problem = openreview.read(data, "n.json")
    assert first == second
    assert isinstance(first, Found)
    assert first.values == {
        "title": "A Title", "date": "2026-03-31", "published": "2026-03-31",
        "authors": ["Ada Example", "Bo Example"], "keywords": ["one"], "openreview": "AbC-1",
        "venue": "ICLX 2026", "summary": "Short.",
        "links": {"pdf": "https://openreview.net/pdf?id=AbC-1",
                  "discussion": "https://openreview.net/forum?id=AbC-1"},
    }  # fmt: skip
    assert isinstance(problem, Problem) and "note 3" in problem.message
    words = {**NOTE, "content": {**NOTE["content"], "keywords": "one, two words;"}}
    (third,) = openreview.read(json.dumps({"notes": [words]}).encode(), "n.json")
    assert isinstance(third, Found) and third.values["keywords"] == ["one", "two words"]
    (none,) = openreview.read(b'{"notes": [], "forum": ""}', "n.json")
    assert isinstance(none, Problem) and "no paper by this name" in none.message


@pytest.mark.parametrize(
    "source",
    ["openreview:AbC-1", "https://openreview.net/forum?id=AbC-1#x", "https://openreview.net/pdf?id=AbC-1"],
)
def test_what_names_a_forum(source: str) -> None:
    assert openreview.address(source) == "https://api2.openreview.net/notes?id=AbC-1"


ANTHOLOGY = b"""@inproceedings{example-2023-title,
    title = "A {T}itle",
    author = "Example, Ada  and  Beispiel, Bo",
    booktitle = "Proceedings of an Invented Meeting",
    month = jul,
    year = "2023",
    url = "https://aclanthology.org/2023.acl-long.1/",
    doi = "10.18653/v1/2023.acl-long.1"
}
"""


def test_an_entry_of_the_anthology() -> None:
    assert acl.knows(ANTHOLOGY, "x.bib")
    (found,) = acl.read(ANTHOLOGY, "x.bib")
    assert isinstance(found, Found)
    assert found.values["acl"] == "2023.acl-long.1"
    assert found.url == "https://aclanthology.org/2023.acl-long.1/"
    assert found.values["authors"] == ["Ada Example", "Bo Beispiel"]
    assert found.values["venue"] == "Proceedings of an Invented Meeting"


@pytest.mark.parametrize(
    "source", ["acl:2023.acl-long.1", "2023.acl-long.1", "https://aclanthology.org/2023.acl-long.1.pdf"]
)
def test_what_names_a_paper_of_the_anthology(source: str) -> None:
    assert acl.address(source) == "https://aclanthology.org/2023.acl-long.1.bib"
    assert acl.address("https://aclanthology.org/P18-1001/") == "https://aclanthology.org/P18-1001.bib"
    assert acl.address("https://aclanthology.org.example.org/P18-1001/") is None


@given(st.text(max_size=300), st.integers(0, 400))
def test_no_importer_raises_whatever_a_file_holds(text: str, cut: int) -> None:
    notes = json.dumps({"notes": [NOTE]}).encode()
    for sample in (feed(entry()), json.dumps([PAPER]).encode(), PAGE.encode(), notes):
        data = sample[:cut] + text.encode("utf-8", "surrogatepass") + sample[cut:]
        for importer in IMPORTERS:
            importer.knows(data, "x")
            assert all(isinstance(one, Found | Problem) for one in importer.read(data, "x"))


def test_each_importer_knows_its_own_and_no_other(tmp_path: Path) -> None:
    samples = {"a.xml": feed(entry()), "b.json": json.dumps([PAPER]).encode(), "c.txt": PAGE.encode()}
    samples["d.json"] = json.dumps({"notes": [NOTE]}).encode()
    for (name, data), importer in zip(
        samples.items(), (arxiv, daily_papers, saved_page, openreview), strict=True
    ):
        assert next(one for one in IMPORTERS if one.knows(data, name)) is importer  # type: ignore[comparison-overlap]
        (tmp_path / name).write_bytes(data)
    taken = take([str(tmp_path / name) for name in samples], IMPORTERS)
    assert len(list(gather(taken, IMPORTERS))) == 7


def test_one_paper_from_two_sources_is_one_entry(content: Write) -> None:
    folder = content({})
    (listed,) = daily_papers.read(json.dumps([PAPER]).encode(), "x.json")
    (printed,) = arxiv.read(feed(entry()), "a.xml")
    assert [one.what for one in run(folder, listed, printed).outcomes] == ["added", "updated"]
    (text,) = texts(folder).values()
    assert "doi: 10.1000/182" in text and "date: 2026-04-17" in text and text.count("  - of: ") == 2
    assert run(folder, printed, listed, day=dt.date(2027, 1, 1)).texts == {}
    build.build(options(folder))


def test_everything_of_the_shared_data_comes_in_or_is_told(content: Write) -> None:
    if not SHARED.is_dir():
        pytest.skip("the real answers lie beside the project only where it is developed")
    folder = content({})
    sources = sorted(
        str(path) for kind in ("arxiv-atom", "daily-papers-api", "seed") for path in (SHARED / kind).glob("*")
    )
    sources = [source for source in sources if not source.endswith("facts.json")]
    taken = [(one, DAY) for one, _ in gather(take(sources, IMPORTERS), IMPORTERS)]
    papers = [one for one, _ in taken if isinstance(one, Found)]
    assert len(papers) == 217 and len(taken) - len(papers) == 2
    page = [one for one in papers if one.path.endswith(".txt")]
    facts = json.loads((SHARED / "seed" / "facts.json").read_text())
    assert [one.values["title"] for one in page] == [fact["title"].replace("--", "–") for fact in facts]
    dates = [(one.values["date"], fact["date"]) for one, fact in zip(page, facts, strict=True)]
    assert all(mine == its or its is None for mine, its in dates)
    plan = run(folder, *papers, day=DAY)
    assert plan.problems == []
    assert len(texts(folder)) == len([one for one in plan.outcomes if one.what == "added"])
    build.build(options(folder))
    before = texts(folder)
    assert run(folder, *papers, day=dt.date(2027, 1, 1)).texts == {}
    assert texts(folder) == before


DAY = dt.date(2026, 4, 17)
