"""`add`: papers come in from everywhere, through one door."""

import datetime as dt
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from catalogue import merge
from catalogue.clean import line
from catalogue.compose import compose, skeleton
from catalogue.door import Door
from catalogue.found import Found
from catalogue.outcome import Outcome, Plan
from catalogue.problems import ContentError, Problem
from catalogue.read import Reading
from catalogue.shelf import Shelf


def plan(
    papers: Iterable[tuple[Found | Problem, dt.date]],
    content: Path,
    reading: Reading,
    topics: Sequence[str] = (),
    date: dt.date | None = None,
) -> Plan:
    """Works out what each paper, with the day it was taken, changes in the catalogue. `topics` and `date`
    are the curator's own, for new papers."""
    own: dict[str, Any] = {"topics": list(dict.fromkeys(topics))} if topics else {}
    if date:
        own["date"] = date.isoformat()
    shelf = Shelf(reading.catalogue.papers)
    door = Door(content, reading.catalogue.settings, shelf, own, Plan({}, {}, [], []), {})
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
    door = Door(content, reading.catalogue.settings, shelf, {}, Plan({}, {}, [], []), {})
    for found, day in papers:
        if isinstance(found, Problem):
            door.plan.problems.append(found)
        elif found.values.get("title") and (same := shelf.find(found.values)):
            kept = {key: found.values[key] for key in (*merge.COUNTS, "links") if key in found.values}
            door.plan.outcomes.append(door.merge(found._replace(values=kept), "", day, *same, merge.COUNTS))
    return door.plan
