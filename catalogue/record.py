"""What a paper is to programs: where else it is, when it changed, and its record in our own JSON."""

import dataclasses
import datetime as dt
import re
from collections.abc import Iterable
from functools import cache
from typing import Any

from catalogue.cite import resolved
from catalogue.model import Entry, Paper
from catalogue.schema import PaperFrontMatter, Settings

NEVER = dt.date(1970, 1, 1)
"""When an empty list last changed: formats ask for a day, and no other is sure to stay."""


def newest(entries: Iterable[Entry]) -> dt.date:
    """The last day on which one of the entries changed."""
    return max((entry.updated for entry in entries), default=NEVER)


def elsewhere(paper: Paper) -> tuple[tuple[str, str], ...]:
    """Where else the paper is and what belongs to it: labels and addresses, as they are shown."""
    links = paper.links
    places = (
        ("arXiv", paper.arxiv and f"https://arxiv.org/abs/{paper.arxiv}"),
        ("PDF", links.pdf or (paper.arxiv and f"https://arxiv.org/pdf/{paper.arxiv}")),
        ("DOI", paper.doi and resolved(paper.doi)),
        ("OpenReview", paper.openreview and f"https://openreview.net/forum?id={paper.openreview}"),
        ("ACL Anthology", paper.acl and f"https://aclanthology.org/{paper.acl}/"),
        ("Code", links.code),
        ("Project", links.project),
        ("Data", links.data),
        ("Model", links.model),
        ("Demo", links.demo),
        ("Video", links.video),
        ("Slides", links.slides),
        ("Poster", links.poster),
        ("Discussion", links.discussion),
    )
    return tuple((label, address) for label, address in places if address)


def home(paper: Paper) -> str | None:
    """Where the paper itself is kept: the address to cite, most lasting first."""
    places = dict(elsewhere(paper))
    return next(
        (places[name] for name in ("DOI", "ACL Anthology", "arXiv", "OpenReview") if name in places), None
    )


def whole(html: str, site: Settings, address: str) -> str:
    """Our own safe HTML with whole addresses, for readers elsewhere; `address` is that of its page.

    In it quotation marks stand only around attributes, so that no text can be taken for one.
    """
    host = site.root.removesuffix(site.base) if site.base else site.root
    html = re.sub(r' (?:href|src)="(?=/)', lambda found: found[0] + host, html)
    return re.sub(r' href="(?=#)', lambda found: found[0] + site.root + address, html)


def record(entry: Entry, site: Settings) -> dict[str, Any]:
    """The paper in our own JSON: its front matter as far as it is given, its key and address, the
    title and the body as plain text."""
    paper = entry.paper
    own = {"key": paper.key, "url": site.root + paper.address, "plain_title": paper.plain_title}
    return own | _given(paper, PaperFrontMatter) | {"text": paper.text}


@cache
def record_schema() -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of a record."""
    from catalogue.convert import json_schema

    schema = json_schema(PaperFrontMatter)
    added = {
        "key": "The paper's permanent key",
        "url": "The address of its page",
        "plain_title": "The title without mathematics",
        "text": "The body as plain text",
    }
    schema["properties"] |= {name: {"type": "string", "description": it} for name, it in added.items()}
    schema["required"] += list(added)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema"} | schema | {"title": "Paper"}


def _given(value: Any, shape: type) -> dict[str, Any]:
    """The keys of the dataclass `shape` that the value gives, as JSON has them."""
    named = ((name, _bare(getattr(value, name))) for name in _names(shape))
    return {name: bare for name, bare in named if not (bare is None or bare is False or bare in ([], {}))}


def _bare(value: Any) -> Any:
    if value is None or isinstance(value, str | int):
        return value
    if isinstance(value, tuple):
        return [_bare(item) for item in value]
    return value.isoformat() if isinstance(value, dt.date) else _given(value, type(value))


@cache
def _names(shape: type) -> tuple[str, ...]:
    return tuple(field.name for field in dataclasses.fields(shape))
