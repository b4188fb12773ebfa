"""The same content gives the same bytes, the search index included, whatever the machine is like."""

import hashlib
import os
import random
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from conftest import BASE, missing, paper, tree

ROOT = Path(__file__).parents[2]
AUTHORS = ("Ada Example", "José Ejemplo", "İnci Örnek", "王小明")
BUILD = (
    "-c",
    "import build; build.workers.PAYS = build.workers.BATCH = 9; build.search.LARGE = 9; build.cli()",
)
"""A build that thinks much of little: it makes several indexes, and has processes share the work."""

CASES = {
    "another folder and an order of its own": {"deep": True},
    "the far east": {"env": {"TZ": "Pacific/Kiritimati", "LC_ALL": "tr_TR.UTF-8", "PYTHONHASHSEED": "1"}},
    "the far west": {"env": {"TZ": "Etc/GMT+12", "LC_ALL": "C", "PYTHONHASHSEED": "7", "LANG": "de_DE"}},
    "a strict mask": {"umask": 0o077},
    "eight processes": {"arguments": ("--jobs", "8")},
    "1999": {"date": "1999-12-31 23:59:50"},
    "2038": {"date": "2038-01-20 00:00:00", "deep": True, "umask": 0o002},
}


def texts() -> dict[str, str]:
    random_, found = random.Random(8), dict(BASE)
    for number in range(30):
        day = f"2026-0{number % 9 + 1}-1{number % 10}"
        keys = {
            "authors": f"[{', '.join(random_.sample(AUTHORS, 2))}]",
            "topics": random_.choice(("[vision]", "[alignment, vision]")),
            "organisations": "[example-lab]",
        }
        found[f"papers/2026/p{number}.md"] = paper(
            f"Paper {number} of ßharp İdeas", day, "Çok güzel.", **keys
        )
    return found


def built(
    root: Path,
    deep: bool = False,
    env: dict[str, str] | None = None,
    umask: int = 0o022,
    arguments: tuple[str, ...] = ("--jobs", "1"),
    date: str = "",
) -> str:
    """The digest of a site that the command line makes, of a copy of the project."""
    home = root / "a/b ü/c" if deep else root / "home"
    shutil.copytree(ROOT / "catalogue", home / "catalogue", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(ROOT / "templates", home / "templates")
    shutil.copy(ROOT / "build.py", home)
    names = list(texts().items())
    random.Random(str(root)).shuffle(names)
    for name, text in names:
        (home / "content" / name).parent.mkdir(parents=True, exist_ok=True)
        (home / "content" / name).write_text(text)
    faked = ["faketime", date] if date else []
    done = subprocess.run(
        [*faked, sys.executable, *BUILD, "--url", "https://example.org/repo/", *arguments],
        cwd=home,
        env={**os.environ, "XDG_CACHE_HOME": str(root), "HOME": str(root), **(env or {})},
        umask=umask,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    files = {name: data for name, data in tree(home / "site").items() if name != ".catalogue"}
    assert any(name.endswith(".pf_index") for name in files) and len(files) > 400
    hashed = hashlib.sha256()
    for name, data in sorted(files.items()):
        hashed.update(f"{name}\0{len(data)}\0".encode() + data)
    return hashed.hexdigest()


@pytest.fixture(scope="module")
def usual(tmp_path_factory: pytest.TempPathFactory) -> str:
    return built(tmp_path_factory.mktemp("usual"))


@pytest.mark.parametrize("case", CASES)
def test_the_bytes_are_those_of_the_content(case: str, usual: str, tmp_path: Path) -> None:
    if "date" in CASES[case] and not shutil.which("faketime"):
        missing("faketime")
    assert built(tmp_path, **CASES[case]) == usual  # type: ignore[arg-type]


def test_other_content_gives_other_bytes(usual: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(BASE, "topics/vision.md", "---\ntitle: Seeing\ndescription: x\n---\n")
    assert built(tmp_path) != usual
