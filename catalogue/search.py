"""The search index: Pagefind over the paper pages of a stage, and facets of our own beside it.

Pagefind's own filters are not reproducible (their values are written in another order each time),
so the site's search filters by `facets.json`, which maps Pagefind's results to days, topics and
organisations. With it the same pages give the same bytes.
"""

import gzip
import json
import os
import re
import shutil
import subprocess
import zlib
from pathlib import Path
from typing import Any

from catalogue.model import Catalogue, digest
from catalogue.write import link

FOLDER = "pagefind"
PAGES = "papers/*/index.html"


class SearchFailed(Exception):
    """Pagefind did not make the index that it should have. The message says what is wrong."""


def fingerprint(catalogue: Catalogue) -> str:
    """Equal while the index is: it holds the papers, and what they are filed under."""
    topics = tuple((topic.key, topic.title) for topic in catalogue.topics.values())
    organisations = tuple((it.key, it.title) for it in catalogue.organisations.values())
    return digest((catalogue.entries, topics, organisations))


def bring(stage: Path, site: Path, catalogue: Catalogue, index: str, known: str) -> None:
    """Gives the stage the index with the fingerprint `index` ("" for none): the site's own if that is the
    `known` one and whole, else a new one. Raises SearchFailed."""
    if (stage / FOLDER).exists():
        shutil.rmtree(stage / FOLDER)
    if index and (index != known or not _keep(site, stage)):
        make(stage, catalogue)


def _keep(site: Path, stage: Path) -> bool:
    """Takes the old site's index into the stage; False where it is not whole."""
    old, new = site / FOLDER, stage / FOLDER
    if not (old / "facets.json").is_file():
        return False
    for folder, _, names in os.walk(old):
        target = new / Path(folder).relative_to(old)
        target.mkdir(parents=True)
        for file in names:
            link(f"{folder}/{file}", f"{target}/{file}")
    return True


def make(stage: Path, catalogue: Catalogue) -> None:
    """Makes the index of the papers in `stage`. Raises SearchFailed unless it is whole.

    Pagefind's word is not taken for it: on a full disk it says that it succeeded.
    """
    folder = stage / FOLDER
    if catalogue.entries:
        _run(stage)
    for unused in folder.glob("pagefind-*ui*"):  # Pagefind's own interface; ours is search.js
        unused.unlink()
    folder.mkdir(exist_ok=True)
    fragments = _fragments(folder)
    keys = {entry.paper.address: entry for entry in catalogue.entries}
    found = {_address(fragment): name for name, fragment in fragments.items()}
    if found.keys() != keys.keys():
        raise SearchFailed(f"the search index holds {len(found)} of {len(keys)} papers")
    topics = {topic.address: i for i, topic in enumerate(catalogue.topics.values())}
    organisations = {it.address: i for i, it in enumerate(catalogue.organisations.values())}
    facets = {
        "topics": [[topic.key, topic.title] for topic in catalogue.topics.values()],
        "organisations": [[it.key, it.title] for it in catalogue.organisations.values()],
        "papers": {
            found[address]: [
                entry.paper.date.isoformat(),
                [topics[topic.address] for topic in entry.topics],
                [organisations[it.address] for it in entry.organisations],
            ]
            for address, entry in sorted(keys.items())
        },
    }
    text = json.dumps(facets, ensure_ascii=False, separators=(",", ":"))
    (folder / "facets.json").write_text(text, "utf-8")


def _run(stage: Path) -> None:
    from pagefind_bin import get_executable

    command = [str(get_executable()), "--site", str(stage), "--glob", PAGES]
    command += ["--output-subdir", FOLDER, "--quiet"]
    done = subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL)
    if done.returncode:
        last = (done.stderr or done.stdout).strip().rpartition("\n")[2]
        raise SearchFailed(f"Pagefind ended with status {done.returncode}: {last}")


def _fragments(folder: Path) -> dict[str, Any]:
    """Every fragment by its name, after a look into every file that Pagefind compressed."""
    fragments: dict[str, Any] = {}
    for path in sorted(folder.rglob("*")):
        if path.suffix.startswith(".pf_") or path.suffix == ".pagefind":
            try:
                data = gzip.decompress(path.read_bytes())
            except (OSError, EOFError, zlib.error) as error:
                raise SearchFailed(f"{FOLDER}/{path.name} of the search index is damaged: {error}") from None
            if not data.startswith(b"pagefind_dcd"):
                raise SearchFailed(f"{FOLDER}/{path.name} of the search index is not Pagefind's")
            if path.suffix == ".pf_fragment":
                fragments[path.stem] = json.loads(data.removeprefix(b"pagefind_dcd"))
        elif path.is_file() and not path.stat().st_size:
            raise SearchFailed(f"{FOLDER}/{path.name} of the search index is empty")
    return fragments


def _address(fragment: Any) -> str:
    return re.sub("index.html$", "", fragment["url"])
