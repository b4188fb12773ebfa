"""Which pages a pull request changes: two sites compared, file by file."""

import html
import re
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple


class Changes(NamedTuple):
    """Addresses of pages, from the root of the site, with their titles: those that are new, changed, gone."""

    new: Mapping[str, str]
    changed: Mapping[str, str]
    gone: Mapping[str, str]


def compare(before: Path, after: Path) -> Changes:
    """The pages of two sites, the papers' own first."""
    old, new = _pages(before), _pages(after)
    return Changes(
        {page: _title(after, page) for page in _ordered(new.keys() - old.keys())},
        {page: _title(after, page) for page in _ordered(old.keys() & new.keys()) if old[page] != new[page]},
        {page: _title(before, page) for page in _ordered(old.keys() - new.keys())},
    )


def _pages(site: Path) -> dict[str, bytes]:
    """What each page says: its main part, as what is around it changes with every page of prose."""
    return {
        f"/{path.parent.relative_to(site).as_posix()}/".replace("/./", "/"): _main(path.read_bytes())
        for path in site.rglob("index.html")
    }


def _main(page: bytes) -> bytes:
    return page.partition(b"<main")[2].partition(b"</main>")[0]


def _ordered(pages: set[str]) -> list[str]:
    return sorted(pages, key=lambda page: (not page.startswith("/papers/"), page))


def _title(site: Path, page: str) -> str:
    text = (site / page[1:] / "index.html").read_text(errors="replace")
    found = re.search("<title>([^<]*)</title>", text)
    return html.unescape(found[1]) if found else page
