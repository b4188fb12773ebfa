"""GitHub's runner reads commands in what a step prints. In what we print of strangers' files it
finds only ours.

The two functions are those of the runner, from its ActionCommand.cs (TryParseV2 and TryParse).
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from test_broken import CASES, parts

from catalogue import limits
from conftest import Write, paper

ROOT = Path(__file__).parents[1]
COMMANDS = """add-mask add-matcher add-path command debug echo endgroup error group notice remove-matcher
    save-state set-env set-output stop-commands warning""".split()


def v2(line: str) -> tuple[str, dict[str, str], str] | None:
    line = line.lstrip()
    end = line.find("::", 2)
    if not line.startswith("::") or end < 0:
        return None
    name, _, rest = line[2:end].partition(" ")
    if name not in COMMANDS:
        return None
    pairs = [part.split("=", 1) for part in rest.strip().split(",") if part]
    return (
        name,
        {pair[0]: unescaped(pair[1], ":,") for pair in pairs if len(pair) == 2},
        unescaped(line[end + 2 :]),
    )


def v1(line: str) -> str | None:
    start = line.find("##[")
    end = line.find("]", start)
    name = line[start + 3 : end].partition(" ")[0]
    return name if start >= 0 and end >= 0 and name in COMMANDS else None


def unescaped(text: str, more: str = "") -> str:
    for sign in f"\r\n{more}%":
        text = text.replace(f"%{ord(sign):02X}", sign)
    return text


def test_the_parser_finds_what_the_runner_finds() -> None:
    assert v2("  ::error file=a%3Ab,line=3::x%0Ay") == ("error", {"file": "a:b", "line": "3"}, "x\ny")
    assert v2("text ::error::x") is None and v2("::none::x") is None and v2("::error") is None
    assert v1("text ##[error]x") == "error" and v1("##[none]") is None and v1("##[error") is None


COMMAND = [
    "::error::x",
    "::set-output name=a::b",
    "::stop-commands::end",
    "##[add-path]/tmp",
    "%0A::error::x",
]
HOSTILE = {
    **{f"papers/2025/::error::{i}.md": paper() for i in range(2)},
    "papers/2025/##[error]x.md": paper(),
    "papers/2025/a\n::error::x.md": paper(),
    "papers/2025/a\r::add-path::x.md": paper(),
    "papers/2025/a,line=1::error::x.md": paper(),
    "papers/2025/\u2028::error::x.md": paper(),
    "::error::.md": "x",
    "##[group]x.txt": "x",
    **{f"papers/2025/value-{i}.md": paper(topics=f'["{text}"]') for i, text in enumerate(COMMAND)},
    **{f"papers/2025/key-{i}.md": f'---\n"{text}": x\n---\n' for i, text in enumerate(COMMAND)},
    **{f"papers/2025/link-{i}.md": paper(body=f"[x](<{text}>)") for i, text in enumerate(COMMAND)},
    **{f"papers/2025/date-{i}.md": paper(date=f'"{text}"') for i, text in enumerate(COMMAND)},
}


def test_only_our_own_annotations_are_found(content: Write, tmp_path: Path) -> None:
    files = dict(HOSTILE)
    for case in CASES:
        here = parts(case)
        here.pop("problems")
        if all(name.startswith("papers/") for name in here):
            files |= here
    folder = content(files)
    environment = {
        **os.environ,
        "GITHUB_ACTIONS": "true",
        "GITHUB_STEP_SUMMARY": str(tmp_path / "summary.md"),
    }
    call = [sys.executable, str(ROOT / "build.py"), "check", "--content", str(folder)]
    done = subprocess.run(call, capture_output=True, env=environment)
    assert done.returncode == 1 and b"Traceback" not in done.stderr
    lines = done.stdout.decode().splitlines() + done.stderr.decode().splitlines()
    printed = [line for line in done.stderr.decode().split("\n") if line.startswith("content/")]
    found = [command for command in map(v2, lines) if command]
    assert not [line for line in lines if v1(line)]
    assert len(found) == len(printed) > 350
    told = {f"{it['file']}:{it['line']}:{it['col']}: {text}" for name, it, text in found if name == "error"}
    assert told == set(printed)
    assert len([line for line in printed if "::" in line or "# #[" in line]) > 15


@pytest.mark.parametrize(("total", "said"), [(799, ""), (801, "in time"), (1_001, "refused")])
def test_the_limit_of_pages_is_told_before_it_is_reached(total: int, said: str) -> None:
    told = limits.told(total * 1_000_000)
    assert said in told and bool(told) == bool(said)


def test_the_size_is_that_of_all_files(tmp_path: Path) -> None:
    (tmp_path / "a/b").mkdir(parents=True)
    (tmp_path / "a/b/c.html").write_bytes(b"x" * 1000)
    (tmp_path / "d.html").write_bytes(b"x" * 24)
    assert limits.size(tmp_path) == 1024
