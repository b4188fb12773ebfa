"""content/ -> Catalogue: every file, and every mistake of every file at once."""

from collections.abc import Iterable, Mapping
from functools import partial
from pathlib import Path
from typing import NamedTuple

from catalogue.files import Seen, Signature
from catalogue.model import (
    Article,
    Catalogue,
    Document,
    Entries,
    Entry,
    Link,
    Organisation,
    Paper,
    Picture,
    Topic,
)
from catalogue.problems import Problem
from catalogue.schema import Person, Settings
from catalogue.workers import spread


class Record(NamedTuple):
    """What a content file was read as. While the file keeps this signature it is not read again."""

    signature: Signature | None
    value: Document | Picture


class Reading(NamedTuple):
    """What was read: all of it, and the names of the `fresh` files that were not remembered."""

    catalogue: Catalogue
    records: Mapping[str, Record]
    problems: tuple[Problem, ...]
    fresh: frozenset[str]


def catalogue(
    content: Path,
    seen: Seen,
    settings: Settings,
    remembered: Mapping[str, Record],
    entries: Iterable[Entry] = (),
    drafts: bool = False,
    jobs: int = 1,
) -> Reading:
    """Reads all that was `seen` in `content`, but for the files that are still as they were remembered. An
    entry that equals one of the last time's `entries` is that one."""
    from catalogue import document  # what reads a file is slow to import

    records = {
        file.name: remembered[file.name]
        for file in seen.files
        if file.name in remembered and remembered[file.name].signature == file.signature
    }
    changed = [file for file in seen.files if file.name not in records and file.name != "site.toml"]
    problems, people = list(seen.problems), dict[Person, Person]()
    values = spread(partial(document.read, content, settings), [file.name for file in changed], jobs)
    for file, value in zip(changed, values, strict=True):
        if isinstance(value, list):
            problems.extend(value)
        else:
            records[file.name] = Record(file.signature if file.settled else None, _shared(value, people))
    names = frozenset(file.name for file in seen.files)
    fresh = frozenset(file.name for file in changed)
    known = [records[name].value for name in sorted(records)]
    before = {entry.paper.key: entry for entry in entries}
    found = _assemble(content, settings, known, names, before, drafts)
    return Reading(found, records, tuple(problems), fresh)


def _shared(value: Document | Picture, people: dict[Person, Person]) -> Document | Picture:
    """The value, with one object for each of its authors that was read already: most wrote several papers."""
    if isinstance(value, Paper):
        vars(value)["authors"] = tuple(people.setdefault(person, person) for person in value.authors)
    return value


def _assemble(
    content: Path,
    settings: Settings,
    values: Iterable[Document | Picture],
    names: frozenset[str],
    before: Mapping[str, Entry],
    drafts: bool,
) -> Catalogue:
    values = tuple(values)
    topics = {value.key: value for value in values if isinstance(value, Topic)}
    organisations = {value.key: value for value in values if isinstance(value, Organisation)}
    topic_links = {key: Link(topic.title, topic.address) for key, topic in topics.items()}
    organisation_links = {key: Link(it.title, it.address) for key, it in organisations.items()}
    papers = tuple(value for value in values if isinstance(value, Paper))

    def entry(paper: Paper) -> Entry:
        topics = tuple([topic_links[key] for key in paper.topics if key in topic_links])
        its = tuple([organisation_links[key] for key in paper.organisations if key in organisation_links])
        old = before.get(paper.key)
        if old and (old.paper is paper, old.topics, old.organisations) == (True, topics, its):
            return old
        return Entry(paper, topics, its)

    entries = [entry(paper) for paper in papers if drafts or not paper.draft]
    entries.sort(key=_newest_first)
    return Catalogue(
        folder=content,
        settings=settings,
        papers=papers,
        entries=Entries(entries),
        topics=topics,
        organisations=organisations,
        articles=tuple(value for value in values if isinstance(value, Article)),
        pictures=tuple(value for value in values if isinstance(value, Picture)),
        files=names,
    )


def _newest_first(entry: Entry) -> tuple[int, int, int, str]:
    paper = entry.paper
    return -paper.date.toordinal(), -(paper.upvotes or 0), -(paper.comments or 0), paper.key
