"""The demonstration catalogue says what its source says, in words of its own.

The source is not part of the project; where it does not lie beside it, these tests are skipped.
"""

import json
import re
from pathlib import Path
from typing import Any

import pytest

import build
from catalogue import memory
from catalogue.model import Paper
from conftest import options

ROOT = Path(__file__).parents[1]
SEED = ROOT.parent / "shared" / "data" / "seed"
TITLES = {" -- ": " – ", "Alt-MoE:A": "Alt-MoE: A", "EVLP:L": "EVLP: L"}
"""Typesetting leftovers in the source's titles, and what they stand for."""


@pytest.fixture(scope="module")
def papers() -> dict[str, Paper]:
    reading, _, _ = build.load(options(ROOT / "content"), memory.NOTHING)
    return {paper.arxiv or "": paper for paper in reading.catalogue.papers}


@pytest.fixture(scope="module")
def facts() -> list[dict[str, Any]]:
    if not SEED.is_dir():
        pytest.skip("the saved page and its facts are not here")
    read: list[dict[str, Any]] = json.loads((SEED / "facts.json").read_text())
    return read


def test_facts_are_used_as_they_are(papers: dict[str, Paper], facts: list[dict[str, Any]]) -> None:
    assert len(facts) == len(papers) == 47
    for fact in facts:
        paper = papers[fact["arxiv_id"]]
        title = fact["title"]
        for leftover, meant in TITLES.items():
            title = title.replace(leftover, meant)
        assert paper.title == title
        assert paper.date.isoformat() == (fact["date"] or fact["source_published_date"])
        assert [person.name for person in paper.authors] == fact["authors"]
        assert paper.comments == fact["number_after_date"]
        assert paper.links.code == fact.get("code_url", {}).get("url")
        assert paper.links.project == fact.get("project_url", {}).get("url")
        assert bool(paper.organisations) == bool(fact["organisation"] or fact.get("hf_organization"))


def test_summaries_are_in_our_own_words(papers: dict[str, Paper], facts: list[dict[str, Any]]) -> None:
    """No run of seven words of a summary stands in the saved page, but for names of methods."""
    source = words((SEED / "daily-papers.txt").read_text())
    runs = {tuple(source[i : i + 7]) for i in range(len(source) - 6)}
    for paper in papers.values():
        own = words(f"{paper.summary} {paper.text}")
        assert [run for run in zip(*(own[i:] for i in range(7)), strict=False) if run in runs] == [], (
            paper.key
        )


def test_every_entry_is_complete(papers: dict[str, Paper]) -> None:
    for paper in papers.values():
        assert 1 <= len(paper.topics) <= 4, paper.key
        assert paper.summary
        assert len(paper.summary) <= 160, paper.key
        sentences = re.findall(r"[.!?](?:\s|$)", (ROOT / paper.path).read_text().rpartition("---\n")[2])
        assert 3 <= len(sentences) <= 6, paper.key


def words(text: str) -> list[str]:
    return re.findall(r"[a-z0-9]+", text.lower())
