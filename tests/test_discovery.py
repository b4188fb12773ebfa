"""What crawlers and browsers find by themselves: sitemap, robots.txt, OpenSearch, llms.txt."""

from collections.abc import Callable
from pathlib import Path

import pytest
from lxml import etree
from markdown_it import MarkdownIt

import build
from catalogue.outputs import sitemap
from conftest import Write, options, paper, tree

ROOT = Path(__file__).parents[1]
HOME = "https://example.org/repo"
MAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
SEARCH = "{http://a9.com/-/spec/opensearch/1.1/}"


@pytest.fixture(scope="module")
def real(real_site: Callable[..., Path]) -> dict[str, bytes]:
    """The files of the site of content/."""
    return tree(real_site(f"{HOME}/"))


def made(content: Path) -> dict[str, bytes]:
    site = content.parent / "site"
    build.build(options(content, site))
    return tree(site)


def listed(data: bytes) -> dict[str, str | None]:
    """The addresses of a sitemap and the days of their last change."""
    pages = [
        (url.findtext(f"{MAP}loc") or "", url.findtext(f"{MAP}lastmod")) for url in etree.fromstring(data)
    ]
    assert len(dict(pages)) == len(pages)
    return dict(pages)


def test_the_sitemap_lists_each_page_once_and_nothing_else(real: dict[str, bytes]) -> None:
    """Redirects and the page for lost addresses are marked `noindex`, and are no pages to be found."""
    pages = {
        path for path, data in real.items() if path.endswith(".html") and b'content="noindex"' not in data
    }
    assert len(pages) > 1_000
    assert listed(real["sitemap.xml"]).keys() == {
        f"{HOME}/{path.removesuffix('index.html')}" for path in pages
    }


def test_the_sitemap_tells_days_of_the_content(content: Write) -> None:
    alias = paper("A", "2025-04-07", updated="2025-04-12", topics="[vision]", aliases="[/papers/old/]")
    folder = content({"papers/2025/a.md": alias, "papers/2025/b.md": paper("B", "2025-04-09")})
    pages = listed(made(folder)["sitemap.xml"])
    assert pages[f"{HOME}/papers/a/"] == "2025-04-12"
    assert pages[f"{HOME}/papers/b/"] == "2025-04-09"
    assert pages[f"{HOME}/topics/vision/"] == "2025-04-12"
    assert pages[f"{HOME}/about/"] is None
    assert f"{HOME}/papers/old/" not in pages


def test_a_large_sitemap_is_split(content: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = content({"papers/2025/a.md": paper("A", "2025-04-07")})
    whole = listed(made(folder)["sitemap.xml"])
    monkeypatch.setattr(sitemap, "LIMIT", 7)
    site = made(folder)
    index = etree.fromstring(site["sitemap.xml"])
    assert index.tag == f"{MAP}sitemapindex"
    parts = [it.text.removeprefix(f"{HOME}/") for it in index.iter(f"{MAP}loc")]
    assert len(parts) == -(-len(whole) // 7) > 1
    assert [len(listed(site[part])) for part in parts[:-1]] == [7] * (len(parts) - 1)
    assert {address: day for part in parts for address, day in listed(site[part]).items()} == whole


def test_robots_may_read_all_and_find_the_sitemap(real: dict[str, bytes]) -> None:
    assert real["robots.txt"].decode().splitlines() == [
        "User-agent: *",
        "Allow: /",
        f"Sitemap: {HOME}/sitemap.xml",
    ]


def test_browsers_are_told_of_the_search(content: Write) -> None:
    title = 'title = "A & B: a catalogue of <papers>"\n'
    site = made(content({"site.toml": f'{title}description = "D."\nurl = "{HOME}/"\n'}))
    description = etree.fromstring(site["opensearch.xml"])
    assert description.findtext(f"{SEARCH}ShortName") == "A & B: a catalog"
    assert description.findtext(f"{SEARCH}LongName") == "A & B: a catalogue of <papers>"
    template = description.find(f"{SEARCH}Url").get("template")
    assert template == f"{HOME}/search/?q={{searchTerms}}"
    for path in ("index.html", "about/index.html", "404.html"):
        assert b'<link rel="search" type="application/opensearchdescription+xml"' in site[path]
        assert b'href="/repo/opensearch.xml"' in site[path]


def test_language_models_are_told_where_to_read(real: dict[str, bytes], content: Write) -> None:
    """https://llmstxt.org: a heading, a quotation, then sections of links. Each link leads somewhere."""
    for site in (real, made(content({"papers/2025/a.md": paper("'*A* [b](c) & <d>'", summary="'_x_ & y'")}))):
        tokens = MarkdownIt().parse(site["llms.txt"].decode())
        assert [token.type for token in tokens[:5]][::3] == ["heading_open", "blockquote_open"]
        assert [token.tag for token in tokens if token.type == "heading_open"] == ["h1", "h2", "h2", "h2"]
        inner = [child for token in tokens for child in token.children or ()]
        links = [str(token.attrs["href"]) for token in inner if token.type == "link_open"]
        assert len(links) > 5
        for link in links:
            path = link.removeprefix(f"{HOME}/")
            assert path in site or f"{path}index.html" in site, link
    texts = [child.content for child in inner if child.type == "text"]
    assert "".join(texts).count("*A* [b](c) & <d>: _x_ & y") == 1
