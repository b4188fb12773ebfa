"""Every word of a body's source is looked for in what was read of it, so that none is dropped unseen."""

import html
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from catalogue.settle import Mistake, cut

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

LOST_HINT = (
    "It stands where nothing is shown, such as a table cell without a heading or an unused [name]: address"
)
_WORD = re.compile(r"[A-Za-z0-9]+|[^\x00-\x7f\s]")


def lost(source: str, kept: str) -> list[Mistake]:
    """A mistake for each line with a word that was not kept."""
    missing = _words(html.unescape(source)) - _words(kept)
    if missing:  # but `&lt;` in code stays as it is
        missing = _words(html.unescape(source)) - (_words(kept) | _words(html.unescape(kept)))
    lines: dict[int, str] = {}
    for number, line in reversed([*enumerate(source.split("\n"), 1)] if missing else []):
        for word, count in _words(html.unescape(line)).items():
            if missing[word] > 0:
                missing[word] -= count
                lines.setdefault(number, word)
    return [Mistake(n, f"'{cut(word)}' would not appear", LOST_HINT) for n, word in sorted(lines.items())]


def held(tokens: "list[Token]", environment: Mapping[str, Any], parser: "MarkdownIt") -> Iterator[str]:
    """All text that the tokens hold: what is shown, what becomes part of an attribute, and the LaTeX that
    has become other characters."""
    yield from environment.get("latex", ())
    for token in tokens:
        if token.children is None:
            yield token.content
        yield from held(token.children or [], {**environment, "latex": ()}, parser)
        yield token.info
        for value in map(str, token.attrs.values()):
            yield value
            yield parser.normalizeLinkText(value)
        if label := token.meta.get("label"):
            reference = environment["references"][label]
            yield from (label, label, reference["title"])


def _words(text: str) -> Counter[str]:
    return Counter(_WORD.findall(text.casefold()))
