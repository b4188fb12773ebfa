"""Markdown as far as a body may use it: safe HTML, the same as plain text, and what is wrong with it.

Nothing is lost without a word: what cannot be a link, a picture or a table cell is reported with its
line, and in the end every word of the source is looked for in what was read.
"""

import html
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cache
from itertools import accumulate
from typing import TYPE_CHECKING, Any, NamedTuple, get_args

from catalogue import mathml
from catalogue.forms import Picture, Url

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

MAX_BODY = 64 * 1024
MAX_WORD = 4_000
"""Characters without a space between them. Some rules take time that grows with their square."""
MAX_NESTING = 32
"""Far below the parser's own limit, beyond which it drops text."""

LINK_HINT = "Begin it with https://, http://, mailto:, # or, for a page of this site, /"
PICTURE_HINT = "Put it in content/images/ and write ![what it shows](/images/name.png)"
LOST_HINT = (
    "It stands where nothing is shown, such as a table cell without a heading or an unused [name]: address"
)
_WORD = re.compile(r"[A-Za-z0-9]+|[^\x00-\x7f\s]")
_WEB = re.compile(get_args(Url)[1].pattern, re.IGNORECASE)
_MAIL = re.compile(r"mailto:[\w.!#$%&'*+/=?^`{|}~-]+@[a-z0-9.-]+", re.IGNORECASE | re.ASCII)
_HERE = re.compile(r"#.*|/(?!/|%5c).*", re.IGNORECASE)
_PICTURE = re.compile(f"/images/(?:{get_args(Picture)[1].pattern})")


class Mistake(NamedTuple):
    """A mistake in a body. Lines count from 1 within it."""

    line: int
    message: str
    hint: str


class Rendered(NamedTuple):
    html: str
    text: str
    problems: tuple[Mistake, ...]


def render(source: str, base: str = "", macros: Mapping[str, str] = {}) -> Rendered:
    """The body as HTML and as text. Links from the root of the site go to below `base`."""
    if mistake := _oversize(source):
        return Rendered("", "", (mistake,))
    parser = _parser()
    environment: dict[str, Any] = {"macros": macros}
    tokens = parser.parse(source, environment)
    if mistake := _too_deep(tokens):
        return Rendered("", "", (mistake,))
    lost = _lost(source, "\n".join(_held(tokens, environment, parser)))
    problems = sorted(_settle(tokens, base, macros)) or lost
    text = " ".join(_text(tokens, macros).split())
    return Rendered(parser.renderer.render(tokens, parser.options, environment), text, tuple(problems))


def inline(text: str, macros: Mapping[str, str] = {}) -> str:
    """A title as HTML. Only `$...$` means anything in it, by the same rules as in a body."""
    if "$" not in text:
        return html.escape(text)
    return "".join(
        mathml.convert(token.content.strip(), False, macros)
        if token.tag == "math"
        else html.escape(token.content.replace("\\$", "$"))
        for token in _title(text)
    ).rstrip()


def plain(text: str, macros: Mapping[str, str] = {}) -> str:
    """A title as text."""
    if "$" not in text:
        return text
    return "".join(
        mathml.plain(token.content.strip(), macros)
        if token.tag == "math"
        else token.content.replace("\\$", "$")
        for token in _title(text)
    ).rstrip()


def _oversize(source: str) -> Mistake | None:
    if len(source.encode("utf-8", "surrogatepass")) > MAX_BODY:
        message = f"the text is larger than {MAX_BODY // 1024} KB"
        return Mistake(1, message, "Shorten it, or link to the long part")
    if found := re.search(rf"\S{{{MAX_WORD + 1}}}", source):
        message = f"there is no space in more than {MAX_WORD} characters"
        return Mistake(source.count("\n", 0, found.start()) + 1, message, "Break it up")
    return None


@cache
def _parser() -> "MarkdownIt":
    from markdown_it import MarkdownIt
    from markdown_it.renderer import RendererHTML

    class Parser(MarkdownIt):
        def validateLink(self, url: str) -> bool:
            """Lets all through. Links are judged afterwards, where their line is known."""
            return True

    parser = Parser("js-default", {"linkify": True, "maxNesting": MAX_NESTING + 8, "store_labels": True})
    assert parser.linkify is not None
    parser.linkify.set({"fuzzy_link": False, "fuzzy_email": False})
    parser.linkify.add("ftp:", None).add("//", None)
    _read_formulas(parser)
    for kind in ("math_inline", "math_inline_double", "math_block"):
        parser.add_render_rule(kind, _formula)
    parser.add_render_rule("image", RendererHTML.renderToken)
    return parser


@cache
def _title_parser() -> "MarkdownIt":
    from markdown_it import MarkdownIt

    return _read_formulas(MarkdownIt("zero"))


def _title(text: str) -> "list[Token]":
    return _title_parser().parseInline(text)[0].children or []


def _read_formulas(parser: "MarkdownIt") -> "MarkdownIt":
    from mdit_py_plugins.dollarmath import dollarmath_plugin

    def pad(state: Any) -> None:
        """The plugin takes the last character for the one before the first: let that be a space."""
        for token in state.tokens:
            if token.type == "inline" and "$" in token.content:
                token.content += " "

    parser.core.ruler.before("inline", "pad", pad)
    return parser.use(
        dollarmath_plugin,
        allow_labels=False,
        allow_space=False,
        allow_digits=False,
        allow_blank_lines=False,
        double_inline=True,
    )


def _formula(self: Any, tokens: "list[Token]", index: int, options: Any, environment: Any) -> str:
    token = tokens[index]
    formula = mathml.convert(token.content.strip(), token.type != "math_inline", environment["macros"])
    return f'<div class="formula">{formula}</div>\n' if token.block else formula


def _too_deep(tokens: "list[Token]") -> Mistake | None:
    line, depth = 1, 0
    for token in tokens:
        line = token.map[0] + 1 if token.map else line
        depth += token.nesting
        if max(accumulate((child.nesting for child in token.children or ()), initial=depth)) > MAX_NESTING:
            hint = f"Keep to {MAX_NESTING} levels of lists, quotes and emphasis"
            return Mistake(line, "this is nested too deep", hint)
    return None


def _settle(tokens: "list[Token]", base: str, macros: Mapping[str, str]) -> Iterator[Mistake]:
    """Makes the tokens what the page may hold, and tells what could not be kept."""
    line = 1
    headings = [token for token in tokens if token.type in ("heading_open", "heading_close")]
    lowered = 2 - min((int(token.tag[1]) for token in headings), default=2)
    for token in headings:  # the page's own heading is above them: the highest of the body is the second
        token.tag = f"h{min(6, int(token.tag[1]) + lowered)}"
    for token in tokens:
        line = token.map[0] + 1 if token.map else line
        if style := token.attrs.pop("style", None):
            token.attrs["class"] = str(style).removeprefix("text-align:")
        if token.type == "fence" and not re.fullmatch(r"[\w+#.-]*", token.info.strip()):
            message = f"a code block in the language '{_cut(token.info.strip())}'"
            yield Mistake(line, message, "Write one word after the ``` or nothing")
            token.info = ""
        if token.children:
            token.children[-1].content = token.children[-1].content.rstrip(" ")  # what pad added
            token.children, mistakes = _settle_inline(token.children, line, base, macros)
            yield from mistakes


def _settle_inline(
    tokens: "list[Token]", line: int, base: str, macros: Mapping[str, str]
) -> "tuple[list[Token], list[Mistake]]":
    kept: list[Token] = []
    mistakes = []
    refused = False
    for index, token in enumerate(tokens):
        line += token.type in ("softbreak", "hardbreak") or token.content.count("\n")
        if token.type == "link_open":
            written = str(token.attrs["href"])
            address = _destination(written, base)
            if refused := address is None:
                mistakes.append(Mistake(line, f"a link cannot lead to '{_cut(written)}'", LINK_HINT))
                continue
            token.attrs["href"] = address
            if _WEB.fullmatch(address):
                token.attrs["rel"] = "noopener noreferrer ugc"
            if token.info == "auto" and "xn--" in address:  # letters that look like others
                tokens[index + 1].content = address
        elif token.type == "link_close" and refused:
            refused = False
            continue
        elif token.type == "image":
            mistakes += _settle_picture(token, line, base, macros)
        kept.append(token)
    return kept, mistakes


def _settle_picture(token: "Token", line: int, base: str, macros: Mapping[str, str]) -> Iterator[Mistake]:
    written = str(token.attrs.pop("src"))
    description = " ".join(_text(token.children or [], macros).split())
    token.children, token.content = None, description
    if not _PICTURE.fullmatch(written):
        yield Mistake(line, f"'{_cut(written)}' is not a picture of this site", PICTURE_HINT)
    elif not description:
        yield Mistake(line, f"the picture '{_cut(written)}' has no description", PICTURE_HINT)
    else:
        token.attrs |= {"src": base + written, "alt": description, "loading": "lazy"}
        return
    token.type = "text"


def _destination(address: str, base: str) -> str | None:
    """Where a link to `address` may lead. What is not known to be harmless is None."""
    if _HERE.fullmatch(address):
        return address if address.startswith("#") else base + address
    return address if _WEB.fullmatch(address) or _MAIL.fullmatch(address) else None


def _text(tokens: "list[Token]", macros: Mapping[str, str]) -> str:
    parts = []
    for token in tokens:
        if token.tag == "math":
            parts.append(mathml.plain(token.content.strip(), macros))
        elif token.children is not None:
            parts.append(_text(token.children, macros))
        else:
            parts.append(" " if token.tag == "br" else token.content)
        parts.append(" " * token.block)
    return "".join(parts)


def _held(tokens: "list[Token]", environment: Mapping[str, Any], parser: "MarkdownIt") -> Iterator[str]:
    """All text that the tokens hold: what is shown, and what becomes part of an attribute."""
    for token in tokens:
        if token.children is None:
            yield token.content
        yield from _held(token.children or [], environment, parser)
        yield token.info
        for value in map(str, token.attrs.values()):
            yield value
            yield parser.normalizeLinkText(value)
        if label := token.meta.get("label"):
            reference = environment["references"][label]
            yield from (label, label, reference["title"])


def _lost(source: str, held: str) -> list[Mistake]:
    """A mistake for each line with a word that the tokens do not hold."""
    missing = _words(html.unescape(source)) - _words(held)
    if missing:  # but `&lt;` in code stays as it is
        missing = _words(html.unescape(source)) - (_words(held) | _words(html.unescape(held)))
    lines: dict[int, str] = {}
    for number, line in reversed([*enumerate(source.split("\n"), 1)] if missing else []):
        for word, count in _words(html.unescape(line)).items():
            if missing[word] > 0:
                missing[word] -= count
                lines.setdefault(number, word)
    return [Mistake(n, f"'{_cut(word)}' would not appear", LOST_HINT) for n, word in sorted(lines.items())]


def _words(text: str) -> Counter[str]:
    return Counter(_WORD.findall(text.casefold()))


def _cut(text: str) -> str:
    return f"{text[:60]}…" if len(text) > 60 else text
