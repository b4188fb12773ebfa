"""The preview: serves the site on this machine, builds what is edited, and reloads the browser.

A response is always of one build, because a build exchanges the whole site and a file is read at once.
Content mistakes are shown in the browser, with the last good site still on disk. The search index is brought
up to what was edited as soon as nothing is edited for a while: only the search page waits for it.
"""

import asyncio
import errno
import mimetypes
import os
import re
import signal
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

from catalogue.problems import ContentError, Problem, printable
from catalogue.watch import changes, snapshot

LOOPBACK = "127.0.0.1"
TRIES = 20
"""So many ports are tried after the one asked for."""
OWN = "/@preview"
HEADERS = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
TYPES = {".bib": "text/plain", ".md": "text/plain", ".xml": "application/xml", ".js": "text/javascript"}

RELOAD = """{
  const [base, shown] = document.currentScript.src.split('reload.js?')
  const mine = location.pathname.endsWith('/search/') ? number => number : number => number.split('.')[0]
  new EventSource(base + 'events').onmessage = ({ data }) => {
    if (mine(data) !== mine(shown)) location.reload()
  }
}
"""
STYLE = """:root { color-scheme: light dark; font: 1rem/1.5 system-ui, sans-serif }
body { max-width: 60rem; margin: 2rem auto; padding: 0 1rem }
li { margin: 1rem 0; overflow-wrap: anywhere }
code { font: .9em ui-monospace, monospace }
p { margin: .2rem 0 }
"""


Build = Callable[[bool], bool]
"""Makes the site anew, the search index too or not, and says whether anything changed."""


class Preview:
    """What the server knows: how often it has built, and what was wrong the last time."""

    def __init__(self, build: Build, site: Path, watched: Sequence[Path], base: str) -> None:
        self.build, self.site, self.watched, self.base = build, site, watched, base
        self.started = os.urandom(4).hex()  # tells a restarted server's builds from those before
        self.builds = self.indexes = 0
        self.behind = False  # whether the search index may be older than the pages
        self.wrong: tuple[Problem, ...] | str = ()
        self.seen = snapshot(watched)
        self.ending = False
        self.changed = asyncio.Condition()

    @property
    def newest(self) -> str:
        """The newest build, and after a point the newest index. What is read later is at least as new, as
        files come before their number."""
        return f"{self.started}-{self.builds}.{self.indexes}"

    async def keep_building(self) -> None:
        """Builds at every change, one build at a time, and brings the search index up when there is time."""
        async for edited in changes(self.watched, self.seen):
            if not (edited or self.behind):
                continue
            made = await asyncio.to_thread(self.attempt, not edited)
            self.behind = edited and not self.wrong
            if made:
                async with self.changed:
                    self.builds += edited
                    self.indexes += not edited
                    self.changed.notify_all()

    async def end(self) -> None:
        """Ends the event streams, which would hold up the end of the server."""
        async with self.changed:
            self.ending = True
            self.changed.notify_all()

    def attempt(self, indexing: bool) -> bool:
        """Builds; whether the browser has something new to show."""
        before = self.wrong
        try:
            made = self.build(indexing)
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
            return RedirectResponse(f"{self.base}/", 302, HEADERS)
        if not path.startswith(f"{self.base}/") or b"%2f" in request.scope["raw_path"].lower():
            return self.not_found()
        path = path.removeprefix(self.base)
        if path == f"{OWN}/events":
            return StreamingResponse(self.events(), media_type="text/event-stream", headers=HEADERS)
        if path == f"{OWN}/reload.js":
            return Response(RELOAD, 200, HEADERS, "text/javascript")
        if path == f"{OWN}/error.css":
            return Response(STYLE, 200, HEADERS, "text/css")
        try:
            return self.file(path)
        except OSError:  # it is not there, or its name is too long
            return self.not_found()

    def file(self, path: str) -> Response:
        """The file of the site at this address, if it is one: never outside, never through a link.

        While something is wrong every page says what it is. Raises OSError for what cannot be read.
        """
        *folders, name = path[1:].split("/")
        names = [*folders, name or "index.html"]
        if any(not name or name.startswith(".") or re.search(r"[\\:\0]", name) for name in names):
            return self.not_found()
        place = self.site.joinpath(*names)
        if os.path.realpath(place) != os.path.join(os.path.realpath(self.site), *names):
            return self.not_found()
        if name and place.is_dir():
            return RedirectResponse(quote(f"{self.base}{path}/"), 302, HEADERS)
        if place.suffix == ".html":
            wrong = self.wrong
            return self.page(error_page(wrong, self.base), 500) if wrong else self.page(place.read_bytes())
        kind = TYPES.get(place.suffix) or mimetypes.guess_type(place.name)[0] or "application/octet-stream"
        return Response(place.read_bytes(), 200, HEADERS, kind)

    def not_found(self) -> Response:
        try:
            return self.page((self.site / "404.html").read_bytes(), 404)
        except OSError:
            return self.page(b"<!doctype html><title>Not found</title><body>Not found.</body>", 404)

    def page(self, body: bytes, status: int = 200) -> Response:
        """A page with the script that reloads it as soon as there is a newer build than it shows."""
        script = f'<script src="{self.base}{OWN}/reload.js?{self.newest}"></script></body>'.encode()
        return Response(body.replace(b"</body>", script, 1), status, HEADERS, "text/html")

    async def events(self) -> AsyncIterator[str]:
        """Server-sent events: the newest build, at once and whenever there is another."""
        while not self.ending:
            sent = self.newest
            yield f"data: {sent}\n\n"
            async with self.changed:
                await self.changed.wait_for(lambda sent=sent: self.ending or self.newest != sent)  # type: ignore[misc]


class Server(uvicorn.Server):
    """Waits at its end for no browser that listens for events."""

    def __init__(self, config: uvicorn.Config, preview: Preview) -> None:
        super().__init__(config)
        self.preview = preview

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        await self.preview.end()
        await super().shutdown(sockets)


def serve(
    build: Build,
    site: Path,
    watched: Sequence[Path],
    base: str,
    port: int,
    announce: Callable[[str], None],
) -> None:
    """Serves `site` under `base` on this machine until it is interrupted; builds what changes in `watched`.

    Whatever `build` raises is shown in the browser. Listens on `port` or, where that is taken, on one of the
    next. Ctrl-C ends the process even while it builds, as a build is all or nothing.
    """
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    asyncio.run(_serve(Preview(build, site, watched, base), port, announce))


async def _serve(preview: Preview, port: int, announce: Callable[[str], None]) -> None:
    listener = _listen(port)
    own = listener.getsockname()[1]
    if own != port:
        announce(f"Port {port} is taken.")
    await asyncio.to_thread(preview.attempt, True)
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
    await Server(config, preview).serve([listener])
    building.cancel()


def _listen(port: int) -> socket.socket:
    last = min(port + TRIES, 65535)
    for candidate in range(port, last + 1):
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((LOOPBACK, candidate))
            listener.listen()  # so that who reads the announcement can connect
        except OSError as error:
            listener.close()
            if error.errno != errno.EADDRINUSE:
                raise OSError(error.errno, error.strerror, f"port {candidate}") from error
            continue
        return listener
    raise OSError(errno.EADDRINUSE, "all taken", f"the ports {port} to {last}")


def error_page(wrong: tuple[Problem, ...] | str, base: str) -> bytes:
    """What is wrong. All text from content is escaped, and shows its control characters."""

    def safe(text: str) -> str:
        return escape(printable(text))

    if isinstance(wrong, str):
        items = f"<li><code>{'<br>'.join(map(safe, wrong.splitlines()))}</code></li>"
    else:
        items = "".join(
            f"<li><code>{safe(f'{it.path}:{it.line}:{it.column}')}</code>"
            f"<p><strong>{safe(it.message)}</strong></p><p>{safe(it.hint)}</p></li>"
            for it in wrong
        )
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8"><title>Something is wrong</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<link rel="stylesheet" href="{base}{OWN}/error.css">'
        "<body><h1>Something is wrong</h1><p>The last good site is still there. Mend this and save:</p>"
        f"<ul>{items}</ul></body></html>"
    ).encode()
