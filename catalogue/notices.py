"""What is worth a look, but no mistake: `check` tells it, and nothing is refused for it."""

import datetime as dt
import html
import re
from collections.abc import Callable, Iterator

from catalogue import untex
from catalogue.model import Catalogue, Paper, group
from catalogue.rules import Finding
from catalogue.slugs import slug

YEAR = dt.timedelta(days=366)
SMALL = frozenset("a an and as at by for from in into of on or the to via with".split())


def unused_files(catalogue: Catalogue) -> Iterator[Finding]:
    """Topics and organisations of no paper, pictures that no page shows."""
    papers = catalogue.papers
    used = {f"topics/{key}.md" for paper in papers for key in paper.topics}
    used |= {f"organisations/{key}.md" for paper in papers for key in paper.organisations}
    used |= {f"images/{paper.image.src}" for paper in papers if paper.image}
    bodies = (*catalogue.topics.values(), *catalogue.organisations.values(), *catalogue.articles)
    for document in (*papers, *bodies):
        used.update(re.findall(r'src="[^"]*/(images/[a-z0-9.-]+)"', document.html))
    for name in sorted(catalogue.files - used):
        folder = name.partition("/")[0]
        if folder in ("topics", "organisations", "images"):
            message = "no page shows this picture" if folder == "images" else "no paper has this"
            yield Finding(f"{catalogue.folder.name}/{name}", (), message, "Use it, or delete the file")


SOURCE = re.compile(r'<code class="tex">([^<]*)</code>')


def tex_left(catalogue: Catalogue) -> Iterator[Finding]:
    """LaTeX that has no Unicode stays as it was written."""
    for paper in catalogue.papers:
        texts = [("title", paper.title), ("summary", paper.summary), ("venue", paper.venue)]
        texts += [("authors", person.name) for person in paper.authors]
        for name, text in texts:
            raw = [part for part, is_raw in untex.parts(_without_formulas(text or "")) if is_raw]
            if raw:
                hint = "Write it as text, or as $mathematics$"
                yield Finding(paper.path, (name,), f"`{name}` still holds LaTeX: {raw[0]}", hint)
        if found := re.search(r"(?<!<pre>)<code>(\\[a-zA-Z]+[^<]*)</code>", paper.html):
            said = html.unescape(found[1])
            yield Finding(paper.path, (), f"the text still holds LaTeX: {said}", "Write it as text", said)


def formulas_as_source(catalogue: Catalogue) -> Iterator[Finding]:
    """Formulas that could not be read are shown as they were written."""
    for paper in catalogue.papers:
        for source in dict.fromkeys(SOURCE.findall(paper.title_html + paper.html)):
            said = html.unescape(source).partition("\n")[0]
            message = f"the formula cannot be read, and is shown as its source: {said}"
            yield Finding(paper.path, (), message, "Correct it, or write it as text", said)


def alike_titles(catalogue: Catalogue) -> Iterator[Finding]:
    """Titles equal but for case, marks and small words, of papers that share an author, unless one names the
    other in `related`."""
    for same in group((_bare(paper), paper) for paper in catalogue.papers).values():
        for paper in same[1:]:
            first = same[0]
            names = {person.address for person in first.authors}
            apart = paper.key in first.related or first.key in paper.related
            alone = not names or not paper.authors
            if not apart and (alone or any(person.address in names for person in paper.authors)):
                hint = f"Keep one; if they are two papers, add `related: [{first.key}]`"
                yield Finding(paper.path, ("title",), f"the title is nearly that of {first.path}", hint)


SEVERAL = re.compile(r"\band\b|;|,(?! (?:Jr|Sr|II|III|IV)\b)", re.IGNORECASE)


def names_of_several(catalogue: Catalogue) -> Iterator[Finding]:
    """Names that are a list of names, or have the last name first."""
    for paper in catalogue.papers:
        for i, person in enumerate(paper.authors):
            if SEVERAL.search(person.name):
                message = f"`authors` has '{person.name}' as one name"
                hint = "Give each person a line of their own, as printed: first names first"
                yield Finding(paper.path, ("authors", i), message, hint)


def far_ahead(catalogue: Catalogue) -> Iterator[Finding]:
    """A newest day more than a year after the one before it: charts and trending count from there."""
    days = list(catalogue.days)
    if len(days) > 1 and days[0] - days[1] > YEAR:
        for entry in catalogue.days[days[0]]:
            message = f"{days[0]} lies more than a year after every other day"
            hint = "Correct the year, if it is mistyped; charts and trending count from the newest day"
            yield Finding(entry.paper.path, ("date",), message, hint)


NOTICES: tuple[Callable[[Catalogue], Iterator[Finding]], ...] = (
    unused_files,
    tex_left,
    formulas_as_source,
    alike_titles,
    names_of_several,
    far_ahead,
)


def _without_formulas(text: str) -> str:
    return "".join(part for i, part in enumerate(untex.FORMULA.split(text)) if i % 2 == 0)


def _bare(paper: Paper) -> str:
    return " ".join(word for word in slug(paper.plain_title).split("-") if word not in SMALL)
