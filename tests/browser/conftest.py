"""The real site of content/, served as GitHub Pages serves it, and Chromium to read it with."""

import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from functools import cache, partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, NamedTuple
from unittest import mock

import pytest
from playwright.sync_api import Browser, Page

import build
from catalogue import search
from conftest import options

ROOT = Path(__file__).parents[2]


class Site(NamedTuple):
    """A served site: its address without the last slash, and its folder."""

    url: str
    folder: Path


class Pages(SimpleHTTPRequestHandler):
    """As GitHub Pages: the site under its base path, 404.html for whatever is not there."""

    protocol_version = "HTTP/1.1"

    def __init__(self, *args: Any, base: str, directory: str) -> None:
        self.base = base
        super().__init__(*args, directory=directory)

    def translate_path(self, path: str) -> str:
        within = path.startswith(f"{self.base}/")
        return super().translate_path(path.removeprefix(self.base) if within else "/nowhere")

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        body = (Path(self.directory) / "404.html").read_bytes()
        self.send_response(code)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        pass


@contextmanager
def served(folder: Path, base: str) -> Iterator[str]:
    """Serves a folder below `base`; gives its address without the last slash."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Pages, base=base, directory=str(folder)))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}{base}"
    finally:  # or a test that fails would never end
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def serve() -> Callable[[Path, str], AbstractContextManager[str]]:
    return served


@pytest.fixture(scope="session")
def sites(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], Site]]:
    """The site of content/ below a base path."""
    with ExitStack() as serving:

        @cache
        def built(base: str) -> Site:
            folder = tmp_path_factory.mktemp("pages") / "site"
            url = serving.enter_context(served(folder, base))
            with mock.patch.object(search, "LARGE", 10 if base else 1_000):  # several indexes, and one
                build.build(options(ROOT / "content", folder, url=f"{url}/", searchable=True))
            return Site(url, folder)

        yield built


@pytest.fixture(params=["", "/repo"], ids=["root", "repo"])
def site(request: pytest.FixtureRequest, sites: Callable[[str], Site]) -> Site:
    return sites(request.param)


@pytest.fixture(scope="session")
def browser(chromium: Callable[..., Browser]) -> Browser:
    return chromium()


@contextmanager
def opened(browser: Browser, **options: Any) -> Iterator[Page]:
    """A page of its own context. At its end handlers of requests may still run: what they can no longer
    answer is nobody's failure."""
    with browser.new_context(**options) as context:
        page = context.new_page()
        yield page
        page.unroute_all(behavior="ignoreErrors")


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    with opened(browser) as page:
        yield page


@pytest.fixture
def unaided(browser: Browser) -> Iterator[Page]:
    """A page without a service worker, so that a test can answer its requests."""
    with opened(browser, service_workers="block") as page:
        yield page


@pytest.fixture
def quiet(page: Page, site: Site) -> Iterator[Page]:
    """A page that must neither complain nor ask another host for anything."""
    said: list[str] = []
    page.on("console", lambda message: said.append(f"{message.type}: {message.text}"))
    page.on("pageerror", lambda error: said.append(f"error: {error}"))
    origin = site.url.removesuffix("/repo")
    page.on("request", lambda request: request.url.startswith((origin, "data:")) or said.append(request.url))
    yield page
    assert said == []


@pytest.fixture
def scriptless(browser: Browser) -> Iterator[Page]:
    """A page of a browser in which JavaScript is off."""
    with opened(browser, java_script_enabled=False) as page:
        yield page
