"""What tests share: a catalogue written from texts, and builds of it."""

import os
import shutil
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import hypothesis
import pytest
from playwright.sync_api import Browser, sync_playwright

import build
from catalogue import memory, write
from catalogue.model import Catalogue, digest
from catalogue.problems import ContentError, Problem

BASE = {
    "site.toml": 'title = "Test papers"\ndescription = "Invented."\nurl = "https://example.org/repo/"\n',
    "topics/alignment.md": '---\ntitle: Alignment\ndescription: "What is wanted."\n---\n',
    "topics/vision.md": '---\ntitle: Vision\ndescription: "What is seen."\n---\n',
    "organisations/example-lab.md": "---\nname: Example Lab\n---\n",
    "pages/about.md": "---\ntitle: About\n---\nAbout this.\n",
}


def paper(title: str = "A title", date: str = "2025-04-09", body: str = "Text.", **keys: str) -> str:
    """The text of a paper's file; `keys` are written as they stand."""
    lines = [f"title: {title!r}" if ":" in title else f"title: {title}", f"date: {date}"]
    lines += [f"{key}: {value}" for key, value in keys.items()]
    return "---\n" + "\n".join(lines) + f"\n---\n\n{body}\n"


Write = Callable[[Mapping[str, str | bytes | None]], Path]


@pytest.fixture
def content(tmp_path: Path) -> Write:
    """Writes files into a content folder that begins with BASE; None removes a file."""
    folder = tmp_path / "content"

    def write(files: Mapping[str, str | bytes | None]) -> Path:
        first = not folder.exists()
        for name, text in {**(BASE if first else {}), **files}.items():
            path = folder / name
            if text is None:
                path.unlink()
                continue
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text.encode() if isinstance(text, str) else text)
        return folder

    return write


def options(content: Path, site: Path | None = None, **changes: object) -> build.Options:
    """Options of a build without the search index, in this process."""
    given = build.Options(content, site or content.parent / "site", None, False, False, 1)
    return given._replace(**changes)  # type: ignore[arg-type]


def problems(content: Path) -> tuple[Problem, ...]:
    """Everything that `check` finds."""
    try:
        build.load(options(content), memory.NOTHING)
    except ContentError as error:
        return error.problems
    return ()


def tree(folder: Path) -> dict[str, bytes]:
    """All files below a folder by their path."""
    found = {}
    for inside, _, names in os.walk(folder):
        for path in (f"{inside}/{name}" for name in names):
            if os.path.isfile(path):
                with open(path, "rb", buffering=0) as file:  # many tests read many files
                    found[path[len(str(folder)) + 1 :]] = file.readall()
    return dict(sorted(found.items()))


def unindexed(old: Mapping[str, bytes], new: Mapping[str, bytes]) -> dict[str, bytes]:
    """The new site as a preview shows it before there is time for its search: with that of the old one."""
    search = {path: data for path, data in old.items() if path.startswith("pagefind/")}
    pages = {path: data for path, data in new.items() if not path.startswith("pagefind/")}
    return pages | search | {write.MARKER: b""}


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update", action="store_true", help="Write what was made as what is expected.")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The file that takes longest comes first, so that nothing waits for it in the end."""
    items.sort(key=lambda item: item.path.name != "test_incremental.py")


def missing(tool: str) -> None:
    """Skips for want of a tool; in CI nothing may be wanting."""
    if os.environ.get("CI"):
        pytest.fail(f"{tool} is missing, and CI must have it")
    pytest.skip(f"{tool} is not installed here")


@pytest.fixture(scope="session")
def real_site(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """Builds the site of content/ as it is at this URL, once for all processes. Not to be changed."""
    content = Path(__file__).parents[1] / "content"
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base

    def built(url: str | None = None) -> Path:
        site = shared / f"real-{digest(url)}" / "site"
        site.parent.mkdir(exist_ok=True)
        build.build(options(content, site, url=url))  # the second finds nothing to do
        return site

    return built


@pytest.fixture(scope="module")
def real(real_site: Callable[..., Path]) -> tuple[Path, Catalogue]:
    """The site of content/ at https://example.org/repo/, and the catalogue it was made from."""
    given = options(Path(__file__).parents[1] / "content", url="https://example.org/repo/")
    return real_site(given.url), build.load(given, memory.NOTHING)[0].catalogue


FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]


@pytest.fixture(scope="session")
def chromium() -> Iterator[Callable[..., Browser]]:
    """Launches Chromium with further flags; Playwright allows itself once in a process."""
    path = shutil.which("chromium") or shutil.which("google-chrome")
    if not path:
        missing("Chromium")
    with sync_playwright() as playwright:
        yield lambda *flags: playwright.chromium.launch(executable_path=path, args=[*FLAGS, *flags])


sys.path.insert(0, str(Path(__file__).parent))
hypothesis.settings.register_profile("here", deadline=None)  # machines are noisy
hypothesis.settings.load_profile("here")
