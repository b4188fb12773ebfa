"""/llms.txt (https://llmstxt.org): what a language model should read of this site, as Markdown."""

from collections.abc import Iterable, Iterator

from catalogue.model import Catalogue, File, Link, Page

NEWEST = 50


def plan(catalogue: Catalogue, plans: Iterable[Page | File]) -> Iterator[Page]:
    context = {
        "entries": catalogue.entries[:NEWEST],
        "topics": tuple((Link(it.title, it.address), it.description) for it in catalogue.topics.values()),
        "parts": tuple(it.path for it in plans if it.path.endswith(".jsonl")),
    }
    yield Page("llms.txt", "api/llms.txt", context)
