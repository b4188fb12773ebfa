"""Catalogues whose every field holds marked, hostile text: each format gives it back exactly to programs of
others, and no page holds an element, an attribute or an address that is not on a list.
"""

import datetime as dt
import html
import json
import random
import re
import unicodedata
from collections import Counter
from email import message_from_bytes, policy
from email.header import decode_header, make_header
from email.utils import parseaddr
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import parse_qsl

import bibtexparser
import feedparser
import html5lib
import pytest
import rispy
import yaml
from listed import foreign
from lxml import etree
from pybtex.database import parse_string
from pylatexenc.latex2text import LatexNodes2Text

import build
from catalogue import digest, memory
from conftest import options

ROOT = Path(__file__).parents[2]
HOME = "https://example.org/repo"
SIGNS = """< > & " ' ]]> </script> <!-- --> </title> <b> &amp; &lt; {{ 7*7 }} {% x %} % # _ ~ ^ | [a](b) ![ `
* @ ; : :: ##[error] %0A ${x} <![CDATA[ <?x ?> // javascript:x é 名 שלום
🦆 ﬁ A̧ TY-- ER-- @comment = , . ? ! ( ) + / \\/""".split()
"""Each ends, begins or escapes something in a format that the text comes to."""
decode = LatexNodes2Text(math_mode="verbatim", strict_latex_spaces=True).latex_to_text


class World(NamedTuple):
    """The texts that were written, by field, and the files of the site."""

    texts: dict[str, str]
    content: Path
    site: dict[str, bytes]

    def of(self, number: int, field: str) -> str:
        return self.texts[f"{number}-{field}"]


PAPERS = 6
FIELDS = """title author affiliation keyword venue reason summary award version picture submitter source topic
about organisation told body page said""".split()


def texts(chance: random.Random) -> dict[str, str]:
    """A text for each field of each paper: its name, and between letters the signs in some order."""
    return {
        f"{number}-{field}": f"c{number}{field} " + " q ".join(chance.sample(SIGNS, 9)) + " z"
        for number in range(PAPERS)
        for field in FIELDS
    } | {f"0-{name}": f"c{name} " + " q ".join(SIGNS) + " z" for name in ("site", "slogan")}


def files(texts: dict[str, str]) -> dict[str, str]:
    quoted = {name: json.dumps(text, ensure_ascii=False) for name, text in texts.items()}
    made = {
        "site.toml": f'title = {quoted["0-site"]}\ndescription = {quoted["0-slogan"]}\nurl = "{HOME}/"\n'
        'repository = "https://github.com/you/papers"\n'
    }
    for n in range(PAPERS):
        q = {field: quoted[f"{n}-{field}"] for field in FIELDS}
        date = f"2025-0{n + 1}-15"
        made[f"papers/2025/p{n}.md"] = f"""---
title: {q["title"]}
date: {date}
authors:
  - name: {q["author"]}
    affiliation: {q["affiliation"]}
    url: https://example.org/~a?b=1&c='2'#d
topics: [t{n}]
organisations: [o{n}]
keywords: [{q["keyword"]}]
doi: 10.1000/<a>&'b';(c)%23_{n}
venue: {q["venue"]}
status: {{state: withdrawn, reason: {q["reason"]}}}
links: {{code: "https://example.org/x?a=1&b='2'", pdf: "https://example.org/{n}.pdf?a&amp;b"}}
summary: {q["summary"]}
awards: [{q["award"]}]
versions: [{{date: {date}, note: {q["version"]}}}]
image: {{src: beam.png, alt: {q["picture"]}}}
submitter: {q["submitter"]}
source: [{{of: {q["source"]}, url: "https://example.org/s?a&b"}}]
---
```
{texts[f"{n}-body"]}
```
"""
        made[f"topics/t{n}.md"] = f"---\ntitle: {q['topic']}\ndescription: {q['about']}\n---\n"
        made[f"organisations/o{n}.md"] = f"---\nname: {q['organisation']}\ndescription: {q['told']}\n---\n"
        made[f"pages/a{n}.md"] = f"---\ntitle: {q['page']}\ndescription: {q['said']}\n---\nText.\n"
    return made


SEEDS = [1, *(pytest.param(seed, marks=pytest.mark.nightly) for seed in range(2, 200))]


@pytest.fixture(scope="module", params=SEEDS)
def world(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> World:
    written = texts(random.Random(request.param))
    folder = tmp_path_factory.mktemp("canary") / "content"
    for name, text in files(written).items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    (folder / "images").mkdir()
    (folder / "images" / "beam.png").write_bytes(
        (ROOT / "tests/example/content/images/beam.png").read_bytes()
    )
    build.build(options(folder))
    site = folder.parent / "site"
    made = {it.relative_to(site).as_posix(): it.read_bytes() for it in site.rglob("*") if it.is_file()}
    return World(written, folder, made)


def words(text: str) -> str:
    return " ".join(text.split())


def page(world: World, name: str) -> Any:
    return html5lib.parse(world.site[name].decode(), namespaceHTMLElements=False)


def said(element: Any) -> list[str]:
    """All texts and values of attributes."""
    return [
        words(part)
        for it in element.iter()
        for part in (it.text or "", it.tail or "", "".join(it.itertext()), *it.attrib.values())
    ]


# --- each format ---------------------------------------------------------------------------------


@pytest.mark.parametrize("number", range(PAPERS))
def test_pages_show_each_field_exactly(world: World, number: int) -> None:
    here = said(page(world, f"papers/p{number}/index.html"))
    for field in "title author venue summary award submitter keyword picture topic organisation body".split():
        assert world.of(number, field) in here, field
    for field, form in (("reason", ": {}"), ("affiliation", "({})"), ("version", ": {}")):
        assert any(form.format(world.of(number, field)) in text for text in here), field
    for name, fields in (
        (f"topics/t{number}/index.html", ("topic", "about", "title", "summary")),
        (f"organisations/o{number}/index.html", ("organisation", "told", "title")),
        (f"a{number}/index.html", ("page",)),
        (f"2025/0{number + 1}/15/index.html", ("title", "topic")),
        ("topics/index.html", ("topic", "about")),
        ("organisations/index.html", ("organisation",)),
        ("authors/index.html", ("author",)),
    ):
        here = said(page(world, name))
        assert [field for field in fields if world.of(number, field) not in here] == [], name
        if name.startswith(("topics/t", "organisations/o", "2025/")):  # beside others in a line
            assert any(world.of(number, "author") in text for text in here)
    assert {world.of(0, "site"), world.of(0, "slogan")} <= set(said(page(world, "index.html")))


@pytest.mark.parametrize("number", range(PAPERS))
def test_facts_and_meta_of_a_page(world: World, number: int) -> None:
    root = page(world, f"papers/p{number}/index.html")
    facts = json.loads(root.find(".//script[@type='application/ld+json']").text)
    assert facts["name"] == facts["headline"] == world.of(number, "title")
    assert facts["author"][0]["name"] == world.of(number, "author")
    assert facts["author"][0]["affiliation"]["name"] == world.of(number, "affiliation")
    assert (facts["description"], facts["keywords"]) == (
        world.of(number, "summary"),
        [world.of(number, "keyword")],
    )
    assert facts["about"][0]["name"] == world.of(number, "topic")
    assert facts["publication"]["name"] == world.of(number, "venue")
    assert facts["isPartOf"]["name"] == world.of(0, "site")
    assert words(facts["abstract"]) == world.of(number, "body")
    meta = {it.get("name") or it.get("property"): it.get("content") for it in root.iter("meta")}
    assert meta["citation_title"] == meta["og:title"] == world.of(number, "title")
    assert meta["citation_author"] == world.of(number, "author")
    assert meta["description"] == meta["og:description"] == world.of(number, "summary")
    coins = page(world, f"topics/t{number}/index.html").find(".//span[@class='Z3988']").get("title")
    fields = dict(parse_qsl(coins))
    assert (fields["rft.atitle"], fields["rft.au"]) == (world.of(number, "title"), world.of(number, "author"))


def test_feeds(world: World) -> None:
    for name, data in world.site.items():
        if name.endswith((".atom", ".xml", ".opml", ".svg")):
            etree.fromstring(data)
    feed = feedparser.parse(world.site["feeds/all.atom"], sanitize_html=False, resolve_relative_uris=False)
    assert not feed.bozo and feed.feed.subtitle == world.of(0, "slogan")
    items = json.loads(world.site["feeds/all.json"])
    assert items["description"] == world.of(0, "slogan")
    for i, number in enumerate(reversed(range(PAPERS))):
        entry, item = feed.entries[i], items["items"][i]
        title, author, summary = (world.of(number, field) for field in ("title", "author", "summary"))
        assert (entry.title, entry.author, entry.summary) == (title, author, summary)
        assert (item["title"], item["authors"][0]["name"], item["summary"]) == (title, author, summary)
        assert [entry.tags[0].label] == item["tags"] == [world.of(number, "topic")]
        for content in (entry.content[0].value, item["content_html"]):
            shown = said(html5lib.parseFragment(content, namespaceHTMLElements=False))
            assert {summary, world.of(number, "body"), world.of(number, "picture")} <= set(shown)
            assert any(f": {world.of(number, 'reason')}" in text for text in shown)


def latex(text: str) -> str:
    """LaTeX as its readers show it; its braces group."""
    return words(decode(text).replace("ˆ", "^").replace("\xa0", " "))


def bare(text: str) -> str:
    return re.sub(r"[{}\s]", "", unicodedata.normalize("NFC", text))


@pytest.mark.parametrize("number", range(PAPERS))
def test_citations(world: World, number: int) -> None:
    title, author, venue = (world.of(number, field) for field in ("title", "author", "venue"))
    text = world.site[f"papers/p{number}.bib"].decode()
    library = bibtexparser.parse_string(text)
    (entry,) = library.entries
    assert not library.failed_blocks and entry.key == f"p{number}"
    other = parse_string(text, "bibtex").entries[f"p{number}"]
    for fields in (entry.fields_dict, other.fields):
        values = {name: getattr(fields[name], "value", fields[name]) for name in ("title", "journal")}
        assert bare(latex(values["title"])) == bare(title)
        assert bare(latex(values["journal"])) == bare(venue)
    (person,) = other.persons["author"]
    assert bare(latex(str(person))) == bare(author)
    (record,) = rispy.loads(world.site[f"papers/p{number}.ris"].decode())
    assert (record["title"], record["authors"], record["secondary_title"]) == (title, [author], venue)
    assert record["keywords"] == [world.of(number, "topic")]
    (item,) = json.loads(world.site[f"papers/p{number}.json"])
    assert (item["title"], item["author"], item["container-title"]) == (title, [{"literal": author}], venue)
    assert item["keyword"] == world.of(number, "topic") and item["DOI"] == f"10.1000/<a>&'b';(c)%23_{number}"
    assert title in world.site[f"papers/p{number}.txt"].decode()


def test_citations_of_many_papers(world: World) -> None:
    keys = {f"p{number}" for number in range(PAPERS)}
    for name, data in world.site.items():
        if re.fullmatch(r"(topics|organisations|authors)/.*\.bib|2025\.bib", name):
            library = bibtexparser.parse_string(data.decode())
            found = set(library.entries_dict)
            assert not library.failed_blocks and found == set(parse_string(data.decode(), "bibtex").entries)
            assert found == keys if name == "2025.bib" else len(found) == 1
            assert {it["id"] for it in rispy.loads(world.site[f"{name[:-4]}.ris"].decode())} == found
            assert {it["id"] for it in json.loads(world.site[f"{name[:-4]}.json"])} == found


def test_data_for_programs(world: World) -> None:
    records = {it["key"]: it for it in map(json.loads, world.site["papers.jsonl"].splitlines())}
    for number in range(PAPERS):
        record = records[f"p{number}"]
        described = yaml.load(world.site[f"papers/p{number}.md"].decode().split("---\n")[1], yaml.BaseLoader)
        for it in (record, described):
            one = (
                *(it["title"], it["authors"][0]["name"], it["authors"][0]["affiliation"], it["keywords"][0]),
                *(it["venue"], it["status"]["reason"], it["summary"], it["awards"][0]),
                *(it["versions"][0]["note"], it["image"]["alt"], it["submitter"], it["source"][0]["of"]),
            )
            assert one == tuple(world.of(number, field) for field in FIELDS[:12])
        assert words(record["text"]) == world.of(number, "body")
        (day,) = json.loads(world.site[f"api/daily_papers/2025-0{number + 1}-15.json"])
        assert day["title"] == world.of(number, "title")
        assert day["paper"]["authors"][0]["name"] == world.of(number, "author")
    changes = {it["key"]: it["title"] for it in json.loads(world.site["changes.json"])["changes"]}
    assert changes == {f"p{number}": world.of(number, "title") for number in range(PAPERS)}
    index = etree.fromstring(world.site["opensearch.xml"])
    assert world.of(0, "slogan") in {words(text) for text in index.itertext()} | {
        world.of(0, "slogan")[:1024]
    }


def test_the_file_for_language_models(world: World) -> None:
    """Its links are those that we made, and their texts, without the escapes, are the fields."""
    from markdown_it import MarkdownIt

    tokens = MarkdownIt("js-default").parse(world.site["llms.txt"].decode())
    links: list[tuple[str, str]] = []
    shown: set[str] = set()
    for token in tokens:
        text, open_at = "", None
        for child in token.children or ():
            if child.type == "link_open":
                open_at = len(text)
                address = str(child.attrs["href"])
            elif child.type == "link_close":
                links.append((text[open_at:], address))
            assert child.type in ("text", "link_open", "link_close", "softbreak", "text_special"), child
            text += child.content
        shown |= {words(text), *map(words, text.split(": ", 1))}
    assert all(address.startswith(f"{HOME}/") for _, address in links)
    for number in range(PAPERS):
        assert (world.of(number, "title"), f"{HOME}/papers/p{number}.md") in links
        assert (world.of(number, "topic"), f"{HOME}/topics/t{number}/") in links


def test_the_message(world: World) -> None:
    """Both its texts show the fields; it holds no element, and leads nowhere, that its template does not."""
    catalogue = build.load(options(world.content), memory.NOTHING)[0].catalogue
    chosen = digest.select(catalogue, since=dt.date(2025, 1, 1))
    letters = digest.letters(chosen, catalogue, "papers@example.org", "")
    data = digest.data(digest.message(letters, "ada@example.org"))
    mail = message_from_bytes(data, policy=policy.default)
    sender, _ = parseaddr(message_from_bytes(data)["From"])  # the newer parser puts spaces between the words
    assert str(make_header(decode_header(sender))) == world.of(0, "site")
    assert list(mail.keys()) == list(dict.fromkeys(mail.keys()))
    plain, rich = (part.get_content() for part in mail.iter_parts())
    root = html5lib.parse(rich, namespaceHTMLElements=False)
    both, more = ("title", "author", "organisation", "summary"), ("topic",)
    for text, fields in ((words(plain), both), (" ".join(said(root)), (*both, *more))):
        missing = [f for f in fields for number in range(PAPERS) if world.of(number, f) not in text]
        assert missing == []
    elements = {it.tag for it in root.iter() if isinstance(it.tag, str)}
    assert elements == set("html head meta title style body div table tbody tr td p a b h1 h2 h3".split())
    assert {name for it in root.iter() for name in it.attrib if name.startswith("on")} == set()
    links = {it.get("href") for it in root.iter("a")}
    assert {link for link in links if not link.startswith(HOME)} == {
        "mailto:papers@example.org?subject=unsubscribe"
    }


def test_the_sitemap_names_every_page(world: World) -> None:
    addresses = {it.text for it in etree.fromstring(world.site["sitemap.xml"]).iterfind(".//{*}loc")}
    assert {f"{HOME}/papers/p{number}/" for number in range(PAPERS)} <= addresses
    for address in addresses:
        assert f"{address.removeprefix(f'{HOME}/')}index.html" in world.site


# --- what pages may hold ---


def test_no_page_holds_anything_that_is_not_listed(world: World) -> None:
    found = Counter(it for name, data in world.site.items() if name.endswith(".html") for it in foreign(data))
    assert found == {}


@pytest.mark.parametrize(
    "markup",
    [
        *("<b onclick=x>", "<iframe>", "<a href=javascript:x>", "<!-- x -->", "<script>x</script>"),
        *("<a href=//x>", "<p style=x>", "<base href=/>", "<svg onload=x>"),
    ],
)
def test_what_is_not_listed_is_seen(markup: str) -> None:
    """The control."""
    assert list(foreign(f"<!doctype html><title>x</title>{markup}".encode()))


def test_the_canaries_are_hostile(world: World) -> None:
    """The control: as text of a page without escapes they would be elements, comments and attributes."""
    raw = "".join(world.texts.values())
    assert len(set(foreign(f"<!doctype html><title>x</title><p>{raw}".encode()))) > 2
    assert all(sign in raw for sign in SIGNS) and html.unescape(raw) != raw
