"""Searches a built site in Chromium: `python tests/benchmarks/searching.py SITE [TITLES]`.

The site must be that of a benchmark's corpus, built with its search. It is served compressed, as GitHub Pages
serves it. Prints what the first search and others transfer and how long they take, and how often a paper
is first of what its title finds, and among the first three of what an author and a word of the title find.
"""

import contextlib
import json
import random
import shutil
import statistics
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import uvicorn
from playwright.sync_api import Page, sync_playwright
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]
DONE = "old => { const s = document.getElementById('status').textContent; return s && s !== old }"


class Counted:
    """Counts the bytes of the bodies that an application sends."""

    def __init__(self, app: Any) -> None:
        self.app, self.sent = app, 0

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        async def count(message: Any) -> None:
            self.sent += len(message.get("body", b""))
            await send(message)

        await self.app(scope, receive, count)


@contextlib.contextmanager
def served(site: Path) -> Iterator[tuple[str, Counted]]:
    routes = [Mount("/", StaticFiles(directory=site, html=True))]
    app = Counted(Starlette(routes=routes, middleware=[Middleware(GZipMiddleware)]))
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="error"))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.05)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}", app
    server.should_exit = True
    thread.join()


class Searcher:
    """A search page, and what is sent to it."""

    def __init__(self, page: Page, wire: Counted) -> None:
        self.page, self.wire = page, wire

    def first(self, address: str) -> tuple[float, int]:
        before, start = self.wire.sent, time.perf_counter()
        self.page.goto(address)
        self.page.wait_for_selector("#results [data-key]")
        return time.perf_counter() - start, self.wire.sent - before

    def ask(self, text: str) -> tuple[float, int, list[str]]:
        """Seconds, without what the page waits for more typing, bytes, and the keys of the first results."""
        before = self.wire.sent
        self.page.evaluate("document.getElementById('status').textContent = ''")
        start = time.perf_counter()
        self.page.fill("#q", text)
        self.page.wait_for_function(DONE, arg="")
        seconds = time.perf_counter() - start - 0.25
        keys = self.page.eval_on_selector_all("#results [data-key]", "all => all.map(it => it.dataset.key)")
        return seconds, self.wire.sent - before, keys


def main(site: Path, number: int) -> None:
    lines = [line for path in site.glob("papers*.jsonl") for line in path.read_text().splitlines()]
    papers = [json.loads(line) for line in lines]
    chosen = random.Random(1).sample(papers, number)
    with served(site) as (url, wire), sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        firsts = []
        for paper in chosen[:5]:
            context = browser.new_context(service_workers="block")
            query = paper["title"].split()[1]
            firsts.append(Searcher(context.new_page(), wire).first(f"{url}/search/?q={query}"))
            context.close()
        seconds, size = (statistics.median(each) for each in zip(*firsts, strict=True))
        print(f"{len(papers):,} papers\nfirst search: {size / 1000:.0f} KB, {seconds * 1000:.0f} ms")
        searcher = Searcher(browser.new_context(service_workers="block").new_page(), wire)
        searcher.first(f"{url}/search/?q=model")
        titles = [(paper["key"], searcher.ask(paper["title"])) for paper in chosen]
        words = [
            (it["key"], searcher.ask(f"{it['authors'][0]['name']} {it['title'].split()[3].strip(':')}"))
            for it in chosen
        ]
        for what, found, top in (("titles, first", titles, 1), ("author and word, first three", words, 3)):
            right = sum(key in keys[:top] for key, (_, _, keys) in found)
            size = statistics.median(answer[1] for _, answer in found)
            seconds = statistics.median(answer[0] for _, answer in found)
            print(
                f"{what}: {right} of {number}; median {size / 1000:.0f} KB, {seconds * 1000:.0f} ms a search"
            )
        browser.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve(), int(sys.argv[2]) if len(sys.argv) > 2 else 1_000)
