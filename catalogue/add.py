"""`add`: papers come in from everywhere, through one door."""

import datetime as dt
import json
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, NamedTuple

from catalogue import document, frontmatter, merge
from catalogue.clean import line
from catalogue.compose import changed, compose, escaped, skeleton
from catalogue.found import Found
from catalogue.problems import ContentError, Problem
from catalogue.read import Reading
from catalogue.schema import Settings
from catalogue.shelf import Shelf

REQUIRED = ("title", "date")


class Outcome(NamedTuple):
    """What becomes of one paper: the file it is in, and what is new there."""

    what: Literal["added", "updated", "unchanged"]
    path: str
    news: tuple[str, ...]
    why: str = ""


class Plan(NamedTuple):
    """Files to be written, by their path, each with the text that it had; nothing is written yet."""

    texts: dict[str, str]
    before: dict[str, str]
    outcomes: list[Outcome]
    problems: list[Problem]

    def shown(self) -> str:
        """What would be written, as a unified diff."""
        from difflib import unified_diff

        return "".join(
            row
            for path, text in self.texts.items()
            for row in unified_diff(
                self.before.get(path, "").splitlines(True), text.splitlines(True), path, path
            )
        )

    def told(self) -> Iterator[str]:
        """What becomes of each paper, and of all, in lines."""
        met = set[str]()
        for what, path, news, why in self.outcomes:
            if what == "unchanged" and path in met:
                yield f"twice {path} ({why})"
            met.add(path)
            if what == "updated":
                yield f"updated {path}: {', '.join(news)} ({why})"
            elif what == "added":
                yield f"added {path}"
        numbers = Counter(outcome.what for outcome in self.outcomes)
        yield ", ".join(f"{numbers[what]:,} {what}" for what in ("added", "updated", "unchanged"))

    def write(self, content: Path) -> None:
        """Writes the files, each in one step."""
        for path, text in self.texts.items():
            target = content / path
            target.parent.mkdir(parents=True, exist_ok=True)
            new = target.with_name(f".{target.name}.new")
            new.write_text(text, "utf-8")
            new.replace(target)

    def as_json(self) -> str:
        problems = [problem._asdict() for problem in self.problems]
        papers = [outcome._asdict() for outcome in self.outcomes]
        return json.dumps({"papers": papers, "problems": problems}, ensure_ascii=False, indent=1)


def plan(
    papers: Iterable[tuple[Found | Problem, dt.date]],
    content: Path,
    reading: Reading,
    topics: Sequence[str] = (),
    date: dt.date | None = None,
) -> Plan:
    """Works out what each paper, with the day it was taken, changes in the catalogue. `topics` and `date`
    are the curator's own, for new papers."""
    own: dict[str, Any] = {"topics": list(topics)} if topics else {}
    if date:
        own["date"] = date.isoformat()
    shelf = Shelf(reading.catalogue.papers)
    door = _Door(content, reading.catalogue.settings, shelf, own, Plan({}, {}, [], []))
    organisations = set(reading.catalogue.organisations)
    for found, day in papers:
        if isinstance(found, Problem):
            door.plan.problems.append(found)
            continue
        try:
            outcome = door.take(found, day)
        except ContentError as error:
            reasons = "; ".join(problem.message for problem in error.problems)
            hint = "Add it by hand, or mend the source"
            door.plan.problems.append(Problem(found.path, found.line, 1, f"left out: {reasons}", hint))
            continue
        door.plan.outcomes.append(outcome)
        if outcome.what != "unchanged":
            for key, name in found.organisations.items():
                if key not in organisations:
                    organisations.add(key)
                    door.plan.texts[f"organisations/{key}.md"] = compose({"name": name}, "")
    return door.plan


class _Door(NamedTuple):
    content: Path
    settings: Settings
    shelf: Shelf
    own: Mapping[str, Any]
    plan: Plan

    def take(self, found: Found, day: dt.date) -> Outcome:
        """Plans one paper. Raises ContentError if it cannot be an entry."""
        for name in REQUIRED:
            if not found.values.get(name):
                raise ContentError([Problem(found.path, found.line, 1, f"it has no {name}", "")])
        body = escaped(found.text)
        if same := self.shelf.find(found.values):
            return self.merge(found, body, day, *same)
        date = str(self.own.get("date", found.values["date"]))
        key = self.shelf.new_key({**found.values, "date": date})
        path = f"papers/{date[:4]}/{key}.md"
        merged = merge.fresh(_settled(found, date), body, day)
        text, dropped = self.sound(path, found, {**merged.values, **self.own}, body)
        self.plan.texts[path] = text
        self.shelf.add(key, f"{self.content.name}/{path}", found.values)
        return Outcome("added", path, tuple(name for name in merged.changed if name not in dropped))

    def merge(
        self, found: Found, body: str, day: dt.date, key: str, why: str, always: Collection[str] = ()
    ) -> Outcome:
        path = self.shelf.places[key].removeprefix(f"{self.content.name}/")
        text = self.text(path)
        parsed = frontmatter.parse(text.encode(), path)
        settled = _settled(found, parsed.metadata["date"])
        merged = merge.update(settled, body, day, parsed.metadata, parsed.body, always)
        if merged is None:
            return Outcome("unchanged", path, (), f"same {why}")
        new = changed(text, merged.values, merged.body)
        document.paper(f"{self.content.name}/{path}", new.encode(), self.settings)
        if path not in self.plan.texts:
            self.plan.before[path] = text
        self.plan.texts[path] = new
        self.shelf.add(key, self.shelf.places[key], {"title": parsed.metadata["title"], **merged.values})
        return Outcome("updated", path, merged.changed, f"same {why}")

    def text(self, path: str) -> str:
        return self.plan.texts.get(path) or frontmatter.decode((self.content / path).read_bytes())

    def sound(
        self, path: str, found: Found, values: Mapping[str, Any], body: str
    ) -> tuple[str, tuple[str, ...]]:
        """The text of a new file. What of it cannot be kept is left out, and told. Raises ContentError
        if nothing can be."""
        text = compose(values, body)
        where = f"{self.content.name}/{path}"
        try:
            document.paper(where, text.encode(), self.settings)
            return text, ()
        except ContentError as error:
            parsed = frontmatter.parse(text.encode(), where)
            starts = [(mark.key_line, str(at[0])) for at, mark in parsed.marks.items() if len(at) == 1]
            wrong: dict[str, Problem] = {}
            for problem in error.problems:
                name = max((start for start in starts if start[0] <= problem.line), default=(0, ""))[1]
                wrong.setdefault(name if problem.line < parsed.body_line else merge.ABSTRACT, problem)
            if wrong.keys() & {*REQUIRED, "", merge.ABSTRACT, "source"}:
                raise
        kept = {name: value for name, value in values.items() if name not in wrong}
        text = compose(kept, body)
        document.paper(where, text.encode(), self.settings)
        for name, problem in wrong.items():
            message = f"`{name}` is left out of {where}: {problem.message}"
            self.plan.problems.append(Problem(found.path, found.line, 1, message, problem.hint))
        return text, tuple(wrong)


def _settled(found: Found, date: str) -> Found:
    """The paper as an entry of this day keeps it: no `published` that is the same day, and the number of
    authors where a name stands twice, as it may be that of two people."""
    values = {key: value for key, value in found.values.items() if key != "published" or value != date}
    names = [author if isinstance(author, str) else author["name"] for author in values.get("authors", ())]
    if len(set(names)) < len(names):
        values.setdefault("author_count", str(len(names)))
    return found._replace(values=values)


def new(title: str, date: dt.date, content: Path, reading: Reading) -> Plan:
    """Plans the skeleton of one entry, unless a paper of this title is here."""
    shelf, values = Shelf(reading.catalogue.papers), {"title": line(title), "date": date.isoformat()}
    if not values["title"]:
        return Plan({}, {}, [], [Problem("new", 1, 1, "the title is empty", "Give it in quotes")])
    if same := shelf.find(values):
        problem = Problem(shelf.places[same[0]], 1, 1, "this paper is here already", "Edit this file")
        return Plan({}, {}, [], [problem])
    path = f"papers/{date.year}/{shelf.new_key(values)}.md"
    return Plan({path: skeleton(values["title"], values["date"])}, {}, [Outcome("added", path, ())], [])


def refresh(papers: Iterable[tuple[Found | Problem, dt.date]], content: Path, reading: Reading) -> Plan:
    """Works out what is new of the signals of papers that are here: counts, and links that were missing."""
    shelf = Shelf(reading.catalogue.papers)
    door = _Door(content, reading.catalogue.settings, shelf, {}, Plan({}, {}, [], []))
    for found, day in papers:
        if isinstance(found, Problem):
            door.plan.problems.append(found)
        elif found.values.get("title") and (same := shelf.find(found.values)):
            kept = {key: found.values[key] for key in (*merge.COUNTS, "links") if key in found.values}
            door.plan.outcomes.append(door.merge(found._replace(values=kept), "", day, *same, merge.COUNTS))
    return door.plan
