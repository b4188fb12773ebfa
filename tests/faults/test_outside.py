"""Never a byte changes outside a folder that a build made, whatever is named and whatever lies in it."""

import os
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from unittest import mock

import pytest
from test_crash import ROOT, World

import build
from catalogue import write
from conftest import Write, options, paper, tree


def state(folder: Path) -> dict[str, tuple[object, ...]]:
    """Everything below a folder but our own site and its workshop, with links as they are."""
    found: dict[str, tuple[object, ...]] = {}
    for path in folder.rglob("*"):
        status, name = path.lstat(), path.relative_to(folder).as_posix()
        if not name.startswith(OURS):
            data = os.readlink(path) if path.is_symlink() else path.is_file() and path.read_bytes()
            found[name] = (status.st_mode, status.st_ino, data, path.is_dir() or status.st_mtime_ns)
    return found


OURS = ("project/site", "project/.site")


@pytest.fixture
def home(content: Write, tmp_path: Path) -> Path:
    """Stands for somebody's machine: a project beside what is dear to them."""
    folder = tmp_path / "home"
    (folder / "project").mkdir(parents=True)
    content({"papers/2025/a.md": paper()}).rename(folder / "project/content")
    for name in (
        "thesis.tex",
        "dear/picture.png",
        "project/.git/HEAD",
        "project/README.md",
        "a/.catalogue/x",
    ):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("years of work")
    build.build(options(folder / "project/content", folder / "project/site"))
    for name, target in (
        ("link", "dear"),
        ("to-site", "project/site"),
        ("loose", "nowhere"),
        ("b/.out", "../dear"),
    ):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).symlink_to(target)
    return folder


def command(home: Path, site: str, before: str = "pass") -> subprocess.CompletedProcess[str]:
    code = f"import os, sys, build; {before}; build.cli()"
    line = [sys.executable, "-Bc", code, "--no-search", "--jobs", "1", "--site", site]
    env = {"HOME": str(home), "PYTHONPATH": str(ROOT), "TMPDIR": str(home.parent)}
    return subprocess.run(line, cwd=home / "project", env=env, capture_output=True, text=True)


FOREIGN = [
    "..", ".", "content", "content/papers/2025", ".git", "../dear", "../a", "../link", "../to-site",
    "../loose", "../thesis.tex", "README.md", "content/site.toml", "../b/out",
]  # fmt: skip


@pytest.mark.parametrize("site", FOREIGN)
def test_what_no_build_made_is_refused_and_left(site: str, home: Path) -> None:
    before = state(home)
    done = command(home, site)
    assert (done.returncode, done.stderr.count("\n")) == (1, 1), done.stderr
    assert state(home) == before


def test_the_root_is_refused_and_left(home: Path) -> None:
    """The root of a prison, not of this machine."""
    if not hasattr(os, "geteuid") or os.geteuid():
        pytest.skip("only root may change its root")
    before = state(home)
    done = command(home, "/", f"os.chroot({str(home)!r}); os.chdir('/project')")
    assert (done.returncode, done.stderr.count("\n")) == (1, 1), done.stderr
    assert state(home) == before


def test_content_within_the_site_is_refused(home: Path) -> None:
    (home / "project/content").rename(home / "project/site/content")
    before = tree(home)
    with pytest.raises(write.Refused, match="holds the content"):
        build.build(options(home / "project/site/content", home / "project/site"))
    assert tree(home) == before


def test_a_site_within_the_content_is_refused(home: Path) -> None:
    """The next build would take its pages for content."""
    before = tree(home)
    with pytest.raises(write.Refused, match="lies within the content"):
        build.build(options(home / "project/content", home / "project/content/site"))
    assert tree(home) == before


def test_a_build_changes_nothing_but_the_site(home: Path) -> None:
    (home / "project/content/papers/2025/a.md").write_text(paper("Changed"))
    before = state(home)
    assert command(home, "site").returncode == 0
    assert state(home) == before


def test_a_build_that_refuses_nothing_is_found_out(home: Path) -> None:
    """The control."""
    before = state(home)
    with mock.patch.object(write, "_refuse_foreign"):
        build.build(options(home / "project/content", home / "dear"))
    assert state(home) != before


@pytest.mark.parametrize(
    "where", ["site/papers", "site/pagefind", ".site/stage/papers", ".site/stage", ".site"]
)
def test_a_link_put_into_a_site_leads_no_build_elsewhere(where: str, tmp_path: Path) -> None:
    world = World(tmp_path / "world", first=False, searchable=True)
    world.reset()
    dear, link = tmp_path / "dear", world.site.parent / where
    link.rename(dear)
    link.symlink_to(dear)
    before = state(dear)
    for number in range(4):
        world.put("papers/2025/p5.md", world.paper(5, f"Author {number}"))
        with suppress(*build.FAILURES):
            world.build()
        assert state(dear) == before
