"""Papers in the front matter of other generators. What their keys mean is data: `GENERATORS`."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from catalogue import frontmatter, markdown
from catalogue.clean import html, prose
from catalogue.clean import line as to_line
from catalogue.found import Found
from catalogue.identifiers import day, doi, identifiers, permanent, web
from catalogue.problems import ContentError, Problem

NAME = "front matter of PMLR, JOSS, Hugo and Jekyll"


class Generator(NamedTuple):
    """How one generator writes papers. It is recognised by the keys that it `needs` and by the `path`;
    `keys` gives for each of ours theirs, the first that there is; `person` the parts of an author's name in
    their order; `body` is the heading under which the abstract stands, "" if it is the whole body, None
    if the body is something else."""

    needs: frozenset[str]
    path: str
    keys: Mapping[str, tuple[str, ...]]
    person: tuple[str, ...] = ("name",)
    body: str | None = None


SHARED = {"title": ("title",), "authors": ("authors", "author"), "doi": ("doi",), "arxiv": ("arxiv",)}
GENERATORS = (
    Generator(  # https://github.com/mlresearch/papersite
        needs=frozenset({"title", "author", "layout", "abstract"}),
        path=r"\.(?:md|markdown)$",
        keys=SHARED
        | {
            "date": ("date", "issued"),
            "abstract": ("abstract",),
            "venue": ("container-title", "booktitle"),
            "openreview": ("openreview",),
            "links.pdf": ("pdf",),
            "links.code": ("software", "code"),
            "links.video": ("video",),
            "url": ("url", "pdf"),
        },
        person=("given", "prefix", "family", "suffix"),
    ),
    Generator(  # https://joss.readthedocs.io/en/latest/paper.html
        needs=frozenset({"title", "authors", "affiliations", "bibliography"}),
        path=r"\.md$",
        keys=SHARED | {"date": ("date",), "keywords": ("tags",)},
        person=("name", "given-names", "dropping-particle", "non-dropping-particle", "surname", "suffix"),
        body="Summary",
    ),
    Generator(  # https://docs.hugoblox.com/reference/content-types/
        needs=frozenset({"title", "authors", "publication_types"}),
        path=r"index\.md$",
        keys=SHARED
        | {
            "date": ("date", "publishDate"),
            "abstract": ("abstract",),
            "summary": ("summary",),
            "keywords": ("tags",),
            "venue": ("publication", "publication_short"),
            "links.pdf": ("url_pdf",),
            "links.code": ("url_code",),
            "links.data": ("url_dataset",),
            "links.project": ("url_project",),
            "links.slides": ("url_slides",),
            "links.poster": ("url_poster",),
            "links.video": ("url_video",),
            "url": ("url_source", "url_pdf"),
        },
    ),
    Generator(  # https://jekyllrb.com/docs/posts/, and academicpages
        needs=frozenset({"title"}),
        path=r"(?:^|/)\d{4}-\d\d-\d\d-[^/]+\.(?:md|markdown)$",
        keys=SHARED
        | {
            "date": ("date",),
            "keywords": ("tags", "keywords"),
            "venue": ("venue",),
            "summary": ("excerpt", "description"),
            "url": ("paperurl", "link"),
            "links.code": ("codeurl",),
            "links.slides": ("slidesurl",),
        },
        body="",
    ),
)


def address(source: str) -> str | None:
    return None


def knows(data: bytes, path: str) -> bool:
    if not re.search(r"\.(?:md|markdown)$", path) or not data.lstrip(b"\xef\xbb\xbf").startswith(
        (b"---", b"+++")
    ):
        return False
    front = re.split(rb"^(?:---|\+\+\+)[ \t]*\r?$", data, maxsplit=2, flags=re.MULTILINE)[1:2]
    names = re.findall(rb"^[\"']?([\w-]+)[\"']?[ \t]*[:=]", front[0] if front else b"", re.MULTILINE)
    return bool(_generator({name.decode() for name in names}, path))


def read(data: bytes, path: str) -> Iterator[Found | Problem]:
    """The paper of the file; its formulas and emphasis become plain text with `$formulas$`."""
    try:
        values, body = matter(data, path)
    except ContentError as error:
        yield error.problems[0]
        return
    generator = _generator(set(values), path)
    if not generator:
        yield Problem(path, 1, 1, "no generator that is known writes papers so", "Add it by hand")
        return
    yield _found(generator, values, body, path)


def matter(data: bytes, path: str) -> tuple[Mapping[str, Any], str]:
    """Front matter, in YAML or in TOML, and the body. Raises ContentError."""
    if not data.lstrip(b"\xef\xbb\xbf").startswith(b"+++"):
        parsed = frontmatter.parse(data, path)
        return parsed.metadata, parsed.body
    _, front, body = [
        *re.split(r"^\+\+\+[ \t]*\r?$", frontmatter.decode(data), maxsplit=2, flags=re.M),
        "",
        "",
    ][:3]
    try:
        return tomllib.loads(front.replace("\r\n", "\n")), body
    except tomllib.TOMLDecodeError as error:
        line = re.search(r"line (\d+)", str(error))
        number = int(line[1]) if line else 1
        raise ContentError([Problem(path, number, 1, to_line(str(error)), "Mend the TOML")]) from None


def _generator(names: set[str], path: str) -> Generator | None:
    return next((one for one in GENERATORS if one.needs <= names and re.search(one.path, path)), None)


def _found(generator: Generator, values: Mapping[str, Any], body: str, path: str) -> Found | Problem:
    given = {ours: first(values, theirs) for ours, theirs in generator.keys.items()}
    title, dated = line(given["title"]), str(given.pop("date", "") or "")
    name = path.rpartition("/")[2]
    date = day(dated, re.sub(r"\b\d{4}\b", "", dated)) or day(name[:10])
    if not title or not date:
        what = "no title" if not title else "no date"
        return Problem(path, 1, 1, f"this file is left out: it has {what}", "Add it to its front matter")
    own = doi(str(given.pop("doi") or ""))
    addresses = [web(str(one)) for key, one in given.items() if one and key.startswith(("links.", "url"))]
    named = identifiers([f"doi:{own}" if own else "", f"arxiv:{given.pop('arxiv') or ''}", *addresses])
    links = {
        key[6:]: url for key in given if key.startswith("links.") and (url := web(str(given[key] or "")))
    }
    found = {
        "title": title,
        "date": date,
        "authors": [one for author in many(given["authors"]) if (one := person(author, generator.person))],
        "keywords": [word for one in many(given.get("keywords")) if (word := line(one))],
        "venue": re.sub(r"^In ", "", line(given.get("venue"))),
        "openreview": given.get("openreview"),
        "summary": line(given.get("summary")),
        **named,
        "links": links,
    }
    text = str(given.get("abstract") or "") or section(body, generator.body)
    url = permanent(named, str(given.get("url") or ""))
    return Found({k: v for k, v in found.items() if v}, plain(text), url, path)


def first(values: Mapping[str, Any], names: tuple[str, ...]) -> Any:
    return next((values[name] for name in names if values.get(name)), None)


def many(value: Any) -> list[Any]:
    """A list, or the one that there is; names in one text are parted by commas or `and`."""
    if isinstance(value, str):
        return re.split(r",\s*(?:and\s+)?|\s+and\s+", value)
    return value if isinstance(value, list) else []


def line(value: Any) -> str:
    """One line of Markdown as text; `$formulas$` stay."""
    text = html(str(value)) if isinstance(value, str | int) else ""
    return to_line(re.sub(r"(?<![\w\\$])([*_]{1,2})([^*_$]+)\1(?!\w)", r"\2", text))


def person(author: Any, parts: tuple[str, ...]) -> str | dict[str, str]:
    if not isinstance(author, Mapping):
        return line(author)
    name = to_line(" ".join(str(author[part]) for part in parts if author.get(part)))
    orcid = re.search(r"(?:\d{4}-){3}\d{3}[\dX]", str(author.get("orcid", "")))
    return {"name": name, "orcid": orcid[0]} if name and orcid else name


def section(body: str, heading: str | None) -> str:
    """The part of a body under a heading."""
    if not heading:
        return body if heading == "" else ""
    found = re.search(rf"^#+ *{re.escape(heading)} *$(.*?)(?=^#|\Z)", body, re.MULTILINE | re.DOTALL)
    return found[1] if found else ""


def plain(text: str) -> str:
    """Markdown as text, a paragraph each; those with a formula keep it, and their marks."""
    parts = (part if "$" in part else markdown.render(part).text for part in re.split(r"\n\s*\n", text))
    return prose("\n\n".join(html(part) for part in parts))
