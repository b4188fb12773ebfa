"""TeX formulas as MathML.

latex2mathml translates. Its result is not trusted: the tree is brought to MathML Core, checked
against a list of what may stand on a page, and only then written. A formula that does not pass is
shown as its source, whole, so nothing is lost and nothing runs.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING

from catalogue.tex import MAX_DEPTH, NOT_XML, Unfit, prepared

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

LENGTH = r"0|\d{1,2}p[tx]|\+?(?:\d|\d?\.\d+)(?:em|ex)|-0?\.\d+(?:em|ex)"
"""Up to ten times the size of a letter, and less than once backwards: it cannot leave the formula."""
ALLOWED = {
    "math": "display",
    "mfrac": "linethickness",
    "mi": "mathvariant",
    "mo": "fence form largeop lspace maxsize minsize movablelimits rspace separator stretchy",
    "mover": "accent",
    "mpadded": "depth height lspace voffset width",
    "mspace": "depth height width",
    "mstyle": "displaystyle scriptlevel",
    "mtable": "displaystyle",
    "mtd": "class",
} | dict.fromkeys("mn mphantom mroot mrow msqrt msub msubsup msup mtext mtr munder munderover".split(), "")
"""The elements of MathML Core that a page may hold, each with its attributes."""
VALUES = (
    {"class": "left|right|center", "display": "block", "form": "prefix|infix|postfix"}
    | {"mathvariant": "normal", "scriptlevel": r"\+?[0-3]"}
    | dict.fromkeys(
        "accent displaystyle fence largeop movablelimits separator stretchy".split(), "true|false"
    )
    | dict.fromkeys("depth height linethickness lspace maxsize minsize rspace voffset width".split(), LENGTH)
)
PARTS = dict.fromkeys("mfrac mroot msub msup munder mover".split(), 2) | {"msubsup": 3, "munderover": 3}
LEAVES = {"mi", "mn", "mo", "mtext", "mspace"}
SPACES = {"thinmathspace": ".167em", "mediummathspace": ".222em", "thickmathspace": ".278em"}
SCRIPTED = PARTS.keys() - {"mfrac", "mroot"}
LIMITS = {"max", "min", "sup", "inf", "lim"}
_REFERENCE = re.compile("&#x([0-9A-F]{1,6});", re.IGNORECASE)
_DROPS = re.compile(
    r"\\begin\{(?!array\})\w+\*?\}\s*[\[{]|"  # what it takes for an alignment
    r"\\not(?![a-zA-Z])(?!\s*(?:[=<>]|\\(?:in|ni|mid|parallel|exists|models|vdash|to|rightarrow|equiv|sim|simeq|"
    r"approx|cong|leq?|geq?|prec|succ|perp|(?:sub|sup)set(?:eq)?)(?![a-zA-Z])))"
)
"""Where latex2mathml loses a part of a formula without a word."""


def convert(tex: str, display: bool = False, macros: Mapping[str, str] = {}) -> str:
    """The formula as `<math>`, or as `<code class="tex">` with its source. Safe to put in a page."""
    return _convert(tex, display, tuple(macros.items()))


@lru_cache(maxsize=4096)
def _convert(tex: str, display: bool, macros: tuple[tuple[str, str], ...]) -> str:
    from xml.etree.ElementTree import tostring

    try:
        math = _tree(prepared(tex, dict(macros)), display)
        return tostring(math, encoding="unicode", short_empty_elements=False)
    except Exception:  # whatever the library stumbles over
        source = html.escape(NOT_XML.sub("\ufffd", tex))
        return f'<code class="tex">{source}</code>'


def _tree(tex: str, display: bool) -> Element:
    """The formula as an element tree that may stand on a page. Raises Unfit, or what the library does."""
    from latex2mathml.converter import convert_to_element

    tex = re.sub(r"\\operatorname\s*(\*?)\s*\{([^{}]*)\}", _operator, tex)
    tex = re.sub(r"\\(begin|end)\{(?:align|aligned|split)\*?\}", r"\\\1{align*}", tex)
    tex = re.sub(r"\\mathrm\{(\w)\}", r"\\mathrm{ \1}", tex)  # without the blank it comes out italic
    if _DROPS.search(tex):
        raise Unfit("a part that would be dropped")
    math = convert_to_element(tex, display="block" if display else "inline")
    math.attrib = {"display": "block"} if display else {}
    _settle(math, 0)
    return math


def _operator(found: re.Match[str]) -> str:
    """latex2mathml knows operators of letters only; a space of another width counts as one of them."""
    name = re.sub(r"\\[,:; ]|~", "\u2009", found[2])
    return (
        f"\\operatorname{found[1]}{{{name}}}" if re.fullmatch(r"[a-zA-Z\s]+", name) else f"\\mathrm{{{name}}}"
    )


def _settle(element: Element, depth: int) -> None:
    """Brings a subtree to MathML Core and checks it. Raises Unfit."""
    if depth > 2 * MAX_DEPTH:
        raise Unfit("too deep")
    for child in element:
        _settle(child, depth + 1)
    _settle_text(element)
    _settle_attributes(element)
    if len(element) != PARTS.get(element.tag, len(element)) or (element.tag in LEAVES and len(element)):
        raise Unfit(f"<{element.tag}> of {len(element)} parts")
    _settle_scripts(element)
    _settle_functions(element)
    allowed = ALLOWED[element.tag].split() if element.tag in ALLOWED else None
    if allowed is None or (element.text and element.tag not in LEAVES):
        raise Unfit(f"<{element.tag}>")
    for name, value in element.attrib.items():
        if name not in allowed or not re.fullmatch(VALUES[name], value):
            raise Unfit(f"{name}={value}")


def _settle_text(element: Element) -> None:
    """Decodes the references that latex2mathml writes as text, and refuses what TeX would."""
    written = element.text or ""
    if not written:
        return
    if re.search(r"(?<!\\)&", _REFERENCE.sub("", written)):
        raise Unfit("an alignment mark outside a table")
    text = _REFERENCE.sub(lambda found: chr(int(found[1], 16)), written)
    if element.tag == "mtext":
        if re.search(r"(?<!\\)[{}$]", text):
            raise Unfit("markup inside text")
        text = re.sub(r"\\([%&$#_{} ])", r"\1", text)
    if "\\" in text or (element.tag == "mi" and text in ("{", "}")) or NOT_XML.search(text):
        raise Unfit(f"a command that is not known: {text}")
    kind = unicodedata.category(text) if len(text) == 1 else ""
    if element.tag == "mi" and kind in ("Sm", "Ps", "Pe"):
        element.tag, text = "mo", "∼" if text == "~" else text
        if kind != "Sm":
            element.set("stretchy", "false")
    elif element.tag == "mo" and text in ("∞", "∅"):
        element.tag = "mi"
    element.text = text


def _settle_attributes(element: Element) -> None:
    attributes = element.attrib
    for name in ("rowspacing", "columnspacing"):  # left to the style sheet
        attributes.pop(name, None)
    if element.tag == "mo":
        attributes.pop("accent", None)  # belongs to what holds it
        if element.text in ("|", "‖"):  # of itself a bar grows where it stands first, and only there
            attributes.setdefault("stretchy", "true" if "minsize" in attributes else "false")
    if alignment := attributes.pop("columnalign", None):
        attributes["class"] = alignment
    for name, value in attributes.items():
        space = SPACES.get(value.removeprefix("negative"), value)
        attributes[name] = f"-{space}" if value.startswith("negative") else space
    variant = attributes.get("mathvariant", "normal")
    if variant != "normal" or element.tag != "mi":
        attributes.pop("mathvariant", None)
        element.text = "".join(_styled(letter, variant) for letter in element.text or "")


def _styled(letter: str, variant: str) -> str:
    """The letter as Core wants it, by a character of its own: 𝐱 for a bold x. Itself if there is none."""
    style = re.sub("-italic$", " ITALIC", variant).upper()
    name = re.sub("LATIN |GREEK |LETTER |LUNATE ", "", unicodedata.name(letter, ""))
    for known in (f"MATHEMATICAL {style} {name}", f"{style.replace('FRAKTUR', 'BLACK-LETTER')} {name}"):
        try:
            return unicodedata.lookup(known)
        except KeyError:
            pass
    return "ℎ" if (letter, style) == ("h", "ITALIC") else letter


def _settle_scripts(element: Element) -> None:
    """Limits go below max, hats close to what they are on, and upright letters together: softmax."""
    if element.tag in ("msub", "msubsup") and element[0].tag == "mo":
        if element[0].text in LIMITS or element[0].get("movablelimits") == "true":
            element[0].set("movablelimits", "true")
            element.tag = element.tag.replace("sub", "under").replace("sup", "over")
    elif element.tag == "mover" and element[1].tag == "mo":
        element.set("accent", "true")
    elif element.tag == "mrow":
        previous: Element | None = None
        for child in list(element):
            upright = child.tag == "mi" and child.get("mathvariant") == "normal"
            if upright and previous is not None:
                previous.text = f"{previous.text}{child.text}"
                element.remove(child)
            else:
                previous = child if upright else None


def _settle_functions(element: Element) -> None:
    """A thin space between a function and what is beside it, but for operators and fences: n log n."""
    for i in range(len(element) - 1, 0, -1) if element.tag not in PARTS else ():
        before, after = _edge(element[i - 1], -1), _edge(element[i], 0)
        apart = before.tag not in ("mo", "mspace") and after.tag not in ("mo", "mspace")
        closed = before.tag == "mo" and before.text in (")", "]", "}") and _is_function(after)
        if closed or (apart and (_is_function(before) or _is_function(after))):
            element.insert(i, element.makeelement("mspace", {"width": SPACES["thinmathspace"]}))


def _edge(element: Element, side: int) -> Element:
    """What stands first (0) or last (-1) in a part of a formula, without its scripts."""
    while len(element) and (element.tag == "mrow" or element.tag in SCRIPTED):
        element = element[side if element.tag == "mrow" else 0]
    return element


def _is_function(element: Element) -> bool:
    """Whether it is log or the like: the library writes all else letter by letter, or as upright."""
    return element.tag == "mi" and len(element.text or "") > 1 and "mathvariant" not in element.attrib
