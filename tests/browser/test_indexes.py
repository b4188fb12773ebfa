"""A large catalogue's search: over several indexes it finds, counts, filters and sorts as over one."""

import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from unittest import mock

import pytest
from playwright.sync_api import Page, expect

import build
from catalogue import search
from conftest import Write, options, paper

TOPICS = {2023: "[vision]", 2024: "[alignment]", 2025: "[vision, alignment]"}


@pytest.fixture
def several(
    serve: Callable[[Path, str], AbstractContextManager[str]], content: Write, tmp_path: Path
) -> Iterator[str]:
    """Twelve papers in an index for the newest month and one or two for each year."""
    folder = content(
        {
            f"papers/{year}/p{year}-{month}.md": paper(
                f"Otters of {year} and {'weasels' if month == 3 else 'badgers'} {month}",
                f"{year}-{month:02}-03",
                topics=topics,
                arxiv=f'"{year - 2000}{month:02}.12345"',
                doi=f"10.1234/{year}.{month}12345",
            )
            for year, topics in TOPICS.items()
            for month in (3, 5, 9, 11)
        }
    )
    with serve(tmp_path / "site", "/repo") as url:
        with mock.patch.object(search, "LARGE", 1), mock.patch.object(search, "MOST", 2):
            build.build(options(folder, tmp_path / "site", url=f"{url}/", searchable=True))
        names = {path.name.rpartition("-")[0] for path in (tmp_path / "site/pagefind").iterdir()}
        assert names == {"", "newest", *(f"{year}-{n}of2" for year in TOPICS for n in (1, 2))}
        yield url


def shown(page: Page) -> list[str]:
    return [address.split("/")[-2] for address in page.locator("#results h2 a").evaluate_all(HREFS)]


def offered(page: Page, label: str) -> list[str]:
    return page.get_by_label(label).locator("option").all_inner_texts()[1:]


NONE = "No paper has any of these words."
HREFS = "all => all.map(link => link.getAttribute('href'))"


def test_sorted_by_day_over_all(unaided: Page, several: str) -> None:
    unaided.goto(f"{several}/search/?q=otters&sort=newest")
    expect(unaided.get_by_role("status").first).to_have_text("12 papers", timeout=20_000)
    days = [(year, month) for year in (2025, 2024, 2023) for month in (11, 9, 5, 3)]
    assert shown(unaided) == [f"p{year}-{month}" for year, month in days[:10]]


def test_a_word_that_only_some_indexes_have(unaided: Page, several: str) -> None:
    unaided.goto(f"{several}/search/?q=otters+weasels&sort=newest")
    expect(unaided.get_by_role("status").first).to_have_text("3 papers", timeout=20_000)
    assert shown(unaided) == ["p2025-3", "p2024-3", "p2023-3"]


def test_a_word_that_no_index_has_finds_nothing(unaided: Page, several: str) -> None:
    unaided.goto(f"{several}/search/?q=ottersweasels")
    expect(unaided.get_by_role("status").first).to_have_text(NONE, timeout=20_000)
    unaided.get_by_role("searchbox").fill("andorra weasels")
    expect(unaided.get_by_role("status").first).to_have_text(
        "No paper has all these words. The closest: 3 papers."
    )
    assert sorted(shown(unaided)) == ["p2023-3", "p2024-3", "p2025-3"]


def test_the_beginning_of_a_word_finds_it(unaided: Page, several: str) -> None:
    unaided.goto(f"{several}/search/?q=otte+wease")
    expect(unaided.get_by_role("status").first).to_have_text("3 papers", timeout=20_000)
    unaided.get_by_role("searchbox").fill("badge")
    expect(unaided.get_by_role("status").first).to_have_text("9 papers")


@pytest.mark.parametrize(
    "pasted",
    [
        "2403.12345",
        "https://arxiv.org/abs/2403.12345",
        "http://www.arxiv.org/pdf/2403.12345v2.pdf",
        "arXiv:2403.12345v3",
        "arXiv: 2403.12345",
        "https://doi.org/10.48550/arXiv.2403.12345",
        "10.1234/2024.312345",
        "https://doi.org/10.1234/2024.312345",
        "dx.doi.org/10.1234/2024.312345",
        "doi:10.1234/2024.312345",
    ],
)
def test_an_identifier_as_it_is_pasted(pasted: str, unaided: Page, several: str) -> None:
    unaided.goto(f"{several}/search/?q={pasted}")
    expect(unaided.get_by_role("status").first).to_have_text("1 paper", timeout=20_000)
    assert shown(unaided) == ["p2024-3"]


@pytest.fixture(params=[1, 1000], ids=["several indexes", "one index"])
def letters(
    serve: Callable[[Path, str], AbstractContextManager[str]],
    content: Write,
    tmp_path: Path,
    request: pytest.FixtureRequest,
) -> Iterator[str]:
    """Papers of which much is in other letters than a to z."""
    folder = content(
        {
            "papers/2023/oysters.md": paper(
                "Oysters", "2023-03-03", authors="[Øystein Solheim, İlker Yılmaz, Łukasz Nowak, Søren Holm]"
            ),
            "papers/2024/machine.md": paper(
                "基于注意力的机器翻译",
                "2024-03-03",
                "本文研究自然语言的翻译。",
                authors="[王小明]",
                venue="清华大学学报",
            ),
            "papers/2025/language.md": paper(
                "日本語の自然言語処理", "2025-03-03", "한국어기계번역도 다룬다。", authors="[山田花子]"
            ),
        }
    )
    with serve(tmp_path / "site", "/repo") as url, mock.patch.object(search, "LARGE", request.param):
        build.build(options(folder, tmp_path / "site", url=f"{url}/", searchable=True))
        yield url


def test_letters_without_accents_and_words_without_spaces(unaided: Page, letters: str) -> None:
    unaided.goto(f"{letters}/search/")
    expect(unaided.locator("#facets")).to_be_visible(timeout=20_000)
    for text, key in {
        "Oystein": "oysters",
        "ilker yilmaz": "oysters",
        "Łukasz": "oysters",
        "Lukasz": "oysters",
        "Soren Hol": "oysters",
        "机器翻译": "machine",
        "注意": "machine",
        "小明": "machine",
        "明": "machine",
        "wang": "machine",
        "大学学报": "machine",
        "自然言語処理": "language",
        "花子": "language",
        "기계번역": "language",
    }.items():
        unaided.get_by_role("searchbox").fill(text)
        expect(unaided.locator(f'#results h2 a[href$="/{key}/"]')).to_be_visible()
        expect(unaided.get_by_role("status").first).to_have_text("1 paper")
    unaided.get_by_role("searchbox").fill("Oystein")
    expect(unaided.locator("#results")).to_contain_text("Øystein")
    expect(unaided.locator("#results")).not_to_contain_text("oystein")
    unaided.get_by_role("searchbox").fill("机械学习")
    expect(unaided.get_by_role("status").first).to_have_text(NONE)


def test_counts_are_of_what_was_found_and_come_when_they_are_looked_for(unaided: Page, several: str) -> None:
    loaded: list[str] = []
    unaided.on("request", lambda request: loaded.append(request.url))
    unaided.goto(f"{several}/search/?q=weasels")
    expect(unaided.get_by_role("status").first).to_have_text("3 papers", timeout=20_000)
    assert offered(unaided, "Year") == ["2025 (1)", "2024 (1)", "2023 (1)"]
    assert offered(unaided, "Topic") == ["Alignment", "Vision"]
    assert not [address for address in loaded if re.search(r"-[0-9a-f]{12}/facets\.json", address)]
    unaided.get_by_label("Topic").focus()
    expect(unaided.get_by_label("Topic").locator("option")).to_have_text(
        ["Any", "Alignment (2)", "Vision (2)"]
    )
    beside = [address for address in loaded if re.search(r"-[0-9a-f]{12}/facets\.json", address)]
    assert len(beside) == len(set(beside)) == 3  # of the indexes with hits alone
    unaided.get_by_label("Topic").select_option("vision")
    expect(unaided.get_by_role("status").first).to_have_text("2 papers", timeout=20_000)
    assert sorted(shown(unaided)) == ["p2023-3", "p2025-3"]
    assert offered(unaided, "Year") == ["2025 (1)", "2023 (1)"]


def test_filters_without_words_load_no_index(unaided: Page, several: str) -> None:
    loaded: list[str] = []
    unaided.on("request", lambda request: loaded.append(request.url))
    unaided.goto(f"{several}/search/?topic=alignment&year=2024")
    expect(unaided.get_by_role("status").first).to_have_text("4 papers", timeout=20_000)
    assert shown(unaided) == ["p2024-11", "p2024-9", "p2024-5", "p2024-3"]
    expect(unaided.locator("#results .kicker a").first).to_have_attribute("href", "/repo/topics/alignment/")
    assert not [address for address in loaded if address.endswith(".pf_index")]


def test_nothing_asked_all_is_counted(unaided: Page, several: str) -> None:
    unaided.goto(f"{several}/search/")
    expect(unaided.locator("#facets")).to_be_visible(timeout=20_000)
    expect(unaided.get_by_label("Topic").locator("option")).to_have_text(
        ["Any", "Alignment (8)", "Vision (8)"]
    )
    assert offered(unaided, "Year") == ["2025 (4)", "2024 (4)", "2023 (4)"]
