"""The small scripts of the workflows, with git and a stand-in for GitHub's command line."""

import os
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
GH = """#!/bin/sh
echo "$@" >> "$GH_LOG"
case "$1 $2" in "pr list") cat "$GH_OPEN" ;; esac
"""


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A clone with a folder content/, whose `gh` writes down what it is asked."""
    tools = tmp_path / "tools"
    tools.mkdir()
    (tools / "gh").write_text(GH)
    (tools / "gh").chmod(0o755)
    (tmp_path / "open").write_text("0\n")
    for name, value in {
        "PATH": f"{tools}:{os.environ['PATH']}",
        "GH_LOG": str(tmp_path / "log"),
        "GH_OPEN": str(tmp_path / "open"),
        "GIT_CONFIG_GLOBAL": "/dev/null",
    }.items():
        monkeypatch.setenv(name, value)
    clone = tmp_path / "clone"
    git(tmp_path, "init", "--quiet", "--bare", "origin.git")
    git(tmp_path, "init", "--quiet", "--initial-branch", "main", "clone")
    git(clone, "remote", "add", "origin", str(tmp_path / "origin.git"))
    (clone / "content").mkdir()
    (clone / "content" / "site.toml").write_text("")
    git(clone, "add", ".")
    git(clone, "-c", "user.name=x", "-c", "user.email=x@example.org", "commit", "--quiet", "-m", "First")
    return clone


def git(folder: Path, *words: str) -> str:
    return subprocess.run(["git", *words], cwd=folder, check=True, capture_output=True, text=True).stdout


def propose(clone: Path, *words: str) -> str:
    script = ROOT / ".github" / "propose.sh"
    return subprocess.run([script, *words], cwd=clone, check=True, capture_output=True, text=True).stdout


def test_new_papers_are_proposed_once(repository: Path, tmp_path: Path) -> None:
    assert propose(repository) == "No new papers.\n"
    assert not (tmp_path / "log").exists()
    (repository / "content" / "$(touch owned) `x`.md").write_text("new")
    (repository / "other.txt").write_text("is not proposed")
    propose(repository)
    origin = tmp_path / "origin.git"
    assert git(origin, "show", "--stat", "--format=%an", "new-papers").startswith("github-actions[bot]")
    assert "other.txt" not in git(origin, "ls-tree", "-r", "--name-only", "new-papers")
    assert "pr create --head new-papers" in (tmp_path / "log").read_text()
    (tmp_path / "open").write_text("1\n")
    (repository / "content" / "b.md").write_text("newer")
    git(repository, "switch", "--quiet", "main")
    propose(repository)
    assert (tmp_path / "log").read_text().count("pr create") == 1
    assert not (repository / "owned").exists()
