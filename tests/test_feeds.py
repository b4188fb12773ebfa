"""Feeds as readers see them: of the real catalogue, and of texts that want to break out."""

import datetime as dt
import json
import re
from pathlib import Path
from typing import Any

import feedparser
from lxml import etree

import build
from catalogue.model import Catalogue
from catalogue.outputs import feeds
from conftest import Write, options, paper, tree

ROOT = Path(__file__).parents[1]
HOME = "https://example.org/repo"
ATOM = "{http://www.w3.org/2005/Atom}"
SCHEMA = etree.RelaxNG(etree.parse(ROOT / "tests" / "atom.rng"))
HOSTILE = """]]> & <b>'bold'</b> "two" &amp; </script> 🦓 עברית {{ site }} 名前"""


def made(content: Path) -> dict[str, bytes]:
    site = content.parent / "site"
    build.build(options(content, site))
    return tree(site)


def parsed(data: bytes) -> Any:
    feed = feedparser.parse(data)
    assert not feed.bozo, feed.get("bozo_exception")
    return feed


def expected(catalogue: Catalogue) -> dict[str, list[str]]:
    """The keys of the papers that each feed must hold, in order, said in another way than feeds.py does."""
    newest = [entry.paper for entry in catalogue.entries]
    lists = {"feeds/all": newest}
    for it in newest:
        names = {f"topics/{key}" for key in it.topics} | {f"organisations/{key}" for key in it.organisations}
        for name in names | {person.address.strip("/") for person in it.authors}:
            lists.setdefault(f"feeds/{name}", []).append(it)
    lists = {name: papers for name, papers in lists.items() if len(papers) > 1 or "/authors/" not in name}
    for folder in ("topics", "organisations"):
        for path in (ROOT / "content" / folder).iterdir():
            lists.setdefault(f"feeds/{folder}/{path.stem}", [])
    return {name: [it.key for it in papers[:50]] for name, papers in lists.items()}


def test_feedparser_reads_every_feed(real: tuple[Path, Catalogue]) -> None:
    site, catalogue = real
    wanted = expected(catalogue)
    assert len(wanted) > 25
    for name, keys in wanted.items():
        feed = parsed((site / f"{name}.atom").read_bytes())
        assert [entry.link for entry in feed.entries] == [f"{HOME}/papers/{key}/" for key in keys], name
        days = [entry.published for entry in feed.entries]
        assert days == sorted(days, reverse=True)
        assert feed.feed.updated == max(
            (entry.updated for entry in feed.entries), default="1970-01-01T00:00:00Z"
        )
    months = {path.stem for path in (site / "feeds" / "all").iterdir()}
    atoms = {str(path.relative_to(site).with_suffix("")) for path in (site / "feeds").rglob("*.atom")}
    assert atoms == wanted.keys() | {"feeds/weekly"} | {f"feeds/all/{month}" for month in months}
    jsons = {str(path.relative_to(site).with_suffix("")) for path in (site / "feeds").rglob("*.json")}
    assert jsons == wanted.keys() | {"feeds/weekly"}


def test_every_feed_is_atom(real: tuple[Path, Catalogue]) -> None:
    """RFC 4287: the grammar, and what it says in words in sections 4.1.1, 4.1.2 and 4.2.6."""
    for path in (real[0] / "feeds").rglob("*.atom"):
        document = etree.parse(path)
        assert SCHEMA.validate(document), f"{path}: {SCHEMA.error_log.last_error}"
        feed = document.getroot()
        assert feed.findall(f"{ATOM}author")
        assert [it.get("href") for it in feed.findall(f"{ATOM}link[@rel='self']")] == [
            f"{HOME}/{path.relative_to(real[0])}"
        ]
        ids = [it.text for it in feed.iter(f"{ATOM}id")]
        assert len(set(ids)) == len(ids)
        for entry in feed.findall(f"{ATOM}entry"):
            assert len(entry.findall(f"{ATOM}link[@rel='alternate']")) == 1
            assert entry.findtext(f"{ATOM}published") <= entry.findtext(f"{ATOM}updated")  # type: ignore[operator]
        assert not re.search(r"""(?:href|src)=(?:"|&#34;)(?!https?://|mailto:)""", path.read_text())


def test_the_grammar_can_refuse() -> None:
    head = '<feed xmlns="http://www.w3.org/2005/Atom"><id>https://a/</id><title>t</title>'
    good = f"{head}<updated>2025-04-09T00:00:00Z</updated></feed>"
    assert SCHEMA.validate(etree.fromstring(good))
    for bad in (
        f"{head}</feed>",
        good.replace("T00:00:00Z", ""),
        good.replace("https://a/", "a"),
        good.replace("<title>", '<title type="xhtml">'),
        good.replace("</feed>", "<entry/></feed>"),
        good.replace("</feed>", "<title>t</title></feed>"),
    ):
        assert not SCHEMA.validate(etree.fromstring(bad)), bad


def test_json_feeds_say_the_same(real: tuple[Path, Catalogue]) -> None:
    """https://jsonfeed.org/version/1.1: what it requires, and the facts of the Atom feed."""
    for path in (real[0] / "feeds").rglob("*.json"):
        feed = json.loads(path.read_bytes())
        atom = parsed(path.with_suffix(".atom").read_bytes())
        assert feed["version"] == "https://jsonfeed.org/version/1.1"
        assert feed["feed_url"] == f"{HOME}/{path.relative_to(real[0])}"
        assert feed["title"] == atom.feed.title
        assert feed["home_page_url"] == atom.feed.link
        assert feed.keys() <= set(
            "version title description home_page_url feed_url language authors items".split()
        )
        for item, entry in zip(feed["items"], atom.entries, strict=True):
            assert (item["id"], item["url"], item["title"]) == (entry.id, entry.link, entry.title)
            assert (item["date_published"], item["date_modified"]) == (entry.published, entry.updated)
            assert all(isinstance(tag, str) for tag in item.get("tags", []))
            assert [it["name"] for it in item.get("authors", [])] == [
                it.name for it in entry.get("authors", [])
            ]
            assert item["content_html"].strip()


def test_the_whole_summary_is_in_the_feed(real: tuple[Path, Catalogue]) -> None:
    site, catalogue = real
    items = json.loads((site / "feeds" / "all.json").read_bytes())["items"]
    for item, entry in zip(items, catalogue.entries, strict=False):
        words = re.sub("<annotation.*?</annotation>|<[^>]*>", "", item["content_html"]).split()
        assert len(words) >= len(re.findall(r"[A-Za-z]{4,}", entry.paper.text)) > 20


def test_archives_lead_from_the_newest_to_the_oldest(real: tuple[Path, Catalogue]) -> None:
    """RFC 5005, section 4: a reader that follows `prev-archive` comes to see every paper."""
    site, catalogue = real
    found, name = [], "feeds/all.atom"
    while name:
        feed = etree.parse(site / name).getroot()
        is_archive = feed.find("{http://purl.org/syndication/history/1.0}archive") is not None
        assert is_archive == (name != "feeds/all.atom")
        found += [entry.findtext(f"{ATOM}id") for entry in feed.findall(f"{ATOM}entry")] if is_archive else []
        link = feed.find(f"{ATOM}link[@rel='prev-archive']")
        name = link.get("href", "").removeprefix(f"{HOME}/") if link is not None else ""
    assert found == [HOME + entry.paper.address for entry in catalogue.entries]


def test_the_list_of_feeds_has_every_topic_and_organisation(real: tuple[Path, Catalogue]) -> None:
    site = real[0]
    outlines = etree.parse(site / "feeds" / "all.opml").getroot().findall(".//outline[@xmlUrl]")
    feeds = {outline.get("xmlUrl") for outline in outlines}
    files = [*(site / "feeds" / "topics").glob("*.atom"), *(site / "feeds" / "organisations").glob("*.atom")]
    files += [site / "feeds" / "all.atom", site / "feeds" / "weekly.atom"]
    assert feeds == {f"{HOME}/{path.relative_to(site)}" for path in files}
    assert len(feeds) == len(outlines)
    for outline in outlines:
        assert outline.get("text") == outline.get("title")
        assert (site / outline.get("htmlUrl", "").removeprefix(f"{HOME}/") / "index.html").is_file()


def test_each_page_names_its_own_feed_first(real: tuple[Path, Catalogue]) -> None:
    site = real[0]
    for path in site.rglob("*.html"):
        text, folder = path.read_text(), path.parent.relative_to(site)
        if 'http-equiv="refresh"' in text:
            continue
        found = re.findall(
            r'<link rel="alternate" type="application/atom\+xml".*? href="/repo/([^"]*)"', text
        )
        own = site / "feeds" / f"{folder}.atom"
        listed = len(folder.parts) == 2 and folder.parts[0] in ("topics", "organisations", "authors")
        if folder.parts[:1] == ("authors",) and text.count('<article class="card"') == 1:
            listed = False
        first = [f"feeds/{folder}.atom"] if listed else []
        assert found == [*first, "feeds/all.atom", "feeds/weekly.atom"], path
        assert own.is_file() == listed
        assert 'href="/repo/subscribe/"' in text
        for address in first:
            assert f'<a href="/repo/{address}"' in text


# --- what stays and what changes -------------------------------------------------------------


def atoms(content: Path) -> dict[str, list[tuple[str, str, str]]]:
    """The id, the title and `updated` of each entry of each Atom feed."""
    return {
        path: [(entry.id, entry.title, entry.updated) for entry in parsed(data).entries]
        for path, data in made(content).items()
        if path.endswith(".atom")
    }


KEYS = {"authors": "[Ada Example]", "topics": "[vision]", "organisations": "[example-lab]"}


def test_ids_stay_when_a_title_is_edited_and_updated_moves_with_the_day(content: Write) -> None:
    folder = content({"papers/2025/a.md": paper("One", "2025-04-09", **KEYS)})  # type: ignore[arg-type]
    content({"papers/2024/z.md": paper("Older", "2024-04-09", **KEYS)})  # type: ignore[arg-type]
    before = atoms(folder)
    assert before == atoms(folder)
    content({"papers/2025/a.md": paper("Another", "2025-04-09", body="Other text.", **KEYS)})  # type: ignore[arg-type]
    edited = atoms(folder)
    for name in ("all", "topics/vision", "organisations/example-lab", "authors/ada-example", "all/2025-04"):
        old, new = before[f"feeds/{name}.atom"][0], edited[f"feeds/{name}.atom"][0]
        assert (old[0], old[2]) == (new[0], new[2]) and (old[1], new[1]) == ("One", "Another")
    content({"papers/2025/a.md": paper("One", "2025-04-09", updated="2025-05-01", **KEYS)})  # type: ignore[arg-type]
    moved = atoms(folder)["feeds/all.atom"][0]
    assert moved == (before["feeds/all.atom"][0][0], "One", "2025-05-01T00:00:00Z")
    assert parsed(made(folder)["feeds/all.atom"]).feed.updated == "2025-05-01T00:00:00Z"


def test_a_status_and_a_version_have_days_too(content: Write) -> None:
    status = "{state: withdrawn, date: 2025-06-02, reason: It is wrong}".replace("{", "\n  ").replace("}", "")
    folder = content({"papers/2025/a.md": paper(status=status.replace(", ", "\n  "))})
    (entry,) = parsed(made(folder)["feeds/all.atom"]).entries
    assert entry.updated == "2025-06-02T00:00:00Z"
    assert "Withdrawn</strong> on 2 June 2025: It is wrong" in entry.content[0].value


def test_ids_survive_a_move_of_the_site(content: Write) -> None:
    moved = 'title = "T"\ndescription = "D."\nurl = "https://papers.example/"\nidentity = "https://example.org/repo/"\n'
    folder = content({"papers/2025/a.md": paper("One", **KEYS)})  # type: ignore[arg-type]
    before = atoms(folder)
    content({"site.toml": moved})
    assert atoms(folder) == before
    assert parsed(made(folder)["feeds/all.atom"]).entries[0].link == "https://papers.example/papers/a/"


def test_a_renamed_paper_is_no_new_one_and_a_renamed_topic_keeps_its_readers(content: Write) -> None:
    topic = "---\ntitle: Vision\ndescription: x\n---\n"
    text = paper("A", "2025-04-07", topics="[vision]")
    before = made(content({"topics/vision.md": topic, "papers/2025/a.md": text}))
    renamed = text.replace("date:", "aliases: [/papers/a/, /papers/b/]\ndate:").replace("vision", "seeing")
    seeing = topic.replace("title:", "aliases: [/topics/vision/, /old/]\ntitle:")
    folder = content({"topics/seeing.md": seeing, "papers/2025/c.md": renamed})
    (folder / "topics/vision.md").unlink()
    (folder / "papers/2025/a.md").unlink()
    after = made(folder)
    for name in ("feeds/all", "feeds/topics/vision"):
        old, new = parsed(before[f"{name}.atom"]), parsed(after[f"{name}.atom"])
        assert (new.feed.id, [it.id for it in new.entries]) == (old.feed.id, [it.id for it in old.entries])
        (item,) = json.loads(after[f"{name}.json"])["items"]
        assert item["id"].endswith("/papers/a/") and item["url"].endswith("/papers/c/")
    assert len(parsed(after["feeds/topics/seeing.atom"]).entries) == 1
    gone = before.keys() - after.keys()
    assert not [path for path in gone if path.startswith(("papers/", "topics/", "feeds/"))]
    assert after["papers/a.bib"] == after["papers/b.bib"] == after["papers/c.bib"]
    assert not [path for path in after if "old" in path and path != "old/index.html"]


def test_a_week_appears_on_its_friday_and_grows(content: Write) -> None:
    week = ("feeds/weekly.atom", "https://example.org/repo/2025/W15/")
    folder = content(
        {
            "papers/2025/a.md": paper("Monday", "2025-04-07"),
            "papers/2025/b.md": paper("Thursday", "2025-04-10"),
        }
    )
    assert atoms(folder)[week[0]] == []
    content({"papers/2025/c.md": paper("Friday", "2025-04-11")})
    assert atoms(folder)[week[0]] == [(week[1], "Week 15 of 2025: 3 papers", "2025-04-11T00:00:00Z")]
    content({"papers/2025/d.md": paper("Sunday", "2025-04-13")})
    assert atoms(folder)[week[0]] == [(week[1], "Week 15 of 2025: 4 papers", "2025-04-13T00:00:00Z")]
    content({"papers/2025/e.md": paper("Next", "2025-04-14")})
    assert atoms(folder)[week[0]] == [(week[1], "Week 15 of 2025: 4 papers", "2025-04-13T00:00:00Z")]
    (entry,) = parsed(made(folder)[week[0]]).entries
    assert entry.published == "2025-04-07T00:00:00Z", "the same for good, whatever is added"
    text = entry.content[0].value
    assert [text.index(day) for day in ("Sunday 13", "Friday 11", "Monday 7")] == sorted(
        text.index(day) for day in ("Sunday 13", "Friday 11", "Monday 7")
    )


def test_a_feed_holds_the_newest_fifty(content: Write) -> None:
    first = dt.date(2025, 1, 1)
    days = [first + dt.timedelta(days=i) for i in range(60)]
    folder = content({f"papers/2025/p{i}.md": paper(f"P {i}", str(day)) for i, day in enumerate(days)})
    assert [title for _, title, _ in atoms(folder)["feeds/all.atom"]] == [f"P {i}" for i in range(59, 9, -1)]
    assert len(atoms(folder)["feeds/all/2025-01.atom"]) == 31
    assert feeds.NEWEST == 50


def test_hostile_text_comes_back_exactly(content: Write) -> None:
    quoted = json.dumps(HOSTILE, ensure_ascii=False)
    author = f"\n  - {quoted}"
    link = '# Note\n\n[page](/about/), [note](#note), ![beam](/images/beam.png), `href="/x"` and $a<b$'
    beam = (ROOT / "tests" / "example" / "content" / "images" / "beam.png").read_bytes()
    topic = f"---\ntitle: {quoted}\ndescription: {quoted}\n---\n"
    keys = f"title: {quoted}\ndate: 2025-04-11\nauthors:{author}\nsummary: {quoted}\ntopics: [odd]"
    text = f"---\n{keys}\n---\n{link}\n"
    files = {"papers/2025/a.md": text, "topics/odd.md": topic, "images/beam.png": beam}
    site = made(content(files))
    for name in ("feeds/all.atom", "feeds/topics/odd.atom"):
        feed = parsed(site[name])
        (entry,) = feed.entries
        assert (entry.title, entry.author, entry.summary) == (HOSTILE, HOSTILE, HOSTILE)
        assert entry.tags[0].label == HOSTILE
    (item,) = json.loads(site["feeds/all.json"])["items"]
    assert (item["title"], item["authors"][0]["name"], item["summary"]) == (HOSTILE, HOSTILE, HOSTILE)
    html = item["content_html"]
    assert f'href="{HOME}/about/"' in html and f'href="{HOME}/papers/a/#note"' in html
    assert f'src="{HOME}/images/beam.png"' in html
    assert "<code>href=&quot;/x&quot;</code>" in html
    assert etree.fromstring(site["feeds/all.opml"]).find(".//outline[@text='Topics']/outline[2]") is not None
    titles = {it.get("text") for it in etree.fromstring(site["feeds/all.opml"]).iter("outline")}
    assert HOSTILE in titles


def test_an_empty_catalogue_has_feeds(content: Write) -> None:
    site = made(content({}))
    assert parsed(site["feeds/all.atom"]).entries == []
    for name in ("feeds/all.atom", "feeds/weekly.atom", "feeds/topics/vision.atom"):
        assert SCHEMA.validate(etree.fromstring(site[name]))


def test_the_feeds_of_authors_can_be_switched_off(content: Write) -> None:
    folder = content({"papers/2025/a.md": paper(**KEYS)})  # type: ignore[arg-type]
    assert "feeds/authors/ada-example.atom" not in made(folder)
    content({"papers/2025/b.md": paper(**KEYS)})  # type: ignore[arg-type]
    assert "feeds/authors/ada-example.atom" in made(folder)
    settings = (folder / "site.toml").read_text()
    content({"site.toml": f"{settings}author_files = false\n"})
    site = made(folder)
    assert not any(path.startswith("feeds/authors/") for path in site)
    assert not any(b"/feeds/authors/" in data for data in site.values())
