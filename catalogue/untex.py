"""LaTeX within text: its accents, signs and commands as Unicode. Formulas in dollars are left alone."""

import re
from collections.abc import Iterator

from catalogue.tex import LOWERED, RAISED, Unfit, text_of

_GROUP = r"\{(?:[^{}]|\{(?:[^{}]|\{[^{}]*\})*\})*\}"
COMMAND = re.compile(
    rf"\{{\\[a-zA-Z]+\*?(?:\s[^{{}}$]*)?\}}"  # {\em some words}, {\deg}, {\o}
    rf"|\\(?:begin|end)\{{[a-z]+\*?\}}"
    rf"|\\[a-zA-Z]+\*?(?:\[[^\]\n]*\])?(?:{_GROUP})+"  # \emph{words}, \href{address}{words}
    rf"|\\[a-zA-Z]+\*?(?:\{{\}})?"  # \ldots, \alpha{}
)
ACCENT = re.compile(
    r"\{?\\[`'\"^~=.](?:\{\\?[A-Za-z]\}|\\[ij](?![a-zA-Z]))\}?"  # \'{e}, {\"{o}}, \'\i
    r"|\{\\[`'\"^~=.][A-Za-z]\}"  # {\'e}
    r"|(?<=[A-Za-z])\\[`'\"^~=.][A-Za-z](?=[a-zA-Z]|\b)"  # Erd\"os, but not \"a quotation\"
    r"|\\[`'\"^~=.][A-Z](?=[a-z])"  # \"Uber
)
ESCAPED = re.compile(r"\\([%&#_{}])")
SCRIPT = re.compile(rf"[\^_]({_GROUP})")
MARKS = re.compile(
    r"\{([,.:;])\}"  # 27{,}000
    r"|``(?=\S)([^`'\n]*)''"
    r"|(?<=\w)(---?)(?=\w)|(?<=\s)(---?)(?=\s)"
    r"|(?<=[\w.])~(?=\w)"  # Fig.~3
    r"|(?<=\w)\\[,;](?=\w)"  # 100\,km
)
FORMULA = re.compile(r"(\$\$?[^$\s](?:[^$]*[^$\s\\])?\$\$?(?!\d))")
RAW = re.compile(rf"\{{\\[a-zA-Z]+[^{{}}]*\}}|\\[a-zA-Z]+\*?(?:{_GROUP})*|[\^_]{_GROUP}|\\[%&#]")
"""What still looks like TeX."""
OWN = {"deg": "°", "ie": "i.e.", "eg": "e.g.", "etal": "et al.", "cf": "cf.", "xspace": "", "par": " "}
NAMED = re.compile(r"\\(?:cite[a-z]*|ref|eqref|cref|autoref|label)\*?(?:\[[^\]]*\])?\{([^{}]*)\}")
LINKED = re.compile(r"\\href\{([^{}]*)\}\{([^{}]*)\}|\\url\{([^{}]*)\}|\\footnote\{([^{}]*)\}")


def suspect(text: str) -> bool:
    """Whether there can be LaTeX in the text."""
    return bool(re.search(r"[\\{`~$]|--", text))


def unicode(text: str) -> str:
    """The text with its LaTeX as Unicode: `Erd\\H{o}s` is Erdős, `10^{-25}` 10⁻²⁵, `27{,}000` 27,000,
    ``` ``so'' ``` is “so”. `$formulas$` and what has no Unicode stay as they are. Doing it again changes
    nothing."""
    if not re.search(r"[\\{`~]|--", text):
        return text
    once = "".join(part if i % 2 else _unicode(part) for i, part in enumerate(FORMULA.split(text)))
    return text if once == text else unicode(once)  # each step leaves less of LaTeX's signs


def parts(text: str) -> Iterator[tuple[str, bool]]:
    """Text without formulas, cut where it still looks like TeX: each part, and whether it does."""
    end = 0
    for found in RAW.finditer(text):
        yield from (
            (part, raw) for part, raw in ((text[end : found.start()], False), (found[0], True)) if part
        )
        end = found.end()
    if text[end:]:
        yield text[end:], False


def bare(text: str) -> str:
    """The same for where there can be no code, as in a window's title: without backslashes and braces."""
    return "".join(re.sub(r"[\\{}^]", "", part) if raw else part for part, raw in parts(text))


def command(source: str, at: int) -> tuple[int, str | None] | None:
    """Where the LaTeX that begins at `at` ends, and its Unicode, or None if it has none; None alone where
    none begins."""
    if found := ACCENT.match(source, at) or COMMAND.match(source, at):
        return found.end(), _plain(found[0])
    if found := SCRIPT.match(source, at):
        return found.end(), _script(found)
    if found := MARKS.match(source, at):
        return found.end(), _mark(found)
    return None


def _unicode(text: str) -> str:
    text = ACCENT.sub(lambda found: _or_source(_plain(found[0]), found), text)
    text = COMMAND.sub(lambda found: _or_source(_plain(found[0]), found), text)
    text = SCRIPT.sub(lambda found: _or_source(_script(found), found), text)
    text = ESCAPED.sub(r"\1", text)
    return MARKS.sub(_mark, text)


def _or_source(text: str | None, found: re.Match[str]) -> str:
    return found[0] if text is None else text


def _plain(tex: str) -> str | None:
    """One command as text; None if nobody knows it."""
    name = re.match(r"\{?\\([a-zA-Z]+)\*?(?=\s*[{}]|$)", tex)
    if name and name[1] in OWN and re.fullmatch(r"\{?\\[a-zA-Z]+\s*(?:\{\})?\}?", tex):
        return OWN[name[1]]
    if tex.startswith(("\\begin", "\\end")):
        return None
    tex = re.sub(r"^\{\\(?:em|it|bf|tt|sc|rm|sl|sf)\s([^{}]*)\}$", r"\1", NAMED.sub(r"[\1]", tex))
    tex = re.sub(r"\\(?:texttt|textsf|textrm|textup|text|mbox|mathrm|operatorname)\{([^{}]*)\}", r"\1", tex)
    tex = LINKED.sub(lambda it: f"{it[2]} ({it[1]})" if it[2] else it[3] or f" ({it[4]})", tex)
    if "\\" not in tex:
        return tex
    try:
        return " ".join(text_of(tex).split())
    except Unfit:
        return None
    except Exception:  # whatever the library stumbles over is no text
        return None


def _script(found: re.Match[str]) -> str | None:
    """`^{-25}` raised where Unicode has all of it raised, else in parentheses; None if there are commands
    in it."""
    inner = found[1][1:-1]
    moved = inner.translate(RAISED if found[0][0] == "^" else LOWERED)
    if inner and not set(moved) & set(inner):
        return moved
    if found[0] in (r"^{\circ}", r"^{\deg}"):
        return "°"
    return None if re.search(r"[\\{}$]", inner) else f"{found[0][0]}({inner})"


def _mark(found: re.Match[str]) -> str:
    if found[1]:
        return found[1]
    if found[2] is not None:
        return f"“{found[2]}”"
    return "\xa0" if found[0] in ("~", r"\,", r"\;") else "—" if found[0] == "---" else "–"
