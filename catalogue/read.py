"""content/ -> Catalogue: every file, and every mistake of every file at once."""

import dataclasses
import re
import time
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from hashlib import blake2b
from pathlib import Path
from typing import Any, NamedTuple

from catalogue import frontmatter, markdown, untex
from catalogue.convert import convert
from catalogue.files import Found, Signature, contents, walk
from catalogue.forms import KEY, KEY_HINT
from catalogue.model import Article, Catalogue, Document, Entry, Link, Organisation, Paper, Picture, Topic
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
from catalogue.workers import spread

MAX_PICTURE = 1024 * 1024
JUST_NOW = 2_500_000_000
"""Nanoseconds. A file changed so recently could change again without its times telling."""


class Record(NamedTuple):
    """What a content file was read as. While the file keeps this signature it is not read again."""

    signature: Signature | None
    value: Document | Picture


class Reading(NamedTuple):
    catalogue: Catalogue
    records: Mapping[str, Record]
    problems: tuple[Problem, ...]


def catalogue(
    content: Path, settings: Settings, remembered: Mapping[str, Record], drafts: bool = False, jobs: int = 1
) -> Reading:
    """Reads all of `content`, but for the files that are still as they were remembered."""
    now = time.time_ns()
    found, problems = walk(content)
    records = {
        file.name: remembered[file.name]
        for file in found
        if file.name in remembered and remembered[file.name].signature == file.signature
    }
    changed = [file for file in found if file.name not in records and file.name != "site.toml"]
    for file, value in zip(changed, spread(partial(_try, content, settings), changed, jobs), strict=True):
        if isinstance(value, list):
            problems.extend(value)
        else:
            settled = now - file.changed > JUST_NOW
            records[file.name] = Record(file.signature if settled else None, value)
    names = frozenset(file.name for file in found)
    values = [records[name].value for name in sorted(records)]
    return Reading(_assemble(content, settings, values, names, drafts), records, tuple(problems))


def mark(content: Path, path: str, location: tuple[str | int, ...]) -> Mark:
    """Where the value at `location` stands in a file that reads without mistakes."""
    data = contents(content / path.removeprefix(f"{content.name}/"), frontmatter.MAX_FILE)
    return frontmatter.parse(data, path).mark(location)


def paper(where: str, data: bytes, settings: Settings) -> Paper:
    """What a paper's file with these bytes, at this place, is read as. Raises ContentError."""
    document = _document(where, Path(where).stem, data, PaperFrontMatter, Paper, settings)
    assert isinstance(document, Paper)
    return document


def _assemble(
    content: Path,
    settings: Settings,
    values: Iterable[Document | Picture],
    names: frozenset[str],
    drafts: bool,
) -> Catalogue:
    values = tuple(values)
    topics = {value.key: value for value in values if isinstance(value, Topic)}
    organisations = {value.key: value for value in values if isinstance(value, Organisation)}
    topic_links = {key: Link(topic.title, topic.address) for key, topic in topics.items()}
    organisation_links = {key: Link(it.title, it.address) for key, it in organisations.items()}
    papers = tuple(value for value in values if isinstance(value, Paper))
    entries = [
        Entry(
            paper,
            tuple(topic_links[key] for key in paper.topics if key in topic_links),
            tuple(organisation_links[key] for key in paper.organisations if key in organisation_links),
        )
        for paper in papers
        if drafts or not paper.draft
    ]
    entries.sort(key=_newest_first)
    return Catalogue(
        folder=content,
        settings=settings,
        papers=papers,
        entries=tuple(entries),
        topics=topics,
        organisations=organisations,
        articles=tuple(value for value in values if isinstance(value, Article)),
        pictures=tuple(value for value in values if isinstance(value, Picture)),
        files=names,
    )


def _newest_first(entry: Entry) -> tuple[int, int, int, str]:
    paper = entry.paper
    return -paper.date.toordinal(), -(paper.upvotes or 0), -(paper.comments or 0), paper.key


def _try(content: Path, settings: Settings, file: Found) -> Document | Picture | list[Problem]:
    """What a file is read as, or what is wrong with it."""
    try:
        return _file(content, file.name, settings)
    except ContentError as error:
        return list(error.problems)
    except OSError as error:
        message = f"cannot be read: {error.strerror}"
        return [Problem(f"{content.name}/{file.name}", 1, 1, message, "Make it a readable file")]


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
        given = vars(convert(shape, parsed, where))
        values = {name: _readable(value, formulas=name == "title") for name, value in given.items()}
    except ContentError as error:
        problems.extend(error.problems)
    body = markdown.render(parsed.body, settings.base, settings.math_macros)
    for mistake in body.problems:
        line = parsed.body_line + mistake.line - 1
        problems.append(Problem(where, line, 1, mistake.message, mistake.hint))
    if problems:
        raise ContentError(problems)
    if build is Paper:
        front, title = dict(values), values["title"]
        values["title_html"] = markdown.inline(title, settings.math_macros)
        values["plain_title"] = markdown.plain(title, settings.math_macros)
        values["terms"] = terms(PaperFrontMatter(**front), values["plain_title"], body.text)
    digest = blake2b(where.encode() + b"\0" + data, digest_size=16).hexdigest()
    return build(**values, key=key, path=where, html=body.html, text=body.text, digest=digest)


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
    else:
        return Picture(f"images/{name}", blake2b(data, digest_size=16).hexdigest())
    raise ContentError([problem])
