"""Related papers: alike by what few others share, the same everywhere, and no dearer than linear."""

import os
import random
import subprocess
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_dates import catalogue  # entries without files

import build
from catalogue import memory, related
from catalogue.model import Entry, Paper
from catalogue.terms import counted
from conftest import Write, options, paper, tree

ROOT = Path(__file__).parents[1]
COMMON = "model data result method approach learning system training language network".split()


def texts(number: int, seed: int = 1) -> dict[str, str]:
    """Invented papers, each on one of number/10 rare subjects, in common words."""
    chance = random.Random(seed)
    files = {}
    for i in range(number):
        subject = f"subject{chr(97 + i % max(1, number // 10))}x"
        words = " ".join(chance.choice(COMMON) for _ in range(30))
        files[f"papers/2026/p{i}.md"] = paper(
            f"Paper {i}", "2026-01-01", f"{words} {subject} {subject} {words}"
        )
    return files


def entries(folder: Path) -> tuple[Entry, ...]:
    reading, _, _ = build.load(options(folder), memory.NOTHING)
    return reading.catalogue.entries


def found(folder: Path, key: str) -> list[str]:
    return [other for other, _, _ in related.relatives(entries(folder), related.NONE, {}, 1).papers[key]]


def test_two_papers_on_a_rare_subject_find_each_other_among_a_hundred(content: Write) -> None:
    files = texts(100)
    files["papers/2026/one.md"] = paper("On otters", "2026-01-02", "Otters swim with zebrafish. Otters rest.")
    files["papers/2026/two.md"] = paper("More otters", "2026-01-03", "Zebrafish and otters meet.")
    folder = content(files)
    assert found(folder, "one") == ["two"]
    assert found(folder, "two") == ["one"]


def test_authors_and_topics_count_and_the_reason_is_told(content: Write) -> None:
    files = texts(40)
    for key in ("one", "two"):
        files[f"papers/2026/{key}.md"] = paper(
            key, "2026-01-02", "", authors="[Ada Example]", topics="[vision]"
        )
    folder = content(files)
    build.build(options(folder))
    html = (folder.parent / "site/papers/one/index.html").read_text()
    section = html.partition("<h2>Related papers</h2>")[2].partition("</section>")[0]
    assert 'href="/repo/papers/two/">two</a>' in section
    assert "Ada Example · " in section and "both: Vision, Ada Example" in section


def test_what_the_front_matter_names_comes_first_and_once(content: Write) -> None:
    files = texts(40)
    files["papers/2026/one.md"] = paper("Otters", "2026-01-02", "Otters and zebrafish.", related="[p7, two]")
    files["papers/2026/two.md"] = paper("Otters too", "2026-01-02", "Otters and zebrafish.")
    files["papers/2026/gone.md"] = paper("Otters", "2026-01-02", "Otters and zebrafish.", status="withdrawn")
    files["papers/2026/draft.md"] = paper("Otters", "2026-01-02", "Otters and zebrafish.", draft="true")
    folder = content(files)
    reading, _, _ = build.load(options(folder), memory.NOTHING)
    shown = [other.paper.address for other, _ in reading.catalogue.relatives["one"]]
    assert shown == ["/papers/p7/", "/papers/two/"]
    assert reading.catalogue.relatives["gone"] == ()
    assert "one" not in found(folder, "one")


def test_words_that_all_share_make_no_relatives(content: Write) -> None:
    folder = content(
        {f"papers/2026/p{i}.md": paper(f"N{i}", "2026-01-01", " ".join(COMMON)) for i in range(300)}
    )
    assert related.relatives(entries(folder), related.NONE, {}, 1).papers["p1"] == ()


def test_nothing_is_worked_out_again_while_nothing_changes(
    content: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = content(texts(20))
    build.build(options(folder))
    calls = Counter[str]()
    monkeypatch.setattr(related, "_signature", lambda *_: calls.update(["again"]) or {})
    assert build.build(options(folder)).made == 0
    assert not calls


def test_incremental_is_the_same_as_clean(content: Write, tmp_path: Path) -> None:
    folder = content(texts(60))
    site, clean = tmp_path / "site", tmp_path / "clean"
    build.build(options(folder, site))
    for step in (
        {"papers/2026/new.md": paper("New", "2026-01-05", "Subjectax and subjectax again with a network.")},
        {"papers/2026/p3.md": paper("Paper 3", "2026-01-01", "Now about otters and zebrafish.")},
        {"papers/2026/p13.md": None},
        {"papers/2026/p5.md": paper("Paper 5", "2026-01-01", "Otters and zebrafish.", status="withdrawn")},
    ):
        content(step)
        build.build(options(folder, site))
    build.build(options(folder, clean))
    marks = {".catalogue": b""}
    assert tree(site) | marks == tree(clean) | marks


@settings(max_examples=25)
@given(st.randoms(use_true_random=False))
def test_the_order_of_entries_does_not_matter(chance: random.Random) -> None:
    made = _entries()
    shuffled = list(made)
    chance.shuffle(shuffled)
    first = related.relatives(made, related.NONE, {}, 1)
    assert related.relatives(shuffled, related.NONE, {}, 1).papers == first.papers
    assert sum(map(len, first.papers.values())) > 30


def words(chance: random.Random, of: int = 40) -> str:
    said = {f"w{int(chance.paretovariate(0.8)) % of}x": chance.randrange(1, 4) for _ in range(12)}
    return f" {' '.join(f'{word}:{count}' for word, count in said.items())} "


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 10**9), st.integers(20, 60))
def test_what_is_known_is_kept_rightly(seed: int, number: int) -> None:
    """Whatever is edited, added, taken away or moved to another day: the same as found anew."""
    chance = random.Random(seed)
    entries = [
        replace(entry, paper=replace(entry.paper, terms=words(chance), digest=str(i)))
        for i, entry in enumerate(_entries()[:30] * 2)
    ]
    entries = [replace(it, paper=replace(it.paper, key=f"k{i}")) for i, it in enumerate(entries[:number])]
    here, known = entries[: number - 5], related.NONE
    before: dict[str, Paper] = {}
    for step in range(6):
        known = related.relatives(here, known, before, 1)
        assert known == related.relatives(here, related.NONE, {}, 1)
        before = {entry.paper.key: entry.paper for entry in here}
        here = _changed(chance, here, entries, step)


def _changed(chance: random.Random, here: Sequence[Entry], all: Sequence[Entry], step: int) -> list[Entry]:
    where = chance.randrange(len(here))
    match chance.randrange(4):
        case 0:
            absent = [it for it in all if it.paper.key not in {other.paper.key for other in here}]
            return [*here, *absent[:1]]
        case 1:
            return [it for i, it in enumerate(here) if i != where]
        case 2:
            change = {"terms": words(chance)}
        case _:
            change = {"date": here[where].paper.date.replace(day=step + 1)}
    edited = replace(here[where].paper, **change, digest=f"{step} {where}")  # type: ignore[arg-type]
    return [replace(it, paper=edited) if i == where else it for i, it in enumerate(here)]


def _entries() -> list[Entry]:
    import datetime as dt

    chance = random.Random(3)
    blank = catalogue([dt.date(2026, 1, 1)] * 30).entries
    return [replace(entry, paper=replace(entry.paper, terms=words(chance))) for entry in blank]


def test_the_same_in_any_process(tmp_path: Path) -> None:
    call = [sys.executable, "build.py", "--no-search", "--site"]
    sites = []
    for seed, jobs in (("0", "1"), ("1", "2")):
        site = tmp_path / seed
        environment = {**os.environ, "PYTHONHASHSEED": seed}
        subprocess.run(
            [*call, str(site), "--jobs", jobs], cwd=ROOT, check=True, env=environment, capture_output=True
        )
        sites.append({path: data for path, data in tree(site).items() if path.startswith("papers/")})
    assert sites[0] == sites[1]
    assert sum(b"Related papers" in data for data in sites[0].values()) >= 40


def test_the_cost_grows_as_the_number_of_papers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Counted in visits of a paper in the list of a feature, which is what the time goes into."""
    visits = Counter[int]()

    def visited(number: int) -> int:
        chance = random.Random(number)
        terms = {
            f"p{i}": " ".join({f"w{int(chance.paretovariate(0.3)) % 50_000}:1" for _ in range(60)})
            for i in range(number)
        }
        frequency = Counter(term for said in terms.values() for term in counted(said))
        rarity = related._rarity(frequency, number)
        signatures = {key: related._signature(said, rarity) for key, said in terms.items()}
        holders = Counter(feature for signature in signatures.values() for feature in signature)
        assert max(holders.values()) <= related.COMMON
        return sum(holders[feature] for signature in signatures.values() for feature in signature)

    for number in (2_000, 4_000, 8_000):
        visits[number] = visited(number)
    assert visits[8_000] <= 8_000 * related.SIGNATURE * related.COMMON
    assert visits[8_000] / visits[4_000] <= 2 * 8_000 / 4_000
