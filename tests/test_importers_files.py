"""Importers of files: reference managers' and other generators'. Everything comes in or is told."""

import json
import os
from collections.abc import Sequence
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import build
from catalogue import add, memory
from catalogue.bibtex import bibtex as written
from catalogue.clean import html, latex
from catalogue.clean import line as clean
from catalogue.found import Found
from catalogue.identifiers import day, doi, identifiers, permanent
from catalogue.importers import IMPORTERS, bibtex, csl, generators, ris
from catalogue.model import Entry, Paper
from catalogue.outcome import Plan
from catalogue.problems import Problem
from catalogue.sources import gather, take
from conftest import Write, options
from conftest import problems as mistakes

SHARED = Path(__file__).parents[2] / "shared" / "data" / "bibtex"


def read(importer: Any, text: str, path: str) -> tuple[list[Found], list[Problem]]:
    """What comes in and what is told; the importer must know the file, and no other may."""
    data = text.encode()
    assert [one for one in IMPORTERS if one.knows(data, path)] == [importer]
    every = list(importer.read(data, path))
    return [one for one in every if isinstance(one, Found)], [
        one for one in every if isinstance(one, Problem)
    ]


def bib(text: str) -> tuple[list[Found], list[Problem]]:
    return read(bibtex, dedent(text), "x.bib")


def add_all(content: Path, sources: Sequence[str]) -> Plan:
    reading, _, _ = build.load(options(content), memory.NOTHING)
    plan = add.plan(gather(take(sources, IMPORTERS), IMPORTERS), content, reading)
    plan.write(content)
    return plan


def test_an_entry_of_bibtex() -> None:
    (found,), problems = bib(
        r"""
        @string{inv = {Journal of }}
        @ARTICLE{key,
          Author = {van Rossum, Guido and Knuth, Jr, Donald E. and {Group and Sons, Inc.}
            and M{\"u}ller, {\'E}va and Ada de Example and others},
          TITLE = "{A {Title} with $x_1^2$ and d{\'e}j{\`a} vu ---  100% of it}",
          journal = inv # {Inventions},
          year = 2003, month = "3~" # mar,
          doi = {https://doi.org/10.1000/A\_b},
          eprint = {2504.06752v2}, archivePrefix = {arXiv},
          url = {https://example.org/x\_y.pdf},
          file = {:/home/somebody/secret.pdf:PDF},
          keywords = {one, two words},
          abstract = {First \emph{part}.

            Second \& last.},
        }
        """
    )
    assert problems == []
    assert found == Found(
        {
            "title": "A Title with $x_1^2$ and déjà vu — 100% of it",
            "date": "2003-03-03",
            "authors": [
                "Guido van Rossum",
                "Donald E. Knuth Jr",
                "Group and Sons, Inc.",
                "Éva Müller",
                "Ada de Example",
            ],
            "keywords": ["one", "two words"],
            "doi": "10.1000/A_b",
            "arxiv": "2504.06752",
            "venue": "Journal of Inventions",
            "links": {"pdf": "https://example.org/x_y.pdf"},
        },
        "First part.\n\nSecond & last.",
        "https://doi.org/10.1000/A_b",
        "x.bib",
        3,
    )


@pytest.mark.parametrize(
    ("names", "printed"),
    [
        (r"Mu\~{n}oz, Jos\'{e} and Jos\'e Mu\~noz", ["José Muñoz", "José Muñoz"]),
        (r"{\~N}ame, Jo{\~a}o and Gar\c{c}\~ao, M\~{\i}a", ["João Ñame", "Mĩa Garção"]),
        ("family=Harman, given=Hans, prefix=van der, useprefix=true", ["Hans van der Harman"]),
        (
            r'given={Ada B.}, family={Example}, given-i={A} and "family={One, Two}", suffix=Jr'
            r' and family=M\"uller, given={\'E}va and "given=Bo", family={M{\"u}}',
            ["Ada B. Example", "One, Two Jr", "Éva Müller", "Bo Mü"],
        ),
        ("Donald~E. Knuth and Knuth, Donald~E.", ["Donald E. Knuth", "Donald E. Knuth"]),
    ],
)
def test_names_of_bibtex(names: str, printed: list[str]) -> None:
    assert bibtex.people(names) == printed


@pytest.mark.parametrize(
    ("fields", "values"),
    [
        (r"doi = {10.1000/978-3-1{\_}48}", {"doi": "10.1000/978-3-1_48"}),
        (r"url = {https://example.org/a{\_}b.pdf}", {"links": {"pdf": "https://example.org/a_b.pdf"}}),
        ('month = "Mar", day = "17"', {"date": "2021-03-17"}),
        ("month = 3, day = 7", {"date": "2021-03-07"}),
        ("month = {7-8}, day = {}", {"date": "2021-07-01"}),
        ("eprint = {2101.00001}", {"arxiv": "2101.00001"}),
        ("eprint = {arXiv:2101.00002v3}", {"arxiv": "2101.00002"}),
        ("number = {arXiv:2101.00003}", {"arxiv": "2101.00003"}),
        ("eprint = {10.2307/2101}, eprinttype = {jstor}", {}),
        ("eprint = {2101.00001}, eprinttype = {hdl}, number = {2101.00001}", {}),
        ("eprint = {https://example.org/content/2101.00001v1.full.pdf}, number = 3", {}),
    ],
)
def test_values_of_bibtex(fields: str, values: dict[str, Any]) -> None:
    (found,), _ = bib(f"@misc{{x, title = {{X}}, year = 2021, {fields}}}")
    assert found.values == {"title": "X", "date": "2021-01-01"} | values


def test_parts_have_what_is_true_of_the_whole() -> None:
    found, problems = bib(
        """
        @inproceedings{part, crossref = {WHOLE}, title = {Part}, author = {Ada A}}
        @inbook{chapter, crossref = {book}, title = {Chapter}}
        @article{shared, xdata = {common}, title = {Shared}, year = 2001}
        @article{loop, crossref = {loop}, title = {Loop}, year = 2001}
        @article{own, crossref = {whole}, title = {Own}, year = 1999, booktitle = {Mine}}
        @proceedings{whole, title = {Proceedings}, subtitle = {Second},
          date = {2003-05-06/2003-05-08}, doi = {10.1000/1}}
        @book{book, title = {Book}, author = {Bo B}, date = {1990-01-01/..}}
        @xdata{common, journaltitle = {Common}}
        """
    )
    assert [(one.values["title"], one.values["date"], one.values.get("venue"), one.url) for one in found] == [
        ("Part", "2003-05-06", "Proceedings: Second", ""),
        ("Chapter", "1990-01-01", "Book", ""),
        ("Shared", "2001-01-01", "Common", ""),
        ("Loop", "2001-01-01", None, ""),
        ("Own", "1999-01-01", "Mine", ""),
        ("Proceedings: Second", "2003-05-06", None, "https://doi.org/10.1000/1"),
        ("Book", "1990-01-01", None, ""),
    ]
    assert found[1].values["authors"] == ["Bo B"]
    assert [(problem.line, problem.message) for problem in problems] == [
        (10, "`common` is left out: `@xdata` is not a paper")
    ]


def test_bad_entries_are_told_with_their_line_and_the_rest_comes_in() -> None:
    found, problems = bib(
        """\
        @article{good, title = {Good}, year = 2001}
        @article{open, title = {Never closed, year = 2001
        @article{press, title = {In press}, year = {in press}}
        @article{old, title = {Old}, year = {535 BCE}}
        @article{none, title = {None}}
        @article{twice, title = {A}, title = {B}, year = 2001}
        @misc{untitled, year = 2001}
        @article no brace at all
        @article{good, title = {Same key}, year = 2002}
        % a comment
        @comment{nothing}
        """
    )
    assert [(one.values["title"], one.line) for one in found] == [("Good", 1), ("Same key", 9)]
    assert [problem.line for problem in problems] == [2, 3, 4, 5, 6, 7, 8]
    assert problems[1].message == "`press` is left out: `in press` is no year from 1600 to 2199"
    assert problems[4].message == "this entry has `title` twice"


@pytest.mark.parametrize(
    ("text", "month", "date"),
    [
        ("2001/2003", "", "2001-01-01"),
        ("1990-01-02/..", "", "1990-01-02"),
        ("2001-05", "", "2001-05-01"),
        ("2001-21", "", "2001-01-01"),
        ("2001-02-31", "", "2001-02-01"),
        ("2001~", "", "2001-01-01"),
        ("{2001}", "Sept.", "2001-09-01"),
        ("2001", "10 January", "2001-01-10"),
        ("2001", "Mar-Apr", "2001-03-01"),
        ("2001", "7", "2001-07-01"),
        ("13 August 2017", "13 August ", "2017-08-13"),
        ("2020-03-04T10:00:00Z", "", "2020-03-04"),
        ("-0343", "", None),
        ("in press", "", None),
        ("", "", None),
    ],
)
def test_days(text: str, month: str, date: str | None) -> None:
    assert day(text, month) == date


@pytest.mark.parametrize(
    "source", ["10.1000/182", "doi:10.1000/182", "DOI: 10.1000/182", "https://doi.org/10.1000/182"]
)
def test_a_doi_however_it_is_given(source: str) -> None:
    assert doi(source) == "10.1000/182"
    assert csl.address(source) == "https://doi.org/10.1000/182"
    assert csl.ACCEPT == "application/vnd.citationstyles.csl+json"


def test_what_is_no_doi_is_not_asked_for() -> None:
    assert [csl.address(source) for source in ("2504.06752", "https://example.org/10.1000/1", "a.bib")] == [
        None
    ] * 3


def test_a_doi_is_asked_for_as_csl_json(content: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def fetch(address: str, accept: str = "*/*") -> bytes:
        asked.append((address, accept))
        return json.dumps(ITEM).encode()

    monkeypatch.setattr("catalogue.fetch.fetch", fetch)
    (outcome,) = add_all(content({}), ["doi:10.1000/182"]).outcomes
    assert asked == [("https://doi.org/10.1000/182", csl.ACCEPT)]
    assert outcome.path == "papers/2003/the-title.md"


def test_identifiers_in_addresses() -> None:
    assert identifiers(
        [
            "https://dx.doi.org/10.1000/1",
            "https://arxiv.org/pdf/2504.06752v3",
            "https://openreview.net/forum?id=Ab_1-c",
            "https://aclanthology.org/2020.acl-main.1/",
        ]
    ) == {"doi": "10.1000/1", "arxiv": "2504.06752", "openreview": "Ab_1-c", "acl": "2020.acl-main.1"}
    assert identifiers(["doi:10.48550/arXiv.2504.06752"]) == {"arxiv": "2504.06752"}
    assert permanent({"doi": "10.1000/a<b>#c"}) == "https://doi.org/10.1000/a%3Cb%3E%23c"
    assert permanent({}, "/home/me/x.pdf") == ""


@pytest.mark.parametrize(
    ("source", "text"),
    [
        (r"{\c{C}}etinkaya {\o} \ss{} \l{}", "Çetinkaya ø ß ł"),
        (r"The {\TeX book} \& {\LaTeX}", "The TeXbook & LaTeX"),
        (r"\enquote{A} \href{https://example.org}{B} & C", "“A” B & C"),
        (r"GABA$_B$, $ n $-gram, A$\beta$25", "GABA$_B$, $n$-gram, Aβ25"),
        (r"\(x\) costs \$5", r"$x$ costs \$5"),
        (r"\textbraceleft{}\textbackslash{}x\textbraceright{}", r"{\x}"),
        (r"\unknown{kept}", "kept"),
        (r"10\textsuperscript{6} and {\'e}\textsuperscript{-12}, 5\textsuperscript{th}", "10⁶ and é⁻¹², 5th"),
        (r"{\textless}5 {\textgreater} \S 3 {\P} \pounds5 {\euro} a{\textbar}b", "<5 > §3 ¶ £5 € a|b"),
        (r"{\apjl} \& \unknown{}", r"\apjl & \unknown"),
        (r"{\sc Silent {Macros}} \textmd{are {no}} A\/B", "Silent Macros are no AB"),
    ],
)
def test_latex_becomes_text(source: str, text: str) -> None:
    assert clean(latex(source)) == text


@given(st.text(alphabet="\\{}$%&~#'`- aé\"^", max_size=40))
def test_no_latex_is_too_bad(text: str) -> None:
    clean(latex(text))


def test_html_becomes_text() -> None:
    assert clean(html("<i>In vivo</i> CO<sub>2</sub> &amp; p < 0.05")) == "In vivo CO2 & p < 0.05"
    powers = "10<sup>6</sup>, 5<sup>th</sup>, x<jats:sup>2q</jats:sup><sup><i>3</i></sup>"
    assert clean(html(powers)) == "10⁶, 5th, x^(2q)³"


@pytest.mark.parametrize(
    "tex",
    [
        "<jats:tex-math>$x &lt; y^2$</jats:tex-math>",
        '<tex-math id="a">$$ x &lt; y^2 $$</tex-math>',
        r"<jats:tex-math>\usepackage{a} \begin{document}$$x &lt; y^2$$\end{document}</jats:tex-math>",
    ],
)
def test_a_formula_of_jats_stands_once(tex: str) -> None:
    mathml = "<mml:math><mml:mi>x</mml:mi>\n<mml:mo>&lt;</mml:mo><mml:mi>y2</mml:mi></mml:math>"
    for both in (tex, f"<jats:alternatives>{mathml}{tex}</jats:alternatives>",
                 f"<jats:alternatives>{tex}{mathml}</jats:alternatives>"):  # fmt: skip
        text = f"That <jats:inline-formula>{both}</jats:inline-formula> <jats:ext-link>&amp;</jats:ext-link>"
        assert clean(html(text)) == "That $x < y^2$ &"
    only = f"<jats:inline-formula><jats:alternatives>{mathml}</jats:alternatives></jats:inline-formula>"
    assert clean(html(f"{only} and <jats:tex-math>z</jats:tex-math>")) == "x <y2 and $z$"


ITEM = {
    "id": "one",
    "type": "article-journal",
    "title": "The <i>Title</i>",
    "author": [
        {"family": "Rossum", "given": "Guido", "non-dropping-particle": "van", "suffix": "Jr"},
        {"literal": "The Group"},
        {"family": "Ada", "ORCID": "https://orcid.org/0000-0002-1825-0097"},
    ],
    "issued": {"date-parts": [[2003, 5], [2004]]},
    "container-title": "Journal of Inventions",
    "DOI": "10.1000/182",
    "abstract": "<jats:title>Abstract</jats:title><jats:p>First.</jats:p><jats:p>Second.</jats:p>",
}


def test_csl_json() -> None:
    more = [
        {
            **ITEM,
            "id": "raw",
            "title": "Raw",
            "issued": {"raw": "2019-02-03"},
            "DOI": "",
            "URL": "https://example.org/r",
        },
        {**ITEM, "id": "none", "issued": {"literal": "in press"}},
        "text",
    ]
    found, problems = read(csl, json.dumps([ITEM, *more], indent=0), "zotero.json")
    assert found[0] == Found(
        {
            "title": "The Title",
            "date": "2003-05-01",
            "authors": ["Guido van Rossum Jr", "The Group", {"name": "Ada", "orcid": "0000-0002-1825-0097"}],
            "doi": "10.1000/182",
            "venue": "Journal of Inventions",
        },
        "First.\n\nSecond.",
        "https://doi.org/10.1000/182",
        "zotero.json",
        2,
    )
    assert (found[1].values["date"], found[1].url) == ("2019-02-03", "https://example.org/r")
    assert [problem.message for problem in problems] == [
        "`none` is left out: it has no year from 1600 to 2199",
        "an item is not a mapping",
    ]
    assert len(read(csl, json.dumps(ITEM), "https://doi.org/10.1000/182")[0]) == 1


def test_csl_json_that_ends_too_early() -> None:
    found, (problem,) = read(csl, json.dumps([ITEM, ITEM], indent=1)[:-40], "x.json")
    assert len(found) == 1 and problem.message.startswith("the JSON cannot be read from here")


RIS = """\
TY  - JOUR
AU  - van Rossum, Guido
AU  - Müller, Éva, Jr
TI  - The Title
T2  - Journal of Inventions
PY  - 2003
DA  - 2003/05/06/
DO  - 10.1000/182
UR  - https://example.org/x
KW  - one
KW  - two words
AB  - The abstract.
ER  - 

TY  - JOUR
TI  - Not ended

TY  - CONF
TI  - No year
ER  - 
TY  - CHAP
A1  - Example, Ada
T1  - Second
Y1  - 2001///
ER  - 
"""  # noqa: W291


def test_ris() -> None:
    found, problems = read(ris, RIS, "x.ris")
    assert found[0] == Found(
        {
            "title": "The Title",
            "date": "2003-05-06",
            "authors": ["Guido van Rossum", "Éva Müller Jr"],
            "keywords": ["one", "two words"],
            "doi": "10.1000/182",
            "venue": "Journal of Inventions",
        },
        "The abstract.",
        "https://doi.org/10.1000/182",
        "x.ris",
        1,
    )
    assert found[1].values == {"title": "Second", "date": "2001-01-01", "authors": ["Ada Example"]}
    assert [(problem.line, problem.message) for problem in problems] == [
        (15, "this record does not end"),
        (18, "this record is left out: it has no year from 1600 to 2199"),
    ]


@pytest.mark.parametrize(
    ("lines", "venue"),
    [
        ("JF  - Journal of Inventions", "Journal of Inventions"),
        ("JO  - J. Inv.\nT2  - Journal of Inventions", "Journal of Inventions"),
        ("JO  - J. Inv.\nJF  - Journal of Inventions", "Journal of Inventions"),
        ("JO  - J. Inv.\nJA  - JInv", "J. Inv."),
    ],
)
def test_the_venue_of_ris_is_in_full(lines: str, venue: str) -> None:
    (found,), _ = read(ris, f"TY  - JOUR\nTI  - X\nPY  - 2001\n{lines}\nER  - \n", "x.ris")
    assert found.values["venue"] == venue


def test_ris_of_jstor() -> None:
    head = "Provider: JSTOR http://www.example.org\r\nDatabase: JSTOR\r\nContent: text/plain\r\n\r\n\r\n"
    (found,), problems = read(ris, f"{head}TY  - JOUR\r\nTI  - X\r\nPY  - 2001\r\nER  - \r\n", "x.txt")
    assert (found.values["title"], found.line, problems) == ("X", 6, [])


PMLR = """\
---
title: "Learning: with $x$"
abstract: We *learn* it.
layout: inproceedings
author:
- given: Ada
  family: Example
- given: Guido
  prefix: van
  family: Rossum
date: 2020-11-21
container-title: Proceedings of Inventions
pdf: http://proceedings.example.org/v1/example20a/example20a.pdf
---
"""
JOSS = """\
---
title: 'Tool: a tool'
tags:
  - Python
authors:
  - name: Ada Example
    orcid: 0000-0002-1825-0097
    affiliation: 1
  - given-names: Guido
    dropping-particle: van
    surname: Rossum
affiliations:
  - name: Example Lab
    index: 1
date: 13 August 2017
bibliography: paper.bib
---

# Summary

The **tool** does it with $x^2$.

It is good.

# Statement of need

None.
"""
HUGO = """\
---
title: A Page
authors: [admin, Ada Example]
date: "2019-07-01T00:00:00Z"
doi: "10.1000/182"
publication_types: ["1"]
publication: In *Conference of Inventions*
abstract: The abstract.
tags: [one]
url_code: https://example.org/code
url_pdf: papers/local.pdf
---
"""
HUGO_TOML = """\
+++
title = "A Page"
authors = ["Ada Example"]
date = 2019-07-01
publication_types = ["1"]
abstract = "The abstract."
+++
"""
POST = """\
---
title: Some post
author: Ada Example and Bo Other
tags: [one, two]
paperurl: https://arxiv.org/abs/2504.06752v1
---
What *I* think.
"""


@pytest.mark.parametrize(
    ("text", "path", "values", "abstract", "url"),
    [
        (
            PMLR,
            "_posts/2020-11-21-example20a.md",
            {
                "title": "Learning: with $x$",
                "date": "2020-11-21",
                "authors": ["Ada Example", "Guido van Rossum"],
                "venue": "Proceedings of Inventions",
                "links": {"pdf": "http://proceedings.example.org/v1/example20a/example20a.pdf"},
            },
            "We learn it.",
            "http://proceedings.example.org/v1/example20a/example20a.pdf",
        ),
        (
            JOSS,
            "paper.md",
            {
                "title": "Tool: a tool",
                "date": "2017-08-13",
                "authors": [{"name": "Ada Example", "orcid": "0000-0002-1825-0097"}, "Guido van Rossum"],
                "keywords": ["Python"],
            },
            "The **tool** does it with $x^2$.\n\nIt is good.",
            "",
        ),
        (
            HUGO,
            "content/publication/page/index.md",
            {
                "title": "A Page",
                "date": "2019-07-01",
                "authors": ["admin", "Ada Example"],
                "keywords": ["one"],
                "venue": "Conference of Inventions",
                "doi": "10.1000/182",
                "links": {"code": "https://example.org/code"},
            },
            "The abstract.",
            "https://doi.org/10.1000/182",
        ),
        (
            HUGO_TOML,
            "content/publication/page/index.md",
            {"title": "A Page", "date": "2019-07-01", "authors": ["Ada Example"]},
            "The abstract.",
            "",
        ),
        (
            POST,
            "_posts/2021-02-03-some-post.md",
            {
                "title": "Some post",
                "date": "2021-02-03",
                "authors": ["Ada Example", "Bo Other"],
                "keywords": ["one", "two"],
                "arxiv": "2504.06752",
            },
            "What I think.",
            "https://arxiv.org/abs/2504.06752",
        ),
    ],
    ids=["PMLR", "JOSS", "Hugo", "Hugo in TOML", "Jekyll"],
)
def test_front_matter_of_others(
    text: str, path: str, values: dict[str, Any], abstract: str, url: str
) -> None:
    (found,), problems = read(generators, text, path)
    assert problems == []
    assert (found.values, found.text, found.url) == (values, abstract, url)


def test_front_matter_that_cannot_be_read_is_told_with_its_line() -> None:
    for text, line in ((HUGO.replace("authors: [", "authors: [["), 3), (HUGO_TOML.replace('["1"]', "["), 6)):
        found, (problem,) = read(generators, text, "index.md")
        assert found == [] and abs(problem.line - line) <= 4


def test_a_folder_is_all_its_files_that_are_known(content: Write, tmp_path: Path) -> None:
    folder = tmp_path / "in"
    files = {
        "b.bib": "@misc{x, title = {From BibTeX}, year = 2001}",
        "sub/a.ris": RIS,
        "notes.txt": "Nothing.",
        ".git/c.bib": "@misc{x, title = {Hidden}, year = 2001}",
    }
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    plan = add_all(content({}), [str(folder)])
    assert [outcome.path for outcome in plan.outcomes] == [
        "papers/2001/from-bibtex.md", "papers/2003/the-title.md", "papers/2001/second.md",
    ]  # fmt: skip
    assert "1 file is not known as a source of papers, and left out" in [one.message for one in plan.problems]


def test_a_paper_without_address_records_no_source_and_is_only_filled(content: Write, tmp_path: Path) -> None:
    source, folder = tmp_path / "x.bib", content({})
    source.write_text("@misc{x, title = {Some Title}, author = {Ada A}, year = 2001}")
    add_all(folder, [str(source)])
    path = folder / "papers/2001/some-title.md"
    assert "source" not in path.read_text()
    path.write_text(path.read_text().replace("Ada A", "Ada Edited A"))
    assert add_all(folder, [str(source)]).texts == {}
    source.write_text("@misc{x, title = {Some title}, author = {Ada A}, journal = {There}, year = 2001}")
    (outcome,) = add_all(folder, [str(source)]).outcomes
    assert outcome.news == ("venue",)
    assert "Ada Edited A" in path.read_text() and "source" not in path.read_text()


def test_the_same_paper_twice_in_a_source_is_told(content: Write, tmp_path: Path) -> None:
    source, folder = tmp_path / "x.bib", content({})
    source.write_text("@misc{x, title={Reply}, year=2001}\n@misc{y, title={Reply}, year=2001}\n")
    told = ["added papers/2001/reply.md", "twice papers/2001/reply.md (same title)"]
    assert list(add_all(folder, [str(source)]).told())[:-1] == told
    assert list(add_all(folder, [str(source)]).told())[:-1] == told[1:]


def test_equal_titles_of_other_authors_are_other_papers(content: Write, tmp_path: Path) -> None:
    source, folder = tmp_path / "x.bib", content({})
    people = ("Ada A", "Bo B", "Cy C", "Di D and Di D")
    source.write_text("".join(f"@misc{{{p}, title={{Reply}}, author={{{p}}}, year=2001}}\n" for p in people))
    assert [outcome.what for outcome in add_all(folder, [str(source)]).outcomes] == ["added"] * 4
    build.build(options(folder))
    assert add_all(folder, [str(source)]).texts == {}


line = st.text(
    st.characters(codec="utf-8", categories=["Lu", "Ll", "Nd"]) | st.sampled_from(" &%#_{}~^\\:,.é"),
    min_size=1,
).map(clean).filter(bool)  # fmt: skip
word = st.from_regex(r"[A-ZÉ][a-zéü]{1,8}( [A-Z]\.)?( (van|de))? [A-ZÖ][a-zéü]{1,8}", fullmatch=True)


@given(
    line,
    st.lists(word, max_size=5, unique=True),
    st.none() | st.just("10.1000/a_b#c%d"),
    st.none() | st.just("2504.06752"),
    st.dates(),
)
@settings(suppress_health_check=[HealthCheck.too_slow])
def test_our_own_bibtex_comes_back(
    title: str, authors: list[str], doi: str | None, arxiv: str | None, date: Any
) -> None:
    from catalogue.schema import Person

    date = date.replace(year=1600 + date.year % 600)
    people = tuple(Person(name=name) for name in authors)
    document = {"key": "key", "path": "", "html": "", "text": "", "digest": "", "title_html": ""}
    paper = Paper(
        title=title, plain_title=title, date=date, authors=people, doi=doi, arxiv=arxiv, **document
    )  # fmt: skip
    (found,) = bibtex.read(written(Entry(paper, (), ())).encode(), "x.bib")
    assert isinstance(found, Found)
    values = found.values
    assert (values["title"], values.get("authors", [])) == (title, authors)
    assert (values.get("doi"), values.get("arxiv")) == (doi, arxiv)
    assert values["date"] == date.replace(day=1).isoformat()


@pytest.mark.parametrize(
    ("name", "entries"),
    [
        pytest.param("cdl.bib", 6315, marks=pytest.mark.nightly),
        ("biblatex-examples.bib", 92),
    ],
)
def test_every_entry_of_large_files_is_in_or_told(name: str, entries: int, content: Write) -> None:
    if not (SHARED / name).exists():
        pytest.skip("the development data is not here")
    folder = content({})
    plan = add_all(folder, [str(SHARED / name)])
    assert len(plan.outcomes) + len(plan.problems) == entries
    assert mistakes(folder) == ()
    if os.environ.get("SLOW"):  # some minutes
        build.build(options(folder))
    assert add_all(folder, [str(SHARED / name)]).texts == {}
