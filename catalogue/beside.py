"""The same things in other forms: files beside a page, made from its context. Paths and templates."""

Files = tuple[tuple[str, str], ...]

CITATIONS = ("bib", "ris", "json")
FEEDS = ("atom", "json")
PAPER = ("bib", "json")
MORE = ("ris", "txt", "md")


def paper(key: str, more: bool) -> Files:
    """The files of the paper with this key, from `entry`: /papers/KEY.bib and so on; all if `more`."""
    forms = PAPER + MORE if more else PAPER
    return tuple((f"papers/{key}.{form}", f"papers/paper.{form}") for form in forms)


def citations(address: str) -> Files:
    """Citations of the list at this address, from `entries`: /topics/agents/ has /topics/agents.bib."""
    return tuple((f"{address[1:-1]}.{form}", f"citations/papers.{form}") for form in CITATIONS)


def feeds(address: str) -> Files:
    """The feeds of the list at this address, from `address`, `title` and `entries`."""
    return tuple((f"feeds{address[:-1]}.{form}", f"feeds/papers.{form}") for form in FEEDS)


def answer(name: str) -> Files:
    """The answer of the Daily Papers API for what has this name, such as 2026-04, from `entries`."""
    return ((f"api/daily_papers/{name}.json", "api/daily_papers.json"),)
