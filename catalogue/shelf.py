"""Which papers there are already: the same one is recognised by its identifiers and by its title."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from typing import Any

from catalogue.markdown import plain
from catalogue.model import Paper
from catalogue.slugs import key_for, slug

KINDS = ("arxiv", "doi", "openreview", "acl")
CLOSE = 2
"""A preprint and its paper lie so many years apart at most; a reprint or a namesake more."""


class Shelf:
    """The papers of a catalogue by their identifiers and titles; papers can be added."""

    def __init__(self, papers: Iterable[Paper]) -> None:
        self.places: dict[str, str] = {}
        self.old: set[str] = set()
        self.known: dict[str, list[str]] = {}
        self.names: dict[str, dict[str, str]] = {}
        self.families: dict[str, set[str]] = {}
        self.years: dict[str, set[int]] = {}
        for paper in papers:
            values = {"title": paper.title} | {kind: getattr(paper, kind) for kind in KINDS}
            values["authors"] = [person.name for person in paper.authors]
            values |= {"date": str(paper.date), "published": str(paper.published or paper.date)}
            self.add(paper.key, paper.path, values)
            self.old |= {place.removeprefix("/papers/").rstrip("/") for place in paper.aliases}

    def add(self, key: str, path: str, values: Mapping[str, Any]) -> None:
        self.places[key] = path
        self.names.setdefault(key, {}).update(identifiers(values))
        self.families.setdefault(key, set()).update(families(values))
        self.years.setdefault(key, set()).update(years(values))
        for kind, name in self.names[key].items():
            keys = self.known.setdefault(f"{kind}:{name}", [])
            if key not in keys:
                keys.append(key)

    def find(self, values: Mapping[str, Any]) -> tuple[str, str] | None:
        """The key of the same paper and by what it was recognised. Equal titles do not make two papers
        one if an identifier of theirs differs, no author of theirs is the same, or years lie between;
        nor does an equal identifier if neither title nor authors are: chapters have the DOI of their book."""
        mine = identifiers(values)
        for kind, name in [*mine.items()]:
            keys = self.known.get(f"{kind}:{name}", ())
            same = self._alike if kind == "title" else self._related
            if found := next((key for key in keys if same(values, mine, key)), None):
                return found, kind
            if keys:  # another's: it says nothing of this one
                del mine[kind]
        return None

    def held(self, values: Mapping[str, Any], key: str | None) -> dict[str, str]:
        """The identifiers of the paper `key`, or of a new one, that another has, and where that is."""
        known = {kind: self.known.get(f"{kind}:{name}") for kind, name in identifiers(values).items()}
        return {kind: self.places[keys[0]] for kind in KINDS if (keys := known.get(kind)) and key not in keys}

    def _related(self, values: Mapping[str, Any], mine: Mapping[str, str], key: str) -> bool:
        """Whether title or authors speak for it that an equal identifier means the same paper."""
        return mine.get("title") == self.names[key].get("title") or not self._strangers(values, key)

    def _strangers(self, values: Mapping[str, Any], key: str) -> bool:
        """Whether authors are known of both and none is of both."""
        people, its = families(values), self.families[key]
        return bool(people and its) and not people & its

    def _alike(self, values: Mapping[str, Any], mine: Mapping[str, str], key: str) -> bool:
        """Whether nothing but the title speaks against it that they are the same paper."""
        its, when = self.names[key], years(values)
        if any(mine[kind] != its[kind] for kind in KINDS if kind in mine and kind in its):
            return False
        if self._strangers(values, key):
            return False
        return not when or any(abs(a - b) <= CLOSE for a in when for b in self.years[key])

    def new_key(self, values: Mapping[str, Any]) -> str:
        """A key for a paper that is not here. It depends on the paper, and on no other unless that has
        taken it."""
        key = key_for(plain(values["title"])) or "paper"
        names = identifiers(values)
        second = next((names[kind] for kind in KINDS if kind in names), values["date"][:4])
        choices = [key, f"{key}-{values['date'][:4]}", f"{key[:60]}-{slug(second)}"[:100]]
        number = 2
        while choices[0] in self.places or choices[0] in self.old:
            choices = choices[1:] or [f"{key}-{number}"]
            number += len(choices) == 1
        return choices[0]


def years(values: Mapping[str, Any]) -> set[int]:
    """The years in which it appeared, or came into a catalogue."""
    return {int(values[name][:4]) for name in ("date", "published") if values.get(name)}


def families(values: Mapping[str, Any]) -> set[str]:
    """The last words of the authors' names, without accents and case."""
    names = (author if isinstance(author, str) else author["name"] for author in values.get("authors", ()))
    words = (re.findall(r"\w+", unicodedata.normalize("NFKD", name).casefold()) for name in names)
    return {word[-1] for word in words if word}


def identifiers(values: Mapping[str, Any]) -> dict[str, str]:
    """What names a paper, each in one spelling: an arXiv identifier without its version, a DOI in lower
    case, the letters and digits of the title."""
    found = {kind: str(values[kind]) for kind in KINDS if values.get(kind)}
    if "arxiv" in found:
        found["arxiv"] = re.sub(r"v\d+$", "", found["arxiv"])
    if "doi" in found:
        found["doi"] = found["doi"].lower()
    title = unicodedata.normalize("NFKD", plain(values["title"])).casefold()
    if letters := "".join(re.findall(r"[^\W_]", title)):
        found["title"] = letters
    return found
