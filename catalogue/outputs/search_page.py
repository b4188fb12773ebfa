"""The search page, which is also a plain list for when the search itself is not to be had."""

from collections import Counter
from collections.abc import Iterator

from catalogue.model import Catalogue, Page

RECENT = 50


def plan(catalogue: Catalogue) -> Iterator[Page]:
    years = tuple((year, len(entries)) for year, entries in catalogue.periods("year").items())
    topics = Counter(topic.address for entry in catalogue.entries for topic in entry.topics)
    organisations = Counter(it.address for entry in catalogue.entries for it in entry.organisations)
    context = {
        "years": years,
        "topics": tuple((topic, topics[topic.address]) for topic in catalogue.topics.values()),
        "organisations": tuple((it, organisations[it.address]) for it in catalogue.organisations.values()),
        "recent": catalogue.entries[:RECENT],
    }
    yield Page("search/index.html", "pages/search.html", context)
