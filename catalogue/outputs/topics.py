"""A page for each topic, and the list of all."""

from collections.abc import Iterator

from catalogue import beside
from catalogue.dates import monthly
from catalogue.model import Catalogue, Entries, Page, listed


def plan(catalogue: Catalogue) -> Iterator[Page]:
    entries = listed((topic.address, entry) for entry in catalogue.entries for topic in entry.topics)
    topics = sorted(catalogue.topics.values(), key=lambda topic: (topic.title.casefold(), topic.key))
    until = catalogue.newest
    counted = []
    for topic in topics:
        papers = entries.get(topic.address, Entries())
        series = monthly((entry.paper.date for entry in papers), until)
        context = {
            "topic": topic,
            "address": topic.address,
            "title": topic.title,
            "entries": papers,
            "series": series,
            "until": until,
        }
        files = beside.feeds(topic.address) + (beside.citations(topic.address) if papers else ())
        yield Page(f"{topic.address[1:]}index.html", "pages/topic.html", context, topic.path, files)
        counted.append((topic, len(papers), series))
    yield Page("topics/index.html", "pages/topics.html", {"topics": tuple(counted), "until": until})
