"""The search: Pagefind over the paper pages of a stage, and facets of our own beside it.

A small catalogue has one index, a large one an index for the newest month and one for each year before, which
the browser merges: what did not change is not indexed again. Each index lies in a folder named by what is in
it, so that one is never taken for another. Pagefind's own filters are not reproducible (their values are
written in another order each time), so the site filters by `facets.json`, which has each paper's day, topics
and organisations by Pagefind's name for the paper. So the same pages give the same bytes.
"""

import json
import os
import re
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

from catalogue import pagefind
from catalogue.model import Catalogue, Entry, digest, group
from catalogue.pagefind import SearchFailed
from catalogue.write import clear, link

FOLDER = "pagefind"
FACETS = f"{FOLDER}/facets.json"
LARGE = 1_000
"""Papers of a catalogue that has several indexes."""
MOST = 8_000
"""Papers of a year that has an index for each quarter: Pagefind's memory grows with one index."""

TELLING = b"{const{error}=console;console.error=(...all)=>{error(...all);postMessage({broken:1})}}\n"
"""Goes before Pagefind's worker: it passes over an index that it cannot load, and says so nowhere else."""

UNUSED = re.compile(r"-ui\.|-highlight\.")
"""Pagefind's own interface; ours is search.js."""

ALREADY = re.compile(rf"{UNUSED.pattern}|\.js$|wasm\.")
"""What the first index has for all."""

HEAD = re.compile(r"<head>.*?(?=<article [^>]*data-pagefind-body)", re.DOTALL)

Parts = Mapping[str, tuple[Entry, ...]]
"""The papers of each index, by the name of its folder."""
Names = Mapping[str, Mapping[str, str]]
"""Pagefind's names for the papers of each index, by their keys."""


def wanted(catalogue: Catalogue) -> dict[str, tuple[Entry, ...]]:
    """The indexes that there should be, by the names of their folders, the newest papers' first."""
    entries, newest = catalogue.entries, catalogue.newest.first
    years = group((entry.paper.date.year, entry) for entry in entries)

    def part(entry: Entry) -> str:
        day = entry.paper.date
        if len(entries) <= LARGE or (day.year, day.month) == (newest.year, newest.month):
            return "newest"
        quarter = f"-q{(day.month + 2) // 3}" if len(years[day.year]) > MOST else ""
        return f"{day.year}{quarter}"

    parts = group((part(entry), entry) for entry in entries)
    return {f"{name}-{digest(within)[:12]}": within for name, within in parts.items()}


def facets(catalogue: Catalogue) -> str:
    """Equal while the facets are, as long as the indexes are equal."""
    topics = tuple((topic.key, topic.title) for topic in catalogue.topics.values())
    return digest((topics, tuple((it.key, it.title) for it in catalogue.organisations.values())))


def bring(stage: Path, site: Path, catalogue: Catalogue, parts: Parts, known: Names, jobs: int) -> Names:
    """Gives the stage the indexes `parts`, and no others: the site's own where it has those `known`, else new
    ones, `jobs` at once. Returns Pagefind's names for the papers of each. Raises SearchFailed."""
    from concurrent.futures import ThreadPoolExecutor

    folder = stage / FOLDER
    for old in list(folder.iterdir()) if folder.is_dir() else []:
        if old.name not in known or old.name not in parts:
            clear(old) if old.is_dir() else old.unlink()
    if not parts:
        clear(folder)
        return {}
    folder.mkdir(exist_ok=True)
    newest = next(iter(parts))

    def brought(part: str) -> Mapping[str, str]:
        if part in known and ((folder / part).is_dir() or _keep(site / FOLDER / part, folder / part)):
            return known[part]
        clear(folder / part)
        return _make(stage, folder / part, parts[part], first=part == newest)

    with ThreadPoolExecutor(jobs) as pool:
        names = dict(zip(parts, pool.map(brought, parts), strict=True))
    (stage / FACETS).write_text(_facets(catalogue, parts, names), "utf-8")
    return names


def _keep(old: Path, new: Path) -> bool:
    """Takes an index of the old site into the stage; False where it is not there."""
    if not old.is_dir():
        return False
    for folder, _, names in os.walk(old):
        target = new / Path(folder).relative_to(old)
        target.mkdir(parents=True)
        for file in names:
            link(f"{folder}/{file}", f"{target}/{file}")
    return True


def _make(stage: Path, folder: Path, entries: tuple[Entry, ...], first: bool) -> dict[str, str]:
    """Makes the index of these papers, and returns Pagefind's name for each. The `first` has what runs."""
    import gzip

    made = pagefind.index([(entry.paper.address, _searched(stage, entry)) for entry in entries])
    found = {}
    for path, data in made.items():
        if path.endswith(".pf_fragment"):
            fragment = json.loads(gzip.decompress(data).removeprefix(b"pagefind_dcd"))
            found[fragment["url"]] = Path(path).stem
        if path.endswith("pagefind-worker.js"):
            data = TELLING + data
        if not (UNUSED if first else ALREADY).search(path):
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_bytes(data)
    if found.keys() != {entry.paper.address for entry in entries}:
        raise SearchFailed(f"the search index holds {len(found)} of {len(entries)} papers")
    return {entry.paper.key: found[entry.paper.address] for entry in entries}


def _searched(stage: Path, entry: Entry) -> str:
    """A paper's page without what comes before the paper: Pagefind would pass over it."""
    page = (stage / entry.paper.address[1:] / "index.html").read_text("utf-8")
    return HEAD.sub("", page, count=1)


def _facets(catalogue: Catalogue, parts: Parts, names: Names) -> str:
    """Which indexes there are, and of each paper, newest first, Pagefind's name, the day, the topics and the
    organisations. Pagefind's names are short: of papers in two indexes with one name, the key too."""
    topics = {topic.address: i for i, topic in enumerate(catalogue.topics.values())}
    organisations = {it.address: i for i, it in enumerate(catalogue.organisations.values())}
    named = [(names[part][entry.paper.key], entry) for part in parts for entry in parts[part]]
    often = Counter(name for name, _ in named)
    rows = [
        [
            name,
            entry.paper.date.isoformat(),
            [topics[topic.address] for topic in entry.topics],
            [organisations[it.address] for it in entry.organisations],
            *([entry.paper.key] if often[name] > 1 else []),
        ]
        for name, entry in named
    ]
    made = {
        "parts": list(parts),
        "topics": [[topic.key, topic.title] for topic in catalogue.topics.values()],
        "organisations": [[it.key, it.title] for it in catalogue.organisations.values()],
        "papers": rows,
    }
    return json.dumps(made, ensure_ascii=False, separators=(",", ":"))
