"""A page for each topic, and the list of all."""

from collections.abc import Iterator

from catalogue.model import Catalogue, Page, group


def plan(catalogue: Catalogue) -> Iterator[Page]:
    entries = group((topic.address, entry) for entry in catalogue.entries for topic in entry.topics)
    topics = sorted(catalogue.topics.values(), key=lambda topic: (topic.title.casefold(), topic.key))
    for topic in topics:
        context = {"topic": topic, "entries": entries.get(topic.address, ())}
        yield Page(f"{topic.address[1:]}index.html", "pages/topic.html", context, topic.path)
    counted = tuple((topic, len(entries.get(topic.address, ()))) for topic in topics)
    yield Page("topics/index.html", "pages/topics.html", {"topics": counted})
