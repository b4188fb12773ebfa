"""TeX formulas before they are mathematics: their macros and limits, and the same as readable text."""

import re
from collections.abc import Mapping
from functools import cache, lru_cache
from typing import Any

MAX_LENGTH = 4_000
MAX_DEPTH = 32
MAX_EXPANSIONS = 200
KNOWN = {
    "mathds": r"\mathbb",
    "mathbbm": r"\mathbb",
    "bm": r"\boldsymbol",
    "textsc": r"\text",
    "argmax": r"\operatorname*{arg\,max}",
    "arg": r"\operatorname{arg}",
    "argmin": r"\operatorname*{arg\,min}",
    "land": r"\wedge",
    "lor": r"\vee",
    "ensuremath": "",
    "xspace": "",
}
"""Macros of packages that neither library knows."""
REFUSED = "def|newcommand|newenvironment|DeclareMathOperator|unicode|href|includegraphics|input|verb"
RAISED = str.maketrans(
    "0123456789+-−=()abcdefghijklmnoprstuvwxyzT", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁼⁽⁾ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛʷˣʸᶻᵀ"
)
LOWERED = str.maketrans("0123456789+-−=()aehijklmnoprstuvx", "₀₁₂₃₄₅₆₇₈₉₊₋₋₌₍₎ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓ")
_FUNCTION = r"\\(?:arccos|arcsin|arctan|cosh?|exp|inf|lim|ln|log|max|min|sinh?|sup|tanh?)(?![a-zA-Z])"
_ARGUMENT = re.compile(r"\s*(?:\{((?:[^{}]|\{(?:[^{}]|\{[^{}]*\})*+\})*+)\}|(\\[a-zA-Z]+|[^\s{}\\]))")
NOT_XML = re.compile("[^\t\n\x20-\x7e\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class Unfit(ValueError):
    """The formula cannot be shown as mathematics."""


def plain(tex: str, macros: Mapping[str, str] = {}) -> str:
    """The formula as text, such as η ≈ 10⁻²⁵; its source if that says more. Never raises."""
    return _plain(tex, tuple(macros.items())) if re.search(r"[\\^_{}%$&#~]", tex) else tex


@lru_cache(maxsize=4096)
def _plain(tex: str, macros: tuple[tuple[str, str], ...]) -> str:
    try:
        text = _to_text()(_scripts(prepared(tex, dict(macros))))
    except Exception:  # whatever the library stumbles over: the source is text too
        return tex
    return " ".join(text.split()) or tex


def text_of(tex: str) -> str:
    """TeX outside of formulas as text. Raises Unfit for a command that nobody knows."""
    text: str = _to_text()(tex)
    return text


def prepared(tex: str, macros: Mapping[str, str]) -> str:
    """`tex` with its macros written out, and within the limits. Raises Unfit."""
    tex = _expanded(tex, KNOWN | {name.lstrip("\\"): text for name, text in macros.items()})
    bare = re.sub(r"\\.", " ", tex, flags=re.DOTALL)
    if re.search(r"[\\%#$]|&#", bare) or NOT_XML.search(tex) or re.search(rf"\\(?:{REFUSED})\b", tex):
        raise Unfit("a comment, a parameter, a definition or a picture")
    depth = 0
    for brace in re.findall("[{}]", bare):
        depth += 1 if brace == "{" else -1
        if not 0 <= depth <= MAX_DEPTH:
            raise Unfit("braces that are too deep or do not match")
    if depth:
        raise Unfit("an open brace")
    return tex


def _expanded(tex: str, macros: Mapping[str, str]) -> str:
    call = re.compile(rf"(?<!\\)((?:\\\\)*)\\({'|'.join(map(re.escape, macros))})(?![a-zA-Z])")
    for _ in range(MAX_EXPANSIONS):
        if len(tex) > MAX_LENGTH:
            raise Unfit("too long")
        if not (found := call.search(tex)):
            return tex
        body, end = macros[found[2]], found.end()
        arguments = [""]
        for _ in range(max(map(int, re.findall("#([1-9])", body)), default=0)):
            if not (given := _ARGUMENT.match(tex, end)):
                raise Unfit("a macro without its argument")
            arguments.append(given[1] or given[2] or "")
            end = given.end()
        for number, argument in enumerate(arguments):
            body = body.replace(f"#{number}", argument)
        tex = tex[: found.start()] + found[1] + body + tex[end:]
    raise Unfit("macros without an end")


def _scripts(tex: str) -> str:
    """`tex` with ^ and _ written as raised and lowered characters where Unicode has them."""
    tex = re.sub(r"\\(?:left|right|[bB]igg?[lr]?)(?![a-zA-Z])\.?|\\operatorname\*?", "", tex)
    tex = re.sub(r"\\(?:boldsymbol|mathbf|mathit|mathsf|mathtt)(?![a-zA-Z])", "", tex)
    tex = re.sub(r"\\mbox(?![a-zA-Z])", r"\\text", tex)
    tex = re.sub(r"(\\(?!math|text|sqrt|hat|bar|tilde|vec|dot)[a-z]+)\s+(?=\\[a-zA-Z])", r"\1\\ ", tex)
    tex = re.sub(rf"(?<!\\sqrt)(?<=[a-zA-Z0-9)\]}}])\s*(?={_FUNCTION})", r"\\ ", tex)  # n log n
    tex = re.sub(rf"({_FUNCTION})(?=\\(?!limits)[a-zA-Z]|{{)", r"\1\\ ", tex)
    tex = re.sub(r"\^(?:\\circ(?![a-zA-Z])|\{\\circ\})", "°", tex).replace("\\|", "‖").replace("\\deg", "deg")
    before = ""
    while tex != before:
        before, tex = tex, re.sub(r"(\\[a-zA-Z]+)?(?<!\\)([_^])(?:\{([^{}]*)\}|([\w+-]))", _script, tex)
    return tex


def _script(found: re.Match[str]) -> str:
    command, mark, text = found[1] or "", found[2], (found[3] or found[4] or "").strip()
    moved = text.translate(RAISED if mark == "^" else LOWERED)
    if not set(moved) & set(text):
        return f"{command}{{}}{moved}" if command else moved
    if found[4]:
        return found[0]
    return f"{command}{mark}{text} " if re.fullmatch(r"\\[a-zA-Z]+|.", text) else f"{command}{mark}({text})"


@cache
def _to_text() -> Any:
    import logging

    from pylatexenc.latex2text import LatexNodes2Text, MacroTextSpec, get_default_latex_context_db

    logging.getLogger("pylatexenc").setLevel(logging.CRITICAL)  # what it cannot read is no one's error

    def refuse(node: Any) -> str:
        raise Unfit(node.macroname)

    known = get_default_latex_context_db()
    known.set_unknown_macro_spec(MacroTextSpec("", simplify_repl=refuse))
    return LatexNodes2Text(known, math_mode="text", strict_latex_spaces="based-on-source").latex_to_text
