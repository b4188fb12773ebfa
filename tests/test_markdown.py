"""Bodies and titles: what they become, that nothing in them runs, and that nothing is lost unsaid."""

import html
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import html5lib
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catalogue import markdown, mathml, untex
from catalogue.markdown import MAX_BODY, inline, plain, render

PLAIN = "blockquote br code del div em hr li p pre s strong table tbody thead tr ul"
ALLOWED: dict[str, set[str]] = {
    **{name: set() for name in PLAIN.split()},
    "a": {"href", "rel", "title"},
    "code": {"class"},
    "div": {"class"},
    **{f"h{level}": {"id"} for level in range(2, 7)},
    "img": {"alt", "loading", "src", "title"},
    "ol": {"start"},
    "td": {"class"},
    "th": {"class"},
    **{name: set(attributes.split()) for name, attributes in mathml.ALLOWED.items()},
}
CLASSES = re.compile(r"tex|formula|left|right|center|language-[\w+#.-]+")


def elements(page: str) -> Iterator[Any]:
    root = html5lib.parseFragment(page, treebuilder="etree", namespaceHTMLElements=False)
    return (element for element in root.iter() if element is not root)


def local(tag: str) -> str:
    return tag.rpartition("}")[2]


def assert_safe(page: str, base: str = "") -> None:
    for element in elements(page):
        assert isinstance(element.tag, str), "a comment"
        allowed = ALLOWED[local(element.tag)]
        for name, value in element.attrib.items():
            assert name in allowed, f"<{element.tag} {name}={value}>"
            assert name != "class" or CLASSES.fullmatch(value)
            assert name != "id" or re.fullmatch(r"[\w-]+", value)
            if name == "href":
                assert_safe_address(value, base)
            if name == "src":
                assert re.fullmatch(re.escape(base) + r"/images/[a-z0-9-]+\.(png|jpg|webp|gif)", value)
        if element.tag == "img":
            assert element.attrib["alt"].strip() and element.attrib["loading"] == "lazy"


def assert_safe_address(address: str, base: str) -> None:
    parts = urlsplit(address)
    assert parts.scheme in ("http", "https", "mailto", "")
    assert "@" not in parts.netloc and "\\" not in address and not re.search(r"[\x00-\x20]", address)
    if parts.scheme in ("http", "https"):
        assert parts.hostname
    elif not parts.scheme:
        assert address.startswith(("#", f"{base}/")) and not address.startswith("//")


def one(source: str, base: str = "") -> str:
    """The page of a body without mistakes."""
    rendered = render(source, base)
    assert rendered.problems == ()
    assert_safe(rendered.html, base)
    return rendered.html.strip()


def mistakes(source: str) -> list[int]:
    """The lines that are complained about. What is made of the rest must be safe all the same."""
    rendered = render(source)
    assert_safe(rendered.html)
    assert all(mistake.message and mistake.hint for mistake in rendered.problems)
    return [mistake.line for mistake in rendered.problems]


# What a body may use


def test_paragraphs_lists_and_code() -> None:
    assert one("One *two* **three** ~~four~~ `five`") == (
        "<p>One <em>two</em> <strong>three</strong> <s>four</s> <code>five</code></p>"
    )
    assert one("3. a\n4. b") == '<ol start="3">\n<li>a</li>\n<li>b</li>\n</ol>'
    assert one("```python\nx < 1\n```") == '<pre><code class="language-python">x &lt; 1\n</code></pre>'
    assert one("    indented\n\n---\n\nend") == "<pre><code>indented\n</code></pre>\n<hr>\n<p>end</p>"
    assert one("") == one(" \n\n ") == ""


def test_headings_go_one_level_down() -> None:
    assert one("# A\n\n### B\n\n###### C\n\nD\n===") == (
        '<h2 id="a">A</h2>\n<h4 id="b">B</h4>\n<h6 id="c">C</h6>\n<h2 id="d">D</h2>'
    )


def test_tables_are_aligned_by_class() -> None:
    page = one("| a | b | c |\n|:--|:-:|--:|\n| 1 | 2 | 3 |")
    assert '<th class="left">a</th>\n<th class="center">b</th>\n<th class="right">c</th>' in page
    assert "style" not in page


def test_links() -> None:
    away = 'rel="noopener noreferrer ugc"'
    assert one("[a](https://x.org/b?c=d&e#f)") == f'<p><a href="https://x.org/b?c=d&amp;e#f" {away}>a</a></p>'
    assert one("[a](HTTP://x.org 't')") == f'<p><a href="HTTP://x.org" title="t" {away}>a</a></p>'
    assert one("[a](/papers/map/)", "/repo") == '<p><a href="/repo/papers/map/">a</a></p>'
    assert one("[a](/)") == '<p><a href="/">a</a></p>'
    assert one("[a](#b)", "/repo") == '<p><a href="#b">a</a></p>'
    assert one("[a](mailto:b@c.org) <d@e.org>") == (
        '<p><a href="mailto:b@c.org">a</a> <a href="mailto:d@e.org">d@e.org</a></p>'
    )
    assert one("[a][b c]\n\n[B C]: https://x.org 'title'") == (
        f'<p><a href="https://x.org" title="title" {away}>a</a></p>'
    )


@pytest.mark.parametrize("stop", [".", ",", ";", "!", "?", ")", ").", "'", "*"])
def test_bare_addresses_become_links_without_what_follows(stop: str) -> None:
    page = one(f"(See https://x.org/a_b/c{stop} Then more")
    assert 'href="https://x.org/a_b/c"' in page and f"</a>{stop} Then" in page


def test_other_bare_words_do_not_become_links() -> None:
    for text in ("example.org", "a@b.org", "ftp://x.org", "//x.org", "Node.js", "javascript:x", "see: //y"):
        assert "<a" not in one(text)


def test_letters_that_look_like_others_are_shown_as_they_are() -> None:
    assert ">https://xn--80ak6aa92e.com<" in one("https://аррӏе.com")


def test_pictures() -> None:
    assert one("![a *b* $x^2$](/images/fig-1.png)", "/r") == (
        '<p><img alt="a b x²" src="/r/images/fig-1.png" loading="lazy"></p>'
    )


@pytest.mark.parametrize(
    "address",
    "http://x.org/a.png https://x.org/a.png //x.org/a.png a.png images/a.png /images/../a.png /images/a.svg "
    "/images/A.png /images/a.png?x /images/b/a.png data:image/png;base64,AAAA javascript:x /a.png".split(),
)
def test_no_other_pictures(address: str) -> None:
    rendered = render(f"one\n\ntwo ![the picture]({address}) three")
    assert "<img" not in rendered.html and "two the picture three" in rendered.html
    assert [mistake.line for mistake in rendered.problems] == [3]


def test_a_picture_needs_a_description() -> None:
    assert mistakes("![](/images/a.png)") == mistakes("![ ](/images/a.png)") == [1]


def test_formulas() -> None:
    assert one("a $x$ b") == "<p>a <math><mrow><mi>x</mi></mrow></math> b</p>"
    assert one("$$\nx\n$$") == (
        '<div class="formula"><math display="block"><mrow><mi>x</mi></mrow></math></div>'
    )
    assert '<p>a <math display="block">' in one("a $$x$$ b")
    assert "𝔼" in render(r"$\E[x]$", macros={"E": r"\mathbb{E}"}).html
    assert one(r"$a_1 * b_2 * c$").count("<em>") == 0
    assert "<code>$x$</code>" in one("`$x$`")
    assert one(r"$\href{javascript:alert(1)}{x}$") == (
        r'<p><code class="tex">\href{javascript:alert(1)}{x}</code></p>'
    )


@pytest.mark.parametrize(
    "text", ["costs $5 and $6", "a $ b", "5$ and 6$", "$ x $", "$", "$$", "US$5–$10", r"\$x\$", "a$"]
)
def test_dollars_that_are_not_formulas(text: str) -> None:
    assert "<math" not in one(text) and "<math" not in inline(text)
    assert render(text).text == plain(text) == text.replace("\\$", "$")


def test_a_number_at_the_end_does_not_spoil_a_formula_at_the_start() -> None:
    assert "<math" in one("$x$ rises to 5") and "<math" in inline("$x$ rises to 5")


def test_text() -> None:
    source = "# Title\n\nOne *two*\nthree `x`: $10^{-25}$.\n\n- a\n- b\n\n| c | d |\n|---|---|\n| e | f |\n"
    assert render(source).text == "Title One two three x: 10⁻²⁵. a b c d e f"
    assert render("a&amp;b <i> [c](https://x.org) ![d](/images/d.png)").text == "a&b <i> c d"


# What it may not


@pytest.mark.parametrize(
    "source",
    [
        "<script>alert(1)</script>",
        "<svg onload=alert(1)>",
        "<svg/onload=alert`1`//",
        "<img src=x onerror=alert(1)>",
        "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
        '<base href="//evil/">',
        '<meta http-equiv="refresh" content="0;url=//evil">',
        "<form action=//evil><input type=submit>",
        "<style>@import '//evil'</style>",
        "<link rel=stylesheet href=//evil>",
        "<template><script>alert(1)</script></template>",
        '<noscript><p title="</noscript><img src=x onerror=alert(1)>">',
        "<math><mtext></p><img src=x onerror=alert(1)>",
        "<!-- --><script>alert(1)</script><!-- -->",
        "<![CDATA[<script>alert(1)</script>]]>",
        "<?php echo 1 ?>",
        "<!DOCTYPE html>",
        "</p></div></body><script>alert(1)</script>",
        "&lt;script&gt;alert(1)&lt;/script&gt;",
        "&#60;script&#62;alert(1)&#60;/script&#62;",
        "`</code><script>alert(1)</script>`",
        "    </code></pre><script>alert(1)</script>",
        "# <svg onload=alert(1)>",
        "| <svg onload=alert(1)> | b |\n|---|---|\n| <a onclick=x> | `</td>` |",
        '[a](https://x.org "\\"onmouseover=alert(1) x=\\"")',
        '[a](https://x.org/"onmouseover="alert(1))',
        "[a](<https://x.org/' onclick='x>)",
        '![" onerror="alert(1)](/images/a.png)',
        '![a](/images/a.png "\\" onerror=\\"alert(1)")',
        "- [ ] <b>task</b>\n- [x] done",
        "[^1] footnote <i>",
        "{{7*7}} {% include '/etc/passwd' %} ${x} {#x#} <%= x %>",
        "$\\text{<script>alert(1)</script>}$",
        "$\\style{position:fixed}{x}$ $\\class{x}{y}$ $\\unicode{x3c}$",
        "$$\n\\href{javascript:x}{y}</math><script>alert(1)</script>\n$$",
        "`id=location` name=attributes",
        "https://x.org/<script>alert(1)</script>",
        'https://x.org/"onclick="alert(1)',
        "*<a href='javascript:x'>y</a>*",
    ],
)
def test_markup_is_shown_as_text(source: str) -> None:
    page = one(source)
    for word in re.findall("[A-Za-z]+", html.unescape(source)):
        assert word in html.unescape(page)


ADDRESSES = [
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "javascript&colon;alert(1)",
    "javascript&#58;alert(1)",
    "javascript&#x3a;alert(1)",
    "&#106;avascript:alert(1)",
    "&#0000106avascript:alert(1)",
    "java&#10;script:alert(1)",
    "java&Tab;script:alert(1)",
    "java&NewLine;script:alert(1)",
    "&#1;javascript:alert(1)",
    "\\javascript:alert(1)",
    "javascript\\:alert(1)",
    "<javascript:alert(1)>",
    "< javascript:alert(1)>",
    "<java\tscript:alert(1)>",
    "javascript://x.org/%0aalert(1)",
    "vbscript:x",
    "data:text/html,x",
    "data:image/svg+xml,x",
    "data:image/png;base64,AAAA",
    "file:///etc/passwd",
    "filesystem:https://x.org/a",
    "blob:https://x.org/a",
    "intent:x",
    "ms-msdt:x",
    "smb://x/y",
    "chrome://settings",
    "view-source:https://x.org",
    "about:blank",
    "ftp://x.org/",
    "//evil.example",
    "///evil.example",
    "/\\evil.example",
    "/%5cevil.example",
    "\\\\evil.example",
    "http:evil.example",
    "http:/evil.example",
    "https:///evil.example",
    "https:\\\\evil.example",
    "https://user:pass@x.org/",
    "https://user@x.org/",
    "https://x.org\\@evil.example/",
    "https://x.org&#64;evil.example/",
    "https://",
    "https://[::1",
    "https://[::1]/",
    "https://x.org:port/",
    "mailto:",
    "mailto:a",
    "relative",
    "../up",
    "./here",
    "?query",
    "x.org",
    "tel:1",
]


@pytest.mark.parametrize("address", ADDRESSES)
@pytest.mark.parametrize(
    "form", ["[the text]({})", "[the text][r]\n\n[r]: {}", "[![the text](/images/a.png)]({})"]
)
def test_an_address_that_is_not_allowed_is_no_link(form: str, address: str) -> None:
    rendered = render("first line\n" + form.format(address))
    assert_safe(rendered.html)
    assert "<a" not in rendered.html and "the text" in rendered.html
    as_text = html.unescape(address).strip("<> ") in rendered.text  # not Markdown for a link at all
    assert as_text or any(mistake.line == 2 for mistake in rendered.problems)


@pytest.mark.parametrize(
    "address", ["javascript:alert(1)", "blob:x", "data:text/html,x", "ms-msdt:x", "file:///x"]
)
def test_nor_between_angle_brackets(address: str) -> None:
    rendered = render(f"a\n<{address}>")
    assert [mistake.line for mistake in rendered.problems] == [2]
    assert rendered.text == f"a {address}"


def test_what_becomes_of_an_address_without_link() -> None:
    (mistake,) = render("a\n\nb [c](javascript:d) e\nf").problems
    assert mistake.line == 3
    assert mistake.message == "a link cannot lead to 'javascript:d'"
    assert render("b [c *d*](javascript:e) f").html == "<p>b c <em>d</em> f</p>\n"


@pytest.mark.parametrize("info", ['"onload=alert(1)', "<svg onload=x>", "a b", "x&quot;y", "{.class}", "a'b"])
def test_code_fences_name_a_language_or_nothing(info: str) -> None:
    assert mistakes(f"a\n\n```{info}\ncode\n```") == [3]


@pytest.mark.parametrize("mark", ["> ", "- ", "1. "])
@pytest.mark.parametrize("levels", [40, 98, 200, 2000])
def test_too_deep_nesting_is_said_not_swallowed(mark: str, levels: int) -> None:
    assert mistakes(f"a\n\n{mark * levels}deep\n\nend") == [3]


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("a&#12;b", "U+000C"),
        ("a&#x2028;b", "U+2028"),
        ("a&#x202e;b", "U+202E"),
        ('[a](https://x.org "b&#12;c")', "U+000C"),
        ('[a](https://x.org "b&#x202e;c")', "U+202E"),
        ('[a][r]\n\n[r]: https://x.org "b&#x202e;c"', "U+202E"),
        ('![a](/images/a.png "b&#12;c")', "U+000C"),
        ("https://x.org/a%0Cb", "U+000C"),
    ],
)
def test_no_character_that_is_not_seen_or_ends_a_feed(source: str, name: str) -> None:
    (mistake,) = render(source).problems
    assert name in mistake.message


def test_nesting_that_is_deep_enough() -> None:
    assert "deep" in one("> " * 15 + "deep") and "deep" in one("1. " * 8 + "deep")
    assert mistakes("*a **b " * 40 + "c" + "** d*" * 40) == [1]


@pytest.mark.parametrize(
    ("source", "lines"),
    [
        ("| a | b |\n|---|---|\n| 1 | 2 | surplus |", [3]),
        ("a\n\n[unused]: https://x.org\n\nb", [3]),
        ("[a]\n\n[a]: https://x.org\n[a]: https://y.org 'second'", [4]),
        ("a\n[word]: but this is text", []),
        ("[word]: text", [1]),
    ],
)
def test_words_that_would_be_lost(source: str, lines: list[int]) -> None:
    assert mistakes(source) == lines


def test_size() -> None:
    assert mistakes("a " * (MAX_BODY // 2)) == []
    assert mistakes("é " * (MAX_BODY // 2)) == [1]
    assert mistakes("a\n" + "x" * 4001) == [2]
    assert render("a " * MAX_BODY).html == ""


SLOW = [
    "[",
    "*a ",
    "*a **b ",
    "![[]() ",
    "[a](",
    "|",
    "` `` ",
    "<!-- ",
    "$a ",
    "$$ ",
    "$",
    "\\$",
    "https://a ",
]
SLOW += [
    "https://a,",
    "- ",
    "> ",
    "_a_ ",
    "***a ",
    "[a]: b\n",
    "<a:",
    "&#",
    "~~a",
    "mailto:a@b.",
    "- a\n",
    "((((",
]
SLOW += ["[a][b] ", "\\", "|a" * 200 + "\n" + "|-" * 200 + "\n" + "|\n" * 30000]


@pytest.mark.parametrize("part", SLOW)
def test_time_is_bounded(part: str) -> None:
    lines = (part * (MAX_BODY // len(part) + 1))[:MAX_BODY]
    broken = re.sub(r"(\S{3990})", r"\1 ", lines)[:MAX_BODY]
    started = time.process_time()
    render(broken)
    assert time.process_time() - started < 20  # what grows with the square takes minutes


# Any text at all

MARKS = ["*", "**", "_", "`", "```", "~~", "[", "]", "(", ")", "![", "](", "<", ">", "&", "&amp;", "&#106;"]
MARKS += [
    "$",
    "$$",
    "\\",
    "|",
    "|---|",
    "\n",
    "\n\n",
    "    ",
    "- ",
    "1. ",
    "> ",
    "# ",
    "===",
    "---",
    "javascript:",
]
MARKS += [
    "https://x.org",
    "mailto:a@b.org",
    "/images/a.png",
    '"',
    "'",
    "<script>",
    "<a:b>",
    "word",
    "é",
    "名",
    "//",
]
MARKS += [
    "[a]: ",
    "[a]",
    "/papers/x/",
    "\\frac",
    "^2",
    "{",
    "}",
    "@",
    "%5c",
    "xn--",
    "%C3%A4",
    "\u2028",
    "{{x}}",
]
PIECES = st.sampled_from([*MARKS, "\t", ": ", "\x00", "&colon;"])
anything = st.lists(PIECES | st.text(max_size=4), max_size=30).map("".join) | st.text(max_size=200)
freely = settings(
    max_examples=500, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck), database=None
)


@freely
@given(anything)
def test_any_text_is_safe(source: str) -> None:
    rendered = render(source, "/base")
    assert_safe(rendered.html, "/base")
    lines = source.replace("\r\n", "\n").replace("\r", "\n").count("\n") + 1
    assert all(1 <= mistake.line <= lines for mistake in rendered.problems)


@freely
@given(anything)
def test_any_text_is_kept_or_complained_about(source: str) -> None:
    rendered = render(source)
    if not rendered.problems:
        shown = html.unescape(rendered.html).casefold() + rendered.text.casefold()
        letters = re.sub(r"&#?\w+;?|\\[A-Za-z]+", " ", source).casefold()
        assert all(word in shown for word in re.findall("[a-z]{3,}", letters))


@freely
@given(anything)
def test_any_title_is_safe(title: str) -> None:
    page = inline(title)
    assert all(local(element.tag) in mathml.ALLOWED.keys() | {"code"} for element in elements(page))
    assert isinstance(plain(title), str)
    if "$" not in title:
        assert html.unescape(re.sub("</?code>", "", page)) == title
        assert plain(title) == untex.bare(title)


# As it is written, for readers elsewhere


@pytest.mark.parametrize(
    "source",
    [
        "[a](@/b/) and ![c](@/images/d.png)",
        "[a](@/) [![b](@/images/c.png)](@/d/)",
        '[a](<@/papers/b/> "t")',
        "[a][b] [b]\n\n[b]: @/papers/c/ 't'",
        "> - [a][b]\n>\n> [b]:\n>   <@/papers/c/>",
        "| [a](@/b/) | `c](/d)` |\n|---|---|",
        "`a](/b)` [c](@/d/) ``e`](/f)``",
        r"\` [a](@/b/) `",
        "    [a](/b/)\n\n- ~~~\n  [c](/d/)\n  [c]: /d/\n  ~~~\n- [e](@/f/)\n\n```\n[g](/h/)\n```",
        "[a](//b) [c](#d) [e](https://x.org/f)",
    ],
)
def test_only_what_leads_to_this_site_gets_its_whole_address(source: str) -> None:
    """`@` stands where the root of the site is put."""
    root = "https://x.org/repo"
    assert markdown.absolute(source.replace("@", ""), root) == source.replace("@", root)


# Titles


def test_titles() -> None:
    assert inline("a < b & *c* <i>") == "a &lt; b &amp; *c* &lt;i&gt;"
    assert inline("From $O(n)$ to <b>") == (
        'From <math><mrow><mi>O</mi><mo stretchy="false">(</mo><mi>n</mi>'
        '<mo stretchy="false">)</mo></mrow></math> to &lt;b&gt;'
    )
    assert plain(r"$\eta$-DP at $10^{-25}$ & more") == "η-DP at 10⁻²⁵ & more"
    assert inline(r"$\E$", {"E": r"\mathbb{E}"}) == "<math><mrow><mi>𝔼</mi></mrow></math>"
    assert inline(r"*a* \* `b` [c](d) https://x.org $x") == r"*a* \* `b` [c](d) https://x.org $x"


def test_titles_without_formulas_import_nothing() -> None:
    code = (
        "import sys, catalogue.markdown as m; m.inline('a & b'); m.plain('a');"
        "print([n for n in sys.modules if n.startswith(('markdown_it', 'mdit', 'latex', 'pylatex'))])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize(
    ("source", "levels"),
    [
        ("# a\n\n## b", "23"),
        ("## a\n\n### b", "23"),
        ("### a", "2"),
        ("# a\n\n###### b", "26"),
        ("a\n=\n\nb\n-", "23"),
    ],
)
def test_the_highest_heading_of_a_body_is_the_second_of_the_page(source: str, levels: str) -> None:
    assert "".join(re.findall(r"<h(\d) ", render(source).html)) == levels


pieces = st.sampled_from(
    [*"ab1_ (“.|-=#>*+[]:`~$<&\\{\n\n", "a b", "https://a.b", "1. ", "===", "| - |", "é", "    "]
)


@settings(max_examples=400)
@given(st.lists(pieces, max_size=20).map("".join))
def test_what_is_not_looked_for_is_not_there(source: str) -> None:
    sought = markdown._parser(*markdown._needs(source)).render(source, {"macros": {}})
    assert sought == markdown._parser(True, True, True).render(source, {"macros": {}})
