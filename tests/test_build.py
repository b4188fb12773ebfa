"""Building again equals building anew, and a failed build changes nothing."""

import base64
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from unittest import mock

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import build
from catalogue import memory, pagefind, render, search, workers, write
from catalogue.problems import ContentError
from conftest import BASE, Write, options, paper, tree, unindexed

ROOT = Path(__file__).parents[1]
A, B, C = (f"papers/2025/{name}.md" for name in "abc")


@pytest.fixture
def built(content: Write) -> Path:
    """A site of two papers; its content is beside it."""
    folder = content(
        {A: paper("First", topics="[alignment]", authors="[Ada Example]"), B: paper("Second", "2025-04-11")}
    )
    build.build(options(folder))
    return folder.parent / "site"


def anew(content: Path, folder: Path) -> dict[str, bytes]:
    build.build(options(content, folder))
    return tree(folder)


def test_nothing_changed_makes_nothing(built: Path) -> None:
    before = built.stat().st_ino
    assert build.build(options(built.parent / "content"))[2:] == (0, 0)
    assert built.stat().st_ino == before


def test_an_edit_makes_only_what_shows_it(built: Path, content: Write) -> None:
    others = {f"papers/2024/other-{i}.md": paper(f"Other {i}", f"2024-{i % 12 + 1:02}-01") for i in range(30)}
    content({**others})
    build.build(options(built.parent / "content"))
    content({A: paper("First again", topics="[alignment]", authors="[Ada Example]")})
    outcome = build.build(options(built.parent / "content"))
    assert outcome.removed == 0
    assert outcome.made < 60 < outcome.pages / 10
    assert b"First again" in (built / "topics/alignment/index.html").read_bytes()


EDITS: dict[str, Mapping[str, str | None]] = {
    "add": {C: paper("Third", "2025-05-01", authors="[Ada Example, Bo Sample]")},
    "edit": {A: paper("Other", topics="[vision]")},
    "move its date": {A: paper("First", "2025-12-31")},
    "delete": {B: None},
    "rename a topic": {"topics/alignment.md": BASE["topics/alignment.md"].replace("Alignment", "Harmony")},
    "rename a key": {A: None, C: paper("First", topics="[alignment]", authors="[Ada Example]")},
    "swap": {
        A: paper("Second", "2025-04-11"),
        B: paper("First", topics="[alignment]", authors="[Ada Example]"),
    },
    "settings": {"site.toml": BASE["site.toml"].replace("/repo/", "/")},
    "rename an organisation": {"organisations/example-lab.md": "---\nname: Example Institute\n---\n"},
    "an article": {"pages/about.md": "---\ntitle: Over\n---\nOver this.\n"},
}


@pytest.mark.parametrize("edit", EDITS)
def test_incremental_equals_clean(edit: str, built: Path, content: Write, tmp_path: Path) -> None:
    folder = content(EDITS[edit])
    build.build(options(folder))
    assert tree(built) == anew(folder, tmp_path / "anew")


def test_what_a_process_keeps_equals_clean(built: Path, content: Write, tmp_path: Path) -> None:
    """One edit after the other, each built with what the build before kept."""
    folder = built.parent / "content"
    with mock.patch("catalogue.files.JUST_NOW", -(10**18)):
        content({"papers/2025/d.md": paper("Fourth", "2025-04-11", authors="[Ada Example, Bo Sample]")})
        _, kept = build.again(options(folder), build.Kept())
        for number, edit in enumerate(EDITS):
            content({path: text for path, text in EDITS[edit].items() if text or (folder / path).exists()})
            with mock.patch.object(memory, "load", wraps=memory.load) as load:
                _, kept = build.again(options(folder), kept)
            assert load.called == (edit == "settings"), edit  # another ground
            assert tree(built) == anew(folder, tmp_path / f"anew-{number}"), edit


def test_what_a_process_keeps_is_of_one_site(built: Path, content: Write, tmp_path: Path) -> None:
    """Between two builds of one process another builds: what was kept is not of that site."""
    folder = built.parent / "content"
    content({C: paper("Third", "2025-05-01")})
    _, kept = build.again(options(folder), build.Kept())
    assert kept.known.plans
    content({C: paper("Another", "2025-06-01")})
    build.build(options(folder))
    content({C: paper("Third", "2025-05-01")})
    build.again(options(folder), kept)
    assert tree(built) == anew(folder, tmp_path / "anew")


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    edits=st.lists(
        st.sampled_from([name for name in EDITS if name not in ("delete", "rename a key")]), max_size=6
    )
)
def test_any_edits_in_a_row_equal_clean(edits: list[str], content: Write, tmp_path: Path) -> None:
    for rest in tmp_path.iterdir():
        shutil.rmtree(rest)
    folder = content({A: paper("First"), B: paper("Second", "2025-04-11")})
    for edit in edits:
        content(EDITS[edit])
        build.build(options(folder))
    build.build(options(folder))
    assert tree(tmp_path / "site") == anew(folder, tmp_path / "anew")


def test_an_edit_that_keeps_size_and_time_is_seen(built: Path, content: Write) -> None:
    path = built.parent / "content" / A
    status = path.stat()
    content({A: path.read_text().replace("First", "Erste")})
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert build.build(options(built.parent / "content")).made > 0
    assert b"Erste" in (built / "papers/a/index.html").read_bytes()


def test_settled_files_are_not_read_again(built: Path) -> None:
    folder = built.parent / "content"
    with mock.patch("catalogue.files.JUST_NOW", -(10**18)):
        build.build(options(folder))
    with mock.patch("catalogue.document._file", side_effect=AssertionError("read again")):
        assert build.build(options(folder)).made == 0


def test_what_the_site_is_made_of_is_part_of_the_ground(tmp_path: Path, content: Write) -> None:
    """A maintainer adds an output of their own, or takes one out, in build.py."""
    folder = content({A: paper("First")})
    for name in ("catalogue", "templates"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    code = (ROOT / "build.py").read_text()
    line = [sys.executable, "-B", "build.py", "--no-search", "--content", str(folder), "--site", "site"]
    without = code.replace("    trending,\n    search_page", "    search_page")
    for kept, text in ((True, code), (False, without)):
        (tmp_path / "build.py").write_text(text)
        subprocess.run(line, cwd=tmp_path, check=True, capture_output=True)
        assert (tmp_path / "site/trending/index.html").exists() == kept


def test_a_mistake_leaves_the_old_site(built: Path, content: Write) -> None:
    before, inode = tree(built), built.stat().st_ino
    folder = content({A: "---\ntitle: x\n---\n", B: paper("Second", topics="[nowhere]")})
    with pytest.raises(ContentError) as caught:
        build.build(options(folder))
    assert len(caught.value.problems) == 2
    assert (tree(built), built.stat().st_ino) == (before, inode)
    content({A: paper("First"), B: paper("Second")})
    build.build(options(folder))
    assert b"Second" in (built / "papers/b/index.html").read_bytes()


def test_a_template_that_is_gone_is_named(built: Path, tmp_path: Path) -> None:
    templates = tmp_path / "templates"
    shutil.copytree(render.TEMPLATES, templates)
    (templates / "parts/card.html").unlink()
    with (
        mock.patch.object(render, "TEMPLATES", templates),
        pytest.raises(render.RenderFailed, match=r"card\.html"),
    ):
        build.build(options(built.parent / "content"))


@pytest.mark.parametrize(
    "broken", ["{{ nothing }}", "{% if %}", "{{ 1 / 0 }}", "{% include 'nowhere.html' %}"]
)
def test_a_template_mistake_is_one_line(broken: str, built: Path, tmp_path: Path) -> None:
    templates = tmp_path / "templates"
    shutil.copytree(render.TEMPLATES, templates)
    (templates / "pages/paper.html").write_text(f"first line\n{broken}\n")
    before = tree(built)
    with (
        mock.patch.object(render, "TEMPLATES", templates),
        mock.patch.object(build.assets, "TEMPLATES", templates),
    ):
        with pytest.raises(render.RenderFailed, match=r"^templates/pages/paper\.html:2: "):
            build.build(options(built.parent / "content"))
        assert tree(built) == before


@pytest.mark.parametrize("damage", [b"", b"rubbish" * 9, None])
def test_damaged_memory_is_as_if_nothing_were_built(
    damage: bytes | None, built: Path, content: Write
) -> None:
    before = tree(built)
    path = write.memory_of(built)
    if damage is None:
        path.unlink()
    else:
        path.write_bytes(damage)
    outcome = build.build(options(built.parent / "content"))
    assert outcome.made == outcome.pages
    assert tree(built) == before


def test_a_bit_turned_anywhere_in_the_front_of_the_memory_is_damage(built: Path) -> None:
    path = write.memory_of(built)
    data, ground = path.read_bytes(), build.ground_of(options(built.parent / "content"))
    assert memory.load(path, ground).pages
    start = memory.FRONT.size - memory.SEAL - 8  # before are the state and numbers for a build of nothing
    for place in range(start, memory.FRONT.size):
        for bit in range(8):
            turned = bytearray(data)
            turned[place] ^= 1 << bit
            path.write_bytes(turned)
            assert memory.load(path, ground) == memory.NOTHING, (place, bit)


@pytest.mark.parametrize("damage", [b"", b"\xb5\xff", b"../../memory", b"\0"])
@pytest.mark.parametrize("where", ["site", ".site/stage"])
def test_a_damaged_name_is_none(where: str, damage: bytes, built: Path, content: Write) -> None:
    folder = built.parent / "content"
    for title in ("First", "Second"):  # then there is a stage
        content({C: paper(title)})
        build.build(options(folder))
    (built.parent / where / write.MARKER).write_bytes(damage)
    content({C: paper("Third")})
    build.build(options(folder))
    built.rename(built.parent / "mended")
    build.build(options(folder))
    assert tree(built) == tree(built.parent / "mended")


@pytest.mark.parametrize("where", ["head", "records"])
def test_memory_never_runs_code(where: str, built: Path, tmp_path: Path) -> None:
    import pickle

    class Evil:
        def __reduce__(self) -> tuple[object, tuple[str]]:
            return os.system, (f"touch {tmp_path}/owned",)

    def file(evil: object) -> bytes:
        """A memory with every seal in its place."""
        records = pickle.dumps({"x": evil if where == "records" else 1})
        packed = {"papers": (memory._seal("", records), memory.FRONT.size, len(records))}
        head = pickle.dumps((packed, ((), (), (), evil if where == "head" else ()), {}, "", {}, "", ()))
        start, seal = memory.FRONT.size + len(records), memory._seal("ground", head)
        return memory.FRONT.pack(memory.UNSETTLED, 0, 0, start, seal) + records + head

    path = write.memory_of(built)
    path.write_bytes(file(2))
    assert memory.load(path, "ground") != memory.NOTHING
    path.write_bytes(file(Evil()))
    assert memory.load(path, "ground") == memory.NOTHING
    assert not (tmp_path / "owned").exists()


def test_a_lost_file_is_made_again(built: Path, content: Write) -> None:
    (built / "papers/b/index.html").unlink()
    content({C: paper("Third", "2025-06-01")})
    build.build(options(built.parent / "content"))
    assert b"Second" in (built / "papers/b/index.html").read_bytes()


def test_old_files_are_never_written_into(built: Path, content: Write) -> None:
    """Unchanged files are links: the old page must keep its bytes in whoever still holds it."""
    held = (built / "papers/a/index.html").open("rb")
    before = (built / "papers/a/index.html").read_bytes()
    content({A: paper("Changed")})
    build.build(options(built.parent / "content"))
    assert held.read() == before
    held.close()


def test_a_foreign_folder_is_refused(content: Write, tmp_path: Path) -> None:
    site = tmp_path / "precious"
    site.mkdir()
    (site / "thesis.tex").write_text("years of work")
    with pytest.raises(write.Refused, match="no build made"):
        build.build(options(content({}), site))
    assert tree(site) == {"thesis.tex": b"years of work"}
    assert not write.workshop(site).exists()


def test_a_link_is_refused_as_site(content: Write, tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "site").symlink_to(tmp_path / "real")
    with pytest.raises(write.Refused, match="not a folder for a site"):
        build.build(options(content({})))
    assert tree(tmp_path / "real") == {}


@pytest.mark.parametrize("site", ["/", ".", "content", "content/site.toml", ".."])
def test_no_folder_of_others_is_touched(site: str, content: Write, tmp_path: Path) -> None:
    content({A: paper()})
    before = tree(tmp_path)
    done = command("--no-search", "--site", site, folder=tmp_path)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert tree(tmp_path) == before


def test_without_exchange_the_site_is_moved_in_two_steps(built: Path, content: Write) -> None:
    content({A: paper("Changed")})
    with mock.patch.object(write, "_exchange", return_value=False):
        build.build(options(built.parent / "content"))
    assert b"Changed" in (built / "papers/a/index.html").read_bytes()
    assert sorted(path.name[:6] for path in write.workshop(built).iterdir()) == ["lock", "memory", "stage"]


def test_a_build_ended_between_the_two_steps_is_mended(built: Path) -> None:
    before = tree(built)
    built.rename(write.workshop(built) / "old")
    (write.workshop(built) / "stage").mkdir()
    assert build.build(options(built.parent / "content")).made == 0
    assert tree(built) == before
    assert sorted(path.name[:6] for path in write.workshop(built).iterdir()) == ["lock", "memory"]


def test_parallel_equals_serial(content: Write, tmp_path: Path) -> None:
    folder = content(
        {f"papers/2025/p{i}.md": paper(f"Paper {i}", f"2025-{i % 12 + 1:02}-01") for i in range(60)}
    )
    with mock.patch.object(workers, "PAYS", 10), mock.patch.object(workers, "BATCH", 7):
        build.build(options(folder, tmp_path / "two", jobs=2))
    assert tree(tmp_path / "two") == anew(folder, tmp_path / "one")


def test_same_address_twice_names_both(content: Write) -> None:
    folder = content(
        {"pages/search.md": "---\ntitle: S\n---\n", A: paper(aliases="[/papers/b/]"), B: paper()}
    )
    with pytest.raises(ContentError) as caught:
        build.build(options(folder))
    said = [str(problem) for problem in caught.value.problems]
    assert any("content/pages/search.md" in line and "the catalogue itself" in line for line in said)
    assert any("content/papers/2025/a.md" in line and "content/papers/2025/b.md" in line for line in said)


# --- the search index -----------------------------------------------------------------------


def test_the_index_is_the_same_every_time_and_kept_when_no_paper_changed(
    content: Write, tmp_path: Path
) -> None:
    folder = content({A: paper("First"), B: paper("Second", topics="[vision]")})
    build.build(options(folder, searchable=True))
    index = tree(tmp_path / "site/pagefind")
    with mock.patch.object(search, "_make", side_effect=AssertionError("indexed again")):
        content({"pages/about.md": "---\ntitle: Changed\n---\n"})
        build.build(options(folder, searchable=True))
    assert tree(tmp_path / "site/pagefind") == index
    build.build(options(folder, tmp_path / "anew", searchable=True))
    assert tree(tmp_path / "anew/pagefind") == index


def made(runs: mock.Mock) -> list[str]:
    """Of which papers indexes were made."""
    return [call.args[1].name.rpartition("-")[0] for call in runs.call_args_list]


def test_only_the_index_of_what_changed_is_made_again(content: Write, tmp_path: Path) -> None:
    """A large catalogue has an index for the newest month, and one for each year before."""
    days = [(year, month) for year in (2023, 2024, 2025) for month in (2, 5)]
    files = {f"papers/{y}/p{y}-{m}.md": paper(f"P {y} {m}", f"{y}-{m:02}-03") for y, m in days}
    folder = content(files)
    make = search._make
    with mock.patch.object(search, "LARGE", 3), mock.patch.object(search, "_make", side_effect=make) as runs:
        build.build(options(folder, searchable=True))
        assert made(runs) == ["newest", "2025", "2024", "2023"]
        for edit, again in (
            ({"papers/2024/p2024-2.md": paper("Changed", "2024-02-03")}, ["2024"]),
            ({"papers/2025/p2025-6.md": paper("Newer", "2025-06-03")}, ["newest", "2025"]),
            ({"papers/2025/p2025-6.md": None}, ["newest", "2025"]),
            ({"topics/vision.md": "---\ntitle: Seeing\ndescription: x\n---\n"}, []),
            ({"papers/2024/p2024-2.md": paper("P 2024 2", "2024-02-03")}, ["2024"]),
            ({"papers/2023/p2023-2.md": None, "papers/2023/p2023-5.md": None}, []),
            ({"papers/2025/p2025-2.md": None}, ["newest"]),
        ):
            runs.reset_mock()
            content(edit)
            build.build(options(folder, searchable=True))
            assert made(runs) == again
            build.build(options(folder, tmp_path / "anew", searchable=True))
            assert tree(tmp_path / "site") == tree(tmp_path / "anew")
            shutil.rmtree(tmp_path / "anew")


def test_a_preview_shows_an_edit_before_it_is_indexed(content: Write, tmp_path: Path) -> None:
    days = [(year, month) for year in (2023, 2024, 2025) for month in (2, 5)]
    files = {f"papers/{y}/p{y}-{m}.md": paper(f"P {y} {m}", f"{y}-{m:02}-03") for y, m in days}
    searching = options(content(files), searchable=True)
    edits: tuple[dict[str, str | bytes | None], ...] = (
        {"papers/2024/p2024-2.md": paper("Changed", "2024-02-03")},
        {"papers/2025/p2025-6.md": paper("Newer", "2025-06-03"), "papers/2023/p2023-2.md": None},
        {"topics/vision.md": "---\ntitle: Seeing\ndescription: x\n---\n"},
    )
    with mock.patch.object(search, "LARGE", 3):
        _, kept = build.again(searching, build.Kept())
        for number, edit in enumerate(edits):
            content(edit)
            before = tree(searching.site)
            with mock.patch.object(search, "_make", side_effect=AssertionError("indexed")):
                for _ in range(2):  # the second finds nothing to do
                    _, kept = build.again(searching, kept, indexing=False)
            clean = tmp_path / f"anew-{number}"
            build.build(searching._replace(site=clean))
            assert tree(searching.site) | {write.MARKER: b""} == unindexed(before, tree(clean))
            if number:  # the next build, in this process or another
                build.build(searching)
            else:
                _, kept = build.again(searching, kept)
            assert tree(searching.site) == tree(clean)


def test_drafts_and_the_index_come_and_go(content: Write, tmp_path: Path) -> None:
    folder = content({A: paper("First"), B: paper("Second", draft="true")})
    for drafts, searchable in ((False, True), (True, False), (True, True), (False, True), (False, False)):
        build.build(options(folder, drafts=drafts, searchable=searchable))
        build.build(options(folder, tmp_path / "anew", drafts=drafts, searchable=searchable))
        assert tree(tmp_path / "site") == tree(tmp_path / "anew")
        assert (tmp_path / "site/papers/b").exists() == drafts
        assert (tmp_path / "site/pagefind").exists() == searchable
        shutil.rmtree(tmp_path / "anew")


def test_an_index_does_not_depend_on_the_run() -> None:
    words = "graph sparse vision agent proof reward".split()
    pages = [
        (f"/papers/p{i}/", f"<html lang=en><body><h1>{words[i % 6]} {i}</h1>{' '.join(words[: i % 5])}")
        for i in range(300)
    ]
    assert pagefind.index(pages) == pagefind.index(pages)


def test_pagefind_is_not_believed(content: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = content({A: paper("First"), B: paper("Second")})
    index, program = pagefind.index, tmp_path / "program"
    program.write_text("#!/bin/sh\nexec $RUN\n")
    program.chmod(0o755)

    def loses(pages: Iterable[tuple[str, str]]) -> dict[str, bytes]:
        made = index(pages)
        del made[next(path for path in made if path.endswith(".pf_fragment"))]
        return made

    error = base64.b64encode(json.dumps({"payload": {"type": "Error", "message": "too tired"}}).encode())
    with mock.patch.object(pagefind, "index", loses):
        fails(folder, "1 of 2 papers")
    with mock.patch.object(pagefind, "index", lambda pages: index(list(pages)[:1])):
        fails(folder, "1 of 2 papers")
    with mock.patch.object(pagefind, "index", lambda pages: index(list(pages)[::-1])):
        fails(folder, "has /papers/b/ in the place of /papers/a/")
    for answer, said in (
        ("false", "status 1 before"),
        (f"echo {error.decode()},", "Pagefind says: too tired"),
        ("echo nonsense,", "cannot be read"),
    ):
        with (
            mock.patch("pagefind_bin.get_executable", lambda: program),
            mock.patch.dict(os.environ, RUN=answer),
        ):
            fails(folder, said)


def fails(folder: Path, said: str) -> None:
    """A build for which Pagefind does not do what it should."""
    with pytest.raises(pagefind.SearchFailed, match=said):
        build.build(options(folder, searchable=True))
    assert not (folder.parent / "site").exists()


# --- the command line -----------------------------------------------------------------------


def command(*words: str, folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    env = {key: value for key, value in os.environ.items() if not key.startswith("GITHUB_")} | environment
    line = [sys.executable, str(ROOT / "build.py"), *words]
    return subprocess.run(line, cwd=folder, env=env, capture_output=True, text=True)


def test_build_from_the_command_line(content: Write, tmp_path: Path) -> None:
    content({A: paper()})
    done = command("--no-search", folder=tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stderr.startswith("1 paper, ")
    assert "build.py serve" in done.stderr
    again = command("build", "--no-search", folder=tmp_path)
    assert " 0 made, 0 removed" in again.stderr


def test_check_ends_with_status_1_and_says_all(content: Write, tmp_path: Path) -> None:
    content({A: "---\ntitle: ::error::x\n---\n", B: "no front matter"})
    done = command("check", folder=tmp_path)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert "content/papers/2025/a.md:2:1: `date` is missing" in done.stderr
    assert "content/papers/2025/b.md:1:1: front matter is missing" in done.stderr
    assert not (tmp_path / "site").exists()


@pytest.mark.parametrize("word", ["--help", "digest"])
def test_output_that_cannot_be_written_is_one_line(word: str, content: Write, tmp_path: Path) -> None:
    content({A: paper()})
    if not os.path.exists("/dev/full"):
        pytest.skip("there is no /dev/full here")
    line = [sys.executable, str(ROOT / "build.py"), word]
    with open("/dev/full", "w") as full:
        done = subprocess.run(line, cwd=tmp_path, stdout=full, stderr=subprocess.PIPE, text=True)
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1 and "No space left on device" in done.stderr


def test_annotations_in_github_actions(content: Write, tmp_path: Path) -> None:
    content({A: paper(topics='["::error::forged %0A ##[error]x"]')})
    summary = tmp_path / "summary.md"
    done = command("check", folder=tmp_path, GITHUB_ACTIONS="true", GITHUB_STEP_SUMMARY=str(summary))
    lines = (done.stdout + done.stderr).splitlines()
    commands = [line for line in lines if line.lstrip().startswith("::") or "##[" in line]
    assert len(commands) == 1
    assert commands[0].startswith("::error file=content/papers/2025/a.md,line=4,col=10::")
    assert "%250A" in commands[0]
    assert "1 problem" in summary.read_text()


@pytest.mark.parametrize(
    ("given", "place"),
    [
        ({}, "you/papers/blob/main"),
        ({"GITHUB_HEAD_REF": 'a/b"c'}, "you/papers/blob/a/b%22c"),
        ({"GITHUB_HEAD_REF": "x", "HEAD_REPOSITORY": "stranger/fork"}, "stranger/fork/blob/x"),
    ],
)
def test_the_summary_leads_to_where_it_can_be_mended(
    given: dict[str, str], place: str, content: Write, tmp_path: Path
) -> None:
    content({A: paper(topics="[x]")})
    summary = tmp_path / "summary.md"
    names = {"SERVER_URL": "https://github.com", "REPOSITORY": "you/papers", "SHA": "abc", "REF_NAME": "main"}
    names |= {"ACTIONS": "true", "STEP_SUMMARY": str(summary), "HEAD_REF": ""}
    command("check", folder=tmp_path, **{f"GITHUB_{name}": value for name, value in names.items()} | given)
    assert f'<a href="https://github.com/{place}/content/papers/2025/a.md#L4">' in summary.read_text()


def test_a_failure_of_the_disk_is_one_line(content: Write, tmp_path: Path) -> None:
    content({A: paper()})
    (tmp_path / ".site").write_text("in the way")
    done = command("--no-search", folder=tmp_path)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert ".site" in done.stderr


def test_two_builds_at_once_wait_for_each_other(content: Write, tmp_path: Path) -> None:
    content({f"papers/2025/p{i}.md": paper(f"Paper {i}") for i in range(30)})
    line = [sys.executable, str(ROOT / "build.py"), "--no-search"]
    builds = [subprocess.Popen(line, cwd=tmp_path, stderr=subprocess.PIPE, text=True) for _ in range(4)]
    for running in builds:
        assert running.communicate()[1]
        assert running.returncode == 0
    assert tree(tmp_path / "site") == anew(tmp_path / "content", tmp_path / "anew")


def test_templates_compiled_for_one_site_serve_another(content: Write) -> None:
    folder = content({})
    for base in ("/one", "/two"):
        build.build(options(folder, url=f"https://example.org{base}/"))
        links = set(re.findall('(?:href|src)="(/[^"/]*)', (folder.parent / "site/404.html").read_text()))
        assert links == {base}


def test_what_editors_leave_beside_templates_is_no_change_and_no_asset(
    built: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    templates = tmp_path / "templates"
    shutil.copytree(render.TEMPLATES, templates)
    monkeypatch.setattr(render, "TEMPLATES", templates)
    monkeypatch.setattr(build.assets, "TEMPLATES", templates)
    given = options(built.parent / "content")
    build.build(given)
    before = tree(built)
    for name in ("pages/.home.html.swp", "assets/.style.css.swp", "assets/style.css~"):
        (templates / name).write_text("x")
    (templates / "pages/.#home.html").symlink_to("somebody@machine.1234")
    outcome = build.build(given)
    assert (outcome.made, outcome.removed, tree(built)) == (0, 0, before)
    (templates / "assets/fonts").mkdir()
    for name in ("assets/more.css", "assets/fonts/a.woff2", "assets/fonts/.DS_Store"):
        (templates / name).write_text("x")
    assert build.build(given).made
    assert tree(built).keys() - before.keys() == {"assets/more.css", "assets/fonts/a.woff2"}
