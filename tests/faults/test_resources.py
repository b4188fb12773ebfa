"""A full disk, many builds at once, and what happens to the processes that a killed build had started."""

import os
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, closing, suppress
from http.client import HTTPConnection
from pathlib import Path

import pytest
from pagefind_bin import get_executable
from test_crash import ALL, CALLS, ROOT, Point, World, injection, judge, some, tracing, until

import build
from catalogue import write
from conftest import tree, unindexed

BUILD = str(ROOT / "build.py")

# --- the processes that a build starts ----------------------------------------------------------


@pytest.fixture
def world(tmp_path: Path) -> World:
    made = World(tmp_path / "world", first=False, searchable=True)
    made.reset()
    return made


def with_pagefind(world: World, script: str) -> list[str]:
    """The Python of a build whose Pagefind is started by this shell script."""
    path = world.temporary / "pagefind"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    code = f"import pagefind_bin, build; pagefind_bin.get_executable = lambda: {str(path)!r}; build.cli()"
    return ["-c", code]


@ALL
def test_a_pagefind_that_is_killed_is_not_believed(all_: bool, world: World) -> None:
    """It writes no file, but only what it answers."""
    tracing()
    log, real = world.temporary / "pagefind.log", get_executable()
    script = f'exec strace -f -qq -o {log} -e trace={",".join(CALLS)} {real} "$@"'
    assert world.run(python=with_pagefind(world, script))[0] == 0
    calls = [line.split("(")[0].split() for line in log.read_text().splitlines() if "= " in line]
    counts = Counter((process, call) for process, call, *_ in calls if call in CALLS and call != "openat")
    assert {call for _, call in counts} == {"write"}
    points = [Point("write", k) for k in range(1, max(counts.values()) + 1)]
    for point in points if all_ else some(points):
        world.reset()
        script = (
            f'exec strace -f -qq -o /dev/null {" ".join(injection((point, "signal=SIGKILL")))} {real} "$@"'
        )
        judge(world, *world.run(python=with_pagefind(world, script)), ".*Pagefind.*\n")
        world.whole()


def test_the_pagefind_of_a_killed_build_ends(world: World) -> None:
    named = world.temporary / "named"
    script = f'echo $$ > {named}.new; mv {named}.new {named}; exec {get_executable()} "$@"'
    with world.start(python=with_pagefind(world, script)) as process:
        until(named.exists)
        process.kill()
    process_of = Path("/proc", named.read_text().strip())
    until(lambda: not process_of.exists() or "State:\tZ" in (process_of / "status").read_text())
    world.whole()


def test_the_workers_of_a_killed_build_end_and_free_the_lock(tmp_path: Path) -> None:
    world = World(tmp_path, first=True, searchable=False)
    world.reset()
    code = """if True:
        import time, build
        from catalogue import render, workers
        workers.PAYS, workers.BATCH, page = 25, 1, render.page
        render.page = lambda *given: (time.sleep(0.05), page(*given))[1]
        build.cli()"""
    with world.start(python=["-c", code], jobs=2) as process:
        until((write.workshop(world.site) / "stage/papers/p3").exists)
        process.kill()
    assert world.run()[0] == 0
    world.whole()


# --- a full disk --------------------------------------------------------------------------------


def used(folder: Path, limit: str) -> int:
    """Bytes, or files, of a file system."""
    status = os.statvfs(folder)
    if limit == "size":
        return (status.f_blocks - status.f_bfree) * status.f_frsize
    return status.f_files - status.f_ffree


def mount(folder: Path, how: str) -> None:
    subprocess.run(["mount", "-t", "tmpfs", "-o", how, "tmpfs", folder], check=True)


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A folder for a file system of its own, which is taken off again."""
    folder = tmp_path / "world/out"
    yield folder
    while os.path.ismount(folder):
        subprocess.run(["umount", folder], check=True)


@pytest.mark.parametrize("first", [True, False], ids=["first", "again"])
@pytest.mark.parametrize("limit", ["size", "nr_inodes"])
@pytest.mark.parametrize("sizes", [4, pytest.param(40, marks=pytest.mark.nightly)])
def test_a_full_disk_never_has_half_a_site(
    sizes: int, limit: str, first: bool, disk: Path, tmp_path: Path
) -> None:
    if sys.platform != "linux" or os.geteuid():
        pytest.skip("only root on Linux may mount a file system")
    world = World(tmp_path / "world", first, searchable=True)
    world.reset()
    mount(disk, "size=1g")
    subprocess.run(["cp", "-a", f"{world.before}/.", disk], check=True)
    least = used(disk, limit)
    assert world.run()[0] == 0
    most = used(disk, limit) * 3 // 2
    assert tree(world.site) == world.new  # and so in a file system that lists files in another order
    subprocess.run(["umount", disk], check=True)
    ended = Counter[int]()
    for size in range(least + 1, most + 1, (most - least - 1) // (sizes - 1)):
        mount(disk, f"{limit}={size}")
        subprocess.run(["cp", "-a", f"{world.before}/.", disk], check=True)
        status, said = world.run()
        judge(world, status, said, ".*(/|Pagefind|search index).*\n")
        ended[status] += 1
        subprocess.run(["mount", "-o", "remount,size=1g,nr_inodes=0", disk], check=True)
        world.whole()
        subprocess.run(["umount", disk], check=True)
    assert ended[0] and ended[1] and sum(ended.values()) >= sizes


# --- at once ------------------------------------------------------------------------------------


def test_the_lock_of_a_killed_build_is_free_at_once(world: World) -> None:
    code = f"""if True:
        import sys, time, pathlib
        from catalogue import write
        with write.lock(pathlib.Path({str(world.site)!r}), print):
            print("held", file=sys.stderr, flush=True)
            time.sleep(60)"""
    with world.start(python=["-c", code]) as holder:
        assert holder.stderr and holder.stderr.readline() == "held\n"
        killed = []

        def kill(said: str) -> None:
            assert f"process {holder.pid}" in said
            holder.kill()
            killed.append(time.monotonic())

        with write.lock(world.site, kill):
            assert time.monotonic() - killed[0] < 30  # it would have held it for 60
    with write.lock(world.site, pytest.fail):
        pass


def glimpse(site: Path) -> dict[str, bytes] | None:
    """The site as one reader finds it; None if it was exchanged meanwhile."""
    named = write.name(site)
    with suppress(FileNotFoundError):
        seen = tree(site)
        return seen if write.name(site) == named else None
    return None


@pytest.mark.parametrize("rounds", [2, pytest.param(100, marks=pytest.mark.nightly)])
def test_eight_builds_and_a_preview_at_once(rounds: int, world: World, tmp_path: Path) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]

    def shown() -> bytes:
        with suppress(ConnectionError), closing(HTTPConnection("127.0.0.1", port, timeout=10)) as connection:
            connection.request("GET", "/repo/papers/p5/")
            return connection.getresponse().read()
        return b""

    with ExitStack() as stack:
        preview = stack.enter_context(world.start(python=[BUILD, "serve", "--port", str(port)]))
        stack.callback(preview.kill)
        until(lambda: b"Ada Example" in shown())
        for number in range(rounds):
            old = tree(world.site)
            world.put("papers/2025/p5.md", world.paper(5, f"Round {number}"))
            anew = tmp_path / f"anew-{number}"
            build.build(world.options(anew))
            whole, seen = (old, tree(anew)), 0
            early = unindexed(*whole)
            builds = [stack.enter_context(world.start()) for _ in range(8)]
            while any(each.poll() is None for each in builds):
                if (found := glimpse(world.site)) is not None:
                    seen += 1
                    assert found in whole or found | {write.MARKER: b""} == early
            for each in builds:
                said = each.communicate(timeout=60)[1]
                assert each.returncode == 0 and "Traceback" not in said, said
            assert seen > 3 and tree(world.site) == whole[1]
            until(lambda author=b"Round %d" % number: author in shown())
    world.new = whole[1]
    world.old = world.new
    world.whole()
