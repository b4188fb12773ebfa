"""Social cards: within their margins, the same bytes every time, made anew only when they change."""

import datetime as dt
import io
import re
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageChops

import build
from catalogue import card
from conftest import Write, options, paper, tree

PICTURE = (Path(__file__).parent / "example" / "content" / "images" / "beam.png").read_bytes()

SITE = 'title = "Test papers"\ndescription = "Invented."\nurl = "https://example.org/repo/"\ncards = true\n'
DAY = dt.date(2026, 12, 31)


def drawn(
    title: str = "A title", below: str = "", more: tuple[str, ...] = (), date: dt.date | None = DAY
) -> bytes:
    return card.draw({"title": title, "below": below, "more": more, "date": date}, "Test papers")


@pytest.mark.parametrize(
    "wishes",
    [
        {"title": "Short"},
        {"title": "A rather long title of many words " * 12, "below": "Somebody Example, " * 12},
        {"title": "Onewordthatisfartoolongforanyline" * 6},
        {"title": "日本語 عربى Ωμέγα Жук 10⁻²⁵ → ∞ 🦆", "below": "名前"},
        {"title": "50 papers", "more": ("A title of a paper that goes on and on and on " * 3,) * 9},
        {"title": "No date at all", "date": None},
    ],
    ids=lambda wishes: wishes["title"][:12],
)
def test_a_card_keeps_its_margins(wishes: dict[str, Any]) -> None:
    data = drawn(**wishes)
    image = Image.open(io.BytesIO(data)).convert("RGB")
    assert image.size == (1200, 630)
    ink = ImageChops.difference(image, Image.new("RGB", image.size, card.PAPER)).getbbox()
    assert ink and ink[0] >= card.MARGIN - 16 and ink[1] >= card.MARGIN - 1
    assert ink[2] <= 1200 - card.MARGIN + 2 and ink[3] <= 630 - card.MARGIN + 12
    assert len(data) < 30_000
    assert drawn(**wishes) == data


def test_what_the_font_lacks_is_drawn_in_letters_that_it_has() -> None:
    assert drawn("日本") == drawn("Ri Ben ")
    assert drawn("αβγ") != drawn("abg")
    assert drawn("A\U0001f986") == drawn("A")


def test_pages_name_their_cards(content: Write) -> None:
    files = {
        "site.toml": SITE,
        "papers/2026/a.md": paper("A", "2026-01-01"),
        "papers/2026/b.md": paper("B", "2026-01-02", image="{src: b.png, alt: A duck}"),
        "images/b.png": PICTURE,
    }
    folder = content(files)
    build.build(options(folder))
    made = tree(folder.parent / "site")

    def named(path: str) -> list[str]:
        return re.findall(
            r'property="og:image" content="https://example.org/repo/([^"]*)"', made[path].decode()
        )

    assert named("papers/a/index.html") == ["papers/a/card.png"]
    assert named("papers/b/index.html") == ["images/b.png"]
    assert named("2026/01/01/index.html") == ["2026/01/01/card.png"]
    assert (
        named("2026/index.html") == named("index.html") == named("topics/vision/index.html") == ["card.png"]
    )
    for path in ("papers/a/card.png", "2026/01/01/card.png", "card.png"):
        assert made[path].startswith(b"\x89PNG")
    assert b'name="twitter:card" content="summary_large_image"' in made["index.html"]


def test_an_edit_draws_only_what_shows_it_and_any_number_of_processes_the_same(
    content: Write, tmp_path: Path
) -> None:
    files = {f"papers/2026/p{i}.md": paper(f"P{i}", f"2026-01-{i % 28 + 1:02}", "x") for i in range(30)}
    folder = content({"site.toml": SITE, **files})
    site = tmp_path / "site"
    build.build(options(folder, site))
    before = {path: (site / path).stat().st_ino for path in tree(site) if path.endswith(".png")}
    content({"papers/2026/p7.md": paper("P7", "2026-01-08", "Another text, which no card shows.")})
    build.build(options(folder, site))
    assert {path: (site / path).stat().st_ino for path in before} == before
    content({"papers/2026/p7.md": paper("New", "2026-01-08", "x")})
    build.build(options(folder, site))
    changed = {path for path, inode in before.items() if (site / path).stat().st_ino != inode}
    assert changed == {"papers/p7/card.png", "2026/01/08/card.png"}
    build.build(options(folder, tmp_path / "two", jobs=2))
    assert tree(site) | {".catalogue": b""} == tree(tmp_path / "two") | {".catalogue": b""}


def test_switched_off_there_are_none(content: Write) -> None:
    folder = content({"papers/2026/a.md": paper("A", "2026-01-01")})
    build.build(options(folder))
    made = tree(folder.parent / "site")
    assert not [path for path in made if path.endswith("card.png")]
    assert b"og:image" not in made["papers/a/index.html"] and b"twitter:card" not in made["index.html"]
