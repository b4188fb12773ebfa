"""A paper as its source has it now, and the entry as it is: what of it is to be written.

An entry remembers what each source gave, by a short digest of each value (`seal`). A value that still
has that digest is the source's and follows it; a value that a person has changed, or taken out, is kept.
"""

import datetime as dt
import json
from collections.abc import Collection, Mapping
from hashlib import blake2b
from typing import Any, NamedTuple

from catalogue.compose import ORDER
from catalogue.found import Found

ABSTRACT = "abstract"
OURS = frozenset({"date", "counted"})
"""The day in this catalogue is never a source's to change; `counted` follows the counts."""
COUNTS = ("comments", "upvotes")


class Merged(NamedTuple):
    """Front matter to be written, the body if it is another, and what of both is new."""

    values: Mapping[str, Any]
    body: str | None
    changed: tuple[str, ...]


def fresh(found: Found, body: str, day: dt.date) -> Merged:
    """The whole of a new entry; `body` is the found text as Markdown."""
    given = _flat(found.values) | ({ABSTRACT: body} if body else {})
    return Merged(_values(given, {}, _source(found, given, day.isoformat()), day), body, tuple(given))


def update(
    found: Found,
    body: str,
    day: dt.date,
    current: Mapping[str, Any],
    current_body: str,
    always: Collection[str] = (),
    met: dt.date = dt.date.min,
) -> Merged:
    """What this source changes in an entry, if anything. The keys of `always` follow the source whoever wrote
    them. What was taken before what is known of the source, or not after what was `met` just now, only fills
    what is missing: else two records of a paper would undo each other for ever."""
    given = _flat(found.values) | ({ABSTRACT: body} if body else {})
    now = _flat(current) | ({ABSTRACT: current_body.strip()} if current_body.strip() else {})
    sources = [source for source in current.get("source", []) if isinstance(source, dict)]
    known = next((source for source in sources if found.url and source.get("url") == found.url), {})
    seals = dict(zip(known.get("of", "").split(", "), known.get("seal", "").split("-"), strict=False))
    taken, since = day.isoformat(), known.get("date", "")
    fills = taken < since or day <= met
    news = {
        key: value
        for key, value in given.items()
        if key not in OURS and value != now.get(key) and (key in always or _open(key, now, seals, fills))
    }
    if not news:
        return Merged({}, None, ())
    owned = {key: now.get(key) for key in seals if key and seals[key] == seal(now.get(key))} | news
    kept = {key: mark for key, mark in seals.items() if key and key not in owned}
    source = _source(found, owned, max(taken, since), kept)
    others = [it for it in sources if it is not known]
    values = _values(news, current, source, day)
    position = sources.index(known) if known else len(others)
    if found.url:
        values["source"] = [*others[:position], source, *others[position:]]
    if any(key not in COUNTS for key in news):
        values["updated"] = max(taken, *(str(current.get(key, "")) for key in ("date", "updated")))
    return Merged(values, news.get(ABSTRACT), tuple(news))


def seal(value: Any) -> str:
    """Six hexadecimal digits that tell whether a value is still the same."""
    text = json.dumps(value, ensure_ascii=False, sort_keys=True)
    return blake2b(text.encode(), digest_size=3).hexdigest()


def _open(key: str, now: Mapping[str, Any], seals: Mapping[str, str], fills: bool) -> bool:
    """Whether the source may set this value: it gave the one that stands there, or nothing stands there
    and nobody took it out."""
    if key in seals:
        return not fills and seals[key] == seal(now.get(key))
    return not now.get(key)


def _source(found: Found, owned: Mapping[str, Any], day: str, kept: Mapping[str, str] = {}) -> dict[str, str]:
    marks = {key: seal(value) for key, value in owned.items() if key not in OURS} | dict(kept)
    ordered = sorted(marks, key=_place)
    return {
        "of": ", ".join(ordered),
        "url": found.url,
        "date": day,
        "seal": "-".join(marks[key] for key in ordered),
    }


def _values(
    news: Mapping[str, Any], current: Mapping[str, Any], source: Mapping[str, str], day: dt.date
) -> dict[str, Any]:
    """Front matter with the news in it: the keys that change, and all of `links` where one of them does."""
    values: dict[str, Any] = {}
    for key, value in news.items():
        name, _, inner = key.partition(".")
        if inner:
            now = current.get(name)
            values.setdefault(name, dict(now) if isinstance(now, Mapping) else {})[inner] = value
        elif key != ABSTRACT:
            values[key] = value
    if any(key in news for key in COUNTS):
        values["counted"] = news.get("counted") or day.isoformat()
    return values | ({"source": [dict(source)]} if source["url"] else {})


def _flat(values: Mapping[str, Any]) -> dict[str, Any]:
    """Every key by itself: `links.code` and not `links`."""
    flat: dict[str, Any] = {}
    for key, value in values.items():
        if isinstance(value, Mapping):
            flat |= {f"{key}.{name}": item for name, item in value.items()}
        elif key != "source" and value:
            flat[key] = value
    return flat


def _place(key: str) -> tuple[int, str]:
    name = key.partition(".")[0]
    return (ORDER.index(name) if name in ORDER else len(ORDER)), key
