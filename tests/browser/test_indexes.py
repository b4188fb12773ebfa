"""A large catalogue's search: several indexes, in which two papers can have one of Pagefind's short names."""

import gzip
import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from unittest import mock

from playwright.sync_api import Page, expect

import build
from catalogue import search
from conftest import Write, options, paper


def test_two_papers_of_one_name_are_told_apart(
    unaided: Page, serve: Callable[[Path, str], AbstractContextManager[str]], content: Write, tmp_path: Path
) -> None:
    folder = content(
        {
            f"papers/{year}/p{year}.md": paper(f"Otters of {year}", f"{year}-02-03", topics=f"[{topic}]")
            for year, topic in ((2023, "vision"), (2024, "alignment"), (2025, "vision"))
        }
    )
    made = search._make

    def collide(stage: Path, index: Path, entries: tuple[object, ...], first: bool) -> dict[str, str]:
        """Gives the one paper of an index the name that all others get too."""
        names = made(stage, index, entries, first)  # type: ignore[arg-type]
        ((key, name),) = names.items()
        meta = next(index.glob("*.pf_meta"))
        known = gzip.decompress(meta.read_bytes())
        assert name.encode() in known and len(name) == 10
        meta.write_bytes(gzip.compress(known.replace(name.encode(), b"en_1234567")))
        (index / f"fragment/{name}.pf_fragment").rename(index / "fragment/en_1234567.pf_fragment")
        return {key: "en_1234567"}

    with serve(tmp_path / "site", "/repo") as url:
        with mock.patch.object(search, "LARGE", 1), mock.patch.object(search, "_make", collide):
            build.build(options(folder, tmp_path / "site", url=f"{url}/", searchable=True))
        rows = json.loads((tmp_path / "site/pagefind/facets.json").read_text())["papers"]
        assert [row[4] for row in rows] == ["p2025", "p2024", "p2023"]
        unaided.goto(f"{url}/search/?q=otters&topic=vision&sort=newest")
        expect(unaided.locator("#results > li h2")).to_have_text(["Otters of 2025", "Otters of 2023"])
        unaided.goto(f"{url}/search/?q=otters&year=2024")
        expect(unaided.locator("#results > li h2")).to_have_text(["Otters of 2024"])
