"""The preview: serves the site on this machine, builds what is edited, and reloads the browser.

A response is always of one build, because a build exchanges the whole site and a file is read at once.
Content mistakes are shown in the browser, with the last good site still on disk.
"""

import asyncio
import contextlib
import mimetypes
import os
import re
import socket
from collections.abc import AsyncIterator, Callable, Sequence
from html import escape
from pathlib import Path
from urllib.parse import quote

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response, StreamingResponse
from starlette.routing import Route

from catalogue.problems import ContentError, Problem
from catalogue.watch import changes, snapshot

LOOPBACK = "127.0.0.1"
TRIES = 20
"""So many ports are tried, from the one asked for."""
OWN = "/@preview"
HEADERS = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
TYPES = {".bib": "text/plain", ".md": "text/plain", ".xml": "application/xml", ".js": "text/javascript"}

RELOAD = """const base = document.currentScript.src.replace(/reload\\.js$/, '')
let seen
new EventSource(base + 'events').onmessage = ({ data }) => {
  if (seen && seen !== data) location.reload()
  seen = data
}
"""
STYLE = """:root { color-scheme: light dark; font: 1rem/1.5 system-ui, sans-serif }
body { max-width: 60rem; margin: 2rem auto; padding: 0 1rem }
li { margin: 1rem 0; overflow-wrap: anywhere }
code { font: .9em ui-monospace, monospace }
p { margin: .2rem 0 }
"""


class Preview:
    """What the server knows: how often it has built, and what was wrong the last time."""

    def __init__(self, build: Callable[[], bool], site: Path, watched: Sequence[Path], base: str) -> None:
        self.build, self.site, self.watched, self.base = build, site, watched, base
        self.started = os.urandom(4).hex()  # tells a restarted server's builds from those before
        self.builds = 0
        self.wrong: tuple[Problem, ...] | str = ()
        self.seen = snapshot(watched)
        self.changed = asyncio.Condition()

    async def keep_building(self) -> None:
        """Builds at every change, one build at a time."""
        async for _ in changes(self.watched, self.seen):
            if await asyncio.to_thread(self.attempt):
                async with self.changed:
                    self.builds += 1
                    self.changed.notify_all()

    def attempt(self) -> bool:
        """Builds; whether the browser has something new to show."""
        before = self.wrong
        try:
            made = self.build()
            self.wrong = ()
        except ContentError as error:
            made, self.wrong = False, error.problems
        except Exception as error:  # a template or the disk: shown, and mended by the next save
            made, self.wrong = False, str(error) or type(error).__name__
        return made or before != self.wrong

    async def answer(self, request: Request) -> Response:
        host, origin = request.headers.get("host", ""), request.headers.get("origin")
        if not re.fullmatch(r"(localhost|127\.0\.0\.1|\[::1\])(:[0-9]+)?", host):
            return PlainTextResponse("This preview is for this machine only.", 403, HEADERS)
        if origin is not None and origin != f"http://{host}":
            return PlainTextResponse("Another site may not read this preview.", 403, HEADERS)
        path = request.scope["path"]
        if path in ("/", self.base) and self.base:
            return RedirectResponse(f"{self.base}/", headers=HEADERS)
        if not path.startswith(f"{self.base}/"):
            return self.page("404.html", 404)
        path = path.removeprefix(self.base)
        if path == f"{OWN}/events":
            return StreamingResponse(self.events(), media_type="text/event-stream", headers=HEADERS)
        if path.startswith(OWN):
            own = {f"{OWN}/reload.js": (RELOAD, "text/javascript"), f"{OWN}/error.css": (STYLE, "text/css")}
            text, kind = own.get(path, ("", ""))
            return Response(text, 200 if text else 404, HEADERS, kind)
        try:
            return self.file(path)
        except OSError:  # such as a name that is too long
            return self.page("404.html", 404)

    def file(self, path: str) -> Response:
        """The file of the site at this address, if it is one: never outside, never through a link."""
        parts = path[1:].split("/")
        folder = parts[-1] == ""
        names = parts[:-1] if folder else parts
        if any(not name or name.startswith(".") or re.search(r"[\\:\0]", name) for name in names):
            return self.page("404.html", 404)
        place = self.site.joinpath(*names)
        if os.path.realpath(place) != os.path.join(os.path.realpath(self.site), *names):
            return self.page("404.html", 404)
        if folder:
            return self.page("/".join([*names, "index.html"]))
        if place.is_dir():
            return RedirectResponse(quote(f"{self.base}{path}/"), headers=HEADERS)
        return self.page("/".join(names)) if place.suffix == ".html" else self.data(place)

    def data(self, place: Path) -> Response:
        try:
            body = place.read_bytes()
        except OSError:
            return self.page("404.html", 404)
        kind = TYPES.get(place.suffix) or mimetypes.guess_type(place.name)[0] or "application/octet-stream"
        return Response(body, 200, HEADERS, kind)

    def page(self, name: str, status: int = 200) -> Response:
        """A page of the site with the script that reloads it; while something is wrong, what it is."""
        if self.wrong:
            return Response(error_page(self.wrong, self.base), 500, HEADERS, "text/html")
        try:
            body = (self.site / name).read_bytes()
        except OSError:
            if name != "404.html":
                return self.page("404.html", 404)
            body = b"<!doctype html><title>Not found</title><p>Not found.</body>"
        script = f'<script src="{self.base}{OWN}/reload.js"></script></body>'.encode()
        return Response(body.replace(b"</body>", script, 1), status, HEADERS, "text/html")

    async def events(self) -> AsyncIterator[str]:
        """Server-sent events: the number of the newest build, at once and whenever there is another."""
        while True:
            number = self.builds
            yield f"data: {self.started}-{number}\n\n"
            async with self.changed:
                await self.changed.wait_for(lambda number=number: self.builds != number)  # type: ignore[misc]


def serve(
    build: Callable[[], bool],
    site: Path,
    watched: Sequence[Path],
    base: str,
    port: int,
    announce: Callable[[str], None],
) -> None:
    """Serves `site` under `base` on this machine until it is interrupted; builds what changes in `watched`.

    `build` makes the site anew and says whether anything changed; whatever it raises is shown in the
    browser. Listens on `port` or, where that is taken, on one of the next.
    """
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(_serve(Preview(build, site, watched, base), port, announce))


async def _serve(preview: Preview, port: int, announce: Callable[[str], None]) -> None:
    listener = _listen(port)
    own = listener.getsockname()[1]
    if own != port:
        announce(f"Port {port} is taken.")
    await asyncio.to_thread(preview.attempt)
    announce(f"Preview at http://{LOOPBACK}:{own}{preview.base}/ (Ctrl-C ends it)")
    app = Starlette(routes=[Route("/{path:path}", preview.answer, methods=["GET", "HEAD"])])
    config = uvicorn.Config(
        app,
        log_level="warning",
        access_log=False,
        server_header=False,
        lifespan="off",
        timeout_graceful_shutdown=1,
    )
    building = asyncio.create_task(preview.keep_building())
    try:
        await uvicorn.Server(config).serve([listener])
    finally:
        building.cancel()
        await asyncio.gather(building, return_exceptions=True)


def _listen(port: int) -> socket.socket:
    for candidate in range(port, port + TRIES):
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((LOOPBACK, candidate))
            listener.listen()  # so that who reads the announcement can connect
        except OSError:
            listener.close()
            continue
        return listener
    raise OSError(f"the ports {port} to {port + TRIES - 1} are all taken")


def error_page(wrong: tuple[Problem, ...] | str, base: str) -> str:
    """What is wrong, as a page that reloads when it is mended. All text from content is escaped."""
    if isinstance(wrong, str):
        items = f"<li><code>{escape(wrong)}</code></li>"
    else:
        items = "".join(
            f"<li><code>{escape(f'{it.path}:{it.line}:{it.column}')}</code>"
            f"<p><strong>{escape(it.message)}</strong></p><p>{escape(it.hint)}</p></li>"
            for it in wrong
        )
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8"><title>Something is wrong</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<link rel="stylesheet" href="{base}{OWN}/error.css">'
        "<h1>Something is wrong</h1><p>The last good site is still there. Mend this and save:</p>"
        f'<ul>{items}</ul><script src="{base}{OWN}/reload.js"></script></html>'
    )
