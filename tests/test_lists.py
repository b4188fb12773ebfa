"""What lists say beside their papers: trending, co-authors, years, topics over time."""

import re

import html5lib
import pytest

import build
from catalogue.schema import Giscus
from conftest import Write, options, paper, problems

TEXT = re.compile(r"\s+")


def text(html: str) -> str:
    """What a reader sees of a page's main part, in one line."""
    tree = html5lib.parse(html, namespaceHTMLElements=False)
    return TEXT.sub(" ", " ".join(tree.find(".//main").itertext())).strip()


def made(content: Write, files: dict[str, str], address: str) -> str:
    folder = content(files)
    build.build(options(folder))
    return (folder.parent / "site" / address.strip("/") / "index.html").read_text()


def test_trending_orders_by_response_for_age_and_says_how(content: Write) -> None:
    files = {
        "papers/2026/old.md": paper("Old", "2026-01-01", upvotes="100", counted="2026-03-01"),
        "papers/2026/fresh.md": paper(
            "Fresh", "2026-03-10", upvotes="10", comments="4", counted="2026-03-12"
        ),
        "papers/2026/equal.md": paper("Equal", "2026-03-11", comments="9", counted="2026-03-12"),
        "papers/2026/silent.md": paper("Silent", "2026-03-15"),
        "papers/2026/none.md": paper("None", "2026-03-14", upvotes="0", counted="2026-03-14"),
    }
    html = made(content, files, "/trending/")
    seen = text(html)
    order = re.findall(r'<h2 class="title"><a [^>]*>(\w+)</a>', html)
    assert order == ["Equal", "Fresh", "Old"]  # 18/1, 18/1 but older, 100/11
    assert "10 upvotes 4 comments counted on 12 March 2026 0 weeks old weight 18.00" in seen
    assert "100 upvotes counted on 1 March 2026 10 weeks old weight 9.09" in seen
    assert "weight = (upvotes + 2 × comments) ÷ (weeks + 1)" in seen
    assert "to 15 March 2026" in seen
    assert "Silent" not in seen


def test_trending_without_any_signal(content: Write) -> None:
    seen = text(made(content, {"papers/2026/a.md": paper("Silent", "2026-01-01")}, "/trending/"))
    assert "No entry records upvotes or comments yet." in seen


def test_an_author_has_years_and_co_authors(content: Write) -> None:
    crowd = ", ".join(f"Member {i}" for i in range(120))
    files = {
        "papers/2026/a.md": paper("A", "2026-01-01", authors="[Ada Example, Bo Example, Cy Example]"),
        "papers/2024/b.md": paper("B", "2024-01-01", authors="[Cy Example, Ada Example]"),
        "papers/2024/c.md": paper("C", "2024-02-01", authors=f"[Ada Example, {crowd}]"),
    }
    seen = text(made(content, files, "/authors/ada-example/"))
    assert "3 papers, 2024 to 2026 2026 1 paper 2024 2 papers" in seen
    assert "With Cy Example 2 papers Bo Example" in seen
    assert "Member" not in seen.partition("With")[2].partition("This page")[0]


def test_a_topic_says_how_it_went_over_time(content: Write) -> None:
    files = {
        "papers/2026/a.md": paper("A", "2026-03-01", topics="[vision]"),
        "papers/2026/b.md": paper("B", "2026-03-31", topics="[vision]"),
        "papers/2020/c.md": paper("C", "2020-03-31", topics="[vision]"),
        "papers/2026/d.md": paper("D", "2026-04-01"),
    }
    html = made(content, files, "/topics/vision/")
    assert 'aria-label="Papers a month, the 36 months to April 2026: 2, at most 2 in one"' in html
    assert html.count("M136 23v-22h3V23z") == 1  # March 2026, the last bar but one, as high as can be


def test_a_year_shows_the_days_of_its_months_and_a_day_its_calendar(content: Write) -> None:
    files = {f"papers/2026/p{day}.md": paper("P", f"2026-03-{day}") for day in ("02", "31")}
    html = made(content, files, "/2026/")
    days = re.findall(r'href="([^"]*)" aria-label="([^"]*)"', html)
    assert days == [
        ("/repo/2026/03/02/", "2 March 2026, 1 paper"),
        ("/repo/2026/03/31/", "31 March 2026, 1 paper"),
    ]
    html = (content({}).parent / "site/2026/03/10/index.html").read_text()
    assert 'popovertarget="calendar"' in html
    assert re.findall(r'href="([^"]*)" aria-label', html) == [address for address, _ in days]


GISCUS = """
[giscus]
repo = "you/papers"
repo_id = "R_1"
category = "Papers"
category_id = "C_1"
"""


def test_comments_are_off_by_default_and_only_frames_of_giscus_are_let_in(content: Write) -> None:
    site = 'title = "T"\ndescription = "D"\nurl = "https://example.org/"\n'
    files = {"papers/2026/a.md": paper("A", "2026-01-01")}
    off = made(content, files, "/papers/a/")
    assert "giscus" not in off
    on = made(content, {"site.toml": site + GISCUS}, "/papers/a/")
    assert '; frame-src https://giscus.app">' in on
    assert "<iframe" not in on  # it is the click that makes it
    assert 'data-repo="you/papers"' in on
    front = (content({}).parent / "site/index.html").read_text()
    assert "giscus" not in front


@pytest.mark.parametrize("name", list(Giscus.__dataclass_fields__))
def test_each_giscus_value_is_required(name: str, content: Write) -> None:
    site = 'title = "T"\ndescription = "D"\nurl = "https://example.org/"\n'
    given = "\n".join(line for line in GISCUS.splitlines() if not line.startswith(f"{name} ="))
    (problem,) = problems(content({"site.toml": site + given}))
    assert name in problem.message
