"""What strangers send with a pull request: archives, problems, titles, file trees, as hostile as can be."""

import io
import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from urllib.parse import unquote

import html5lib
import pytest
from markdown_it import MarkdownIt
from PIL import Image
from test_broken import CASES, parts
from test_workflows import git

import build
from catalogue.problems import ContentError, Problem
from catalogue.review import archive, changes, pictures, preview, proposal, report
from catalogue.review.comment import LONGEST, MARK, Comment, branch, code, problems, written
from catalogue.review.mending import mended
from conftest import Write, missing, options, paper
from conftest import problems as found_in

ROOT = Path(__file__).parents[1]
SOURCE = "https://github.com/you/papers/blob/abc"


@pytest.fixture(autouse=True)
def _chromium(request: pytest.FixtureRequest) -> None:
    if "picture" in request.node.name and not shutil.which("chromium"):
        missing("chromium")


# --- the corrected line -------------------------------------------------------------------


MORE = {
    "alias-bomb", "anchor-recursive", "key-of-another-kind", "no-break-spaces",
    "orcid-letters", "related-address", "topic-not-a-key", "type-tag", "unknown-key-in-image",
}  # fmt: skip
"""Entries in which something else is wrong too."""


def test_what_is_to_be_pasted_mends(content: Write) -> None:
    """For each broken entry with one problem: the corrected line, where there is one, makes it a good one."""
    mended_cases = 0
    folder = content({})
    for case in CASES:
        files = parts(case)
        told = files.pop("problems").splitlines()
        if len(told) != 1 or len(files) != 1 or not told[0].startswith("content/papers/"):
            continue
        ((name, text),) = files.items()
        content({name: text})
        (problem,) = found_in(folder)
        lines = text.split("\n")
        better = mended(problem, lines[problem.line - 1])
        if better is not None:
            lines[problem.line - 1] = better
            content({name: "\n".join(lines)})
            left = found_in(folder)
            assert problem not in left if case.stem in MORE else not left, case.stem
            mended_cases += 1
        content({name: None})
    assert mended_cases >= 50


def test_a_value_with_an_apostrophe_is_replaced_whole(content: Write) -> None:
    line = "topics: [Women's Health]"
    folder = content({"papers/2025/a.md": f"---\ntitle: A\ndate: 2025-04-09\n{line}\n---\n"})
    (problem,) = found_in(folder)
    assert mended(problem, line) == "topics: [womens-health]"


# --- problems as data ---------------------------------------------------------------------


def test_problems_come_back_as_they_were(tmp_path: Path) -> None:
    (tmp_path / "content").mkdir()
    (tmp_path / "content/a.md").write_text("---\ntitel: x\n---\n")
    problem = Problem("content/a.md", 2, 1, "unknown key `titel`", "Did you mean `title`?")
    report.write(report.told([problem], tmp_path), tmp_path / "problems.json")
    assert report.read((tmp_path / "problems.json").read_bytes()) == [
        report.Told(problem, "titel: x", "title: x")
    ]


@pytest.mark.parametrize(
    "data",
    [
        b"", b"{", b"null", b"[[[[", b"[" * 100_000, b'{"a": 1}', b"[1, 2]", b"[[1]]", b"\xff\xfe",
        b'[["a", "1", 1, "", "", "", ""]]', b'[["a", 1, true, "", "", "", ""]]',
        b'[["a", 1.5, 1, "", "", "", ""]]',
    ],
)  # fmt: skip
def test_what_has_not_the_shape_of_problems_is_nothing(data: bytes) -> None:
    assert report.read(data) == []


def test_problems_of_strangers_are_bounded() -> None:
    row = ["a" * 9999, 10**30, -5, "b\n::error::x", "c" * 9999, "##[error]", "\x1b[31m"]
    told = report.read(json.dumps([row] * 500).encode())
    assert len(told) == report.MOST
    assert all(len(text) <= report.LONGEST for text in (told[0].problem.path, told[0].problem.hint))
    assert (told[0].problem.line, told[0].problem.column) == (10**6, 1)
    assert "\n" not in told[0].problem.message and "##[" not in told[0].line and "\x1b" not in told[0].better


# --- the comment --------------------------------------------------------------------------

HOSTILE = [
    "@everyone and @octocat", "#1 GH-2 you/papers#3", "<img src=x onerror=alert(1)>",
    "](javascript:alert(1))",
    "`code` ``` fence", "--> <!-- catalogue: preview -->", "</pre></code></details>", "[x](https://evil.example)",
    "https://evil.example/?x", "www.evil.example", "a@evil.example", "**bold** _it_ ~~no~~", "| a | b |",
    "&lt;script&gt;", "&#60;b&#62;", "\\<b>", "![x](https://evil.example/x.png)", ":tada:", "$x$ $$y$$",
    "\u202egnp.exe", "\x00\x1b[2J", "# heading\n\n- item",
    "0123456789abcdef0123456789abcdef01234567", "x" * 70_000,
]  # fmt: skip
TAGS = {"html", "head", "body", "h3", "p", "a", "code", "pre", "details", "summary", "ul", "li", "img", "em"}


def rendered(text: str) -> tuple[set[str], list[str], str]:
    """The elements and addresses that GitHub would show, and the text outside of code."""
    page = html5lib.parse(MarkdownIt("gfm-like").render(text), namespaceHTMLElements=False)
    tags = {element.tag for element in page.iter() if isinstance(element.tag, str)}
    addresses = [it.attrib[name] for it in page.iter() for name in ("href", "src") if name in it.attrib]
    for element in page.iter():
        if element.tag in ("code", "pre"):
            element.text = ""
    return tags, addresses, "".join(page.itertext())


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_nothing_that_others_wrote_gets_out_of_its_code(text: str) -> None:
    told = [report.Told(Problem(text, 1, 1, text, text), text, text)]
    pages = {f"/papers/{text}/": text}
    comment = Comment("One thing to mend", told=told, changes=changes.Changes(pages, pages, pages))
    made = written(comment, SOURCE)
    assert len(made) < LONGEST + 100
    assert made.startswith(MARK) and made.count("<!--") == 1
    tags, addresses, outside = rendered(made)
    assert tags <= TAGS
    assert all(address.startswith(f"{SOURCE}/") for address in addresses)
    assert not re.search(r"@\w|#\d|evil|[0-9a-f]{40}|:tada:|\$x", outside)


@pytest.mark.parametrize("name", HOSTILE, ids=range(len(HOSTILE)))
def test_the_name_of_a_branch_gets_out_of_no_link(name: str) -> None:
    told = [report.Told(Problem("content/a.md", 2, 1, "x", "x"), "x", "y")]
    tags, addresses, outside = rendered(problems(told, branch("https://github.com", "stranger/fork", name)))
    assert tags <= TAGS and "Paste instead" in outside
    (address,) = addresses
    assert re.fullmatch(r"https://github\.com/stranger/fork/blob/[\w.~/%-]+/content/a\.md#L2", address, re.A)
    assert unquote(address).startswith(f"https://github.com/stranger/fork/blob/{name}/")


def test_code_is_shown_as_it_was() -> None:
    for text in HOSTILE[:18]:
        page = html5lib.parse(
            MarkdownIt("gfm-like").render(f"<p>{code(text)}</p>"), namespaceHTMLElements=False
        )
        (element,) = (it for it in page.iter() if it.tag == "code")
        assert element.text == text


def test_a_long_comment_is_cut_between_its_parts() -> None:
    told = [report.Told(Problem("p" * 300, 1, 1, "é" * 300, "<" * 300), "<" * 300, ">" * 300)] * 200
    pages = {f"/papers/{'k' * 90}-{i}/": "<" * 300 for i in range(5000)}
    made = written(Comment("x", told=told, changes=changes.Changes(pages, pages, pages)), SOURCE)
    assert len(made) < 65_536
    assert rendered(made)[0] <= TAGS


# --- the archive --------------------------------------------------------------------------

PAGE = (
    b'<!doctype html><title>T</title><script defer src="/repo/assets/page.js?v=12ab"></script><main>x</main>'
)


@pytest.fixture
def trusted(tmp_path: Path) -> Path:
    (tmp_path / "site/assets").mkdir(parents=True)
    (tmp_path / "site/assets/page.js").write_text("own")
    (tmp_path / "site/assets/style.css").write_text("own")
    return tmp_path / "site"


def member(name: str, data: bytes = b"x", **more: object) -> tuple[tarfile.TarInfo, bytes]:
    info = tarfile.TarInfo(name)
    info.size = len(data)
    for key, value in more.items():
        setattr(info, key, value)
    return info, data


def zipped(path: Path, members: list[tuple[tarfile.TarInfo, bytes]], name: str = "artifact.tar") -> Path:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as tar:
        for info, data in members:
            tar.addfile(info, io.BytesIO(data))
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive_:
        archive_.writestr(name, packed.getvalue())
    return path


def test_a_good_archive_is_unpacked(tmp_path: Path, trusted: Path) -> None:
    files = [
        member("./papers/a/index.html", PAGE),
        member("./assets/page.js", b"own"),
        member(".nojekyll", b""),
    ]
    count = archive.unpack(zipped(tmp_path / "a.zip", files), tmp_path / "out", trusted)
    assert count == 3 and (tmp_path / "out/papers/a/index.html").read_bytes() == PAGE


LINK = {"type": tarfile.SYMTYPE, "linkname": "/etc/passwd", "size": 0}
BAD: dict[str, list[tuple[tarfile.TarInfo, bytes]]] = {
    "link": [member("a.html", b"", **LINK)],
    "hard link": [member("a.html"), member("b.html", b"", type=tarfile.LNKTYPE, linkname="a.html")],
    "device": [member("a.html", b"", type=tarfile.CHRTYPE)],
    "pipe": [member("a.html", b"", type=tarfile.FIFOTYPE)],
    "sparse": [member("a.html", b"", type=tarfile.GNUTYPE_SPARSE)],
    "through a link": [member("papers", b"", **LINK), member("papers/a.html")],
    "upwards": [member("../a.html")],
    "upwards within": [member("papers/../../a.html")],
    "dot": [member("papers/./a.html")],
    "absolute": [member("/etc/a.html")],
    "backslash": [member("papers\\..\\a.html")],
    "drive": [member("C:/a.html")],
    "stream": [member("a.html:b.html")],
    "newline": [member("a\n::error::x.html")],
    "control": [member("a\x1b[2J.html")],
    "bidi": [member("a\u202elmth.html")],
    "no ascii": [member("ä.html")],
    "blank": [member("a b.html")],
    "empty part": [member("a//b.html")],
    "twice": [member("a.html"), member("a.html")],
    "twice by case": [member("a.html"), member("A.html")],
    "long": [member("a" * 500 + ".html")],
    "program": [member("a.exe")],
    "shell": [member("a.sh")],
    "nested": [member("a.zip")],
    "hidden": [member(".github/workflows/a.txt")],
    "htaccess": [member(".htaccess")],
    "no kind": [member("papers")],
    "other script": [member("assets/page.js", b"other")],
    "new script": [member("assets/new.js", b"own")],
    "script elsewhere": [member("papers/page.js", b"own")],
    "other style": [member("assets/style.css", b"other")],
    "picture that acts": [member("images/a.svg", b"<svg/>")],
    "inline script": [member("a.html", b"<script>alert(1)</script>")],
    "foreign script": [member("a.html", b'<script src="https://evil.example/assets/page.js"></script>')],
    "script from data": [member("a.html", b'<script src="data:,alert(1)"></script>')],
    "module": [member("a.html", b'<script type="module">alert(1)</script>')],
    "handler": [member("a.html", b"<p onclick=alert(1)>x</p>")],
    "javascript": [member("a.html", b'<a href="java\nscript:alert(1)">x</a>')],
    "data": [member("a.html", b'<a href="data:text/html,x">x</a>')],
    "frame": [member("a.html", b'<iframe src="/"></iframe>')],
    "object": [member("a.html", b'<object data="/x"></object>')],
    "base": [member("a.html", b'<base href="https://evil.example/">')],
    "refresh": [member("a.html", b'<meta http-equiv="refresh" content="0; url=https://evil.example/">')],
    "style": [member("a.html", b"<style>*{}</style>")],
    "foreign style": [
        member("a.html", b'<link rel="stylesheet" href="https://evil.example/assets/style.css">')
    ],
    "svg handler": [member("a.html", b"<svg><a xlink:href='javascript:x'>x</a></svg>")],
    "not utf-8": [member("a.html", b"\xff\xfe<")],
}


@pytest.mark.parametrize("name", BAD)
def test_a_hostile_archive_is_refused(name: str, tmp_path: Path, trusted: Path) -> None:
    with pytest.raises(archive.Refused):
        archive.unpack(zipped(tmp_path / "a.zip", BAD[name]), tmp_path / "out", trusted)
    outside = {path for path in tmp_path.rglob("*") if tmp_path / "out" not in (path, *path.parents)}
    assert outside == {tmp_path / "a.zip", trusted, *trusted.rglob("*")}
    assert not any(path.is_symlink() for path in (tmp_path / "out").rglob("*"))


def test_bombs_end_early(tmp_path: Path, trusted: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "SUM", 100_000)
    monkeypatch.setattr(archive, "MOST", 50)
    for files in ([member("a.html", b" " * 300_000)], [member(f"{i}.html", b"") for i in range(60)]):
        path = zipped(tmp_path / "a.zip", files)
        with pytest.raises(archive.Refused, match=r"larger|too many"):
            archive.unpack(path, tmp_path / f"out{len(files)}", trusted)


@pytest.mark.parametrize("name", ["other.tar", "../artifact.tar", "artifact.tar/x"])
def test_only_one_tar_is_taken(name: str, tmp_path: Path, trusted: Path) -> None:
    with pytest.raises(archive.Refused):
        archive.unpack(zipped(tmp_path / "a.zip", [], name), tmp_path / "out", trusted)


@pytest.mark.parametrize("data", [b"", b"PK", b"no zip at all", b"\x1f\x8b" + b"\0" * 99])
def test_no_archive_at_all(data: bytes, tmp_path: Path, trusted: Path) -> None:
    (tmp_path / "a.zip").write_bytes(data)
    with pytest.raises(archive.Refused, match="damaged"):
        archive.unpack(tmp_path / "a.zip", tmp_path / "out", trusted)


def test_a_cut_tar_is_refused(tmp_path: Path, trusted: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as whole:
        whole.writestr("artifact.tar", b"\0" * 100 + b"rubbish" * 99)
    with pytest.raises(archive.Refused):
        archive.unpack(tmp_path / "a.zip", tmp_path / "out", trusted)


def test_our_own_site_passes_and_has_pictures(content: Write, tmp_path: Path) -> None:
    """All that a build makes passes; new papers come first among the changed pages, and have pictures."""
    folder = content(
        {"papers/2025/a.md": paper("First"), "pages/help.md": "---\ntitle: Help\n---\n[a](/papers/a/)\n"}
    )
    build.build(options(folder, tmp_path / "before", searchable=True))
    content({"papers/2025/b.md": paper("Second <b>", "2025-04-10", "Words and $x^2$.")})
    build.build(options(folder, tmp_path / "after", searchable=True))
    files = [
        member(f"./{path.relative_to(tmp_path / 'after').as_posix()}", path.read_bytes())
        for path in sorted((tmp_path / "after").rglob("*"))
        if path.is_file()
    ]
    (tmp_path / "work").mkdir()
    made = preview.preview(
        zipped(tmp_path / "a.zip", files), tmp_path / "before", tmp_path / "work", "/repo", "https://x.org/7"
    )
    assert made.heading == "Everything is in order"
    assert next(iter(made.changes.new)) == "/papers/b/" and made.changes.new["/papers/b/"].startswith(
        "Second <b>"
    )
    assert "/" in made.changes.changed and "/papers/a/" not in made.changes.gone
    assert list(made.pictures.items()) == [("/papers/b/", "https://x.org/7/1.png")]
    with Image.open(tmp_path / "work/1.png") as picture:
        assert picture.size == (pictures.WIDTH, pictures.HEIGHT)
        assert len(picture.convert("L").getcolors(256) or range(257)) > 50, (
            "a blank page, or one without its style"
        )


def test_problems_in_the_archive_become_the_comment(tmp_path: Path, trusted: Path) -> None:
    row = [
        "content/papers/2025/a.md",
        2,
        1,
        "unknown key `titel`",
        "Did you mean `title`?",
        "titel: x",
        "title: x",
    ]
    path = zipped(tmp_path / "a.zip", [member("problems.json", json.dumps([row]).encode())])
    (tmp_path / "work").mkdir()
    made = preview.preview(path, trusted, tmp_path / "work", "", "")
    text = written(made, SOURCE)
    assert made.heading == "One thing to mend"
    assert f"{SOURCE}/content/papers/2025/a.md#L2" in text and "Paste instead" in text


def test_no_browser_no_pictures(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pictures, "BROWSERS", ("no-such-browser",))
    with pytest.raises(RuntimeError, match="no Chromium"):
        pictures.take(tmp_path, "", ["/"], tmp_path)


# --- content is laid over the trusted code ------------------------------------------------


@pytest.fixture
def checkouts(tmp_path: Path) -> tuple[Path, Path]:
    """A proposed and a trusted checkout, alike."""
    for name in ("proposed", "trusted"):
        folder = tmp_path / name
        (folder / "content/papers/2025").mkdir(parents=True)
        (folder / "build.py").write_text("own")
        (folder / "content/site.toml").write_text("")
        (folder / ".git").mkdir()
        (folder / ".git/config").write_text(name)
    return tmp_path / "proposed", tmp_path / "trusted"


def test_what_is_no_content_is_code(checkouts: tuple[Path, Path]) -> None:
    proposed, trusted = checkouts
    assert proposal.touches_only_content(proposed, trusted)
    edits: list[Callable[[], object]] = [
        lambda: (proposed / "conftest.py").write_text("x"),
        lambda: (proposed / "sitecustomize.py").write_text("x"),
        lambda: (proposed / ".gitattributes").write_text("* filter=x"),
        lambda: (proposed / ".gitmodules").write_text("x"),
        lambda: (proposed / "templates").symlink_to("/etc"),
        lambda: (proposed / "Content").mkdir() or (proposed / "Content/a.md").write_text("x"),
    ]
    for edit in edits:
        shutil.rmtree(proposed)
        shutil.copytree(trusted, proposed)
        edit()
        assert not proposal.touches_only_content(proposed, trusted)
    shutil.rmtree(proposed)
    shutil.copytree(trusted, proposed)
    (proposed / "build.py").chmod(0o755)
    assert not proposal.touches_only_content(proposed, trusted)


def test_content_is_laid_as_plain_files(checkouts: tuple[Path, Path]) -> None:
    proposed, trusted = checkouts
    (trusted / "content/gone.md").write_text("x")
    (proposed / "content/papers/2025/a.md").write_text("new")
    (proposed / "content/papers/2025/a.md").chmod(0o755)
    assert proposal.lay(proposed, trusted) == 2
    assert not (trusted / "content/gone.md").exists()
    made = trusted / "content/papers/2025/a.md"
    assert (made.read_text() == "new" and not os.access(made, os.X_OK)) or os.geteuid() == 0
    assert made.stat().st_mode & 0o111 == 0


@pytest.mark.parametrize(
    ("name", "make"),
    [
        ("a link to a file", lambda path: path.symlink_to("/etc/passwd")),
        ("a link to a folder", lambda path: path.symlink_to("/etc")),
        ("a pipe", lambda path: os.mkfifo(path)),
        ("too large", lambda path: path.write_bytes(b" " * (proposal.LARGEST + 1))),
        ("a repository", lambda path: (path.parent / ".git").mkdir()),
        ("a newline", lambda path: (path.parent / "a\n::error::b.md").write_text("x")),
        ("a sign that turns text", lambda path: (path.parent / "a\u202eb.md").write_text("x")),
        ("a backslash", lambda path: (path.parent / "a\\b.md").write_text("x")),
    ],
)
def test_what_is_no_plain_file_is_refused(
    name: str, make: Callable[[Path], object], checkouts: tuple[Path, Path]
) -> None:
    proposed, trusted = checkouts
    make(proposed / "content/papers/2025/x.md")
    with pytest.raises(ContentError):
        proposal.lay(proposed, trusted)
    assert (trusted / "content/site.toml").is_file()


def test_content_as_a_link_is_refused(
    checkouts: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CATALOGUE_PROBLEMS", str(tmp_path / "problems.json"))
    proposed, trusted = checkouts
    shutil.rmtree(proposed / "content")
    (proposed / "content").symlink_to("/etc")
    assert proposal.main(str(proposed), str(trusted)) == 1
    (told,) = report.read((tmp_path / "problems.json").read_bytes())
    assert told == report.Told(Problem("content", 1, 1, "it is no folder", "Make it a folder again"), "", "")


# --- the whole, with git ------------------------------------------------------------------

SPY = "import pathlib; pathlib.Path(__file__).with_name('ran').write_text('ran')\n"


@pytest.fixture
def pull_request(tmp_path: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Proposes files over this project, as a merge commit in proposed/, and builds the proposal."""
    clone = tmp_path / "proposed"
    parts_ = ("build.py", "catalogue", "templates", "pyproject.toml", ".github", "content/site.toml")
    for part in (*parts_, "content/pages", "content/topics", "content/organisations"):
        source, target = ROOT / part, clone / part
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copyfile(source, target)
    identity = ("-c", "user.name=x", "-c", "user.email=x@example.org", "-c", "core.hooksPath=/dev/null")
    git(tmp_path, "init", "--quiet", "--initial-branch", "main", "proposed")
    git(clone, "add", "--all")
    git(clone, *identity, "commit", "--quiet", "-m", "Base")

    def propose(files: dict[str, str]) -> subprocess.CompletedProcess[str]:
        for name, text in files.items():
            (clone / name).parent.mkdir(parents=True, exist_ok=True)
            (clone / name).write_text(text)
        git(clone, "add", "--all", "--force")
        git(clone, *identity, "commit", "--quiet", "-m", "Proposal")
        script = git(clone, "show", "HEAD^1:.github/proposal.sh")
        environment = {**os.environ, "PYTHON": sys.executable, "GITHUB_ACTIONS": "true"}
        call = ["bash", "-c", script]
        return subprocess.run(call, cwd=tmp_path, env=environment, capture_output=True, text=True)

    return propose


def test_content_is_built_by_the_code_of_the_base(
    pull_request: Callable[..., subprocess.CompletedProcess[str]], tmp_path: Path
) -> None:
    hostile = {
        f"content/{name}": SPY
        for name in ("conftest.py", "sitecustomize.py", "build.py", "catalogue/read.py")
    }
    hostile |= {
        "content/pyproject.toml": "x",
        "content/.gitattributes": "* filter=evil",
        "content/x.pth": SPY,
    }
    hostile["content/templates/base.html"] = "{{ cycler.__init__.__globals__.os.system('touch ran') }}"
    hostile["content/papers/2025/good.md"] = paper("Good {{ 7 * 7 }}")
    done = pull_request(hostile)
    assert done.returncode == 1
    assert not list(tmp_path.rglob("ran"))
    told = report.read((tmp_path / "built/problems.json").read_bytes())
    assert {it.problem.message for it in told} == {"nothing is read from here"}
    assert "build.py" in {it.problem.path.rpartition("/")[2] for it in told}


def test_what_is_refused_is_left_for_the_comment(
    pull_request: Callable[..., subprocess.CompletedProcess[str]], tmp_path: Path
) -> None:
    (tmp_path / "secret").write_text("of this machine")
    (tmp_path / "proposed/content/papers").mkdir()
    (tmp_path / "proposed/content/papers/link.md").symlink_to(tmp_path / "secret")
    done = pull_request({"content/images/large.pdf": "x" * (proposal.LARGEST + 1)})
    assert done.returncode == 1
    assert "content/images/large.pdf:1:1: the file is larger than 2 MB. Make it smaller, or" in done.stderr
    assert [path.name for path in (tmp_path / "built").iterdir()] == ["problems.json"]
    told = report.read((tmp_path / "built/problems.json").read_bytes())
    assert [it.problem.path for it in told] == ["content/images/large.pdf", "content/papers/link.md"]
    assert {it.line for it in told} == {""}


def test_a_good_proposal_is_built(
    pull_request: Callable[..., subprocess.CompletedProcess[str]], tmp_path: Path
) -> None:
    done = pull_request({"content/papers/2025/good.md": paper("Good {{ 7 * 7 }}")})
    assert done.returncode == 0, done.stderr
    assert b"Good {{ 7 * 7 }}" in (tmp_path / "built/papers/good/index.html").read_bytes()


def test_code_is_built_by_itself(
    pull_request: Callable[..., subprocess.CompletedProcess[str]], tmp_path: Path
) -> None:
    template = (ROOT / "templates/pages/offline.html").read_text() + "{# changed #}"
    done = pull_request({"templates/pages/offline.html": template, "build.py": SPY})
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "proposed/ran").is_file()  # without rights, as the workflow grants none


# --- the comment on GitHub ----------------------------------------------------------------

GH = r"""#!/bin/sh
echo "$@" >> "$GH_LOG"
case "$*" in
  *"/pulls -f"*) printf "$GH_NUMBER" ;;
  *"/artifacts --jq"*) printf "$GH_ARTIFACT" ;;
  *"/artifacts/5/zip"*) cat "$GH_ZIP" ;;
  *"/files "*) printf "content/a.md\n$GH_FILES"; eval "$GH_MORE" ;;
  *"/comments --paginate"*) printf "$GH_COMMENT" ;;
esac
"""


MEANWHILE = """#!/bin/sh
# Just before the first push another run's pictures come.
if [ ! -e met ]; then
  touch met
  git="env -i PATH=$PATH GIT_COMMITTER_NAME=a GIT_COMMITTER_EMAIL=a GIT_AUTHOR_NAME=a GIT_AUTHOR_EMAIL=a git"
  folder=$(printf '100644 blob %s\\t1.png\\n' "$(echo x | $git hash-object -w --stdin)" | $git mktree)
  tree=$(printf '040000 tree %s\\t8\\n' "$folder" | $git mktree)
  $git update-ref refs/heads/previews "$($git commit-tree -m x "$tree")"
fi
"""


def run_preview(
    tmp_path: Path, site: Path, zip_: Path, status: int = 0, **given: str
) -> tuple[str, str, Path]:
    """Runs preview.sh with a stand-in for gh; returns what it said, what gh was asked, the working folder."""
    tools, work, origin = tmp_path / "tools", tmp_path / "main", tmp_path / "origin.git"
    tools.mkdir()
    (tools / "gh").write_text(GH)
    (tools / "gh").chmod(0o755)
    git(tmp_path, "init", "--quiet", "--bare", "origin.git")
    git(tmp_path, "init", "--quiet", "main")
    git(work, "remote", "add", "origin", str(origin))
    (origin / "hooks/update").write_text(MEANWHILE)
    (origin / "hooks/update").chmod(0o755)
    for name in ("catalogue", "content"):
        (work / name).symlink_to(ROOT / name)
    environment = {
        **os.environ, "PATH": f"{tools}:{os.environ['PATH']}", "PYTHON": sys.executable,
        "GIT_CONFIG_GLOBAL": "/dev/null", "GITHUB_REPOSITORY": "you/papers",
        "GH_LOG": str(tmp_path / "log"), "GH_ZIP": str(zip_),
        "GH_NUMBER": "7", "GH_ARTIFACT": "5", "GH_FILES": "", "GH_MORE": "", "GH_COMMENT": "",
        "RUN": "1", "SHA": "abc", "HEAD": "stranger/fork", "BRANCH": "$(touch owned)`x`;\"",
    } | given  # fmt: skip
    (work / "site").symlink_to(site)
    script = ROOT / ".github/preview.sh"
    done = subprocess.run([script], cwd=work, env=environment, capture_output=True, text=True)
    assert done.returncode == status, done.stderr
    assert not list(tmp_path.rglob("owned"))
    log = tmp_path / "log"
    return done.stdout, log.read_text() if log.exists() else "", work


def test_the_comment_and_its_pictures_are_sent(tmp_path: Path, real_site: Callable[..., Path]) -> None:
    proposed = tmp_path / "proposed"
    shutil.copytree(ROOT / "content", tmp_path / "content")
    (tmp_path / "content/papers/2025/newest-of-all.md").write_text(paper("Newest @you", "2025-12-30"))
    build.build(options(tmp_path / "content", proposed))
    files = [
        member(path.relative_to(proposed).as_posix(), path.read_bytes())
        for path in proposed.rglob("*")
        if path.is_file()
    ]
    _, asked, work = run_preview(
        tmp_path, real_site(), zipped(tmp_path / "a.zip", files), GH_FILES="build.py\\n"
    )
    text = (work / "preview/comment.md").read_text()
    assert "api -X POST repos/you/papers/issues/7/comments -F body=@preview/comment.md" in asked
    assert preview.CODE in text and "newest" in text
    assert "https://raw.githubusercontent.com/you/papers/previews/7/1.png" in text
    assert git(tmp_path / "origin.git", "ls-tree", "-r", "--name-only", "previews") == "7/1.png\n8/1.png\n"
    assert git(tmp_path / "origin.git", "rev-list", "--count", "previews") == "1\n"


def test_the_comment_is_edited_and_nothing_is_said_of_other_heads(
    tmp_path: Path, real_site: Callable[..., Path]
) -> None:
    bad = zipped(tmp_path / "a.zip", BAD["link"])
    _, asked, work = run_preview(tmp_path, real_site(), bad, GH_COMMENT="42\\n")
    assert "api -X PATCH repos/you/papers/issues/comments/42" in asked and "POST" not in asked
    assert "There is no preview" in (work / "preview/comment.md").read_text()
    again = tmp_path / "again"
    again.mkdir()
    said, asked, _ = run_preview(again, real_site(), bad, GH_NUMBER="")
    assert said == "No open pull request has this head.\n" and "comments" not in asked


NAMES = f"seq -f content/{'x' * 90}%g.md 2000"
"""Names that no pipe holds until they are read."""


@pytest.mark.parametrize(
    ("more", "code_too"),
    [
        ("true", False),
        (NAMES, False),
        (f"echo templates/base.html; {NAMES}", True),
        ("seq -f content/%g.md 3000", True),  # and what else GitHub does not list
    ],
)
def test_what_changes_code_is_never_announced_as_content(
    more: str, code_too: bool, tmp_path: Path, trusted: Path
) -> None:
    bad = zipped(tmp_path / "a.zip", BAD["link"])
    _, asked, work = run_preview(tmp_path, trusted, bad, GH_MORE=more)
    assert (preview.CODE in (work / "preview/comment.md").read_text()) == code_too
    assert ".previous_filename" in asked


def test_nothing_is_announced_where_the_files_are_not_known(tmp_path: Path, trusted: Path) -> None:
    bad = zipped(tmp_path / "a.zip", BAD["link"])
    _, asked, _ = run_preview(tmp_path, trusted, bad, status=1, GH_MORE="exit 1")
    assert "-X POST" not in asked


def test_the_first_of_several_comments_is_edited(tmp_path: Path, trusted: Path) -> None:
    bad = zipped(tmp_path / "a.zip", BAD["link"])
    many = "\\n".join(map(str, range(42, 15_000)))
    _, asked, _ = run_preview(tmp_path, trusted, bad, GH_COMMENT=many)
    assert "api -X PATCH repos/you/papers/issues/comments/42 " in asked


def test_a_build_that_left_nothing_takes_back_what_was_said(tmp_path: Path, trusted: Path) -> None:
    _, asked, work = run_preview(tmp_path, trusted, tmp_path, GH_ARTIFACT="", GH_COMMENT="42\\n")
    assert "api -X PATCH repos/you/papers/issues/comments/42 " in asked
    assert "The build made no site. The checks say why." in (work / "preview/comment.md").read_text()


def test_the_place_is_one_that_can_be_edited(tmp_path: Path, trusted: Path) -> None:
    row = ["content/a.md", 2, 1, "unknown key `titel`", "x", "titel: x", "title: x"]
    zip_ = zipped(tmp_path / "a.zip", [member("problems.json", json.dumps([row]).encode())])
    _, asked, work = run_preview(tmp_path, trusted, zip_)
    assert 'head=stranger:$(touch owned)`x`;"' in asked
    place = "https://github.com/stranger/fork/blob/%24%28touch%20owned%29%60x%60%3B%22/content/a.md#L2"
    assert f'<a href="{place}">' in (work / "preview/comment.md").read_text()


def test_the_summary_tells_the_same(content: Write, tmp_path: Path) -> None:
    told = [report.Told(Problem("content/a.md", 2, 1, "unknown key `titel`", "x"), "titel: x", "title: x")]
    assert "Paste instead" in problems(told, SOURCE) and problems([], SOURCE) == ""
