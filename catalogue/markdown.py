"""Markdown as far as a body may use it: safe HTML, the same as plain text, and what is wrong with it.

Nothing is lost without a word: what cannot be a link, a picture or a table cell is reported with its
line, and in the end every word of the source is looked for in what was read.
"""

import html
import re
from collections.abc import Mapping
from functools import cache
from itertools import accumulate
from typing import TYPE_CHECKING, Any, NamedTuple

from catalogue import mathml, tex, untex
from catalogue.lost import held, lost
from catalogue.settle import Mistake, settle, text_of
from catalogue.strictyaml import invisible

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

MAX_BODY = 64 * 1024
MAX_WORD = 4_000
"""Characters without a space between them. Some rules take time that grows with their square."""
MAX_NESTING = 32
"""Far below the parser's own limit, beyond which it drops text."""


class Rendered(NamedTuple):
    html: str
    text: str
    problems: tuple[Mistake, ...]


def render(source: str, base: str = "", macros: Mapping[str, str] = {}) -> Rendered:
    """The body as HTML and as text. Links from the root of the site go to below `base`."""
    if mistake := _oversize(source):
        return Rendered("", "", (mistake,))
    parser = _parser(*_needs(source))
    environment: dict[str, Any] = {"macros": macros}
    tokens = parser.parse(source, environment)
    if mistake := _too_deep(tokens):
        return Rendered("", "", (mistake,))
    as_written = text_of(tokens, macros).split() == source.split()
    missing = [] if as_written else lost(source, "\n".join(held(tokens, environment, parser)))
    problems = sorted(settle(tokens, base, macros)) or missing
    text = " ".join(text_of(tokens, macros).split())
    page = parser.renderer.render(tokens, parser.options, environment)
    if odd := invisible(page + text):  # by its number, such as &#x202e;, or by that of an address, %0C
        problems = [*problems, Mistake(1, f"the text holds an invisible character, {odd[1]}", "Delete it")]
    return Rendered(page, text, tuple(problems))


_OURS = re.compile(r"\\.|(?<!`)(`+)(?!`).*?(?<!`)\1(?!`)|(\][(:][\s>]*<?)(?=/(?!/))", re.DOTALL)
"""What leads to an address of this site, and what is passed over on the way to it: escapes and code."""


def absolute(source: str, root: str) -> str:
    """The body as it is written, but with whole addresses where it leads to this site, below `root`."""
    if not any(found[2] for found in _OURS.finditer(source)):  # as nearly always: to parse it takes long
        return source
    environment: dict[str, Any] = {}
    tokens = _parser(*_needs(source)).parse(source, environment)
    places = [token.map for token in tokens if token.type == "inline" and token.map]
    places += [reference["map"] for reference in environment.get("references", {}).values()]
    lines = source.split("\n")
    for first, end in places:
        part = "\n".join(lines[first:end])
        lines[first:end] = _OURS.sub(lambda found: found[0] + root * bool(found[2]), part).split("\n")
    return "\n".join(lines)


def inline(text: str, macros: Mapping[str, str] = {}) -> str:
    """A title as HTML. Only `$...$` means anything in it, by the same rules as in a body."""
    if "$" not in text:
        return _with_code(text)
    return "".join(
        mathml.convert(token.content.strip(), False, macros)
        if token.tag == "math"
        else _with_code(token.content.replace("\\$", "$"))
        for token in _title(text)
    ).rstrip()


def plain(text: str, macros: Mapping[str, str] = {}) -> str:
    """A title as text."""
    if "$" not in text:
        return untex.bare(text)
    return "".join(
        tex.plain(token.content.strip(), macros)
        if token.tag == "math"
        else untex.bare(token.content.replace("\\$", "$"))
        for token in _title(text)
    ).rstrip()


def _with_code(text: str) -> str:
    """Text as HTML; what is left of TeX in it as code."""
    if not re.search(r"[\\{]", text):
        return html.escape(text)
    pieces = ((html.escape(part), raw) for part, raw in untex.parts(text))
    return "".join(f"<code>{part}</code>" if raw else part for part, raw in pieces)


def _oversize(source: str) -> Mistake | None:
    if len(source.encode("utf-8", "surrogatepass")) > MAX_BODY:
        message = f"the text is larger than {MAX_BODY // 1024} KB"
        return Mistake(1, message, "Shorten it, or link to the long part")
    if found := re.search(rf"\S{{{MAX_WORD + 1}}}", source):
        message = f"there is no space in more than {MAX_WORD} characters"
        return Mistake(source.count("\n", 0, found.start()) + 1, message, "Break it up")
    return None


def _needs(source: str) -> tuple[bool, bool, bool]:
    """Whether the body can have bare links, LaTeX, and other blocks than paragraphs: to look for them takes
    most of the time. A line that begins with a letter begins no other block, unless it is a table's."""
    links = "//" in source or "mailto:" in source.casefold()
    latex = any(mark in source for mark in ("\\", "{", "`", "--", "~"))
    blocks = "|" in source or re.search(r"^(?:[^\w\n(“‘]|[\d_])", source, re.MULTILINE)
    return links, latex, bool(blocks)


@cache
def _parser(bare_links: bool, latex: bool, blocks: bool) -> "MarkdownIt":
    from markdown_it import MarkdownIt
    from markdown_it.renderer import RendererHTML

    class Parser(MarkdownIt):
        def validateLink(self, url: str) -> bool:
            """Lets all through. Links are judged afterwards, where their line is known."""
            return True

    parser = Parser(
        "js-default", {"linkify": bare_links, "maxNesting": MAX_NESTING + 8, "store_labels": True}
    )
    assert parser.linkify is not None
    parser.linkify.set({"fuzzy_link": False, "fuzzy_email": False})
    parser.linkify.add("ftp:", None).add("//", None)
    _read_formulas(parser)
    if latex:
        parser.inline.ruler.before("escape", "latex", _latex)
    for kind in ("math_inline", "math_inline_double", "math_block"):
        parser.add_render_rule(kind, _formula)
    parser.add_render_rule("image", RendererHTML.renderToken)
    if not blocks:
        parser.block.ruler.enableOnly(["paragraph"])
    return parser


def _word(text: str, start: int, end: int) -> str:
    """The whole word, of 60 characters at most on either side, around a part of it."""
    before = re.split(r"[\W_]", text[max(0, start - 60) : start])[-1]
    return before + text[start:end] + re.split(r"[\W_]", text[end : end + 60])[0]


def _latex(state: Any, silent: bool) -> bool:
    """LaTeX outside of formulas and code: as Unicode, or as code where it has none. What stood there is
    remembered, as it is not lost."""
    if state.src[state.pos] not in "\\{^_`-~":
        return False
    found = untex.command(state.src[: state.posMax], state.pos)
    if not found:
        return False
    end, text = found
    if not silent:
        token = state.push(
            "text" if text is not None else "code_inline", "" if text is not None else "code", 0
        )
        token.content = state.src[state.pos : end] if text is None else text
        state.env.setdefault("latex", []).append(_word(state.src, state.pos, end))
    state.pos = end
    return True


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
            hint = f"Keep to {MAX_NESTING // 2} levels of lists, quotes and emphasis"
            return Mistake(line, "this is nested too deep", hint)
    return None
