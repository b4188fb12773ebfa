"""Every link, anchor and asset of the demonstration, and of the example that has everything, leads somewhere,
wherever the site lies."""

import re
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urljoin, urlsplit

import pytest

import build
from conftest import options

ROOT = Path(__file__).parents[2]
HOST = "https://catalogue.example"
LEADS = ("href", "src", "action", "srcset", "data-worker", "poster")


class Links(HTMLParser):
    """The links and the anchors of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.anchors = {""}
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name in LEADS and value is not None:
                self.links.append(value)
            elif name == "id" and value:
                self.anchors.add(value)


def dead_links(site: Path, base: str) -> list[str]:
    """The links of all pages, feeds and lists to this site that lead nowhere in it, each with its page."""
    files = {path.relative_to(site).as_posix(): path for path in site.rglob("*") if path.is_file()}
    pages = {name: Links(path.read_text()) for name, path in files.items() if name.endswith(".html")}
    links = [(name, link) for name, page in pages.items() for link in page.links]
    for name, path in files.items():
        if path.suffix == ".css":
            links += [(name, link) for link in re.findall(r"url\([\"']?([^\"')]+)", path.read_text())]
        if path.suffix in (".atom", ".json", ".xml", ".txt", ".opml", ".jsonl", ".md"):
            links += [(name, link) for link in re.findall(rf"{HOST}[^\s\"'<>)&\\]*", path.read_text())]
    dead = []
    for name, link in ((name, link.rstrip(".,")) for name, link in links if "/KEY" not in link):
        whole = urlsplit(urljoin(f"{HOST}{base}{name}", link))
        if f"{whole.scheme}://{whole.netloc}" != HOST or "{" in link:
            continue
        within = unquote(whole.path)
        target = within.removeprefix(base)
        target = f"{target}index.html" if target.endswith("/") or not target else target
        anchors = pages[target].anchors if target in pages else {""}
        if not within.startswith(base) or target not in files or whole.fragment not in anchors:
            dead.append(f"{name}: {link}")
    return dead


@pytest.mark.parametrize(
    ("base", "content"),
    [("/x/y/", "content"), *((base, "tests/example/content") for base in ("/", "/x/", "/x/y/"))]
    + [pytest.param(base, "content", marks=pytest.mark.nightly) for base in ("/", "/x/")],
)
def test_nothing_leads_nowhere(base: str, content: str, tmp_path: Path) -> None:
    build.build(options(ROOT / content, tmp_path / "site", url=f"{HOST}{base}", searchable=True))
    assert dead_links(tmp_path / "site", base) == []
    page = tmp_path / "site/404.html"  # it is shown at any depth
    assert all(link.startswith((base, "https://", "#")) for link in Links(page.read_text()).links)
    about, style = tmp_path / "site/about/index.html", tmp_path / "site/assets/style.css"
    about.write_text(about.read_text() + f'<a href="{base}about/#nowhere">x</a><img src="no.png">')
    style.write_text(style.read_text() + "a { background: url(no.svg) }")
    found = dead_links(tmp_path / "site", base)
    assert found == [
        f"about/index.html: {base}about/#nowhere",
        "about/index.html: no.png",
        "assets/style.css: no.svg",
    ]
