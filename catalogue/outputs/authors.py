"""A page for each author, by the name that the papers print, and the index of all names.

Names that differ only in marks and case share an address; the page shows each by itself, because
nothing says that they are one person.
"""

from collections import Counter
from collections.abc import Iterable, Iterator

from catalogue import beside
from catalogue.model import Catalogue, Entry, Link, Page, Paper, group
from catalogue.schema import Person
from catalogue.slugs import slug

SEVERAL = 2
"""From so many papers on an author has feeds and citations as files: most have one paper."""


def plan(catalogue: Catalogue) -> Iterator[Page]:
    entries = catalogue.entries
    written = [(person, entry) for entry in entries for person in _people_of(entry.paper)]
    for address, pairs in group((person.address, (person, entry)) for person, entry in written).items():
        people = _people(pairs)
        followed = catalogue.settings.author_files and len(pairs) >= SEVERAL
        context = {
            "address": address,
            "title": people[0][0].name,
            "people": people,
            "entries": tuple({id(entry): entry for _, entry in pairs}.values()),
            "followed": followed,
        }
        files = beside.citations(address) + beside.feeds(address) if followed else ()
        yield Page(f"{address[1:]}index.html", "pages/author.html", context, "", files)

    counts = Counter((person.name, person.address) for person, _ in written)
    names = sorted(counts, key=lambda name: (slug(name[0].split()[-1]), name[1], name[0]))
    letters = group(
        (slug(name.split()[-1])[0].upper(), (Link(name, to), counts[name, to])) for name, to in names
    )
    yield Page("authors/index.html", "pages/authors.html", {"letters": tuple(letters.items())})


def _people_of(paper: Paper) -> Iterable[Person]:
    """Each once: only where `author_count` confirms it do two people have one name."""
    return dict.fromkeys(paper.authors) if paper.author_count else paper.authors


def _people(pairs: tuple[tuple[Person, Entry], ...]) -> tuple[tuple[Person, tuple[Entry, ...]], ...]:
    """One section for each name as printed and each ORCID given, with most papers first."""
    if len(pairs) == 1:
        return ((pairs[0][0], (pairs[0][1],)),)
    sections = group(((person.name, person.orcid or ""), (person, entry)) for person, entry in pairs)
    ordered = sorted(sections.items(), key=lambda section: (-len(section[1]), section[0]))
    return tuple((section[0][0], tuple(entry for _, entry in section)) for _, section in ordered)
