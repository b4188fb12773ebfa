"""Trending: the papers with most response for their age. There is no clock in it: an age is counted up
to the newest day that the content itself tells of."""

import datetime as dt
from collections.abc import Iterator

from catalogue.model import Catalogue, Entry, Page
from catalogue.schema import PaperFrontMatter

SHOWN = 50


def plan(catalogue: Catalogue) -> Iterator[Page]:
    counted = [entry for entry in catalogue.entries if points(entry.paper) and entry.paper.counted]
    days = [entry.paper.counted for entry in catalogue.entries if entry.paper.counted]
    today = max((*days, *catalogue.days), default=dt.date(1970, 1, 1))

    def weight(entry: Entry) -> float:
        return points(entry.paper) / (weeks(entry.paper, today) + 1)

    ranked = sorted(counted, key=weight, reverse=True)[:SHOWN]  # equal ones stay newest first
    rows = tuple((entry, weeks(entry.paper, today), f"{weight(entry):.2f}") for entry in ranked)
    context = {"rows": rows, "today": today, "counted": len(counted)}
    yield Page("trending/index.html", "pages/trending.html", context)


def points(paper: PaperFrontMatter) -> int:
    """An upvote is a point; a comment is two, because it costs more to write."""
    return (paper.upvotes or 0) + 2 * (paper.comments or 0)


def weeks(paper: PaperFrontMatter, today: dt.date) -> int:
    """The paper's age in whole weeks."""
    return (today - paper.date).days // 7
