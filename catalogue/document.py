"""One file of content -> the value it describes, with every mistake at its place."""

import dataclasses
import re
from collections.abc import Callable
from hashlib import blake2b
from io import BytesIO
from pathlib import Path
from typing import Any

from catalogue import frontmatter, markdown, untex
from catalogue.convert import convert
from catalogue.files import contents
from catalogue.forms import KEY, KEY_HINT
from catalogue.model import Article, Document, Organisation, Paper, Picture, Topic
from catalogue.problems import ContentError, Problem
from catalogue.schema import (
    ArticleFrontMatter,
    OrganisationFrontMatter,
    PaperFrontMatter,
    Settings,
    TopicFrontMatter,
)
from catalogue.slugs import slug
from catalogue.strictyaml import Mark
from catalogue.terms import terms

MAX_PICTURE = 1024 * 1024
MAX_PIXELS = 4_000


def read(content: Path, settings: Settings, name: str) -> Document | Picture | list[Problem]:
    """What the file of this name, relative to `content`, is read as, or all that is wrong with it."""
    try:
        return _file(content, name, settings)
    except ContentError as error:
        return list(error.problems)
    except OSError as error:
        message = f"cannot be read: {error.strerror}"
        return [Problem(f"{content.name}/{name}", 1, 1, message, "Make it a readable file")]


def mark(content: Path, path: str, location: tuple[str | int, ...]) -> Mark:
    """Where the value at `location` stands in a file that reads without mistakes."""
    data = contents(content / path.removeprefix(f"{content.name}/"), frontmatter.MAX_FILE)
    return frontmatter.parse(data, path).mark(location)


def place_of(content: Path, path: str, said: str) -> tuple[int, int]:
    """The line and the column at which a file says this, as an address is said: (1, 1) where it does not."""
    text = contents(content / path.removeprefix(f"{content.name}/"), frontmatter.MAX_FILE).decode(
        errors="replace"
    )
    found = re.search(rf"(?<![\w/#-]){re.escape(said)}(?![\w/#-])", text) or re.search(re.escape(said), text)
    before = text[: found.start() if found else 0]
    return before.count("\n") + 1, len(before) - before.rfind("\n")


def paper(where: str, data: bytes, settings: Settings) -> Paper:
    """What a paper's file with these bytes, at this place, is read as. Raises ContentError."""
    document = _document(where, Path(where).stem, data, PaperFrontMatter, Paper, settings)
    assert isinstance(document, Paper)
    return document


def _file(content: Path, name: str, settings: Settings) -> Document | Picture:
    """Reads one file as what its place says it is. Raises ContentError."""
    where = f"{content.name}/{name}"
    if found := re.fullmatch(r"images/([^/]+)", name):
        return _picture(where, found[1], contents(content / name, MAX_PICTURE))
    for pattern, shape, build in _SHAPES:
        if found := re.fullmatch(pattern, name):
            _refuse_key(where, found["key"])
            data = contents(content / name, frontmatter.MAX_FILE)
            return _document(where, found["key"], data, shape, build, settings)
    hint = "Papers are papers/YEAR/KEY.md, pictures images/NAME; topics, organisations, pages FOLDER/KEY.md"
    raise ContentError([Problem(where, 1, 1, "nothing is read from here", hint)])


_SHAPES: tuple[tuple[str, type, Callable[..., Document]], ...] = (
    (r"papers/[0-9]{4}/(?P<key>[^/]+)\.md", PaperFrontMatter, Paper),
    (r"topics/(?P<key>[^/]+)\.md", TopicFrontMatter, Topic),
    (r"organisations/(?P<key>[^/]+)\.md", OrganisationFrontMatter, Organisation),
    (r"pages/(?P<key>[^/]+)\.md", ArticleFrontMatter, Article),
)


def _refuse_key(where: str, key: str) -> None:
    if re.fullmatch("con|prn|aux|nul|com[0-9]|lpt[0-9]", key, re.IGNORECASE):
        problem = Problem(where, 1, 1, f"the name {key} is not valid on Windows", "Choose another name")
    elif len(key) > 100:
        problem = Problem(where, 1, 1, "the name is longer than 100 characters", "Shorten it")
    elif not re.fullmatch(KEY, key):
        hint = f"{KEY_HINT}: rename the file to {slug(key)}.md" if re.search(r"[^\W_]", key) else KEY_HINT
        problem = Problem(where, 1, 1, f"the name '{key}' is not a key", hint)
    else:
        return
    raise ContentError([problem])


def _document(
    where: str, key: str, data: bytes, shape: type, build: Callable[..., Document], settings: Settings
) -> Document:
    parsed = frontmatter.parse(data, where)
    problems: list[Problem] = []
    try:
        given: Any = convert(shape, parsed, where)
        if untex.suspect(parsed.front):
            texts = {name: _readable(value, formulas=name == "title") for name, value in vars(given).items()}
            given = dataclasses.replace(given, **texts)
    except ContentError as error:
        problems.extend(error.problems)
    body = markdown.render(parsed.body, settings.base, settings.math_macros)
    for mistake in body.problems:
        line = parsed.body_line + mistake.line - 1
        problems.append(Problem(where, line, 1, mistake.message, mistake.hint))
    if problems:
        raise ContentError(problems)
    values = dict(vars(given))
    if build is Paper:
        values["title_html"] = markdown.inline(given.title, settings.math_macros)
        values["plain_title"] = markdown.plain(given.title, settings.math_macros)
        values |= {name: given.title for name in TITLES if values[name] == given.title}  # one text, as mostly
        values["terms"] = terms(given, values["plain_title"], body.text)
    digest = blake2b(where.encode() + b"\0" + data, digest_size=16).hexdigest()
    return build(**values, key=key, path=where, html=body.html, text=body.text, digest=digest)


TITLES = ("title_html", "plain_title")
"""The title in other forms."""


def _readable(value: Any, formulas: bool = False) -> Any:
    """A value whose texts have their LaTeX as Unicode; formulas too, unless they are to be kept."""
    if isinstance(value, str):
        text = untex.unicode(value)
        return text if formulas or "$" not in text else markdown.plain(text)
    if isinstance(value, tuple):
        return tuple(_readable(item) for item in value)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        texts = {name: _readable(item) for name, item in vars(value).items() if isinstance(item, str)}
        return dataclasses.replace(value, **texts)
    return value


def _picture(where: str, name: str, data: bytes) -> Picture:
    kinds = {"png": b"\x89PNG\r\n", "jpg": b"\xff\xd8\xff", "gif": b"GIF8", "webp": b"RIFF"}
    ending = name.rpartition(".")[2]
    if not re.fullmatch(rf"{KEY}\.(?:{'|'.join(kinds)})", name):
        problem = Problem(
            where, 1, 1, f"'{name}' is not the name of a picture", "Name it such as figure-1.png"
        )
    elif not data.startswith(kinds[ending]):
        problem = Problem(
            where, 1, 1, f"the file is not a {ending} picture", "Save it in the format it is named for"
        )
    elif len(data) > MAX_PICTURE:
        problem = Problem(where, 1, 1, "the picture is larger than 1 MB", "Make it smaller")
    elif wrong := _size(data):
        problem = Problem(where, 1, 1, wrong, "Save it again, at most 4,000 pixels wide and high")
    else:
        return Picture(f"images/{name}", blake2b(data, digest_size=16).hexdigest())
    raise ContentError([problem])


def _size(data: bytes) -> str:
    """What is wrong with a picture's size, as its head tells it: nothing of it is unpacked."""
    import warnings

    from PIL import Image

    try:
        with warnings.catch_warnings(), Image.open(BytesIO(data)) as picture:
            warnings.simplefilter("ignore")
            width, height = picture.size
    except Image.DecompressionBombError:
        return "the picture has far too many pixels"
    except (OSError, ValueError, SyntaxError):
        return "the picture is damaged"
    return f"the picture has {width} × {height} pixels" if max(width, height) > MAX_PIXELS else ""
