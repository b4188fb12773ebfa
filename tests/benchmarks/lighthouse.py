"""Prints what Lighthouse says of the front page, a day, a paper and the search of the real catalogue.

    npm install --prefix .tools lighthouse
    .venv/bin/python tests/benchmarks/lighthouse.py

The site is served as GitHub Pages serves it: compressed, and to be kept for ten minutes.
"""

import gzip
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

import build  # noqa: E402

PAGES = ("/", "/2025/10/07/", "/papers/spinal/", "/search/?q=alignment")
COMPRESSED = (".html", ".css", ".js", ".json", ".svg", ".xml", ".txt", ".webmanifest")
"""What GitHub Pages compresses."""
CATEGORIES = ("performance", "accessibility", "best-practices", "seo")


class Pages(SimpleHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        path = Path(self.translate_path(self.path))
        file = path / "index.html" if path.is_dir() else path
        if not file.is_file():
            self.send_error(404)
            return
        body = file.read_bytes()
        self.send_response(200)
        self.send_header("Content-Type", self.guess_type(file))
        self.send_header("Cache-Control", "max-age=600")
        if "gzip" in self.headers.get("Accept-Encoding", "") and file.suffix in COMPRESSED:
            body = gzip.compress(body, 6)
            self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        pass


def scores(address: str, folder: str) -> dict[str, Any]:
    """The report of one page."""
    report = Path(folder) / "report.json"
    command = [str(ROOT / ".tools/node_modules/.bin/lighthouse"), address, "--quiet", "--output=json"]
    command += [f"--output-path={report}", "--chrome-flags=--headless=new --no-sandbox"]
    chrome = os.environ.get("CHROME_PATH") or shutil.which("chromium") or ""
    subprocess.run(command, check=True, env={**os.environ, "CHROME_PATH": chrome})
    found: dict[str, Any] = json.loads(report.read_text())
    return found


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        site = Path(folder) / "site"
        server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Pages, directory=str(site)))
        url = f"http://127.0.0.1:{server.server_port}"
        build.build(build.Options(ROOT / "content", site, f"{url}/", False, True, 2))
        threading.Thread(target=server.serve_forever, daemon=True).start()
        print(f"{'page':28}" + "".join(f"{name:>16}" for name in CATEGORIES))
        for page in PAGES:
            report = scores(f"{url}{page}", folder)
            marks = [round(100 * report["categories"][name]["score"]) for name in CATEGORIES]
            print(f"{page:28}" + "".join(f"{mark:16}" for mark in marks))
            for name in CATEGORIES:
                for part in report["categories"][name]["auditRefs"]:
                    audit = report["audits"][part["id"]]
                    if part["weight"] and audit["score"] is not None and audit["score"] < 0.9:
                        print(f"    {name}: {audit['title']} {audit.get('displayValue', '')}")


if __name__ == "__main__":
    main()
