"""How soon the preview shows an edit: `python tests/benchmarks/previewing.py CONTENT [EDITS [OPTION...]]`.

Starts the preview of a copy of CONTENT in a folder beside it, changes the newest paper again and again, and
prints how long after each save the browser was told, in milliseconds: the median, and the longest.
"""

import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from urllib.request import urlopen

ROOT = Path(__file__).parents[2]


def main(content: str, edits: str = "20", *more: str) -> None:
    with tempfile.TemporaryDirectory(dir=Path(content).parent) as folder:
        copy, site = Path(folder, "content"), Path(folder, "site")
        shutil.copytree(content, copy)
        paper = max(
            (copy / "papers").rglob("*.md"), key=lambda path: path.read_text().split("\ndate: ")[1][:10]
        )
        command = [sys.executable, str(ROOT / "build.py"), "serve", *more]
        command += ["--content", str(copy), "--site", str(site)]
        with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as preview:
            assert preview.stderr
            said = next(line for line in preview.stderr if "Preview at" in line)
            url = said.split()[2]
            print(f"{url}: {paper.name} is edited {edits} times")
            with urlopen(f"{url}@preview/events") as events:
                shown = event(events)
                took = [edit(paper, number, events, shown) for number in range(int(edits))]
            page = urlopen(f"{url}papers/{paper.stem}/").read().decode()
            assert f"Edited {int(edits) - 1}." in page
            preview.terminate()
    print(f"median {statistics.median(took) * 1000:.0f} ms, longest {max(took) * 1000:.0f} ms")


def event(events: object) -> bytes:
    """The number of the next build that the browser is told of."""
    return next(line for line in events if line.startswith(b"data:"))  # type: ignore[attr-defined,no-any-return]


def edit(paper: Path, number: int, events: object, shown: bytes) -> float:
    time.sleep(0.5)  # as one who writes
    front, _, _ = paper.read_text().partition("\n\nEdited ")
    start = time.perf_counter()
    paper.write_text(f"{front}\n\nEdited {number}.\n")
    event(events)
    return time.perf_counter() - start


if __name__ == "__main__":
    main(*sys.argv[1:])
