"""One paper as its source has it -> the text of its file, new or as it is there: the door through which all
come in."""

import datetime as dt
import re
from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from catalogue import document, frontmatter, merge, rules
from catalogue.compose import changed, compose, escaped
from catalogue.found import Found
from catalogue.merge import Merged
from catalogue.outcome import Outcome, Plan
from catalogue.problems import ContentError, Problem
from catalogue.schema import Settings
from catalogue.shelf import Shelf

REQUIRED = ("title", "date")


class Door(NamedTuple):
    """Where papers come in: what is here already, what is the curator's `own`, the plan that grows, and
    when what it has `met` of each file was taken."""

    content: Path
    settings: Settings
    shelf: Shelf
    own: Mapping[str, Any]
    plan: Plan
    met: dict[str, dt.date]

    def take(self, found: Found, day: dt.date) -> Outcome:
        """Plans one paper. Raises ContentError if it cannot be an entry."""
        for name in REQUIRED:
            if not found.values.get(name):
                raise ContentError([Problem(found.path, found.line, 1, f"it has no {name}", "")])
        body = escaped(found.text)
        same = self.shelf.find(found.values)
        found = self.named(found, same[0] if same else None)
        if same:
            return self.merge(found, body, day, *same)
        found = _in_order(found)
        date = str(self.own.get("date", found.values["date"]))
        key = self.shelf.new_key({**found.values, "date": date})
        path = f"papers/{date[:4]}/{key}.md"

        def written(found: Found) -> tuple[Merged, str]:
            merged = merge.fresh(found, body, day)
            return merged, compose({**merged.values, **self.own}, body)

        merged, text = self.sound(path, _settled(found, date), written)
        self.plan.texts[path] = text
        self.met[path] = day
        self.shelf.add(key, f"{self.content.name}/{path}", merged.values)
        return Outcome("added", path, merged.changed)

    def merge(
        self, found: Found, body: str, day: dt.date, key: str, why: str, always: Collection[str] = ()
    ) -> Outcome:
        path = self.shelf.places[key].removeprefix(f"{self.content.name}/")
        text = self.text(path)
        parsed = frontmatter.parse(text.encode(), path)
        met = self.met.get(path, dt.date.min)
        self.met[path] = max(day, met)

        def written(found: Found) -> tuple[Merged, str]:
            merged = merge.update(found, body, day, parsed.metadata, parsed.body, always, met)
            return merged, changed(text, merged.values, merged.body) if merged.changed else text

        merged, new = self.sound(path, _settled(found, parsed.metadata["date"]), written)
        if not merged.changed:
            return Outcome("unchanged", path, (), f"same {why}")
        if path not in self.plan.texts:
            self.plan.before[path] = text
        self.plan.texts[path] = new
        self.shelf.add(key, self.shelf.places[key], {"title": parsed.metadata["title"], **merged.values})
        return Outcome("updated", path, merged.changed, f"same {why}")

    def named(self, found: Found, key: str | None) -> Found:
        """The paper without the identifiers that another here has: each is told."""
        held = self.shelf.held(found.values, key)
        for name, place in held.items():
            message = f"`{name}` is left out of '{found.values['title']}': {place} has it"
            hint = "Take it out of the wrong one, or make one of the two"
            self.plan.problems.append(Problem(found.path, found.line, 1, message, hint))
        return found._replace(values={name: it for name, it in found.values.items() if name not in held})

    def text(self, path: str) -> str:
        return self.plan.texts.get(path) or frontmatter.decode((self.content / path).read_bytes())

    def sound(
        self, path: str, found: Found, written: Callable[[Found], tuple[Merged, str]]
    ) -> tuple[Merged, str]:
        """What is `written` of the paper. What of it cannot be kept is left out, as if the source had not
        given it, and told. Raises ContentError if nothing can be kept."""
        merged, text = written(found)
        if merged.changed and (wrong := self.wrong(f"{self.content.name}/{path}", text)):
            kept = {name: value for name, value in found.values.items() if name not in wrong}
            merged, text = written(found._replace(values=kept))
            document.paper(f"{self.content.name}/{path}", text.encode(), self.settings)
            for name, problem in wrong.items():
                message = f"`{name}` is left out of {self.content.name}/{path}: {problem.message}"
                self.plan.problems.append(Problem(found.path, found.line, 1, message, problem.hint))
        return merged, text

    def wrong(self, where: str, text: str) -> dict[str, Problem]:
        """The keys of this text that cannot be kept, and why. Raises ContentError for what it cannot be
        without."""
        try:
            paper = document.paper(where, text.encode(), self.settings)
            findings = rules.days_in_order(paper)
            return {str(it.location[0]): Problem(where, 1, 1, it.message, it.hint) for it in findings}
        except ContentError as error:
            parsed = frontmatter.parse(text.encode(), where)
            starts = [(mark.key_line, str(at[0])) for at, mark in parsed.marks.items() if len(at) == 1]
            wrong: dict[str, Problem] = {}
            for problem in error.problems:
                name = max((start for start in starts if start[0] <= problem.line), default=(0, ""))[1]
                wrong.setdefault(name if problem.line < parsed.body_line else merge.ABSTRACT, problem)
            if wrong.keys() & {*REQUIRED, "", merge.ABSTRACT, "source"}:
                raise
            return wrong


def _in_order(found: Found) -> Found:
    """The paper on a day on which arXiv had given out its identifier: only the year may be said, or it was
    published years before."""
    said = str(found.values["date"])
    name = re.match(r"(\d\d)(0[1-9]|1[0-2])\.", found.values.get("arxiv", ""))
    first = f"20{name[1]}-{name[2]}-01" if name else said
    if said >= (dt.date.fromisoformat(first) - rules.WEEK).isoformat():
        return found
    published = {} if said == f"{first[:4]}-01-01" else {"published": said}
    return found._replace(values={**published, **found.values, "date": first})


def _settled(found: Found, date: str) -> Found:
    """The paper as an entry of this day keeps it: no `published` that is the same day, no keyword twice, and
    the number of authors where a name stands twice, as it may be that of two people."""
    values = {key: value for key, value in found.values.items() if key != "published" or value != date}
    if "keywords" in values:
        values["keywords"] = list(dict.fromkeys(values["keywords"]))
    names = [author if isinstance(author, str) else author["name"] for author in values.get("authors", ())]
    if len(set(names)) < len(names):
        values.setdefault("author_count", str(len(names)))
    return found._replace(values=values)
