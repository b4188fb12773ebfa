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
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from catalogue.model import Catalogue, Entry, digest, group
from catalogue.write import clear, link

FOLDER = "pagefind"
FACETS = f"{FOLDER}/facets.json"
LARGE = 1_000
"""Papers of a catalogue that has several indexes."""
MOST = 8_000
"""Papers of a year that has an index for each quarter: Pagefind's memory grows with one index."""

TELLING = "{const{error}=console;console.error=(...all)=>{error(...all);postMessage({broken:1})}}\n"
"""Goes before Pagefind's worker: it passes over an index that it cannot load, and says so nowhere else."""

ENDS = {".js": (b"search};", b"})();"), ".json": (b"]}",)}
"""How Pagefind's own files end that are not compressed: on a full disk it leaves half of them."""

Parts = Mapping[str, tuple[Entry, ...]]
"""The papers of each index, by the name of its folder."""
Names = Mapping[str, Mapping[str, str]]
"""Pagefind's names for the papers of each index, by their keys."""


class SearchFailed(Exception):
    """Pagefind did not make the index that it should have. The message says what is wrong."""


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


def bring(stage: Path, site: Path, catalogue: Catalogue, parts: Parts, known: Names) -> Names:
    """Gives the stage the indexes `parts`, and no others: the site's own where it has those `known`, else new
    ones. Returns Pagefind's names for the papers of each. Raises SearchFailed."""
    folder = stage / FOLDER
    for old in list(folder.iterdir()) if folder.is_dir() else []:
        if old.name not in known or old.name not in parts:
            clear(old) if old.is_dir() else old.unlink()
    if not parts:
        clear(folder)
        return {}
    folder.mkdir(exist_ok=True)
    names = {}
    for place, (part, entries) in enumerate(parts.items()):
        if part in known and ((folder / part).is_dir() or _keep(site / FOLDER / part, folder / part)):
            names[part] = known[part]
        else:
            clear(folder / part)
            names[part] = _make(stage, folder / part, entries, first=place == 0)
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
    """Makes the index of these papers, and returns Pagefind's name for each. The `first` has what runs.

    Pagefind's word is not taken for it: on a full disk it says that it succeeded.
    """
    pages = stage / FOLDER / "pages"
    for entry in entries:
        path = f"{entry.paper.address[1:]}index.html"
        (pages / path).parent.mkdir(parents=True)
        link(f"{stage}/{path}", f"{pages}/{path}")
    _run(pages, folder)
    clear(pages)
    unused = ["pagefind-*ui*", "pagefind-highlight.js"]  # Pagefind's own interface; ours is search.js
    for pattern in unused if first else [*unused, "*.js", "wasm.*"]:
        for path in folder.glob(pattern):  # type: ignore[assignment]
            path.unlink()  # type: ignore[attr-defined]
    for worker in folder.glob("pagefind-worker.js"):
        worker.write_text(TELLING + worker.read_text("utf-8"), "utf-8")
    found = {_key(fragment): name for name, fragment in _fragments(folder)}
    if found.keys() != {entry.paper.key for entry in entries}:
        raise SearchFailed(f"the search index holds {len(found)} of {len(entries)} papers")
    return found


def _run(pages: Path, folder: Path) -> None:
    import subprocess

    from pagefind_bin import get_executable

    command = [str(get_executable()), "--site", str(pages), "--output-path", str(folder), "--quiet"]
    done = subprocess.run(  # it inherits the lock: if this process is killed, no build meets what it writes
        command, capture_output=True, text=True, stdin=subprocess.DEVNULL, close_fds=False
    )
    if done.returncode:
        last = (done.stderr or done.stdout).strip().rpartition("\n")[2]
        raise SearchFailed(f"Pagefind ended with status {done.returncode}: {last}")


def _fragments(folder: Path) -> Iterator[tuple[str, Any]]:
    """Every fragment with its name, after a look into every file that Pagefind compressed."""
    import gzip
    import zlib

    for path in sorted(folder.rglob("*")):
        if path.suffix.startswith(".pf_") or path.suffix == ".pagefind":
            try:
                data = gzip.decompress(path.read_bytes())
            except (OSError, EOFError, zlib.error) as error:
                raise SearchFailed(f"{FOLDER}/{path.name} of the search index is damaged: {error}") from None
            if not data.startswith(b"pagefind_dcd"):
                raise SearchFailed(f"{FOLDER}/{path.name} of the search index is not Pagefind's")
            if path.suffix == ".pf_fragment":
                yield path.stem, json.loads(data.removeprefix(b"pagefind_dcd"))
        elif path.is_file() and not path.read_bytes().rstrip().endswith(ENDS.get(path.suffix, (b"",))):
            raise SearchFailed(f"{FOLDER}/{path.name} of the search index is not whole")
        elif path.is_file() and not path.stat().st_size:
            raise SearchFailed(f"{FOLDER}/{path.name} of the search index is empty")


def _key(fragment: Any) -> str:
    return re.sub(r"^/papers/(.*)/(?:index\.html)?$", r"\1", fragment["url"])


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
