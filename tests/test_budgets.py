"""How much a page weighs, compressed as GitHub Pages sends it."""

import gzip
import random
from collections.abc import Callable
from pathlib import Path

import build
from conftest import Write, options, paper

ROOT = Path(__file__).parents[1]
KB = 1024
WORDS = (
    "alignment of large models with human preference under shifting rewards and limited oversight shows "
    "that feedback policies robustness calibration latent spurious gradient transfer across tasks"
).split()


def weight(path: Path) -> int:
    return len(gzip.compress(path.read_bytes(), 6))


def words(number: int, chance: random.Random) -> str:
    """Invented prose, with a word of its own here and there so that it does not compress too well."""
    chosen = (
        chance.choice(WORDS) if chance.random() < 0.6 else f"{chance.getrandbits(24):x}"
        for _ in range(number)
    )
    return " ".join(chosen)


def test_pages_of_the_real_catalogue_are_light(real_site: Callable[..., Path]) -> None:
    site = real_site()
    papers = {path.parent.name: weight(path) for path in (site / "papers").glob("*/index.html")}
    assert len(papers) == 47
    assert {key: size for key, size in papers.items() if size > 15 * KB} == {}
    scripts = list(site.rglob("*.js"))
    assert scripts and sum(map(weight, scripts)) <= 15 * KB
    assert weight(site / "assets" / "style.css") <= 8 * KB


def test_a_day_of_fifty_papers_is_light(content: Write) -> None:
    chance = random.Random(50)
    files = {}
    for number in range(50):
        names = ", ".join(words(2, chance).title() for _ in range(8))
        files[f"papers/2026/paper-{number}.md"] = paper(
            words(12, chance).capitalize(),
            "2026-04-17",
            words(200, chance),
            authors=f"[{names}]",
            topics="[alignment, vision]",
            organisations="[example-lab]",
            arxiv=f'"2604.{number:05}"',
            summary=words(22, chance),
            upvotes=str(number),
            comments="3",
            counted="2026-04-18",
        )
    folder = content(files)
    build.build(options(folder))
    site = folder.parent / "site"
    assert (site / "2026/04/17/index.html").read_text().count('<article class="card"') == 50
    assert weight(site / "2026/04/17/index.html") <= 40 * KB
    assert max(weight(path) for path in (site / "papers").glob("*/index.html")) <= 15 * KB
