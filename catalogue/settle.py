"""What a body's tokens may hold: links and pictures that are known to be harmless, headings below the
page's own. The rest is taken out and reported with its line."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple, get_args

from catalogue import tex
from catalogue.forms import Picture, Url

if TYPE_CHECKING:
    from markdown_it.token import Token

LINK_HINT = "Begin it with https://, http://, mailto:, # or, for a page of this site, /"
TAKEN = {"main", "text", "q", "search"}
"""Anchors of the pages themselves."""
PICTURE_HINT = "Put it in content/images/ and write ![what it shows](/images/name.png)"
_WEB = re.compile(get_args(Url)[1].pattern, re.IGNORECASE)
_MAIL = re.compile(r"mailto:[\w.!#$%&'*+/=?^`{|}~-]+@[a-z0-9.-]+", re.IGNORECASE | re.ASCII)
_HERE = re.compile(r"#.*|/(?!/|%5c).*", re.IGNORECASE)
_PICTURE = re.compile(f"/images/(?:{get_args(Picture)[1].pattern})")


class Mistake(NamedTuple):
    """A mistake in a body. Lines count from 1 within it."""

    line: int
    message: str
    hint: str


def settle(tokens: "list[Token]", base: str, macros: Mapping[str, str]) -> Iterator[Mistake]:
    """Makes the tokens what the page may hold, and tells what could not be kept."""
    line = 1
    headings = [token for token in tokens if token.type in ("heading_open", "heading_close")]
    lowered = 2 - min((int(token.tag[1]) for token in headings), default=2)
    for token in headings:  # the page's own heading is above them: the highest of the body is the second
        token.tag = f"h{min(6, int(token.tag[1]) + lowered)}"
    _name_headings(tokens, macros)
    for token in tokens:
        line = token.map[0] + 1 if token.map else line
        if style := token.attrs.pop("style", None):
            token.attrs["class"] = str(style).removeprefix("text-align:")
        if token.type == "fence" and not re.fullmatch(r"[\w+#.-]*", token.info.strip()):
            message = f"a code block in the language '{cut(token.info.strip())}'"
            yield Mistake(line, message, "Write one word after the ``` or nothing")
            token.info = ""
        if token.children:
            token.children[-1].content = token.children[-1].content.rstrip(" ")  # what pad added
            token.children, mistakes = _settle_inline(token, line, base, macros)
            yield from mistakes


def _name_headings(tokens: "list[Token]", macros: Mapping[str, str]) -> None:
    """Gives each heading an anchor made of its words as GitHub does; the second of the same gets -1."""
    seen: Counter[str] = Counter()
    for token, content in pairwise(tokens):
        if token.type == "heading_open":
            words = re.sub(r"[^\w\- ]", "", text_of([content], macros).strip().lower()).replace(" ", "-")
            name = f"{words}-{seen[words]}" if seen[words] else words
            seen[words] += 1
            if words.strip("-_") and name not in TAKEN:
                token.attrs["id"] = name


def _settle_inline(
    block: "Token", line: int, base: str, macros: Mapping[str, str]
) -> "tuple[list[Token], list[Mistake]]":
    tokens, first = block.children or [], line
    kept: list[Token] = []
    mistakes = []
    refused = False
    for index, token in enumerate(tokens):
        line += token.type in ("softbreak", "hardbreak") or token.content.count("\n")
        if token.type == "link_open":
            written = str(token.attrs["href"])
            address = _destination(written, base)
            if refused := address is None:
                if (place := block.content.find(written)) >= 0:  # code over several lines tells of none
                    line = max(line, first + block.content.count("\n", 0, place))
                mistakes.append(Mistake(line, f"a link cannot lead to '{cut(written)}'", LINK_HINT))
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
    description = " ".join(text_of(token.children or [], macros).split())
    token.children, token.content = None, description
    if not _PICTURE.fullmatch(written):
        yield Mistake(line, f"'{cut(written)}' is not a picture of this site", PICTURE_HINT)
    elif not description:
        yield Mistake(line, f"the picture '{cut(written)}' has no description", PICTURE_HINT)
    else:
        token.attrs |= {"src": base + written, "alt": description, "loading": "lazy"}
        return
    token.type = "text"


def _destination(address: str, base: str) -> str | None:
    """Where a link to `address` may lead. What is not known to be harmless is None."""
    if _HERE.fullmatch(address):
        return address if address.startswith("#") else base + address
    return address if _WEB.fullmatch(address) or _MAIL.fullmatch(address) else None


def text_of(tokens: "list[Token]", macros: Mapping[str, str]) -> str:
    """What the tokens say, without markup and with formulas as text."""
    parts = []
    for token in tokens:
        if token.tag == "math":
            parts.append(tex.plain(token.content.strip(), macros))
        elif token.children is not None:
            parts.append(text_of(token.children, macros))
        else:
            parts.append(" " if token.tag == "br" else token.content)
        parts.append(" " * token.block)
    return "".join(parts)


def cut(text: str) -> str:
    """At most 60 characters of `text`, to be shown in a message."""
    return f"{text[:60]}…" if len(text) > 60 else text
