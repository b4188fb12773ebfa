"""Searches a built site in Chromium: `python tests/benchmarks/searching.py SITE [TITLES]`.

The site must be that of a benchmark's corpus, built with its search. It is served compressed, as GitHub Pages
serves it. Prints what the first search transfers and how long it takes, page and all, and in a page that is
there, from Enter to the results; the same of further searches of a reader who has just come; and how often a
paper is first of what its title finds, and among the first three of what an author and a word of the title
find.
"""

import html
import json
import random
import re
import shutil
import statistics
import sys
import threading
import time
from collections.abc import Iterable
from functools import partial
from http.server import ThreadingHTTPServer
from pathlib import Path
from typing import Any

from lighthouse import Pages
from playwright.sync_api import Page, sync_playwright

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]
DONE = "() => document.getElementById('status').textContent"
CLOCK = """() => {
  const list = document.getElementById('results'), form = document.getElementById('search')
  window.took = new Promise(done => form.addEventListener('submit', () => {
    const start = performance.now()
    const seen = new MutationObserver(() => {
      if (list.querySelector('[data-key]')) requestAnimationFrame(() => done(performance.now() - start))
    })
    seen.observe(list, { childList: true })
  }, true))
}"""
"""Milliseconds from the question to the first results on the screen."""
TYPING = 0.25
"""Seconds that the page waits for more typing."""


class Counted(Pages):
    sent = 0

    def send_header(self, keyword: str, value: str) -> None:
        if keyword == "Content-Length":
            Counted.sent += int(value)
        super().send_header(keyword, value)


def first(page: Page, address: str) -> tuple[float, int]:
    """Seconds and bytes until the results of an address are there."""
    before, start = Counted.sent, time.perf_counter()
    page.goto(address)
    page.wait_for_selector("#results [data-key]")
    return time.perf_counter() - start, Counted.sent - before


def entered(page: Page, search: str, text: str) -> tuple[float, int]:
    """Seconds from Enter to the results of a page that is there, and bytes, those of the page too."""
    before = Counted.sent
    page.goto(search)
    page.wait_for_selector("#facets", state="visible")
    page.evaluate(CLOCK)
    page.fill("#q", text)
    page.press("#q", "Enter")
    seconds = page.evaluate("() => took") / 1000
    return seconds, Counted.sent - before


def ask(page: Page, text: str) -> tuple[float, int, list[str]]:
    """Seconds and bytes of another search, and the keys of its first results."""
    before = Counted.sent
    page.evaluate("document.getElementById('status').textContent = ''")
    start = time.perf_counter()
    page.fill("#q", text)
    page.wait_for_function(DONE)
    seconds = time.perf_counter() - start - TYPING
    keys = page.eval_on_selector_all("#results [data-key]", "all => all.map(it => it.dataset.key)")
    return seconds, Counted.sent - before, keys


def told(what: str, seconds: Iterable[float], sizes: Iterable[int]) -> None:
    print(f"{what}: {statistics.median(sizes) / 1000:.0f} KB, {statistics.median(seconds) * 1000:.0f} ms")


def shown(site: Path, paper: dict[str, Any]) -> str:
    """The title as a reader copies it, with its mathematics in Unicode."""
    page = (site / f"papers/{paper['key']}/index.html").read_text("utf-8")
    return html.unescape(re.search('<meta name="citation_title" content="([^"]*)">', page)[1])  # type: ignore[index]


def word(title: str) -> str:
    return max(title.replace(":", "").split(), key=len)


def main(site: Path, number: int) -> None:
    lines = [line for path in sorted(site.glob("papers*.jsonl")) for line in path.read_text().splitlines()]
    papers = [json.loads(line) for line in lines]
    chosen = random.Random(1).sample(papers, min(number, len(papers)))
    for paper in chosen:
        paper["title"] = shown(site, paper)
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Counted, directory=str(site)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    search = f"http://127.0.0.1:{server.server_port}/search/"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        firsts, waited, further = [], [], []
        for some in zip(*[iter(chosen[:30])] * 3, strict=True):
            context = browser.new_context(service_workers="block")
            page = context.new_page()
            firsts.append(first(page, f"{search}?q={word(some[0]['title'])}"))
            further += [ask(page, " ".join(it["title"].split()[:3])) for it in some[1:]]
            context.close()
            context = browser.new_context(service_workers="block")
            waited.append(entered(context.new_page(), search, word(some[0]["title"])))
            context.close()
        print(f"{len(papers):,} papers")
        told("first search, of a word, page and all", *zip(*firsts, strict=True))
        told("the same from Enter on", *zip(*waited, strict=True))
        told("second and third, of three words", *list(zip(*further, strict=True))[:2])
        page = browser.new_context(service_workers="block").new_page()
        first(page, f"{search}?q=model")
        titles = [ask(page, paper["title"]) for paper in chosen]
        words = [ask(page, f"{it['authors'][0]['name']} {word(it['title'])}") for it in chosen]
        for what, found, top in (("titles, first", titles, 1), ("author and word, first three", words, 3)):
            right = sum(it["key"] in keys[:top] for it, (_, _, keys) in zip(chosen, found, strict=True))
            told(f"{what}: {right} of {len(chosen)}", *list(zip(*found, strict=True))[:2])
        browser.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve(), int(sys.argv[2]) if len(sys.argv) > 2 else 1_000)
