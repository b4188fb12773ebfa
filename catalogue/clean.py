"""Text from elsewhere as the catalogue has it: one line of visible characters, accents composed,
`$formulas$` as they are. LaTeX and HTML become plain text."""

import re
import unicodedata
from functools import cache
from html import unescape
from typing import Any

from catalogue import tex, untex
from catalogue.strictyaml import invisible

MACROS = {
    "TeX": "TeX",
    "LaTeX": "LaTeX",
    "hyphen": "-",
    "textasciicircum": "^",
    "textbraceleft": "{",
    "textbraceright": "}",
    "slash": "/",
    "enquote": "“%s”",
    "mkbibquote": "“%s”",
    "textsubscript": "%s",
    "textsuperscript": "%s",
    "deg": "°",
    "textregistered": "®",
    "texttrademark": "™",
    "textless": "<",
    "textgreater": ">",
    "textbar": "|",
    "textunderscore": "_",
    "textquotedbl": '"',
    "textminus": "−",
    "ordfeminine": "ª",
    "copyright": "©",
    "S": "§",
    "P": "¶",
    "pounds": "£",
    "euro": "€",
    "newline": " ",
    "linebreak": " ",
    **dict.fromkeys(("mbox", "textmd", "textnormal", "textsf", "texttt", "textup"), "%s"),
}
"""What pylatexenc does not know, or drops."""
SILENT = r"""/ @ bf it em tt sc rm sl sf bfseries itshape scshape ttfamily sffamily rmfamily upshape slshape
mdseries normalfont tiny scriptsize footnotesize small normalsize large Large LARGE huge Huge boldmath
unboldmath centering protect relax noindent newblock sloppy nobreak allowbreak""".split()
"""Macros that say how it looks, and are no text."""
TAG = r"<(?:jats:)?{0}\b[^<>]*>(.*?)</(?:jats:)?{0}>"
"""An element of HTML or JATS."""
FORMULA = re.compile(r"(?<!\\)\$\s*((?:\\.|[^$\\])+?)\s*(?<!\\)\$(?=(\d)?)", re.DOTALL)


def line(text: str) -> str:
    """One line: LaTeX is Unicode, white space is single spaces, characters are composed (Unicode NFC),
    invisible ones go."""
    text = " ".join(unicodedata.normalize("NFC", untex.unicode(text)).split())
    while odd := invisible(text):
        text = text[: odd[0]] + text[odd[0] + 1 :]
    return " ".join(text.split())


def prose(text: str) -> str:
    """The same for more than one paragraph; an empty line parts them."""
    return "\n\n".join(filter(None, map(line, re.split(r"\n\s*\n", text))))


def html(text: str) -> str:
    """HTML or JATS, such as Crossref's titles and abstracts, as text with `$formulas$`. A `<` that begins no
    tag stays."""
    text = re.sub(TAG.format("alternatives"), _formula, text, flags=re.DOTALL)
    text = re.sub(TAG.format("tex-math"), _formula, text, flags=re.DOTALL)
    text = re.sub(TAG.format("sup"), lambda found: _raised(re.sub("<[^<>]*>", "", found[1])), text)
    text = re.sub(r"</?(?:jats:)?(?:p|sec|title|list|list-item)\b[^<>]*>", "\n\n", text)
    return unescape(re.sub(r"</?[A-Za-z][\w:.-]*(?:\s[^<>]*)?/?>", "", text))


def _formula(found: re.Match[str]) -> str:
    """The TeX of a formula, which can be a whole document, instead of all its forms."""
    tex_math = re.search(TAG.format("tex-math"), found[0], re.DOTALL)
    if not tex_math:
        return found[0]
    body = re.sub(r".*\\begin\{document\}|\\end\{document\}.*", "", tex_math[1], flags=re.DOTALL)
    return f"${body.strip().strip('$').strip()}$"


def _raised(text: str) -> str:
    """Raised text: its figures stay raised, as 10 to the power of 6 is not 106."""
    return untex.unicode(f"^{{{text}}}") if re.search(r"\d", text) else text


def latex(text: str) -> str:
    """LaTeX as text. Formulas are kept, but for those before a digit, which Markdown does not take for
    one: they become text too. What cannot be understood stays as it is."""
    if not re.search(r"[\\{}~$]|--|``|''", text):
        return text
    text = re.sub(r"\\textsuperscript\{([^{}\\]*)\}", lambda found: _raised(found[1]), text)
    formulas: list[str] = []

    def aside(found: re.Match[str]) -> str:
        formulas.append(tex.plain(found[1]) if found[2] else f"${found[1]}$")
        return f"\ue000{len(formulas) - 1}\ue001"

    marked = FORMULA.sub(aside, re.sub(r"\\\((.+?)\\\)", r"$\1$", text))
    shown = untex.unicode(marked)
    if re.search(r"[\\{}~]", shown):  # the whole language takes long to read, and is seldom needed
        try:
            shown = str(_reader()(re.sub(r"(?<!\\)([%&])", r"\\\1", marked)))
        except Exception:  # whatever the library stumbles over: the source is text too
            shown = marked
    shown = shown.replace("$", r"\$")
    return re.sub("\ue000(\\d+)\ue001", lambda found: formulas[int(found[1])], shown)


def _unknown(node: Any) -> str:
    """A macro that nobody knows, as it is written; only its text where it has some."""
    rest = node.parsing_state.s[node.pos + node.len :]
    return "" if re.match(r"\{[^}]", rest) else str(node.latex_verbatim())


@cache
def _reader() -> Any:
    """pylatexenc takes long to import and to start."""
    from pylatexenc import latex2text, latexwalker, macrospec

    walked = latexwalker.get_default_latex_context_db()
    specs = [macrospec.std_macro(name, "{" if "%" in MACROS[name] else "") for name in MACROS]
    walked.add_context_category("catalogue", prepend=True, macros=[*specs, macrospec.std_macro("href", "{{")])
    shown = latex2text.get_default_latex_context_db()
    texts = [latex2text.MacroTextSpec(name, simplify_repl=repl) for name, repl in MACROS.items()]
    texts += [latex2text.MacroTextSpec("href", simplify_repl="%(2)s")]
    texts += [latex2text.MacroTextSpec(name) for name in SILENT]
    shown.add_context_category("catalogue", prepend=True, macros=texts)
    shown.set_unknown_macro_spec(latex2text.MacroTextSpec("", simplify_repl=_unknown))
    reader = latex2text.LatexNodes2Text(latex_context=shown, math_mode="text", strict_latex_spaces="macros")
    return lambda text: reader.latex_to_text(text, latex_context=walked)
