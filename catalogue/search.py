"""The search: Pagefind over the paper pages of a stage, and facets of our own beside it.

A small catalogue has one index, a large one an index for the newest month and others for the years before,
which the browser merges: what did not change is not indexed again. Each index lies in a folder named by what
is in it, so that one is never taken for another.

Pagefind names papers by digests, which do not compress, and its own filters are not reproducible (their
values are written in another order each time). So here a paper is called by its index and its number in it,
newest first, which tells its year and its place in time; topics and organisations are in a file beside each
index, which is loaded when somebody filters. So the same pages give the same bytes.
"""

import json
import os
import re
import unicodedata
from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from functools import partial
from itertools import chain
from pathlib import Path

from catalogue import pagefind
from catalogue.model import Catalogue, Entry, digest, group
from catalogue.slugs import slug
from catalogue.workers import Task
from catalogue.write import clear, link

FOLDER = "pagefind"
FACETS = f"{FOLDER}/facets.json"
LARGE = 1_000
"""Papers of a catalogue that has several indexes."""
MOST = 1_200
"""Papers that an index of a year's months should have at most: what an edit costs grows with them."""
FEW = 12
"""Indexes that a catalogue should have, roughly: each is asked for each word of a query."""
SPANS = (1, 2, 3, 4, 6, 12)
"""Into how many indexes a year can be split."""
COST = 3
"""Of a paper in an index that is made, as `spread` counts it."""

TELLING = b"{const{error}=console;console.error=(...all)=>{error(...all);postMessage({broken:1})}}\n"
"""Goes before Pagefind's worker: it passes over an index that it cannot load, and says so nowhere else."""

UNUSED = re.compile(r"-ui\.|-highlight\.")
"""Pagefind's own interface; ours is search.js."""

ALREADY = re.compile(rf"{UNUSED.pattern}|\.js$|wasm\.")
"""What the first index has for all."""

HEAD = re.compile(r"<head>.*?(?=<article [^>]*data-pagefind-body)", re.DOTALL)

RUN = re.compile(r"[\u3005-\u3007\u3041-\u30fa\u30fc-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff]+")
"""Chinese, Japanese or Korean without a space; search.js has the same."""

Parts = Mapping[str, tuple[Entry, ...]]
"""The papers of each index, by the name of its folder."""


def wanted(catalogue: Catalogue) -> dict[str, tuple[Entry, ...]]:
    """The indexes that there should be, by the names of their folders, the newest papers' first."""
    entries, newest = catalogue.entries, catalogue.newest.first
    years = Counter(entry.paper.date.year for entry in entries)
    most = max(MOST, len(entries) // FEW)
    spans = {year: next((n for n in SPANS if count <= n * most), 12) for year, count in years.items()}

    def part(entry: Entry) -> str:
        day = entry.paper.date
        if len(entries) <= LARGE or (day.year, day.month) == (newest.year, newest.month):
            return "newest"
        span = spans[day.year]
        return f"{day.year}" if span == 1 else f"{day.year}-{(day.month - 1) * span // 12 + 1}of{span}"

    parts = group((part(entry), entry) for entry in entries)
    return {f"{name}-{digest(within)[:12]}": within for name, within in parts.items()}


def facets(catalogue: Catalogue) -> str:
    """Equal while the facets are, as long as the indexes are equal."""
    topics = tuple((topic.key, topic.title) for topic in catalogue.topics.values())
    return digest((topics, tuple((it.key, it.title) for it in catalogue.organisations.values())))


def bring(
    stage: Path, site: Path, catalogue: Catalogue, parts: Parts | None, known: tuple[str, ...]
) -> list[Task]:
    """Gives the stage those of the indexes `parts` that the site has, as far as they are `known`, and no
    others. Returns the making of the rest, for when the papers' pages are there, which raises SearchFailed.
    Where `parts` is None the stage has all that the site has."""
    folder, wanted = stage / FOLDER, known if parts is None else tuple(parts)
    if not wanted:
        clear(folder)
        return []
    folder.mkdir(exist_ok=True)
    for old in list(folder.iterdir()):
        if old.name not in known or old.name not in wanted:
            clear(old) if old.is_dir() else old.unlink()
    there = [
        part
        for part in known
        if part in wanted and ((folder / part).is_dir() or _keep(site / FOLDER / part, folder / part))
    ]
    if parts is None:
        with suppress(FileNotFoundError):  # what was lost is made with the next index
            link(f"{site}/{FACETS}", f"{stage}/{FACETS}")
        return []
    _write(stage / FACETS, _facets(catalogue, parts))
    return [
        Task(COST * len(entries), partial(_make, stage, folder / part, entries, part == wanted[0]))
        for part, entries in parts.items()
        if part not in there
    ]


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


def _make(stage: Path, folder: Path, entries: tuple[Entry, ...], first: bool) -> None:
    """Makes the index of these papers. The `first` has what runs."""
    clear(folder)
    made = pagefind.index([(entry.paper.address, _searched(stage, entry)) for entry in entries])
    papers = [(entry.paper.address, {"topics": entry.topics}) for entry in entries]
    for path, data in pagefind.numbered(made, folder.name.rpartition("-")[0], papers).items():
        if path.endswith("pagefind-worker.js"):
            data = TELLING + data
        if not (UNUSED if first else ALREADY).search(path):
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_bytes(data)
    _write(folder / "facets.json", _rows(entries))


def _searched(stage: Path, entry: Entry) -> str:
    """A paper's page without what comes before the paper, which Pagefind would pass over, and with more words
    to find it by, before its text, so that a result does not show them."""
    page = HEAD.sub("", (stage / entry.paper.address[1:] / "index.html").read_text("utf-8"), count=1)
    more = " ".join((*_plainly(entry), *_pairs(page.partition('<div class="after"')[0])))
    return page.replace("</header>", f'<p data-pagefind-weight="4">{more}</p></header>', 1) if more else page


def _plainly(entry: Entry) -> list[str]:
    """The authors' names in Latin letters, where these are more than the same without accents: that Pagefind
    knows, but not o for ø."""
    names = [person.name for person in entry.paper.authors]
    plain = re.sub(r"[^\0-\x7f]|['`]", "", unicodedata.normalize("NFD", " ".join(names).lower()))
    known = set(re.findall("[a-z0-9]+", plain))
    words = dict.fromkeys(chain.from_iterable(slug(name).split("-") for name in names))
    return [word for word in words if word not in known]


def _pairs(text: str) -> list[str]:
    """Each character of what is written without spaces, with the next: Pagefind finds that from its beginning
    alone."""
    runs = RUN.findall(unicodedata.normalize("NFC", text))
    return [run[at : at + 2] for run in runs for at in range(len(run))]


def _rows(entries: tuple[Entry, ...]) -> dict[str, object]:
    """The topics and organisations of these papers, and which of them each paper has."""
    values = [[link.address for link in (*entry.topics, *entry.organisations)] for entry in entries]
    known = {address: i for i, address in enumerate(dict.fromkeys(chain.from_iterable(values)))}
    return {"values": list(known), "papers": [[known[address] for address in row] for row in values]}


def _facets(catalogue: Catalogue, parts: Parts) -> dict[str, object]:
    """Which indexes there are, with how many papers, newest first; how many papers each year has; all topics
    and organisations, with how many papers they have."""
    entries = catalogue.entries
    years = Counter(entry.paper.date.year for entry in entries)
    links = Counter(link.address for entry in entries for link in (*entry.topics, *entry.organisations))
    topics = ((it.address, it.title, links[it.address]) for it in catalogue.topics.values())
    organisations = ((it.address, it.title, links[it.address]) for it in catalogue.organisations.values())
    return {
        "parts": [(part, len(within)) for part, within in parts.items()],
        "years": list(years.items()),
        "topics": list(topics),
        "organisations": list(organisations),
    }


def _write(path: Path, value: object) -> None:
    path.write_text(json.dumps(value, ensure_ascii=False, separators=(",", ":")), "utf-8")
