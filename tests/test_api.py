"""What programs read: the Daily Papers shape through an unmodified client, our own JSON by its schema,
linked data, Markdown, and the page that documents the addresses."""

import ast
import json
import re
from collections.abc import Iterable
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import html5lib
import jsonschema
import pytest
import yaml
from markdown_it import MarkdownIt

import build
from catalogue.model import Catalogue
from catalogue.outputs import jsonl
from conftest import Write, options, paper, tree

ROOT = Path(__file__).parents[1]
SAVED = ROOT.parent / "shared" / "data" / "daily-papers-api"
HOME = "https://example.org/repo"
HOSTILE = """]]> & <b>'bold'</b> "two" &amp; </script><!-- 🦓 עברית {{ site }} \\ back 名前"""


def made(content: Path) -> dict[str, bytes]:
    site = content.parent / "site"
    build.build(options(content, site))
    return tree(site)


def strict(data: bytes | str) -> Any:
    """JSON without NaN and doubled keys."""

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        assert len({key for key, _ in pairs}) == len(pairs)
        return dict(pairs)

    return json.loads(data, parse_constant=pytest.fail, object_pairs_hook=once)


# --- the Daily Papers shape -------------------------------------------------------------------


def client(items: Iterable[Any]) -> list[str]:
    """A program written for the Daily Papers API: what a digest bot reads, by plain field access."""
    lines = []
    for item in sorted(items, key=lambda item: item["paper"]["upvotes"], reverse=True):
        inner = item["paper"]
        names = [author["name"] for author in inner["authors"] if not author["hidden"]]
        day, time = item["publishedAt"].removesuffix("Z").split("T")
        assert re.fullmatch(r"\d{4}-\d\d-\d\d", day) and time.count(":") == 2
        assert inner["publishedAt"].endswith("Z")
        link = f"https://arxiv.org/abs/{inner['id']}"
        heading = f"{item['title']} ({inner['upvotes'] + 0}, {item['numComments'] + 0}) {day} {link}"
        lines.append(f"{heading} {', '.join(names)}: {inner['summary'][:200]} {inner['title'].strip()}")
    return lines


def newer(items: Iterable[Any]) -> list[str]:
    """The same since 2025, when more fields were there."""
    return [
        f"{item['summary']} {item['thumbnail'].startswith('http')} {item['submittedBy']['fullname']} "
        f"{item['submittedBy']['type']} {item['submittedBy']['avatarUrl']} {item['isAuthorParticipating']} "
        f"{item['paper']['submittedOnDailyAt'][:10]} {item['paper']['submittedOnDailyBy']['user']} "
        f"{item.get('organization', {}).get('fullname')} {item['paper'].get('githubRepo')} "
        f"{item['paper'].get('projectPage')} {item['paper'].get('ai_summary')} {item.get('mediaUrls')}"
        for item in items
    ]


@pytest.mark.skipif(not SAVED.is_dir(), reason="the saved answers do not lie beside the project")
def test_the_client_reads_the_saved_answers() -> None:
    """Three of them were saved as the Python text of the items."""
    read = 0
    for path in sorted(SAVED.glob("*.json")):
        data = json.loads(path.read_bytes())
        items = data["data"] if isinstance(data, dict) else data
        items = json.loads(items) if isinstance(items, str) else items
        items = [ast.literal_eval(item) if isinstance(item, str) else item for item in items]
        assert len(client(items)) == len(items)
        if path.stem > "2025-10":
            newer(items)
        read += len(items)
    assert read == 157


@pytest.mark.parametrize("name", ["2025-10-09", "2025-W41", "2025-10", "index"])
def test_the_client_reads_ours(name: str, real: tuple[Path, Catalogue]) -> None:
    items = strict((real[0] / "api" / "daily_papers" / f"{name}.json").read_bytes())
    lines = client(items)
    assert len(newer(items)) == len(lines)
    days = [entry.paper for entry in real[1].entries]
    within = {
        "2025-10-09": [it for it in days if str(it.date) == "2025-10-09"],
        "2025-W41": [it for it in days if it.date.isocalendar()[:2] == (2025, 41)],
        "2025-10": [it for it in days if str(it.date)[:7] == "2025-10"],
        "index": days[:50],
    }[name]
    assert [item["paper"]["url"] for item in items] == [HOME + it.address for it in within]
    assert len(lines) == len(within) > 0
    deceive = next(line for line in lines if "LLMs Learn to Deceive" in line)
    assert "(0, 2) 2025-10-09 https://arxiv.org/abs/2510.08211 XuHao Hu, Peng Wang" in deceive


@pytest.mark.skipif(not SAVED.is_dir(), reason="the saved answers do not lie beside the project")
def test_our_fields_are_those_of_the_saved_answers(real: tuple[Path, Catalogue]) -> None:
    """Each field of ours is one of theirs with the same type, but `url`; each that they always have is
    in ours."""
    theirs = [
        item
        for day in ("2026-04-16", "2026-08-21")
        for item in json.loads((SAVED / f"{day}.json").read_bytes())
    ]
    ours = strict((real[0] / "api" / "daily_papers" / "index.json").read_bytes())
    known = {place for item in theirs for place in _places(item)}
    mine = {place for item in ours for place in _places(item)}
    assert mine - known == {("paper.url", "str")}
    always = set.intersection(*({place for place, _ in _places(item)} for item in theirs))
    left_out = {"paper.discussionId"}
    for item in ours:
        missing = always - {place for place, _ in _places(item)}
        assert {
            place for place in missing if not place.startswith(("submittedBy.", "paper.submittedOnDailyBy."))
        } <= left_out


def _places(value: Any, at: str = "") -> set[tuple[str, str]]:
    """The place and the type of each value within."""
    items = value.items() if isinstance(value, dict) else [("[]", item) for item in value]
    found = set()
    for name, item in items:
        place = f"{at}.{name}" if at else name
        found.add((place, type(item).__name__))
        found |= _places(item, place) if isinstance(item, dict | list) else set()
    return found


def test_a_period_without_papers_is_an_empty_list(content: Write) -> None:
    days = {
        f"papers/2025/{key}.md": paper(key, day) for key, day in (("a", "2025-04-07"), ("b", "2025-06-12"))
    }
    site = made(content(days))
    for name in ("2025-04-08", "2025-W16", "2025-05"):
        assert strict(site[f"api/daily_papers/{name}.json"]) == []
    for name in ("2025-04-07", "2025-W15", "2025-04"):
        assert [item["title"] for item in strict(site[f"api/daily_papers/{name}.json"])] == ["a"]
    assert [item["title"] for item in strict(site["api/daily_papers/index.json"])] == ["b", "a"]


# --- our own JSON -----------------------------------------------------------------------------

FULL = """title: "Steps of $n^2$"
date: 2025-04-09
published: 2025-04-01
updated: 2025-04-11
authors:
  - Ada Example
  - name: Grace Other
    orcid: 0000-0002-1825-0097
    url: https://example.org/grace
    affiliation: Example Lab
organisations: [example-lab]
topics: [vision]
keywords: [one, two]
arxiv: "2504.06752v2"
doi: 10.1000/182
openreview: AbC
acl: 2025.acl-long.1
venue: A Venue
status:
  state: published
  date: 2025-04-10
links:
  code: https://example.org/code
  project: https://example.org/project
upvotes: 3
comments: 0
counted: 2025-04-10
summary: One sentence.
awards: [Best Paper]
versions:
  - date: 2025-04-02
    note: First
related: [b]
aliases: [/papers/old/]
image:
  src: beam.png
  alt: A beam
submitter: Somebody
source:
  - of: abstract
    url: https://example.org/abs"""


def full(content: Write) -> dict[str, bytes]:
    beam = (ROOT / "tests" / "example" / "content" / "images" / "beam.png").read_bytes()
    text = f"---\n{FULL}\n---\nSee [this](/about/) and $x$.\n"
    return made(content({"papers/2025/a.md": text, "papers/2025/b.md": paper("B"), "images/beam.png": beam}))


def test_each_line_fits_the_schema(real: tuple[Path, Catalogue]) -> None:
    schema = strict((real[0] / "api" / "schema.json").read_bytes())
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema, format_checker=jsonschema.FormatChecker())
    lines = (real[0] / "papers.jsonl").read_text().splitlines()
    assert len(lines) == len(real[1].entries) == 47
    for line, entry in zip(lines, reversed(real[1].entries), strict=True):
        record = strict(line)
        validator.validate(record)
        it = entry.paper
        assert record["url"] == f"{HOME}/papers/{it.key}/"
        assert [author["name"] for author in record["authors"]] == [person.name for person in it.authors]
        assert (record["date"], record["text"], record.get("arxiv")) == (str(it.date), it.text, it.arxiv)


def test_every_key_of_front_matter_is_in_the_record(content: Write) -> None:
    site = full(content)
    record = next(it for it in map(strict, site["papers.jsonl"].splitlines()) if it["key"] == "a")
    validator = jsonschema.Draft202012Validator(strict(site["api/schema.json"]))
    validator.validate(record)
    written = yaml.load(FULL, yaml.BaseLoader)  # texts, as front matter has them
    written["authors"][0] = {"name": "Ada Example"}
    del record["url"], record["key"]
    assert record.pop("plain_title") == "Steps of n²"
    assert record.pop("text") == "See this and x."
    assert json.loads(json.dumps(record), parse_int=str) == written
    for wrong in ({"title": 1}, {"url": None}, {"odd": "x"}, {"upvotes": "3"}, {"date": "2025"}):
        assert not validator.is_valid(
            record | {"url": "u", "key": "a", "plain_title": "", "text": ""} | wrong
        )


def test_a_large_file_of_lines_is_split_by_years(content: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jsonl, "MOST", 2)
    files = {f"papers/202{i // 2}/p{i}.md": paper(f"P {i}", f"202{i // 2}-04-0{i + 1}") for i in range(5)}
    site = made(content(files))
    parts = ["papers-2020.jsonl", "papers-2021.jsonl", "papers-2022.jsonl"]
    assert "papers.jsonl" not in site
    assert [[strict(line)["key"] for line in site[name].splitlines()] for name in parts] == [
        ["p0", "p1"],
        ["p2", "p3"],
        ["p4"],
    ]
    for name in parts:
        assert f"/repo/{name}".encode() in site["api/index.html"]
        assert f"/repo/{name})".encode() in site["llms.txt"]


def test_changes_are_newest_first_and_tell_of_edits(content: Write) -> None:
    days = {
        f"papers/2025/{key}.md": paper(key, day) for key, day in (("a", "2025-04-07"), ("b", "2025-04-08"))
    }
    folder = content(days)
    before = strict(made(folder)["changes.json"])["changes"]
    assert [(it["key"], it["date"], it["updated"]) for it in before] == [
        ("b", "2025-04-08", "2025-04-08"),
        ("a", "2025-04-07", "2025-04-07"),
    ]
    content({"papers/2025/a.md": paper("a", "2025-04-07", updated="2025-04-09")})
    first, second = strict(made(folder)["changes.json"])["changes"]
    assert (first["key"], first["updated"], second) == ("a", "2025-04-09", before[0])
    content({"papers/2025/b.md": paper("b", "2025-04-08", body="Edited in silence.")})
    content({"papers/2025/c.md": paper("c", "2025-04-06")})
    site = made(folder)
    known, silent, late = strict(site["changes.json"])["changes"]
    assert silent["digest"] != second["digest"] and silent["updated"] == second["updated"]
    assert (known, late["key"]) == (first, "c"), "what is known may stand above what is not"
    assert b"Compare every <code>digest</code>" in site["api/index.html"]


# --- linked data, Markdown ----------------------------------------------------------------------


def head(page: bytes) -> Any:
    return html5lib.parse(page.decode(), namespaceHTMLElements=False).find("head")


def test_linked_data_has_the_facts(content: Write) -> None:
    page = head(full(content)["papers/a/index.html"])
    facts = strict(page.find("script[@type='application/ld+json']").text)
    assert (facts["@context"], facts["@type"]) == ("https://schema.org", "ScholarlyArticle")
    assert facts["name"] == "Steps of n²"
    assert facts["author"][1] == {
        "@type": "Person",
        "@id": "https://orcid.org/0000-0002-1825-0097",
        "name": "Grace Other",
        "url": "https://example.org/grace",
        "affiliation": {"@type": "Organization", "name": "Example Lab"},
    }
    assert (facts["datePublished"], facts["dateModified"]) == ("2025-04-01", "2025-04-11")
    assert facts["sameAs"] == "https://doi.org/10.1000/182"
    assert facts["encoding"]["contentUrl"] == "https://arxiv.org/pdf/2504.06752v2"
    assert facts["image"] == f"{HOME}/images/beam.png"


def test_signposts_lead_on(content: Write) -> None:
    """https://signposting.org/FAIR/, level 1, by link elements."""
    site = full(content)
    links = [(it.get("rel"), it.get("href")) for it in head(site["papers/a/index.html"]).findall("link")]
    for rel, href in (
        ("cite-as", "https://doi.org/10.1000/182"),
        ("type", "https://schema.org/AboutPage"),
        ("type", "https://schema.org/ScholarlyArticle"),
        ("author", f"{HOME}/authors/ada-example/"),
        ("author", "https://orcid.org/0000-0002-1825-0097"),
        ("item", "https://arxiv.org/pdf/2504.06752v2"),
        ("describedby", f"{HOME}/papers/a.json"),
        ("describedby", f"{HOME}/papers/a.bib"),
        ("alternate", f"{HOME}/papers/a.md"),
    ):
        assert (rel, href) in links
    assert len([rel for rel, _ in links if rel == "cite-as"]) == 1
    for _, href in links:
        if href.startswith(HOME):
            path = href.removeprefix(f"{HOME}/")
            assert path in site or f"{path}index.html" in site
    assert ("cite-as", f"{HOME}/papers/b/") in [
        (it.get("rel"), it.get("href")) for it in head(site["papers/b/index.html"]).findall("link")
    ]


def test_a_paper_as_markdown(content: Write) -> None:
    site = full(content)
    _, facts, body = site["papers/a.md"].decode().split("---\n", 2)
    record = next(it for it in map(strict, site["papers.jsonl"].splitlines()) if it["key"] == "a")
    del record["text"]
    assert yaml.load(facts, yaml.BaseLoader) == json.loads(json.dumps(record), parse_int=str)
    assert body == f"\n# Steps of n²\n\nOne sentence.\n\nSee [this]({HOME}/about/) and $x$."


def test_a_heading_and_a_summary_in_markdown_are_text(content: Write) -> None:
    text = paper(
        "We *do* learn with <mask> tokens", summary="_a_ &amp; <i> `b`", body="[c][d]\n\n[d]: /about/"
    )
    body = made(content({"papers/2025/a.md": text}))["papers/a.md"].decode().split("---\n", 2)[2]
    tokens = MarkdownIt().parse(body)
    inner = [it for token in tokens for it in token.children or ()]
    shown = [it.content for it in inner if it.type == "text"]
    assert shown == ["We *do* learn with <mask> tokens", "_a_ &amp; <i> `b`", "c"]
    assert f"[d]: {HOME}/about/" in body


def test_the_files_of_papers_can_be_switched_off(content: Write) -> None:
    folder = content({"papers/2025/a.md": paper()})
    settings = (folder / "site.toml").read_text()
    content({"site.toml": f"{settings}paper_files = false\n"})
    site = made(folder)
    assert not any(path.endswith(".md") for path in site)
    assert not any(re.search(rb"/papers/[\w-]*\.md", data) for data in site.values())


def test_hostile_text_comes_back_exactly(content: Write) -> None:
    quoted = json.dumps(HOSTILE, ensure_ascii=False)
    text = f"---\ntitle: {quoted}\ndate: 2025-04-09\nauthors:\n  - {quoted}\nsummary: {quoted}\n---\nText.\n"
    site = made(content({"papers/2025/a.md": text}))
    (record,) = map(strict, site["papers.jsonl"].splitlines())
    assert (record["title"], record["authors"][0]["name"], record["summary"]) == (HOSTILE, HOSTILE, HOSTILE)
    (item,) = strict(site["api/daily_papers/2025-04-09.json"])
    assert (item["title"], item["paper"]["authors"][0]["name"]) == (HOSTILE, HOSTILE)
    assert strict(site["changes.json"])["changes"][0]["title"] == HOSTILE
    page = html5lib.parse(site["papers/a/index.html"].decode(), namespaceHTMLElements=False)
    (script,) = page.findall(".//script[@type='application/ld+json']")
    facts = strict(script.text)
    assert (facts["name"], facts["author"][0]["name"], facts["description"]) == (HOSTILE, HOSTILE, HOSTILE)
    assert page.find(".//b") is None
    facts = yaml.load(site["papers/a.md"].decode().split("---\n")[1], yaml.BaseLoader)
    assert (facts["title"], facts["authors"][0]["name"]) == (HOSTILE, HOSTILE)
    (example,) = [pre.text for pre in page_of(site["api/index.html"]).iter("pre") if pre.text.startswith("{")]
    assert strict(example)["title"] == HOSTILE


# --- the page -------------------------------------------------------------------------------------


def page_of(data: bytes) -> Any:
    return html5lib.parse(data.decode(), namespaceHTMLElements=False)


class Addresses(HTMLParser):
    """Every address that the main part of a page links to, and its text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(text.partition("<main")[2].partition("</main>")[0])

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [value or "" for name, value in attrs if name == "href"]


def test_every_address_on_the_page_is_there_and_reads(real: tuple[Path, Catalogue]) -> None:
    site = real[0]
    text = (site / "api" / "index.html").read_text()
    addresses = [address.removeprefix("/repo/") for address in Addresses(text).found]
    addresses += [
        it.removeprefix(f"{HOME}/") for it in re.findall(rf"{HOME}/[^\s<|&]+", text.partition("<main")[2])
    ]
    assert len(addresses) > 30
    for address in addresses:
        path = site / address / ("index.html" if address.endswith("/") else "")
        assert path.is_file(), address
        if path.suffix == ".json":
            strict(path.read_bytes())
    kinds = {
        re.sub(r"(?<=/)(?!all|weekly|index|schema)[^/]+(?=\.\w+$|/$)", "*", address) for address in addresses
    }
    assert {
        "papers.jsonl", "changes.json", "api/schema.json", "papers/*.json", "papers/*.bib", "papers/*.md",
        "papers/*/", "api/daily_papers/*.json", "api/daily_papers/index.json", "feeds/all.atom",
        "feeds/all.json", "feeds/weekly.atom", "feeds/weekly.json", "feeds/topics/*.atom",
        "feeds/organisations/*.json", "feeds/authors/*.atom", "feeds/all/*.atom", "feeds/all.opml",
        "sitemap.xml", "robots.txt", "opensearch.xml", "llms.txt",
    } <= kinds  # fmt: skip


def test_every_file_for_programs_is_on_the_page(real: tuple[Path, Catalogue]) -> None:
    """Whatever file of the site is not a page, a picture or part of the search has its address there."""
    site = real[0]
    text = (site / "api" / "index.html").read_text()
    shapes = [
        re.escape(shape).replace("KEY", "[^/]+").replace("YYYY", r"\d{4}").replace("MM", r"\d\d")
        .replace("DD", r"\d\d").replace("ww", r"\d\d")
        for shape in re.findall("<code>(/[^<]*)</code>", text)
    ]  # fmt: skip
    unknown = [
        path
        for path in tree(site)
        if not path.endswith((".html", "card.png", "sw.js"))
        and not path.startswith(("assets/", "images/", "pagefind/", "."))
        and not any(re.fullmatch(shape, f"/{path}") for shape in shapes)
    ]
    assert unknown == []


def test_the_example_is_the_newest_paper(real: tuple[Path, Catalogue]) -> None:
    site, catalogue = real
    examples = [pre.text for pre in page_of((site / "api" / "index.html").read_bytes()).iter("pre")]
    shown = strict(examples[0])
    line = strict((site / "papers.jsonl").read_text().splitlines()[-1])
    assert shown["key"] == catalogue.entries[0].paper.key
    assert line["text"].startswith(shown.pop("text")[:-1])
    del line["text"]
    assert shown == line


def test_an_empty_catalogue_has_an_api(content: Write) -> None:
    site = made(content({}))
    assert strict(site["api/daily_papers/index.json"]) == []
    assert site["papers.jsonl"].strip() == b""
    assert strict(site["changes.json"])["changes"] == []
    text = site["api/index.html"].decode()
    for address in Addresses(text).found:
        path = address.removeprefix("/repo/")
        assert path in site or f"{path}index.html" in site
