"""Files as editors, other systems and attackers write them: read right, or refused in one line."""

import json
import os
import subprocess
import sys
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

import frontmatter
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from PIL import Image

import build
from catalogue import memory, settings, slugs, strictyaml
from catalogue.convert import convert, json_schema
from catalogue.frontmatter import StrictYAML, parse
from catalogue.problems import ContentError, printable
from catalogue.schema import PaperFrontMatter
from conftest import Write, options, paper, problems

A = "papers/2025/a.md"
CLEAN = paper("First", authors="[Ada Example]", body="  Indented first line.\n\nMore.")


def read(data: bytes) -> tuple[PaperFrontMatter, str]:
    parsed = parse(data, "content/x.md")
    return convert(PaperFrontMatter, parsed, "content/x.md"), parsed.body


def refusal(data: bytes) -> str:
    with pytest.raises(ContentError) as caught:
        read(data)
    (problem,) = caught.value.problems
    return str(problem)


@pytest.mark.parametrize(
    "written",
    [
        b"\xef\xbb\xbf" + CLEAN.encode(),
        CLEAN.replace("\n", "\r\n").encode(),
        CLEAN.replace("\n", "\r").encode(),
        CLEAN.replace("\n", "\r\n", 4).encode(),
        b"\n  \n\n" + CLEAN.encode(),
        CLEAN.replace("---\n", "---  \t\n").encode(),
    ],
    ids=["bom", "crlf", "cr", "mixed", "blank-lines-before", "blanks-after-dashes"],
)
def test_other_ways_of_writing_the_same(written: bytes) -> None:
    assert read(written) == read(CLEAN.encode())


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (CLEAN.replace("First", "Fìrst").encode("latin-1"), "2:9: byte 12 is not UTF-8"),
        (CLEAN.encode("utf-16"), "1:1: byte 0 is not UTF-8"),
        (CLEAN.encode().replace(b"First", b"\xc0\xaf"), "2:8: byte 11 is not UTF-8"),
        (CLEAN.encode().replace(b"First", b"\xed\xa0\x80"), "2:8: byte 11 is not UTF-8"),
        (CLEAN.replace("First", '"\\ud800"').encode(), "2:8: "),
        (CLEAN.replace("First", "a\0b").encode(), "2:9: an invisible character, U+0000"),
        (CLEAN.replace("First", '"a\\0b"').encode(), "2:8: `\\0` in double quotes stands for another"),
        (CLEAN.replace("First", '"a\\x00b"').encode(), "2:8: the value holds an invisible character, U+0000"),
        (CLEAN.replace("First", "a\x1b[31m").encode(), "2:9: an invisible character, U+001B"),
        (CLEAN.replace("First", "a\x85b").encode(), "2:9: an invisible character, U+0085"),
        (CLEAN.replace("First", "a\u2028b: c").encode(), "2:9: an invisible character, U+2028"),
        (CLEAN.replace("First", "a\u2029b: c").encode(), "2:9: an invisible character, U+2029"),
        (CLEAN.replace("First", "a\x9bb").encode(), "2:9: an invisible character, U+009B"),
        (CLEAN.replace("First", "a\u202eb").encode(), "U+202E RIGHT-TO-LEFT OVERRIDE"),
        (CLEAN.replace("First", '"a\\u2066b"').encode(), "U+2066 LEFT-TO-RIGHT ISOLATE"),
        (CLEAN.replace("First", "a\u200bb").encode(), "U+200B ZERO WIDTH SPACE"),
        (CLEAN.replace("First", "a\u200db").encode(), "U+200D ZERO WIDTH JOINER"),
        (CLEAN.replace("More", "Mo\u202ere").encode(), "9:3: an invisible character"),
        (b"---\ntitle: " + b"x" * 200_000 + b"\n---\n", "front matter is larger than 128 KB"),
        (CLEAN.encode() + b"x" * 300_000, "the file is larger than 256 KB"),
        (b"---\n" + b"".join(b"k%d: v\n" % i for i in range(9_000)) + b"---\n", "too many values"),
        (b"---\na: " + b"[" * 100_000 + b"\n---\n", ": front matter is nested too deep"),
        (b"---\n" + b"".join(b"%sa:\n" % (b" " * i) for i in range(300)) + b"---\n", "nested too deep"),
        (b"---\na: " + b"{a: " * 20_000 + b"\n---\n", "nested too deep"),
        (b"---\n" + b"- " * 60_000 + b"\n---\n", "nested too deep"),
        (b"---\n" + b"? " * 60_000 + b"\n---\n", "nested too deep"),
        (b"---\na: &a {}\n" + b"<<: [*a, *a]\n---\n", "2:4: anchors and aliases"),
        (b"---\na: &a [*a]\n---\n", "2:4: anchors and aliases"),
    ],
)  # fmt: skip
def test_refused_in_one_line(data: bytes, said: str) -> None:
    assert said in refusal(data)


@pytest.mark.parametrize("opening", [b"[", b"- ", b"? ", b"{a: ", b"[{a: ", b"&a [*a, "])
def test_the_worst_nesting_does_not_end_the_process(opening: bytes, tmp_path: Path) -> None:
    """Without the guard, 26 KB of `[` end Python by a signal."""
    (tmp_path / "x.md").write_bytes(b"---\na:\n  " + opening * (120_000 // len(opening)) + b"\n---\n")
    code = "import sys; from catalogue.frontmatter import parse; parse(open(sys.argv[1], 'rb').read(), 'x')"
    line = [sys.executable, "-c", code, str(tmp_path / "x.md")]
    done = subprocess.run(line, capture_output=True, text=True, cwd=Path(__file__).parents[1], timeout=60)
    assert done.returncode == 1
    assert "ContentError" in done.stderr


@pytest.mark.parametrize("title", ["می‌خواهم", "क्‍ष", "名前 — Straße", "👩🏽", "שלום", "x\u0301"])
def test_letters_of_all_scripts_are_welcome(title: str) -> None:
    assert read(CLEAN.replace("First", title).encode())[0].title == title


def test_scalars_stay_text() -> None:
    words = ["NO", "yes", "12:30", "010", "1_000", "1e3", "~", "null", ".nan", "0x1F", "2025-01-01"]
    text = paper(keywords=f"[{', '.join(words)}]", arxiv="2501.00010", title="0")
    value = read(text.encode())[0]
    assert list(value.keywords) == words
    assert value.arxiv == "2501.00010"
    assert value.title == "0"


def test_five_thousand_authors() -> None:
    names = "".join(f"\n  - Ada Example {i}" for i in range(5_000))
    assert len(read(paper(authors=names).encode())[0].authors) == 5_000


def test_python_frontmatter_reads_the_same() -> None:
    post = frontmatter.loads(CLEAN, handler=StrictYAML())
    assert post.metadata == parse(CLEAN.encode(), "x").metadata


def test_the_json_schema_describes_every_key() -> None:
    schema = json_schema(PaperFrontMatter)
    assert set(schema["required"]) == {"title", "date"}
    assert all(key["description"] for key in schema["properties"].values())
    assert schema["additionalProperties"] is False
    json.dumps(schema)


# --- the folder -----------------------------------------------------------------------------


def test_only_regular_files_are_opened(content: Write, tmp_path: Path) -> None:
    folder = content({A: paper()})
    papers = folder / "papers" / "2025"
    (papers / "link.md").symlink_to("/etc/passwd")
    (papers / "loop.md").symlink_to(papers / "loop.md")
    (papers / "dangling.md").symlink_to(tmp_path / "nothing")
    (folder / "papers" / "2024").symlink_to(tmp_path)
    os.mkfifo(papers / "pipe.md")
    (papers / "folder.md").mkdir()
    (folder / "images").symlink_to(folder / "images")
    said = [str(problem) for problem in problems(folder)]
    assert [line.split(":")[0].removeprefix("content/") for line in said] == [
        "images", "papers/2024", "papers/2025/dangling.md", "papers/2025/link.md", "papers/2025/loop.md",
        "papers/2025/pipe.md",
    ]  # fmt: skip
    assert all("not a regular file" in line for line in said)


def test_a_name_that_is_not_utf_8_is_shown_escaped(content: Write) -> None:
    folder = content({A: paper()})
    (folder / "papers" / "2025" / os.fsdecode(b"caf\xe9.md")).write_text(paper())
    (line,) = (str(problem) for problem in problems(folder))
    line.encode()
    assert r"caf\udce9.md" in line


def test_a_folder_whose_name_is_not_utf_8(content: Write) -> None:
    folder = content({A: paper()})
    odd = folder / "papers" / os.fsdecode(b"20\xff5")
    odd.mkdir()
    (odd / "x.md").write_text(paper())
    (line,) = (str(problem) for problem in problems(folder))
    line.encode()
    assert line.startswith(r"content/papers/20\udcff5/x.md:1:1: nothing is read from here")


def test_what_editors_leave_is_passed_over(content: Write) -> None:
    names = (".a.md.swp", "a.md~", "#a.md#", ".DS_Store", "Thumbs.db", "desktop.ini")
    folder = content({A: paper(), **{f"papers/2025/{name}": b"\0" for name in names}})
    (folder / "papers/2025/.#a.md").symlink_to("somebody@machine.1234")  # Emacs holds a.md
    assert problems(folder) == ()


def test_nothing_better_is_looked_for_in_a_value_without_end(content: Write) -> None:
    """In one of 100 KB the search would take minutes."""
    (line,) = problems(content({A: paper(arxiv="a-" * 50_000 + "2504.06752")}))
    assert line.hint.startswith("Write it as arXiv does")


def test_a_hidden_paper_is_not_passed_over(content: Write) -> None:
    assert problems(content({"papers/2025/.a.md": paper()}))


def test_pictures_are_judged_by_their_content(content: Write) -> None:
    gif = BytesIO()
    Image.new("1", (1, 1)).save(gif, "GIF")
    folder = content(
        {
            "images/a.png": b"<svg onload=alert(1)>",
            "images/b.svg": b"<svg/>",
            "images/c.png": b"\x89PNG\r\n\x1a\n" + b"x" * (1 << 20),
            "images/d.gif": gif.getvalue(),
        }
    )
    said = "\n".join(str(problem) for problem in problems(folder))
    assert "images/a.png:1:1: the file is not a png picture" in said
    assert "images/b.svg:1:1: 'b.svg' is not the name of a picture" in said
    assert "images/c.png:1:1: the picture is larger than 1 MB" in said
    assert "d.gif" not in said


def test_drafts_are_checked_but_not_published(content: Write) -> None:
    folder = content({A: paper(draft="true", topics="[nowhere]")})
    assert len(problems(folder)) == 1
    content({A: paper(draft="true")})
    reading, _, plans = build.load(options(folder), memory.NOTHING)
    assert reading.catalogue.entries == ()
    assert not [plan for plan in plans if plan.path.startswith("papers/")]
    reading, _, _ = build.load(options(folder, drafts=True), memory.NOTHING)
    assert len(reading.catalogue.entries) == 1


# --- site.toml ------------------------------------------------------------------------------

SETTINGS = 'title = "T"\ndescription = "D"\nurl = "https://example.org/repo/"\n'


@pytest.mark.parametrize(
    "written",
    [
        b"\xef\xbb\xbf" + SETTINGS.encode(),
        SETTINGS.replace("\n", "\r\n").encode(),
        b"\n# x\n" + SETTINGS.encode(),
    ],
    ids=["bom", "crlf", "comment"],
)
def test_other_ways_of_writing_the_same_settings(written: bytes, content: Write) -> None:
    clean = settings.read(content({"site.toml": SETTINGS}))
    assert settings.read(content({"site.toml": written})) == clean
    assert clean[0].base == "/repo"
    assert clean[1] == []


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (SETTINGS.replace("T", "\xe9").encode("latin-1"), "1:10: byte 9 is not UTF-8"),
        (SETTINGS.encode("utf-16"), "1:1: byte 0 is not UTF-8"),
        (SETTINGS.replace("T", "a\0b").encode(), "1:11: an invisible character, U+0000"),
        (SETTINGS.replace("T", "a\u202eb").encode(), "1:11: an invisible character, U+202E"),
        (SETTINGS.encode() + b"#" * 300_000, "1:1: the file is larger than 256 KB"),
        (SETTINGS.encode() + b"a = " + b"[" * 50_000, "1:1: a value is too long or nested too deep"),
        (SETTINGS.encode() + b"a = " + b"{a = " * 20_000, "1:1: a value is too long or nested too deep"),
        (SETTINGS.encode() + b"a = " + b"9" * 50_000, "1:1: a value is too long or nested too deep"),
    ],
    ids=str,
)
def test_settings_refused_in_one_line(data: bytes, said: str, content: Write) -> None:
    (problem,) = settings.read(content({"site.toml": data}))[1]
    assert str(problem).startswith(f"content/site.toml:{said}")


def test_settings_are_a_regular_file(content: Write) -> None:
    folder = content({})
    content({"site.toml": None})
    said = [problem.message for problem in problems(folder)]
    (folder / "site.toml").symlink_to("/etc/passwd")
    said += [problem.message for problem in problems(folder)]
    (folder / "site.toml").unlink()
    os.mkfifo(folder / "site.toml")
    said += [problem.message for problem in problems(folder)]
    assert said[0].startswith("cannot be read: No such file")
    assert any(message.startswith("cannot be read: Too many levels of symbolic links") for message in said)
    assert said.count("not a regular file") == 2


def test_mistakes_in_settings_do_not_hide_the_others(content: Write) -> None:
    folder = content({"site.toml": "title", A: paper(zebra="x"), "topics/alignment.md": "x"})
    assert len(problems(folder)) == 3


# --- properties -----------------------------------------------------------------------------

LINES = st.lists(
    st.tuples(
        st.sampled_from(["title", "date", "authors", "links", "- x", "topics", "?", "<<", "status", ""]),
        st.sampled_from([": ", ":", " ", ":\n  - ", ":\n  pdf: "]),
        st.one_of(
            st.text(max_size=20),
            st.sampled_from(
                ["[a, b", "{a: b}", "&x y", "*x", "!t z", "|\n  text", ">-", "'", '"\\0"', "# c", "% d"]
            ),
        ),
    ).map("".join),
    max_size=8,
).map(lambda lines: "---\n" + "\n".join(lines) + "\n---\nText.\n")


@given(st.one_of(LINES, st.text(), st.binary()))
@example("---\n\n---")
@example("---\n---\n---")
@example(b"\xef\xbb\xbf")
def test_any_file_gives_values_or_problems_within_it(written: str | bytes) -> None:
    data = written.encode("utf-8", "surrogatepass") if isinstance(written, str) else written
    lines = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")
    try:
        read(data)
    except ContentError as error:
        for problem in error.problems:
            assert 1 <= problem.line <= len(lines)
            assert 1 <= problem.column <= len(lines[problem.line - 1]) + 1
            assert "\n" not in str(problem)


@given(st.one_of(st.text(), st.binary(), st.text("[]{}=.,'\"\\#\n abT1-:é", max_size=40)))
@example("[math_macros]\nR = [1]")
@example("a.b = 1\n[a.b]")
def test_any_settings_give_values_or_problems_within_them(written: str | bytes) -> None:
    data = SETTINGS.encode() + (
        written.encode("utf-8", "surrogatepass") if isinstance(written, str) else written
    )
    lines = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")
    with TemporaryDirectory() as folder:
        (Path(folder) / "site.toml").write_bytes(data)
        for problem in settings.read(Path(folder))[1]:
            assert 1 <= problem.line <= len(lines)
            assert 1 <= problem.column <= len(lines[problem.line - 1]) + 1
            assert "\n" not in str(problem)


@given(
    st.text(min_size=1).filter(
        lambda text: text.strip() and not strictyaml.invisible(text) and not set("\t\n") & set(text)
    )
)
def test_a_quoted_title_reads_back(title: str) -> None:
    written = f"---\ntitle: {json.dumps(title, ensure_ascii=False)}\ndate: 2025-01-01\n---\n"
    assert read(written.encode())[0].title == title


@given(st.text())
def test_whatever_is_printed_is_one_harmless_line(text: str) -> None:
    shown = printable(text)
    assert len(shown.splitlines()) <= 1
    assert "##[" not in shown
    assert not shown.lstrip().startswith("::")
    shown.encode()


@given(st.text(min_size=1))
def test_a_slug_is_safe_and_depends_on_the_text_alone(text: str) -> None:
    slug = slugs.slug(text)
    assert slug == slugs.slug(text)
    assert 0 < len(slug) <= 100
    assert set(slug) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")
    assert not slug.startswith("-")
    assert not slug.endswith("-")


def test_the_demonstration_keys_follow_the_rule() -> None:
    folder = Path(__file__).parents[1] / "content" / "papers"
    titles = {path.stem: read(path.read_bytes())[0].title for path in folder.rglob("*.md")}
    assert {key: slugs.key_for(title) for key, title in titles.items()} == {key: key for key in titles}
