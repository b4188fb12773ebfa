"""Social cards: what is shown of a page where somebody shares its address. Drawn by Pillow in Source Serif
Pro, which comes as a package, so that the same card has the same bytes on every machine."""

import datetime as dt
import io
import unicodedata
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

from catalogue.dates import MONTHS, WEEKDAYS

if TYPE_CHECKING:
    from PIL.Image import Image
    from PIL.ImageDraw import ImageDraw
    from PIL.ImageFont import FreeTypeFont

WIDTH, HEIGHT, MARGIN = 1200, 630, 72
COLUMN = 300
"""Pixels from the left at which the text stands beside the date."""
PAPER, INK, SOFT, RED = (253, 253, 251), (26, 26, 25), (91, 90, 86), (179, 18, 45)
SIZES, LINES = (68, 60, 52, 46, 42), 5
"""The largest of these sizes in which a title has no more lines than this."""


def draw(context: Mapping[str, Any], name: str) -> bytes:
    """The PNG of a card, 1200 by 630 pixels. `context` gives `title`, `below` (a line such as the authors),
    `more` (titles of what is within) and `date`, each of which may be empty; `name` is the catalogue's."""
    from PIL import Image, ImageDraw

    image = Image.new("RGB", (WIDTH, HEIGHT), PAPER)
    pen = ImageDraw.Draw(image)
    pen.rectangle((MARGIN, MARGIN, WIDTH - MARGIN, MARGIN + 3), fill=INK)
    left = MARGIN
    if context["date"]:
        _date(pen, context["date"])
        left = COLUMN
    y = _title(pen, context["title"], left)
    if context["below"]:
        pen.text(
            (left, y + 14), _cut(context["below"], _font("Regular", 30), left), SOFT, _font("Regular", 30)
        )
        y += 60
    for title in context["more"]:
        if y + 60 > HEIGHT - MARGIN - 60:
            break
        pen.text((left, y + 20), _cut(title, _font("Regular", 34), left), INK, _font("Regular", 34))
        y += 52
    bold = _font("Bold", 34)
    pen.text((MARGIN, HEIGHT - MARGIN), "¶ ", RED, bold, anchor="ls")
    mark = MARGIN + bold.getlength("¶ ")
    pen.text((mark, HEIGHT - MARGIN), _cut(name, bold, round(mark)), INK, bold, anchor="ls")
    return _png(image)


def _date(pen: "ImageDraw", day: dt.date) -> None:
    """A leaf of a tear-off calendar."""
    top = MARGIN + 34
    pen.text((MARGIN, top), WEEKDAYS[day.weekday()], INK, _font("Bold", 28))
    pen.text((MARGIN - 6, top + 190), str(day.day), RED, _font("Regular", 170), anchor="ls")
    pen.text((MARGIN, top + 208), f"{MONTHS[day.month - 1]}", SOFT, _font("Regular", 28))
    pen.text((MARGIN, top + 244), f"{day.year}", SOFT, _font("Regular", 28))


def _title(pen: "ImageDraw", title: str, left: int) -> int:
    """Writes a title as large as it fits, and returns where it ends."""
    y = MARGIN + 30
    for size in SIZES:
        font = _font("Bold", size)
        lines = _wrapped(_drawable(title, font), font, WIDTH - MARGIN - left)
        if len(lines) <= LINES:
            break
    else:
        lines = [*lines[: LINES - 1], _cut(" ".join(lines[LINES - 1 :]), font, left)]
    for line in lines:
        pen.text((left, y), line, INK, font)
        y += round(size * 1.16)
    return y


def _wrapped(text: str, font: "FreeTypeFont", width: int) -> list[str]:
    lines = [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".strip()
        if _width(longer, font) <= width or not lines[-1]:
            lines[-1] = longer
        else:
            lines.append(word)
    return [_shortened(line, font, width) for line in lines]


def _width(text: str, font: "FreeTypeFont") -> float:
    """In pixels, as it is drawn: the sum of the letters' own widths can be less."""
    return font.getbbox(text)[2]


def _cut(text: str, font: "FreeTypeFont", left: int) -> str:
    """The text as far as it fits on one line from `left` on."""
    return _shortened(_drawable(text, font), font, WIDTH - MARGIN - left)


def _shortened(text: str, font: "FreeTypeFont", width: float) -> str:
    if _width(text, font) <= width:
        return text
    fits = bisect_right(range(len(text)), width, key=lambda n: _width(f"{text[:n]}…", font)) - 1
    return text[: max(fits, 0)].rstrip(" ,;:") + "…"


def _drawable(text: str, font: "FreeTypeFont") -> str:
    """The text in characters that the font has: another form of one, or its sound in Latin letters."""
    if text.isascii():
        return text
    from text_unidecode import unidecode

    return "".join(char if _has(font, char) else _simpler(char, font) or unidecode(char) for char in text)


def _simpler(char: str, font: "FreeTypeFont") -> str:
    plain = unicodedata.normalize("NFKC", char)
    return plain if plain != char and all(_has(font, part) for part in plain) else ""


def _has(font: "FreeTypeFont", char: str) -> bool:
    return char.isspace() or char not in _lacking(font, char)


@cache
def _lacking(font: "FreeTypeFont", char: str) -> str:
    """The character, if the font draws it as it draws one that does not exist."""
    missing, mask = font.getmask("\U0010ffff"), font.getmask(char)
    return char if (mask.size, bytes(mask)) == (missing.size, bytes(missing)) else ""


@cache
def _font(weight: str, size: int) -> "FreeTypeFont":
    from importlib.resources import files

    from PIL import ImageFont

    path = files("font_source_serif_pro") / "files" / f"SourceSerifPro-{weight}.ttf"
    return ImageFont.truetype(str(path), size, layout_engine=ImageFont.Layout.BASIC)


def _png(image: "Image") -> bytes:
    """The picture in the few colours that it has, which is a third of the bytes."""
    from PIL import Image

    few = image.quantize(palette=_palette(), dither=Image.Dither.NONE)
    out = io.BytesIO()
    few.save(out, "PNG", optimize=False, compress_level=9)
    return out.getvalue()


@cache
def _palette() -> "Image":
    """Five steps from the paper to each colour."""
    from PIL import Image

    def between(colour: Sequence[int], step: int) -> list[int]:
        return [round(a + (b - a) * step / 5) for a, b in zip(PAPER, colour, strict=True)]

    colours = [PAPER, *(between(colour, step) for colour in (INK, SOFT, RED) for step in range(1, 6))]
    palette = Image.new("P", (1, 1))
    palette.putpalette([part for colour in colours for part in colour])
    return palette
