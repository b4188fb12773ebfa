"""A page for each author, by the name that the papers print, and the index of all names.

Names that differ only in marks and case share an address; the page shows each by itself, because
nothing says that they are one person.
"""

from collections.abc import Iterator, Mapping

from catalogue import beside
from catalogue.model import Catalogue, Entries, Entry, Link, Page, group
from catalogue.schema import Person
from catalogue.slugs import slug

SEVERAL = 2
"""From so many papers on an author has feeds and citations as files: most have one paper."""

Pairs = tuple[tuple[Person, Entry], ...]


def plan(catalogue: Catalogue) -> Iterator[Page]:
    counts: dict[Link, int] = {}
    for address, pairs in catalogue.authors.items():
        people = _people(pairs)
        followed = catalogue.settings.author_files and len(pairs) >= SEVERAL
        context = {
            "address": address,
            "title": people[0][0].name,
            "people": people,
            "entries": people[0][1] if len(people) == 1 else _once(pairs),
            "followed": followed,
        }
        files = beside.citations(address) + beside.feeds(address) if followed else ()
        yield Page(f"{address[1:]}index.html", "pages/author.html", context, "", files)
        for person, entries in people:
            name = Link(person.name, address)
            counts[name] = counts.get(name, 0) + len(entries)
    yield Page("authors/index.html", "pages/authors.html", {"letters": _letters(counts)})


def _letters(counts: Mapping[Link, int]) -> tuple[tuple[str, tuple[tuple[Link, int], ...]], ...]:
    """The names and the numbers of their papers, by the first letters of the last names."""
    last = {name: slug(name.title.split()[-1]) for name in counts}
    names = sorted(counts, key=lambda name: (last[name], name.address, name.title))
    return tuple(group((last[name][0].upper(), (name, counts[name])) for name in names).items())


def _people(pairs: Pairs) -> tuple[tuple[Person, Entries], ...]:
    """One section for each name as printed and each ORCID given, with most papers first."""
    if len({(person.name, person.orcid) for person, _ in pairs}) == 1:  # as nearly always
        return ((pairs[0][0], _once(pairs)),)
    sections = group(((person.name, person.orcid or ""), (person, entry)) for person, entry in pairs)
    ordered = sorted(sections.items(), key=lambda section: (-len(section[1]), section[0]))
    return tuple((section[0][0], Entries([entry for _, entry in section])) for _, section in ordered)


def _once(pairs: Pairs) -> Entries:
    return Entries({id(entry): entry for _, entry in pairs}.values())
