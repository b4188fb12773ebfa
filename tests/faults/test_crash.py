"""A build that is killed, or that the system refuses a call, at any of its calls leaves a whole site.

strace counts the calls by which a build writes, then kills the build at each, or lets each fail. Here some of
them are played; `pytest -m nightly` plays every one.
"""

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from functools import cache
from itertools import chain, cycle, product
from pathlib import Path
from typing import NamedTuple

import pytest

import build
from catalogue import write
from conftest import BASE, missing, options, paper, tree

ROOT = Path(__file__).parents[2]
CALLS = (
    "write pwrite64 writev rename renameat renameat2 unlink unlinkat rmdir mkdir mkdirat link linkat symlink "
    "symlinkat ftruncate truncate fallocate copy_file_range sendfile chmod fchmod fsync openat"
).split()
ERRORS = ("ENOSPC", "EIO", "EROFS", "EMFILE")
FEW = 6
"""So many calls, evenly from the first to the last, are played where not all are; and all that are rare."""

SPREAD = ["-c", "import build; build.workers.PAYS, build.workers.BATCH = 25, 1; build.cli()"]
"""A build whose pages are rendered by several processes, few as they are."""

Process = subprocess.Popen[str]


class Point(NamedTuple):
    """The number-th call of this name."""

    call: str
    number: int
    writes: bool = True


class World:
    """Content, and what is there before a build: nothing (`first`), or the site of older content and its
    workshop. `old` and `new` are the only trees that may ever be served."""

    def __init__(self, root: Path, first: bool, searchable: bool) -> None:
        self.content, self.site, self.before = root / "content", root / "out" / "site", root / "before"
        self.searchable = searchable
        self.temporary = root / "tmp"  # where Jinja keeps what it compiled
        self.temporary.mkdir(parents=True)
        for name, text in BASE.items():
            self.put(name, text)
        self.put("site.toml", BASE["site.toml"] + "author_files = false\npaper_files = false\n")
        for number in range(30):
            self.put(f"papers/2025/p{number}.md", self.paper(number, "Ada Example"))
        self.site.parent.mkdir()
        if not first:
            self.build()
            self.put("papers/2025/p30.md", self.paper(30, "Ada Example"))
            self.build()  # now there is a stage, too
            self.put("papers/2025/p3.md", self.paper(3, "Bo Sample"))
            self.put("papers/2025/p31.md", self.paper(31, "Bo Sample"))
            self.put("topics/vision.md", BASE["topics/vision.md"].replace("Vision", "Seeing"))
            (self.content / "papers/2025/p4.md").unlink()
        self.site.parent.rename(self.before)
        self.old = tree(self.before / "site")
        build.build(self.options(root / "anew" / "site"))
        self.new = tree(root / "anew" / "site")

    def put(self, name: str, text: str) -> None:
        path = self.content / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def paper(self, number: int, author: str) -> str:
        date = f"2025-04-{7 + number % 3:02}"
        return paper(f"Paper {number}", date, "Invented words.", authors=f"[{author}]", topics="[vision]")

    def options(self, site: Path) -> build.Options:
        return options(self.content, site, searchable=self.searchable)

    def build(self) -> None:
        build.build(self.options(self.site))

    def reset(self) -> None:
        """Brings back what was before, with its links: nothing may be written into a file of two names."""
        shutil.rmtree(self.site.parent, ignore_errors=True)
        subprocess.run(["cp", "-a", self.before, self.site.parent], check=True)

    def start(
        self, *before: str, python: Sequence[str] = (str(ROOT / "build.py"),), jobs: int = 1
    ) -> Process:
        """A build in a process of its own, the same at every call."""
        line = [*before, sys.executable, "-B", *python, "--jobs", str(jobs)]
        line += ["--search" if self.searchable else "--no-search"]
        line += ["--content", str(self.content), "--site", str(self.site)]
        env = {name: value for name, value in os.environ.items() if not name.startswith("GITHUB_")}
        env |= {"PYTHONHASHSEED": "0", "TMPDIR": str(self.temporary), "PYTHONPATH": str(ROOT)}
        return subprocess.Popen(line, env=env, stderr=subprocess.PIPE, text=True)

    def run(
        self, *before: str, python: Sequence[str] = (str(ROOT / "build.py"),), jobs: int = 1
    ) -> tuple[int, str]:
        """The exit status of a build, and what it says."""
        with self.start(*before, python=python, jobs=jobs) as process:
            try:
                said = process.communicate(timeout=300)[1]
            finally:
                process.kill()
        return process.returncode, said

    def points(self) -> list[Point]:
        """Every call by which this build writes, and every opening of a file of the world."""
        log = self.temporary / "log"
        for _ in range(2):  # the first fills Jinja's cache
            self.reset()
            line = ["strace", "-qq", "-o", str(log), "-e", f"trace={','.join(CALLS)}"]
            assert self.run(*line)[0] == 0
        assert tree(self.site) == self.new
        counts: Counter[str] = Counter()
        found = []
        for line in log.read_text().splitlines():
            call = line.partition("(")[0]
            counts[call] += 1
            writes = call in CALLS and (call != "openat" or "O_CREAT" in line)
            if writes or f'"{self.content.parent}' in line:
                found.append(Point(call, counts[call], writes))
        return found

    def inject(self, *faults: tuple[Point, str]) -> tuple[int, str]:
        """A build with these faults. Where it can, strace looks at no other calls, which takes a third of the
        time: then it follows children, which count calls of their own, and forgets signals."""
        self.reset()
        errors = all(fault.startswith("error") for _, fault in faults)
        quickly = ["-f", "--seccomp-bpf"] if errors and not self.searchable else []
        return self.run("strace", *quickly, "-qq", "-o", "/dev/null", *injection(*faults))

    def whole(self) -> None:
        """What is served is the old site or the new one; the next build makes the new one, and clears up."""
        assert tree(self.site) in (self.old, self.new)
        self.build()
        assert tree(self.site) == self.new
        beside = sorted(path.name.partition("-")[0] for path in write.workshop(self.site).iterdir())
        assert beside in (["lock", "memory"], ["lock", "memory", "stage"])
        assert {path.name for path in self.site.parent.iterdir()} == {"site", ".site"}


Worlds = Callable[[bool, bool], World]


def tracing() -> None:
    """Skips where strace cannot be used."""
    if not shutil.which("strace"):
        missing("strace")
    if subprocess.run(["strace", "-o", "/dev/null", "true"], capture_output=True).returncode:
        missing("the right to trace a process")


@pytest.fixture(scope="module")
def worlds(tmp_path_factory: pytest.TempPathFactory) -> Worlds:
    """Worlds by whether it is the first build, and whether there is a search index."""
    tracing()

    @cache
    def world(first: bool, searchable: bool) -> World:
        return World(tmp_path_factory.mktemp("world"), first, searchable)

    return world


def until(true: Callable[[], bool], seconds: float = 20) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end
        time.sleep(0.01)


def some(points: list[Point]) -> list[Point]:
    counts = Counter(point.call for point in points)
    chosen = {points[place * (len(points) - 1) // (FEW - 1)] for place in range(FEW)}
    return [point for point in points if point in chosen or counts[point.call] < 3]


def injection(*faults: tuple[Point, str]) -> list[str]:
    """What strace is told to do."""
    given = [f"inject={point.call}:{fault}:when={point.number}" for point, fault in faults]
    return [
        "-e",
        f"trace={','.join(point.call for point, _ in faults)}",
        *chain(*(("-e", it) for it in given)),
    ]


def kill(world: World, points: list[Point]) -> None:
    for point in points:
        assert world.inject((point, "signal=SIGKILL"))[0] == -signal.SIGKILL, point
        world.whole()


def refuse(world: World, points: list[tuple[Point, str]]) -> None:
    """A build to which one call is refused fails with one line, unless it could do without."""
    for point, error in points:
        status, said = world.inject((point, f"error={error}"))
        judge(world, status, said, r".*/.*: .*\n(1 problem found\.\n)?")
        world.whole()


def judge(world: World, status: int, said: str, line: str) -> None:
    """Success is the new site, failure one line and the old site."""
    assert tree(world.site) == (world.old if status else world.new), said
    assert status == 0 or (status == 1 and re.fullmatch(line, said)), (status, said)


WORLDS = pytest.mark.parametrize(
    ("first", "searchable"),
    [
        pytest.param(True, False, id="first"),
        pytest.param(False, True, id="again with search"),
        pytest.param(True, True, id="first with search", marks=pytest.mark.nightly),
        pytest.param(False, False, id="again", marks=pytest.mark.nightly),
    ],
)
ALL = pytest.mark.parametrize(
    "all_", [False, pytest.param(True, marks=pytest.mark.nightly)], ids=["some", "all"]
)


@WORLDS
@ALL
def test_a_build_killed_at_any_call_leaves_a_whole_site(
    first: bool, searchable: bool, all_: bool, worlds: Worlds
) -> None:
    world = worlds(first, searchable)
    points = [point for point in world.points() if point.writes]
    assert len(points) > 400
    kill(world, points if all_ else some(points))


@WORLDS
@ALL
def test_a_build_refused_any_call_leaves_a_whole_site(
    first: bool, searchable: bool, all_: bool, worlds: Worlds
) -> None:
    world = worlds(first, searchable)
    points = world.points()
    if all_:
        refuse(world, list(product(points, ERRORS)))
    else:
        refuse(world, list(zip(some(points), cycle(ERRORS), strict=False)))


HARMLESS = re.compile(r"openat\((?!.*O_(?:CREAT|WRONLY|RDWR|TRUNC))")


def test_no_call_of_a_build_changes_what_is_served(worlds: Worlds) -> None:
    """For every call of all its processes: none writes where the site is, but the one that exchanges it. So
    whatever call is the last, what is served is the whole old site or the whole new one."""
    world = worlds(False, True)
    world.reset()
    log = world.temporary / "log"
    line = ["strace", "-f", "-y", "-qq", "-s", "0", "-o", str(log), "-e", f"trace={','.join(CALLS)}"]
    assert world.run(*line, python=SPREAD, jobs=2)[0] == 0
    calls = [call for call in log.read_text().splitlines() if not HARMLESS.search(call)]
    exchanges = [call for call in calls if "RENAME_EXCHANGE" in call]
    written = Counter(target(call).startswith(f"{world.site}/") for call in calls if call not in exchanges)
    assert len(exchanges) == 1 and str(world.site) in exchanges[0]
    assert not written[True] and written[False] > 400
    assert tree(world.site) == world.new
    assert tree(write.workshop(world.site) / "stage") == world.old  # through no link either


def target(call: str) -> str:
    """The path that a traced call changes: the last of those it names."""
    paths = re.findall(r'"(/[^"]*)"|<(/[^>]*)>', call)
    return "".join(paths[-1]) if paths else ""


@pytest.mark.parametrize("fault", ["signal=SIGKILL", "error=ENOSPC"])
def test_faults_in_any_of_several_processes_leave_a_whole_site(fault: str, worlds: Worlds) -> None:
    """Each process that comes to its so many-th call is killed, or refused that."""
    world = worlds(True, False)
    line = ["strace", "-f", "-qq", "-o", "/dev/null"]
    ended = Counter[int]()
    for point in (Point("write", 9), Point("write", 160), Point("mkdir", 9)):
        world.reset()
        status, said = world.run(*line, *injection((point, fault)), python=SPREAD, jobs=2)
        ended[status] += 1
        if status != -signal.SIGKILL:
            judge(world, status, said, ".*\n")
        world.whole()
    assert ended[1] and not ended[0]


@pytest.mark.parametrize("number", range(1, 5))
@pytest.mark.parametrize("fault", ["signal=SIGKILL", "error=EIO"])
def test_without_an_exchange_of_names_the_next_build_mends_it(
    fault: str, number: int, worlds: Worlds
) -> None:
    """Between two renames there is no site, but it lies beside. Only a killed build leaves it so."""
    world = worlds(False, True)
    world.inject((Point("renameat2", 1), "error=EINVAL"), (Point("rename", number), fault))
    aside = write.workshop(world.site) / "old"
    if not world.site.exists():
        assert (fault, number) == ("signal=SIGKILL", 3)
        aside.rename(world.site)
    world.whole()


def test_a_site_published_file_by_file_is_found_out(worlds: Worlds) -> None:
    """The control: a build that is not all or nothing, killed on the way, does not pass for a whole site."""
    world = worlds(False, True)
    world.reset()
    code = """if True:
        import build, os, signal
        def publish(stage, site, named):
            pages = [(new, site / new.relative_to(stage)) for new in stage.rglob('*.html')]
            pages = [(new, old) for new, old in pages if old.exists()]
            for new, old in [each for each in pages if each[0].read_bytes() != each[1].read_bytes()][1:]:
                os.replace(new, old)
            os.kill(os.getpid(), signal.SIGKILL)
        build.write.publish = publish
        build.cli()"""
    assert world.run(python=["-c", code])[0] == -signal.SIGKILL
    with pytest.raises(AssertionError):
        world.whole()
