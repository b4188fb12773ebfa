"""Makes the pictures of the README: small PNGs of the real catalogue in Chromium.

.venv/bin/pip install pillow
.venv/bin/python tests/benchmarks/screenshots.py
"""

import io
import shutil
import sys
import tempfile
import threading
from functools import partial
from http.server import ThreadingHTTPServer
from pathlib import Path

from PIL import Image
from playwright.sync_api import sync_playwright

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))
sys.path.insert(0, str(ROOT / "tests"))

from benchmarks.lighthouse import Pages  # noqa: E402

import build  # noqa: E402

SHOTS = (
    ("front-page", "/", 1280, 800, "light"),
    ("paper", "/papers/spinal/", 1280, 800, "light"),
    ("archive", "/archive/", 1280, 560, "light"),
    ("search", "/search/?q=emergent+misalignment", 1280, 800, "dark"),
    ("narrow", "/2025/10/", 390, 800, "light"),
)
"""Name, address, width, height and theme of each picture."""
COLOURS = 32


def main() -> None:
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        site = Path(folder) / "site"
        server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Pages, directory=str(site)))
        url = f"http://127.0.0.1:{server.server_port}"
        build.build(build.Options(ROOT / "content", site, f"{url}/", False, True, 2))
        threading.Thread(target=server.serve_forever, daemon=True).start()
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        for name, address, width, height, theme in SHOTS:
            page = browser.new_page(
                viewport={"width": width, "height": height},
                color_scheme="dark" if theme == "dark" else "light",
            )
            page.goto(f"{url}{address}", wait_until="networkidle")
            picture = Image.open(io.BytesIO(page.screenshot()))
            small = picture.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
            path = ROOT / ".github" / f"{name}.png"
            small.save(path, optimize=True)
            print(f"{path.relative_to(ROOT)}: {path.stat().st_size // 1024} KB")


if __name__ == "__main__":
    main()
