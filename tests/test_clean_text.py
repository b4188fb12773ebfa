"""LaTeX within text: what becomes of it in a body, in plain text, and that none is left on any page."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import html5lib
import pytest
from hypothesis import given
from hypothesis import strategies as st

import build
from catalogue import markdown, untex
from catalogue.clean import line, prose
from catalogue.importers import IMPORTERS
from conftest import Write, options, paper

ROOT = Path(__file__).parents[1]
SHARED = ROOT.parent / "shared" / "data"
RAW = re.compile(r"\\[a-zA-Z]+|\\[%&#_]|[\^_]\{|\{\\")
"""What looks like TeX to a reader."""

# What is written, the HTML it becomes in a body, and the same as plain text.
GOLDEN = [
    (r"Erd\H{o}s", "Erdős", "Erdős"),
    (r"Erd\"os", "Erdös", "Erdös"),
    (r"G\"{o}del", "Gödel", "Gödel"),
    (r"na\"{\i}ve", "naïve", "naïve"),
    (r"Fran\c{c}ois", "François", "François"),
    (r"{\O}rsted", "Ørsted", "Ørsted"),
    (r"\'Elan vital", "Élan vital", "Élan vital"),
    (r"Poincar\'{e}", "Poincaré", "Poincaré"),
    (r"{\'e}tude", "étude", "étude"),
    (r"\v{C}ech", "Čech", "Čech"),
    (r"\L{}ukasiewicz", "Łukasiewicz", "Łukasiewicz"),
    (r"Ren\'ee", "Renée", "Renée"),
    (r"\AA ngstr\"om", "Å ngström", "Å ngström"),
    (r"stra\ss e", "straß e", "straß e"),
    (r"\aa, \oe, \ae", "å, œ, æ", "å, œ, æ"),
    (r"Ho\~{n}", "Hoñ", "Hoñ"),
    (r"33.25\% of cases", "33.25% of cases", "33.25% of cases"),
    (r"R\&D", "R&amp;D", "R&D"),
    (r"C\# and F\#", "C# and F#", "C# and F#"),
    (r"snake\_case", "snake_case", "snake_case"),
    (r"a \{set\}", "a {set}", "a {set}"),
    (r"costs \$5", "costs $5", "costs $5"),
    (r"0{\deg} and 90{\deg}", "0° and 90°", "0° and 90°"),
    ("10^{-25} m", "10⁻²⁵ m", "10⁻²⁵ m"),
    ("x^{2} + y^{2}", "x² + y²", "x² + y²"),
    ("H_{2}O", "H₂O", "H₂O"),
    ("V_{max}", "Vₘₐₓ", "Vₘₐₓ"),
    ("27{,}000 papers", "27,000 papers", "27,000 papers"),
    ("1{.}5", "1.5", "1.5"),
    ("``quoted'' words", "“quoted” words", "“quoted” words"),
    ("it's ``so''", "it's “so”", "it's “so”"),
    ("pages 1--3", "pages 1–3", "pages 1–3"),
    ("a -- b", "a – b", "a – b"),
    ("word---word", "word—word", "word—word"),
    ("one --- two", "one — two", "one — two"),
    ("--help stays", "--help stays", "--help stays"),
    ("Fig.~3", "Fig.\xa03", "Fig. 3"),
    ("~5 stays", "~5 stays", "~5 stays"),
    ("a~tie", "a\xa0tie", "a tie"),
    (r"\emph{very} good", "very good", "very good"),
    (r"\textbf{bold} text", "bold text", "bold text"),
    (r"{\em entropy collapse}", "entropy collapse", "entropy collapse"),
    (r"{\it slanted}", "slanted", "slanted"),
    (r"\textit{a \textbf{b} c}", "a b c", "a b c"),
    (r"\texttt{code}", "code", "code"),
    (r"\textsc{System}", "System", "System"),
    (r"\underline{x}", "x", "x"),
    (r"\ie a case", "i.e. a case", "i.e. a case"),
    (r"\eg this", "e.g. this", "e.g. this"),
    (r"\etal said", "et al. said", "et al. said"),
    (r"\ldots and so on", "… and so on", "… and so on"),
    (r"\alpha-stable", "α-stable", "α-stable"),
    (r"\beta and \gamma", "β and γ", "β and γ"),
    (r"a \times b", "a × b", "a × b"),
    (r"x \leq y", "x ≤ y", "x ≤ y"),
    (r"\pm 3", "± 3", "± 3"),
    (r"\infty", "∞", "∞"),
    (r"\approx 5", "≈ 5", "≈ 5"),
    (r"\rightarrow", "→", "→"),
    (r"100\,km", "100\xa0km", "100 km"),
    (r"line\\break", r"line\break", r"line\break"),
    (r"see \cite{foo}", "see [foo]", "see [foo]"),
    (r"\citep[p.~3]{foo,bar}", "[foo,bar]", "[foo,bar]"),
    (
        r"\url{https://example.org/a_b}",
        '<a href="https://example.org/a_b">https://example.org/a_b</a>',
        "https://example.org/a_b",
    ),
    (
        r"\href{https://example.org}{there}",
        'there (<a href="https://example.org">https://example.org</a>)',
        "there (https://example.org)",
    ),
    (r"note\footnote{small}", "note (small)", "note (small)"),
    (r"we propose \method", r"we propose <code>\method</code>", r"we propose \method"),
    (r"our \model{} wins", r"our <code>\model{}</code> wins", r"our \model{} wins"),
    (r"\ourmethod{fast} is", r"<code>\ourmethod{fast}</code> is", r"\ourmethod{fast} is"),
    ("x_{i,j+1}^{k}", "x_(i,j+1)ᵏ", "x_(i,j+1)ᵏ"),
    (r"\begin{itemize}", r"<code>\begin{itemize}</code>", r"\begin{itemize}"),
    ("$5 and $6", "$5 and $6", "$5 and $6"),
    (r"`code \alpha` stays", r"<code>code \alpha</code> stays", r"code \alpha stays"),
    ("`x_{i}`", "<code>x_{i}</code>", "x_{i}"),
    ("a_b and c^d", "a_b and c^d", "a_b and c^d"),
    (r"\* star", "* star", "* star"),
    (
        "https://example.org/x. And",
        '<a href="https://example.org/x">https://example.org/x</a>. And',
        "https://example.org/x. And",
    ),
    (
        "(https://example.org/a)",
        '(<a href="https://example.org/a">https://example.org/a</a>)',
        "(https://example.org/a)",
    ),
    (
        "https://example.org/~user/",
        '<a href="https://example.org/~user/">https://example.org/~user/</a>',
        "https://example.org/~user/",
    ),
    (
        "see https://arxiv.org/abs/2504.06752, then",
        'see <a href="https://arxiv.org/abs/2504.06752">https://arxiv.org/abs/2504.06752</a>, then',
        "see https://arxiv.org/abs/2504.06752, then",
    ),
]


@pytest.mark.parametrize(("source", "html", "text"), GOLDEN, ids=[source for source, _, _ in GOLDEN])
def test_golden(source: str, html: str, text: str) -> None:
    made = markdown.render(source)
    shown = made.html.strip().removeprefix("<p>").removesuffix("</p>")
    assert shown.replace(' rel="noopener noreferrer ugc"', "") == html
    assert made.text == text
    assert made.problems == ()


@pytest.mark.parametrize(
    ("written", "title", "window"),
    [
        (r"Erd\H{o}s and 10^{-25}", "Erdős and 10⁻²⁵", "Erdős and 10⁻²⁵"),
        (r"On \method{} & $x^2$", "On <code>\\method{}</code> &amp; ", "On method & x²"),
        (r"``Quoted'' --- and 5\%", "“Quoted” — and 5%", "“Quoted” — and 5%"),
    ],
)
def test_titles_and_names(written: str, title: str, window: str, content: Write) -> None:
    files = {
        "papers/2026/a.md": paper(
            f"'{written.replace(chr(39), chr(39) * 2)}'",
            "2026-01-01",
            authors="['Erd\\H{o}s, P.']",
            summary="'Gains 5\\%.'",
        )
    }
    folder = content(files)
    build.build(options(folder))
    page = (folder.parent / "site/papers/a/index.html").read_text()
    assert title in page and f"<title>{window.replace('&', '&amp;')} · " in page
    assert "Erdős, P." in page and "Gains 5%." in page
    assert (folder.parent / "site/authors/erdos-p/index.html").is_file()


def visible(html: str) -> str:
    """What a reader sees of a page, without what is marked as code, and what its head says of it."""
    tree = html5lib.parse(html, namespaceHTMLElements=False)
    for parent in list(tree.iter()):
        for child in list(parent):
            if child.tag in ("code", "pre", "script", "style", "annotation"):
                child.text, child[:] = "", []
    said = [
        meta.get("content", "")
        for meta in tree.iter("meta")
        if meta.get("name", "").startswith(("desc", "cit"))
    ]
    return " ".join([*tree.itertext(), *said])


def test_no_raw_tex_on_any_page_of_the_real_site(real_site: Callable[..., Path]) -> None:
    pages = sorted(real_site().rglob("*.html"))
    found = {str(page): RAW.findall(visible(page.read_text())) for page in pages}
    assert len(pages) > 1000
    assert {page: raw for page, raw in found.items() if raw} == {}


def test_the_test_sees_raw_tex() -> None:
    html = r"<title>x \alpha</title><p>33\% <code>\beta</code> x^{2}<pre>\gamma</pre>"
    assert RAW.findall(visible(html)) == [r"\alpha", r"\%", "^{"]


def test_no_raw_tex_in_real_abstracts() -> None:
    if not SHARED.is_dir():
        pytest.skip("the real abstracts lie beside the project only where it is developed")
    texts = []
    for path in [*sorted((SHARED / "daily-papers-api").glob("*.json")), SHARED / "seed" / "daily-papers.txt"]:
        data = path.read_bytes()
        importer = next(one for one in IMPORTERS if one.knows(data, path.name))
        texts += [text for one in importer.read(data, path.name) for text in (one.text, one.values["title"])]  # type: ignore[union-attr]
    assert len(texts) > 400
    from catalogue.compose import escaped

    for text in texts:
        made = markdown.render(escaped(text))
        assert made.problems == ()
        assert not RAW.findall(visible(made.html)), text
        assert not RAW.findall(markdown.plain(text)), text


PIECES = r"""\alpha \emph{ } { ^{ _{ \' \" o e \c{c} {\o} {\deg} \% \& \_ -- --- `` '' ` ' ~ , . {,} $ $$ x 12
\method \\ \{ \} \url{https://example.org} \cite{a} \, \; {\em word words""".split()
tex = st.lists(st.sampled_from([*PIECES, " ", "\n", "{", "}"]), max_size=14).map("".join)


@given(tex)
def test_cleaning_again_changes_nothing_and_loses_no_word(text: str) -> None:
    once = untex.unicode(text)
    assert untex.unicode(once) == once
    kept = re.sub(r"[^a-z0-9]", "", once)
    for word in re.findall(r"(?<![\\a-z{])(?:word|words|12)(?![a-z}])", text):
        assert word in kept or not once.isascii()


@given(tex)
def test_any_tex_makes_a_safe_body(text: str) -> None:
    made = markdown.render(text)
    tree = html5lib.parseFragment(made.html, namespaceHTMLElements=False)
    assert all(
        element.tag not in ("script", "img", "iframe")
        for element in tree.iter()
        if isinstance(element.tag, str)
    )


def test_lines_and_paragraphs_of_sources() -> None:
    assert line("  A \u200b b\n c\\% e\u0301 ") == "A b c% é"
    assert prose("One\ntwo.\n \n\nThree {\\deg}.") == "One two.\n\nThree °."


def test_the_table_is_large_enough() -> None:
    from test_mathml import GOLDEN as FORMULAS

    assert len(GOLDEN) + len(FORMULAS) >= 100
    assert json.dumps(GOLDEN)
