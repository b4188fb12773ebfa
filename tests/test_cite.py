"""Citations as other programs read them: authors and titles come back as they are, whatever they hold."""

import datetime as dt
import json
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import bibtexparser
import jsonschema
import pytest
import rispy
from pybtex.database import parse_file, parse_string
from pylatexenc.latex2text import LatexNodes2Text

import build
from catalogue.bibtex import bibtex
from catalogue.cite import coins, csl, formatted, item, kind, name
from catalogue.model import Entry, Link, Paper
from catalogue.record import home
from catalogue.ris import ris
from catalogue.schema import Person
from conftest import Write, missing, options, paper, tree

ROOT = Path(__file__).parents[1]
HOSTILE = json.loads((ROOT / "tests" / "hostile.json").read_text())
decode = LatexNodes2Text(math_mode="verbatim", strict_latex_spaces=True).latex_to_text


def entry(title: str, *names: str, **more: Any) -> Entry:
    given = {"arxiv": "2504.06752v3", **more}
    return Entry(
        Paper(
            key="a-key", path="", html="", text="", digest="", title=title, title_html="", plain_title=title,
            date=dt.date(2025, 4, 9), authors=tuple(Person(name=name) for name in names), **given,
        ),
        (Link("A topic", "/topics/a/"),),
        (),
    )  # fmt: skip


def bare(text: str) -> str:
    """Without braces, which group in TeX, and with single spaces."""
    return " ".join(re.sub(r"[{}]", "", text).replace("\xa0", " ").split())


def test_there_are_enough_hostile_ones() -> None:
    assert len(set(HOSTILE["names"])) + len(set(HOSTILE["titles"])) >= 200


@pytest.mark.parametrize("printed", HOSTILE["names"])
def test_names_come_back_as_printed(printed: str) -> None:
    one = entry("Title", "First Author", printed, "Last Author")
    parts = name(printed)
    assert " ".join(part for part in parts if part) == " ".join(printed.split())

    text = bibtex(one)
    library = bibtexparser.parse_string(text)
    assert not library.failed_blocks and [it.key for it in library.entries] == ["a-key"]
    people = parse_string(text, "bibtex").entries["a-key"].persons["author"]
    assert len(people) == 3
    read = people[1]
    words = [
        *read.first_names,
        *read.middle_names,
        *read.prelast_names,
        *read.last_names,
        *read.lineage_names,
    ]
    assert bare(decode(" ".join(words)).replace("ˆ", "^")).replace(" ", "") == bare(printed).replace(" ", "")

    (record,) = rispy.loads(ris(one))
    assert len(record["authors"]) == 3
    if not parts.given:
        assert record["authors"][1] == " ".join(printed.split())
    else:
        assert sorted(re.findall(r"[^\s,]+", record["authors"][1])) == sorted(printed.split())

    author = json.loads(csl(one))["author"][1]
    assert author == {"literal": printed} or " ".join(
        author[part] for part in ("given", "non-dropping-particle", "family", "suffix") if part in author
    ) == " ".join(printed.split())
    assert ("rft.au", printed) in parse_qsl(coins(one))
    assert " ".join(printed.split()) in " ".join(formatted(one).split())


@pytest.mark.parametrize(
    ("printed", "family", "suffix"),
    [
        ("Ada Ai", "Ai", ""),
        ("Ai-Ada Example", "Example", ""),
        ("The Ada Example", "Example", ""),
        ("Ada The Example", "Example", ""),
        ("Ada Example, Jr.", "Example", "Jr."),
        ("Ada Example, III", "Example", "III"),
        ("Jose\u0301 Nu\u0301n\u0303ez", "Nu\u0301n\u0303ez", ""),
        ("Ada \u1ecc\u0300rúnexample", "\u1ecc\u0300rúnexample", ""),
    ],
)
def test_people_are_no_groups(printed: str, family: str, suffix: str) -> None:
    one = entry("Title", printed, "Last Author")
    assert (name(printed).family, name(printed).suffix) == (family, suffix)
    author = item(one)["author"][0]
    assert author["family"] == family and author.get("suffix", "") == suffix
    people = parse_string(bibtex(one), "bibtex").entries["a-key"].persons["author"]
    assert [person.last_names for person in people] == [[family], ["Author"]]
    assert rispy.loads(ris(one))[0]["authors"][0].startswith(f"{family}, ")


@pytest.mark.parametrize(
    "printed",
    [
        "Example AI",
        "AI at Example",
        "Example-AI",
        "Institute for AI",
        "Friends of Ada",
        "Ada And",
        "Ada, Bo",
    ],
)
def test_groups_are_no_people(printed: str) -> None:
    one = entry("Title", printed, "Last Author")
    assert item(one)["author"][0] == {"literal": printed}
    assert len(parse_string(bibtex(one), "bibtex").entries["a-key"].persons["author"]) == 2


@pytest.mark.parametrize("title", HOSTILE["titles"])
def test_titles_come_back(title: str) -> None:
    one = entry(title, "Ada Example")
    library = bibtexparser.parse_string(bibtex(one))
    assert not library.failed_blocks
    (parsed,) = library.entries
    assert parsed["eprint"] == "2504.06752"
    if not re.search(r"\$[^$]+\$", title):  # what stands between dollars stays TeX
        assert bare(decode(parsed["title"]).replace("ˆ", "^")) == bare(title)
    assert list(parse_string(bibtex(one), "bibtex").entries) == ["a-key"]
    (record,) = rispy.loads(ris(one))
    assert " ".join(record["title"].split()) == " ".join(title.split())
    assert json.loads(csl(one))["title"] == title
    assert dict(parse_qsl(coins(one)))["rft.title"] == title


def test_mathematics_stays() -> None:
    assert "title = {{Planning in $O(n^2)$ \\& more}}" in bibtex(entry("Planning in $O(n^2)$ & more"))


@pytest.mark.parametrize(
    ("more", "genre", "bib", "reference"),
    [
        ({}, "article", "@misc{", "UNPB"),
        ({"venue": "Proceedings of Invented Things"}, "paper-conference", "@inproceedings{", "CONF"),
        ({"venue": "NeurIPS 2025"}, "paper-conference", "@inproceedings{", "CONF"),
        ({"acl": "2025.acl-long.1"}, "paper-conference", "@inproceedings{", "CONF"),
        ({"acl": "2025.tacl-1.1", "venue": "Linguistics"}, "article-journal", "@article{", "JOUR"),
        ({"acl": "2025.cl-1.1"}, "article-journal", "@article{", "JOUR"),
        ({"acl": "Q18-1001"}, "article-journal", "@article{", "JOUR"),
        ({"venue": "Transactions of the ACL"}, "article-journal", "@article{", "JOUR"),
        (
            {"venue": "Proceedings of the National Academy of Sciences"},
            "article-journal",
            "@article{",
            "JOUR",
        ),
        (
            {"venue": "Journal of Things: Workshop and Conference Proceedings"},
            "paper-conference",
            "@inproceedings{",
            "CONF",
        ),
        (
            {"venue": "Journal of Things 3 (2025)", "doi": "10.1000/a_b%c"},
            "article-journal",
            "@article{",
            "JOUR",
        ),
    ],
)
def test_what_was_published_is_cited_so_and_keeps_its_eprint(
    more: dict[str, str], genre: str, bib: str, reference: str
) -> None:
    one = entry("Title", "Ada Example", **more)
    assert kind(one.paper) == genre and bibtex(one).startswith(bib)
    assert "eprint = {2504.06752}" in bibtex(one)
    (record,) = rispy.loads(ris(one))
    assert record["type_of_reference"] == reference and record["accession_number"] == "arXiv:2504.06752"
    if "doi" in more:
        assert record["doi"] == item(one)["DOI"] == more["doi"]


def test_without_a_venue_the_anthology_is_where_a_paper_was_published() -> None:
    one = entry("Title", "Ada Example", acl="2025.acl-long.1")
    assert item(one)["container-title"] == "ACL Anthology"
    assert "booktitle = {ACL Anthology}" in bibtex(one)
    assert rispy.loads(ris(one))[0]["secondary_title"] == "ACL Anthology"
    assert dict(parse_qsl(coins(one)))["rft.source"] == "ACL Anthology"
    assert formatted(one).endswith("Title. ACL Anthology. https://aclanthology.org/2025.acl-long.1/")
    journal = entry("Title", "Ada Example", acl="2025.cl-1.1")
    assert "journal = {ACL Anthology}" in bibtex(journal)


DOIS = {
    "10.1007/978-3-030-00000-8_13": "10.1007/978-3-030-00000-8_13",
    "10.1002/(SICI)1097-0000(19980815)17:15<1661::AID_SIM000>3.0.CO;2-2": (
        "10.1002/(SICI)1097-0000(19980815)17:15%3C1661::AID_SIM000%3E3.0.CO%3B2-2"
    ),
    "10.1000/a%b#c&d$e~f^g": "10.1000/a%25b%23c%26d%24e~f%5Eg",
}
"""DOIs, and how they stand in an address."""


@pytest.mark.parametrize("doi", DOIS)
def test_a_doi_and_its_address_come_through(doi: str) -> None:
    one = entry("Title", "Ada Example", venue="Journal of Things", doi=doi)
    address = f"https://doi.org/{DOIS[doi]}"
    (read,) = bibtexparser.parse_string(bibtex(one)).entries
    assert (read["doi"], read["url"]) == (doi, address)
    fields = parse_string(bibtex(one), "bibtex").entries["a-key"].fields
    assert (fields["doi"], fields["url"]) == (doi, address)
    (record,) = rispy.loads(ris(one))
    assert (record["doi"], record["urls"]) == (doi, [address])
    assert (item(one)["DOI"], item(one)["URL"]) == (doi, address)
    assert formatted(one).endswith(f" {address}")
    assert ("rft.identifier", address) in parse_qsl(coins(one))
    assert home(one.paper) == address


def test_pandoc_and_biber_keep_dois_and_addresses(tmp_path: Path) -> None:
    whole = (
        bibtex(entry("Title", "Ada Example", doi=doi)).replace("a-key", f"a{i}") for i, doi in enumerate(DOIS)
    )
    (tmp_path / "all.bib").write_text("\n".join(whole))
    for tool in ("pandoc", "biber"):
        if not shutil.which(tool):
            missing(tool)
    for form in ("bibtex", "biblatex"):
        command = ["pandoc", "-f", form, "-t", "csljson", "all.bib"]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, check=True)
        read = [(one["DOI"], one["URL"]) for one in json.loads(done.stdout)]
        assert read == [(doi, f"https://doi.org/{quoted}") for doi, quoted in DOIS.items()]
    command = ["biber", "--tool", "--quiet", "--output-file", "out.bib", "all.bib"]
    subprocess.run(command, cwd=tmp_path, capture_output=True, check=True)
    written = (tmp_path / "out.bib").read_text()
    for doi, quoted in DOIS.items():
        assert f"DOI = {{{doi}}}" in written and f"URL = {{https://doi.org/{quoted}}}" in written


SCHEMA = {
    "type": "array",
    "items": {
        "type": "object",
        "required": ["id", "type"],
        "additionalProperties": False,
        "properties": {
            "id": {"type": "string"},
            "type": {"enum": ["article", "article-journal", "paper-conference"]},
            **{
                field: {"type": "string"}
                for field in ("title", "genre", "container-title", "number", "DOI", "URL", "keyword")
            },
            "author": {
                "type": "array",
                "items": {
                    "type": "object",
                    "additionalProperties": False,
                    "properties": {
                        part: {"type": "string"}
                        for part in ("family", "given", "non-dropping-particle", "suffix", "literal")
                    },
                },
            },
            "issued": {
                "type": "object",
                "required": ["date-parts"],
                "properties": {
                    "date-parts": {
                        "type": "array",
                        "items": {
                            "type": "array",
                            "items": {"type": "integer"},
                            "minItems": 1,
                            "maxItems": 3,
                        },
                    }
                },
            },
        },
    },
}
"""What of csl-data.json (citation-style-language/schema 1.0.2) we write, by hand: it is in no package."""


@pytest.fixture(scope="module")
def real(real_site: Callable[..., Path]) -> Path:
    return real_site()


def test_every_file_of_the_real_site_is_read_whole(real: Path) -> None:
    from catalogue import memory

    reading, _, _ = build.load(options(ROOT / "content"), memory.NOTHING)
    titles = {one.paper.key: one.paper.plain_title for one in reading.catalogue.entries}
    lists = 0
    for path in sorted(real.rglob("*.bib")):
        library = bibtexparser.parse_file(str(path))
        keys = [it.key for it in library.entries]
        assert not library.failed_blocks and keys and len(keys) == len(set(keys))
        assert set(parse_file(str(path), "bibtex").entries) == set(keys) <= titles.keys()
        records = rispy.loads(path.with_suffix(".ris").read_text())
        assert [record["title"] for record in records] == [titles[key] for key in keys]
        items = json.loads(path.with_suffix(".json").read_text())
        jsonschema.validate(items, SCHEMA)
        assert [one["id"] for one in items] == keys
        lists += len(keys) > 1
    assert lists > 50
    assert len(bibtexparser.parse_file(str(real / "catalogue.bib")).entries) == 47


def test_biber_finds_nothing_wrong_with_the_whole_catalogue(real: Path, tmp_path: Path) -> None:
    if not shutil.which("biber"):
        missing("biber")
    (tmp_path / "all.bib").write_bytes((real / "catalogue.bib").read_bytes())
    command = ["biber", "--tool", "--validate-datamodel", "--quiet", "all.bib"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    log = (tmp_path / "all.bib.blg").read_text()
    assert done.returncode == 0
    assert [row for row in log.splitlines() if "WARN" in row or "ERROR" in row] == []


@pytest.mark.parametrize("form", ["bib", "json"])
def test_a_pandoc_document_that_cites_every_paper(form: str, real: Path, tmp_path: Path) -> None:
    if not shutil.which("pandoc"):
        missing("pandoc")
    items = json.loads((real / "catalogue.json").read_text())
    (tmp_path / "all.md").write_text("\n\n".join(f"As [@{one['id']}] shows." for one in items))
    source = real / f"catalogue.{form}"
    command = [
        "pandoc",
        "--citeproc",
        "--bibliography",
        str(source),
        "--to",
        "plain",
        "--wrap=none",
        "all.md",
    ]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
    assert done.stderr == ""
    shown = re.sub(r"[“”‘’'\"]", "", done.stdout)
    assert all(re.sub(r"[“”‘’'\"]", "", one["title"])[:25].casefold() in shown.casefold() for one in items)
    assert "???" not in done.stdout


def test_pages_say_what_they_cite(content: Write) -> None:
    files = {
        "papers/2026/a.md": paper("A", "2026-01-01", arxiv='"2601.00001"', authors="[Ada Example]"),
        "papers/2026/b.md": paper("B", "2026-01-01", venue="Proceedings of X"),
    }
    folder = content(files)
    build.build(options(folder))
    made = {
        path: data.decode() for path, data in tree(folder.parent / "site").items() if path.endswith("html")
    }
    assert '<meta name="DC.type" content="preprint">' in made["papers/a/index.html"]
    assert "DC.type" not in made["papers/b/index.html"]
    assert 'name="citation_conference_title" content="Proceedings of X"' in made["papers/b/index.html"]
    day = made["2026/01/01/index.html"]
    assert day.count('class="Z3988"') == 2
    for form in ("bib", "ris", "json"):
        assert f'href="/repo/2026/01/01.{form}" download' in day
        assert f'href="/repo/papers/a.{form}" download' in made["papers/a/index.html"]
    assert (
        "Ada Example. 2026. <bdi>A.</bdi> arXiv:2601.00001. https://arxiv.org/abs/2601.00001"
        in made["papers/a/index.html"]
    )


def test_bulky_files_can_be_switched_off(content: Write) -> None:
    site = 'title = "T"\ndescription = "D"\nurl = "https://example.org/"\n'
    site += "paper_files = false\nauthor_files = false\n"
    folder = content(
        {"site.toml": site, "papers/2026/a.md": paper("A", "2026-01-01", authors="[Ada Example]")}
    )
    build.build(options(folder))
    made = tree(folder.parent / "site")
    assert {path for path in made if path.startswith(("papers/a", "authors/ada"))} == {
        "papers/a/index.html", "papers/a.bib", "papers/a.json", "authors/ada-example/index.html",
    }  # fmt: skip
    assert b"papers/a.ris" not in made["papers/a/index.html"]
    assert b"Cite" not in made["authors/ada-example/index.html"]
