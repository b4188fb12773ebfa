"""Text as sources have it -> text as entries keep it: titles, names and abstracts of every importer."""

import re
import unicodedata

from catalogue import untex
from catalogue.strictyaml import invisible


def line(text: str) -> str:
    """One line: LaTeX is Unicode, white space is single spaces, characters are composed (Unicode NFC),
    invisible ones go."""
    text = " ".join(unicodedata.normalize("NFC", untex.unicode(text)).split())
    while odd := invisible(text):
        text = text[: odd[0]] + text[odd[0] + 1 :]
    return " ".join(text.split())


def prose(text: str) -> str:
    """Paragraphs of such lines, parted by an empty line."""
    paragraphs = (line(paragraph) for paragraph in re.split(r"\n[ \t]*\n", text))
    return "\n\n".join(paragraph for paragraph in paragraphs if paragraph)
