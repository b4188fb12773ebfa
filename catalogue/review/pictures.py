"""Pictures of pages, by a Chromium that runs no script and has no network but this machine's own."""

import shutil
import subprocess
import tempfile
import threading
from collections.abc import Sequence
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

BROWSERS = ("chromium", "google-chrome", "chromium-browser")
WIDTH, HEIGHT = 900, 1200
PATIENCE = 60


NOTHING = "default-src 'none'; style-src 'self'; img-src 'self'; font-src 'self'"
"""The policy under which pages are drawn: no script, no frame, no form, nothing of elsewhere."""


class _Quiet(SimpleHTTPRequestHandler):
    def end_headers(self) -> None:
        self.send_header("Content-Security-Policy", NOTHING)
        super().end_headers()

    def log_message(self, format: str, *args: object) -> None:
        pass


def take(site: Path, base: str, pages: Sequence[str], folder: Path) -> list[Path]:
    """A PNG of each page of a site that belongs below `base`, named 1.png and so on, in `folder`; a page that
    cannot be drawn has none. Raises RuntimeError where there is no Chromium."""
    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    if not browser:
        raise RuntimeError("there is no Chromium here")
    with tempfile.TemporaryDirectory() as root:
        mount = Path(root, "site", *base.split("/"))
        mount.parent.mkdir(parents=True, exist_ok=True)
        if mount.exists():
            mount.rmdir()
        mount.symlink_to(site.resolve(), target_is_directory=True)
        handler = partial(_Quiet, directory=f"{root}/site")
        with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
            threading.Thread(target=server.serve_forever, daemon=True).start()
            home = f"http://127.0.0.1:{server.server_port}{base}"
            made = [
                _take(browser, f"{home}{page}", folder / f"{i}.png", root) for i, page in enumerate(pages, 1)
            ]
            server.shutdown()
    return [path for path in made if path.is_file()]


def _take(browser: str, address: str, path: Path, root: str) -> Path:
    command = [browser, "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars"]
    command += ["--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"]
    command += ["--disable-background-networking", "--no-first-run", f"--user-data-dir={root}/profile"]
    command += [f"--window-size={WIDTH},{HEIGHT}", f"--screenshot={path.resolve()}", address]
    try:
        subprocess.run(command, capture_output=True, timeout=PATIENCE, stdin=subprocess.DEVNULL)
    except subprocess.TimeoutExpired:
        path.unlink(missing_ok=True)
    return path
