"""Any bytes as a file of content: values or Problems within the file, soon, and no word dropped unsaid."""

import html
import json
import re
import subprocess
import sys
import time
import unicodedata
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catalogue import document, frontmatter, markdown, mathml, tex
from catalogue.problems import ContentError, Problem
from catalogue.settings import STAND_IN

ROOT = Path(__file__).parents[2]
SOON = 1.0
"""Seconds of work that no small file takes, on whatever machine: the usual is a thousandth."""
Test = Callable[..., None]


def often(here: int, nightly: int, *inputs: st.SearchStrategy[Any]) -> Callable[[Test], Test]:
    """Runs a test of Hypothesis on so many inputs: the same ones in CI, others every night."""

    def both(test: Test) -> Test:
        quiet = settings(deadline=None, database=None, suppress_health_check=list(HealthCheck))
        runs = {
            "some": settings(quiet, max_examples=here, derandomize=True)(given(*inputs)(test)),
            "many": settings(quiet, max_examples=nightly)(given(*inputs)(test)),
        }
        many = pytest.param("many", marks=pytest.mark.nightly)

        @pytest.mark.parametrize("size", ["some", many])
        def sized(size: str) -> None:
            runs[size]()

        sized.__name__, sized.__doc__ = test.__name__, test.__doc__
        return sized

    return both


def read(data: bytes) -> tuple[Problem, ...]:
    """What is wrong with a paper's file. Whatever else it raises is a fault."""
    try:
        document.paper("content/papers/2025/a.md", data, STAND_IN)
    except ContentError as error:
        assert error.problems
        return error.problems
    return ()


def soon(data: bytes) -> tuple[Problem, ...]:
    """The same, and not for long. A machine may hesitate: what seems slow is asked again."""
    for _ in range(3):
        mathml._convert.cache_clear()  # a slow formula is slow again
        tex._plain.cache_clear()
        started = time.process_time()
        problems = read(data)
        if time.process_time() - started <= SOON:
            return problems
    raise AssertionError(f"more than {SOON} s")


def assert_within(problems: tuple[Problem, ...], data: bytes) -> None:
    """The lines and columns of the problems are those of the file, and each is one line."""
    lines = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")
    for problem in problems:
        assert 1 <= problem.line <= len(lines)
        assert 1 <= problem.column <= len(lines[problem.line - 1]) + 1
        assert problem.message and problem.hint and len(str(problem).splitlines()) == 1


# --- front matter -----------------------------------------------------------------------------

KEYS = (
    """title date authors topics links status image source versions name orcid url pdf of src alt doi arxiv
updated aliases draft upvotes << ? zebra é \u202e""".split()
    + ["venue", "summary", "submitter"] * 8
)
SIGNS = """*·&a ·!t ·!!python/object:os.system ·%·@·`·|·>·- ·? ·: ·#· #·[·]·{·}·<<·---·...·'·"·\\·\t·\x00
·\u2028·\ufeff·~·0x·="""
PREFIXES = [""] * 20 + SIGNS.split("·")
TEXTS = st.text(max_size=12) | st.sampled_from(
    ["2025-01-01", "Ada Example", "$x^2$", "a: b", "10.1000/a", "A"]
)


STYLES: dict[str, Callable[[str, str], str]] = {
    "plain": lambda text, other: text,
    "single": lambda text, other: "'" + text.replace("'", "''") + "'",
    "single, not closed": lambda text, other: f"'{text}",
    "double": lambda text, other: json.dumps(text, ensure_ascii=False),
    "double, by numbers": lambda text, other: json.dumps(text),
    "double, raw": lambda text, other: f'"{text}"',
    "block": lambda text, other: f"|\n  {text}\n  {other}",
    "folded": lambda text, other: f">-\n  {text}\n  {other}",
    "list": lambda text, other: f"\n  - {text}\n  - {other}",
    "list of mappings": lambda text, other: f"\n  - name: {text}\n    url: {other}",
    "flow": lambda text, other: f"[{text}, {other}]",
    "flow mapping": lambda text, other: f"{{name: {text}, {other}: x}}",
    "mapping": lambda text, other: f"\n  pdf: {text}\n  {other}: x",
    "next line": lambda text, other: f"{text}\n{other}",
}
VALUES = st.tuples(st.sampled_from(sorted(STYLES)), st.sampled_from(PREFIXES), TEXTS, TEXTS)
LINES = st.lists(st.tuples(st.sampled_from(KEYS), VALUES), max_size=5)
FENCES = st.sampled_from([("---\n", "\n---\n")] * 6 + [("", "\n---\n"), ("---\n", ""), ("--- \n", "\n...\n")])
ENDS = st.sampled_from(["\n", "\n", "\n", "\r\n", "\r"])
FIRST = st.sampled_from(["", *["title: A\ndate: 2025-01-01\n"] * 3])


def written(lines: list[Any], fences: tuple[str, str], end: str, first: str) -> bytes:
    """A file of keys and values in any of YAML's styles, each often with a sign before it that YAML takes for
    something else; the fences may be damaged."""
    block = "\n".join(
        f"{key}: {STYLES[style](sign + text, other)}" for key, (style, sign, text, other) in lines
    )
    return f"{fences[0]}{first}{block}{fences[1]}Text.".replace("\n", end).encode("utf-8", "surrogatepass")


@often(2_000, 250_000, st.builds(written, LINES, FENCES, ENDS, FIRST))
def test_any_keys_and_values_give_a_paper_or_problems_within_the_file(data: bytes) -> None:
    assert_within(soon(data), data)


@often(
    3_000,
    250_000,
    st.binary(max_size=80) | st.text(max_size=80).map(lambda text: text.encode("utf-8", "surrogatepass")),
    st.booleans(),
)
def test_any_text_gives_a_paper_or_problems_within_the_file(text: bytes, fenced: bool) -> None:
    data = b"---\ntitle: A\ndate: 2025-01-01\n" + text + b"\n---\n" if fenced else text
    assert_within(soon(data), data)


@often(1_000, 100_000, st.text(max_size=60), st.sampled_from(["title", "summary", "venue", "submitter"]))
def test_a_value_in_double_quotes_is_read_as_it_is_or_refused(text: str, key: str) -> None:
    """The source tells which: nothing that YAML drops or changes passes unsaid."""
    data = f"---\n{key}: {json.dumps(text, ensure_ascii=False)}\n---\n".encode("utf-8", "surrogatepass")
    try:
        assert frontmatter.parse(data, "x").metadata == {key: text}
    except ContentError as error:
        assert_within(error.problems, data)


# --- Markdown -----------------------------------------------------------------------------------

PIECES = r"""@
*@*
**@ _@_**
`@`
~~@~~
[@](https://example.org/@)
[@](/papers/@/ "@")
![@](/images/a.png "@")
[@][r]
[r]: https://example.org/@ "@"
[@]: https://example.org
<https://example.org/@>
https://example.org/@
# @
@\n===
> @
- @
1. @
- [ ] @
| @ | @ |\n|---|---|\n| @ | @ | @ |
|---|\n@
```@\n@\n```
    @
$@$
$$\n@^2\n$$
\emph{@} \frac{@}{@} \@
\begin{a}@
^{@}_{@}
--- @
<b @>@</b>
<!-- @ -->
<script>@</script>
&amp;@&#x40;@;
{{ @ }} {% @ %}
\@ \*@\*
@\
[^@]: @
[@
](@
*@
***@
`@
$@
<@
@|@
***
---
é@名""".split("\n")
PIECES = ["\x00@", "\u2029@", "\r@", *(piece.replace(r"\n", "\n") for piece in PIECES)]
JOINTS = ["\n\n", "\n\n", "\n", "\n", " ", "", "\n> ", "\n  - ", "\n    ", "\t"]
BODIES = st.lists(st.tuples(st.sampled_from(PIECES), st.sampled_from(JOINTS)), max_size=10)


def worded(pieces: list[tuple[str, str]]) -> tuple[str, list[str]]:
    """Markdown made of nasty pieces, and its words, each of which stands in it once."""
    body, numbers = "".join(map("".join, pieces)), count(100)
    body = re.sub("@", lambda _: f"wq{next(numbers)}z", body)
    return body, re.findall(r"wq\d+z", body)


def shown(page: str) -> str:
    """All that a page says: between its tags, where formulas are in pieces, and in them. LaTeX's accents are
    taken off again."""
    said = html.unescape(page) + html.unescape(re.sub("<[^>]*>", "", page))
    return re.sub("[\u0300-\u036f]", "", unicodedata.normalize("NFKD", said))


@often(2_000, 250_000, BODIES)
def test_every_word_of_a_body_is_shown_or_told(pieces: list[tuple[str, str]]) -> None:
    body, words = worded(pieces)
    data = f"---\ntitle: A\ndate: 2025-01-01\n---\n{body}".encode()
    problems = soon(data)
    assert_within(problems, data)
    if not problems:
        said = shown(markdown.render(body).html)
        assert [word for word in words if word not in said] == []


@often(2_000, 150_000, st.text(max_size=200))
def test_any_body_gives_text_or_problems_within_the_file(body: str) -> None:
    data = b"---\ntitle: A\ndate: 2025-01-01\n---\n" + body.encode("utf-8", "surrogatepass")
    assert_within(soon(data), data)


def test_a_word_that_is_dropped_would_be_seen() -> None:
    """The control: without the guard, a table's surplus cell is dropped."""
    rendered = markdown.render("| wq1z |\n|---|\n| wq2z | wq3z |")
    assert rendered.problems and "wq2z" in shown(rendered.html) and "wq3z" not in shown(rendered.html)


# --- bombs --------------------------------------------------------------------------------------

ALIASES = "a: &a [x, x]\n" + "".join(
    f"{b}: &{b} [*{a}, *{a}]\n" for a, b in zip("abcdefgh", "bcdefghi", strict=True)
)
BOMBS = {
    "aliases": ALIASES,
    "merge keys": "a: &a {x: y}\nb:\n" + "  <<: *a\n" * 5_000,
    "brackets": "a: " + "[" * 100_000,
    "braces": "a: " + "{a: " * 30_000,
    "pairs of brackets": "a: " + "[]," * 30_000,
    "a list in a list": "- " * 60_000,
    "keys in keys": "? " * 60_000,
    "indents": "".join(f"{' ' * i}a:\n" for i in range(500)),
    "keys": "".join(f"k{i}: v\n" for i in range(100_000)),
    "a few keys less": "".join(f"k{i}: v\n" for i in range(12_000)),
    "items": "authors: [" + "a," * 60_000 + "]",
    "a megabyte of brackets": "[" * 1_000_000,
    "a long value": "title: " + "x" * 10_000_000,
    "quotes": "title: " + "'" * 120_000,
    "anchors": "&a " * 40_000,
    "comments": "#\n" * 60_000 + "[",
    "a body of brackets": "title: A\ndate: 2025-01-01\n---\n" + "[" * 1_000_000,
    "a body of one word": "title: A\ndate: 2025-01-01\n---\n" + "x" * 60_000,
}
CHILD = """
import json, sys, time
from catalogue import document
from catalogue.problems import ContentError
from catalogue.settings import STAND_IN
def read(data):
    try:
        document.paper("content/papers/2025/a.md", data, STAND_IN)
    except ContentError as error:
        return error.problems
read(b"---\\ntitle: A\\ndate: 2025-01-01\\nvenue: [\\n---\\n[a](b) $x$ https://example.org")
read(b"---\\ntitle: A\\ndate: 2025-01-01\\n---\\n[a](b) $x$ https://example.org")
data = open(sys.argv[1], "rb").read()
def kilobytes(name):
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith(name))
with open("/proc/self/clear_refs", "w") as peak:
    peak.write("5")  # forgets the peak, which was that of the imports
before = kilobytes("VmRSS")
def seconds(data):
    started = time.process_time()
    problems = read(data)
    return time.process_time() - started, problems
authors = "".join(f"  - Ada {chr(97 + i % 26)}{i // 26}\\n" for i in range(4_000)).encode()
allowed = b"---\\ntitle: A\\ndate: 2025-01-01\\nauthors:\\n" + authors + b"---\\n"
took, problems = min(seconds(data) for _ in range(3))
memory = kilobytes("VmHWM") - before
whole, refused = seconds(allowed)
assert not refused, refused
print(json.dumps([took / whole, memory / 1024, len(problems)]))
"""


def exploded(block: str, path: Path) -> list[float]:
    """In a process of its own: the time, as a part of that of an entry with 4,000 authors, the megabytes at
    most and the problems of a file."""
    if sys.platform != "linux":
        pytest.skip("only Linux tells the most memory since a moment")
    path.write_text(f"---\n{block}\n---\n")
    done = subprocess.run([sys.executable, "-c", CHILD, str(path)], capture_output=True, text=True, cwd=ROOT)
    assert done.returncode == 0, done.stderr[-500:]
    part, megabytes, problems = json.loads(done.stdout)
    return [part, megabytes, problems]


@pytest.mark.parametrize("bomb", BOMBS)
def test_a_bomb_is_refused_at_once_and_in_little_memory(bomb: str, tmp_path: Path) -> None:
    part, megabytes, problems = exploded(BOMBS[bomb], tmp_path / "x.md")
    assert problems and part < 5 and megabytes < 50
