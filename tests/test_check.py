"""What `check` tells beyond tests/broken/: what is worth a look, pictures, the option that is to blame."""

import struct
import zlib
from io import BytesIO
from pathlib import Path
from unittest import mock

import pytest
from PIL import Image

import build
from catalogue import check, document, files, memory
from catalogue.problems import ContentError
from conftest import Write, options, paper, problems, tree


def notices(content: Path) -> list[str]:
    reading, _, _ = build.load(options(content), memory.NOTHING)
    return [str(notice) for notice in check.notices(reading.catalogue)]


def test_unused_files_are_worth_a_look_and_refuse_nothing(content: Write) -> None:
    found = notices(content({"papers/2025/a.md": paper(topics="[vision]")}))
    assert found == [
        "content/organisations/example-lab.md:1:1: no paper has this. Use it, or delete the file",
        "content/topics/alignment.md:1:1: no paper has this. Use it, or delete the file",
    ]


USED = {"topics": "[vision, alignment]", "organisations": "[example-lab]"}


def test_latex_that_stays_is_told_with_its_line(content: Write) -> None:
    first = paper(
        r"On \\weird things and $\alpha$", body="Text.\n\nMore \\weirder{x} text, `\\code`.", **USED
    )
    found = notices(content({"papers/2025/a.md": first}))
    assert [line.partition(" ")[0] for line in found] == [
        "content/papers/2025/a.md:2:8:",
        "content/papers/2025/a.md:10:6:",
    ]
    assert all("still holds LaTeX" in line for line in found)


def test_latex_that_html_escapes_is_told_where_it_stands(content: Write) -> None:
    found = notices(content({"papers/2025/a.md": paper(body="Text.\n\n- More \\weirder{a & b}.", **USED)}))
    assert [line.partition(". ")[0] for line in found] == [
        r"content/papers/2025/a.md:10:8: the text still holds LaTeX: \weirder{a & b}"
    ]


def test_latex_in_a_block_of_code_is_meant(content: Write) -> None:
    assert notices(content({"papers/2025/a.md": paper(body="```\n\\weird{x}\n```", **USED)})) == []


def test_a_formula_that_is_shown_as_its_source_is_told_where_it_stands(content: Write) -> None:
    body = "Good $x^2$, bad $\\frac{1}{2$, $\\foo{x}$.\n\n> $$\n> \\foo{a < b}\n> x\n> $$\n"
    found = notices(content({"papers/2025/a.md": paper(r"On $\bar{x$", body=body, **USED)}))
    said = "the formula cannot be read, and is shown as its source:"
    assert [line.partition(". ")[0] for line in found] == [
        rf"content/papers/2025/a.md:2:12: {said} \bar{{x",
        rf"content/papers/2025/a.md:8:18: {said} \frac{{1}}{{2",
        rf"content/papers/2025/a.md:8:32: {said} \foo{{x}}",
        rf"content/papers/2025/a.md:11:3: {said} \foo{{a < b}}",
    ]


@pytest.mark.parametrize(
    ("title", "keys", "told"),
    [
        ("The CATS, and a dog", {"authors": "[Ada Example]"}, True),
        ("Cats and Dog!", {}, True),
        ("Cats and Dog", {"authors": "[Bo Other]"}, False),
        ("Cats and Dog", {"authors": "[Ada Example]", "related": "[a]"}, False),
        ("Cats and Dogs of War", {"authors": "[Ada Example]"}, False),
    ],
)
def test_nearly_the_same_title_is_told(title: str, keys: dict[str, str], told: bool, content: Write) -> None:
    first = paper("Cats and Dog", authors="[Ada Example, Cy Third]", **USED)
    found = notices(content({"papers/2025/a.md": first, "papers/2025/b.md": paper(title, **keys)}))
    assert [line.partition(". ")[0] for line in found] == (
        ["content/papers/2025/b.md:2:8: the title is nearly that of content/papers/2025/a.md"] if told else []
    )


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("Ada Example and Bo Sample", True),
        ("Ada Example; Bo Sample", True),
        ("Example, Ada", True),
        ("Martin Example, Jr.", False),
        ("Anders Sandberg", False),
        ("Ada & Bo Lab", False),
    ],
)
def test_a_name_that_is_several_is_told_where_it_stands(name: str, told: bool, content: Write) -> None:
    found = notices(content({"papers/2025/a.md": paper(authors=f'[Cy Third, "{name}"]', **USED)}))
    line = f"content/papers/2025/a.md:4:21: `authors` has '{name}' as one name. "
    assert [it.startswith(line) for it in found] == [True] * told


@pytest.mark.parametrize(("day", "told"), [("2031-04-09", True), ("2026-04-10", False)])
def test_a_day_far_ahead_of_all_others_is_told(day: str, told: bool, content: Write) -> None:
    files = {
        "papers/2020/a.md": paper("First", "2020-01-01"),
        "papers/2025/b.md": paper("Second", **USED),
        "papers/2025/c.md": paper("Third"),
        f"papers/{day[:4]}/d.md": paper("Fourth", day),
    }
    found = notices(content(files))
    line = f"content/papers/{day[:4]}/d.md:3:7: {day} lies more than a year after every other day. "
    assert [it.startswith(line) for it in found] == [True] * told


def png(width: int, height: int) -> bytes:
    """The head of a picture that would be this large, and nothing in it."""
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = [(b"IHDR", head), (b"IDAT", zlib.compress(b"")), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in chunks
    )


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (png(50_000, 50_000), "the picture has far too many pixels"),
        (png(4_001, 10), "the picture has 4001 × 10 pixels"),
        (b"\x89PNG\r\n\x1a\nnonsense", "the picture is damaged"),
    ],
    ids=["bomb", "wide", "damaged"],
)
def test_pictures_are_measured_by_their_heads(data: bytes, said: str, content: Write) -> None:
    (problem,) = problems(content({"images/figure.png": data}))
    assert problem.message == said


def test_a_good_picture_passes(content: Write) -> None:
    made = BytesIO()
    Image.new("RGB", (40, 30)).save(made, "PNG")
    assert problems(content({"images/figure.png": made.getvalue(), "papers/2025/a.md": paper()})) == ()


def test_the_option_is_blamed_for_its_own_address(content: Write) -> None:
    with pytest.raises(ContentError) as caught:
        build.load(options(content({}), url="ftp://x"), memory.NOTHING)
    (problem,) = caught.value.problems
    assert problem.path == "--url"


def test_a_check_reads_what_changed_since_the_last_build_and_writes_nothing(content: Write) -> None:
    folder = content({f"papers/2025/{key}.md": paper(f"Paper {key}") for key in "abc"})
    with mock.patch.object(files, "JUST_NOW", 0):
        build.build(options(folder))
        before = tree(folder.parent)
        content({"papers/2025/b.md": paper("Paper b", topics="[alignment]")})
        with mock.patch.object(document, "read", wraps=document.read) as read:
            reading = build.looked_at(options(folder))
        assert [call.args[2] for call in read.mock_calls] == ["papers/2025/b.md"]
        assert [entry.paper.key for entry in reading.catalogue.entries] == ["a", "b", "c"]
        content({"papers/2025/b.md": paper("Paper b", topics="[otters]")})
        with pytest.raises(ContentError) as raised:
            build.looked_at(options(folder))
        assert [(it.path, it.message) for it in raised.value.problems] == [
            ("content/papers/2025/b.md", "`topics`: there is no 'otters'")
        ]
        content({"papers/2025/b.md": paper("Paper b")})
        assert tree(folder.parent) == before
