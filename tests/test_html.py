"""Every page of the real site, and of the example, under the Nu HTML checker: no error, no warning."""

import json
import os
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import build
from conftest import missing, options

ROOT = Path(__file__).parents[1]
JAR = Path(
    os.environ.get("VNU_JAR", ROOT / ".tools" / "node_modules" / "vnu-jar" / "build" / "dist" / "vnu.jar")
)
FROM_DISK = re.compile("Resource violates Content Security Policy .* “/[^/]")
"""For a page read from disk the checker does not know which address 'self' is, so it takes our own
stylesheet for foreign. What it says of addresses with a host is kept."""


def checked(folder: Path) -> list[str]:
    """What the checker says of all pages below a folder."""
    if not JAR.is_file() or not shutil.which("java"):
        missing("The Nu HTML checker")
    command = ["java", "-jar", str(JAR), "--skip-non-html", "--format", "json", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True)
    said = json.loads(done.stderr)["messages"]
    return [
        f"{message['url'].removeprefix(f'file:{folder}')}:{message.get('lastLine')}: {message['message']}"
        for message in said
        if not FROM_DISK.match(message["message"])
    ]


def test_every_page_of_the_real_site_is_valid(real_site: Callable[..., Path]) -> None:
    assert checked(real_site()) == []


def test_every_page_of_the_example_is_valid(tmp_path: Path) -> None:
    build.build(options(ROOT / "tests/example/content", tmp_path / "site"))
    assert checked(tmp_path / "site") == []


def test_the_checker_sees_what_is_wrong(tmp_path: Path) -> None:
    page = '<!doctype html><html lang="en"><title>x</title><p><div></p><img src="/x">'
    (tmp_path / "index.html").write_text(page)
    assert len(checked(tmp_path)) >= 2
