"""The same things in other forms: files beside a page, made from its context. Paths and templates."""

Files = tuple[tuple[str, str], ...]

CITATIONS = tuple((form, f"citations/papers.{form}") for form in ("bib", "ris", "json"))
FEEDS = tuple((form, f"feeds/papers.{form}") for form in ("atom", "json"))
PAPER = tuple((form, f"papers/paper.{form}") for form in ("bib", "json"))
MORE = tuple((form, f"papers/paper.{form}") for form in ("ris", "txt", "md"))
ANSWER = "api/daily_papers.json"


def paper(key: str, more: bool) -> Files:
    """The files of the paper with this key, from `entry`: /papers/KEY.bib and so on; all if `more`."""
    return _named(f"papers/{key}", PAPER + MORE if more else PAPER)


def citations(address: str) -> Files:
    """Citations of the list at this address, from `entries`: /topics/agents/ has /topics/agents.bib."""
    return _named(address[1:-1], CITATIONS)


def feeds(address: str) -> Files:
    """The feeds of the list at this address, from `address`, `title` and `entries`."""
    return _named(f"feeds{address[:-1]}", FEEDS)


def answer(name: str) -> Files:
    """The answer of the Daily Papers API for what has this name, such as 2026-04, from `entries`."""
    return ((f"api/daily_papers/{name}.json", ANSWER),)


def _named(stem: str, forms: Files) -> Files:
    return tuple([(f"{stem}.{form}", template) for form, template in forms])
