"""Whatever happens to a catalogue, building again equals building anew; a build that fails changes nothing.

Random sequences of edits, mistakes, killed builds and damage. `pytest -m nightly` plays many more of them.
"""

import os
import random
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from unittest import mock

import pytest

import build
from catalogue import memory, render, search, write
from catalogue.problems import ContentError
from conftest import BASE, options, paper, tree

STEPS = 20
AUTHORS = ("Ada Example", "José Ejemplo", "Jose Ejemplo", "Bo Sample", "王小明")
WORDS = "otters zebrafish alignment planning doubts harbours lighthouses fog waves sand".split()


class Killed(BaseException):
    """As a signal would end a build, wherever it is."""


class World:
    """A content folder, templates and a site, and what can happen to them."""

    def __init__(self, root: Path, seed: int) -> None:
        self.chance = random.Random(seed)
        self.content, self.site, self.templates = root / "content", root / "site", root / "templates"
        self.root, self.searchable, self.drafts = root, seed % 4 == 0, False
        shutil.copytree(render.TEMPLATES, self.templates)
        self.happened: list[str] = []
        for name, text in BASE.items():
            self.put(name, text)
        for _ in range(5):
            self.add()

    def put(self, name: str, text: str) -> None:
        path = self.content / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def papers(self) -> list[Path]:
        return sorted((self.content / "papers").rglob("*.md"))

    def pick(self) -> Path:
        return self.chance.choice(self.papers())

    def text(self, date: str) -> str:
        chance = self.chance
        keys = {
            "authors": f"[{', '.join(chance.sample(AUTHORS, chance.randrange(3)))}]",
            "topics": chance.choice(["[]", "[vision]", "[alignment, vision]"]),
            "organisations": chance.choice(["[]", "[example-lab]"]),
            "status": chance.choice(["preprint", "withdrawn"]),
            "draft": chance.choice(["false", "false", "true"]),
        }
        keys = {name: value for name, value in keys.items() if value != "[]" and chance.random() < 0.7}
        return paper(" ".join(chance.sample(WORDS, 4)), date, " ".join(chance.choices(WORDS, k=12)), **keys)

    # --- what can happen ---

    def add(self) -> None:
        year = self.chance.choice((2024, 2025, 2026))
        key = f"{self.chance.choice(WORDS)}-{self.chance.randrange(40)}"
        if not any(path.stem == key for path in self.papers()):
            date = f"{year}-{self.chance.randrange(1, 13):02}-0{self.chance.randrange(1, 10)}"
            self.put(f"papers/{year}/{key}.md", self.text(date))

    def edit(self) -> None:
        path = self.pick()
        path.write_text(self.text(f"{path.parent.name}-0{self.chance.randrange(1, 10)}-11"))

    def edit_unseen(self) -> None:
        """Another text of the same length, with the time of the old one."""
        path = self.pick()
        status = path.stat()
        path.write_text(path.read_text().replace("otters", "badger").replace("waves", "winds"))
        os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))

    def touch(self) -> None:
        os.utime(self.pick())

    def delete(self) -> None:
        if len(self.papers()) > 2:
            self.pick().unlink()

    def rename(self) -> None:
        path = self.pick()
        if not any(other.stem == f"{path.stem}-x" for other in self.papers()):
            path.rename(path.with_stem(f"{path.stem[:60]}-x"))

    def swap(self) -> None:
        one, other = self.pick(), self.pick()
        if one.parent == other.parent:
            first, second = one.read_text(), other.read_text()
            one.write_text(second)
            other.write_text(first)

    def rename_topic(self) -> None:
        title = self.chance.choice(["Seeing", "Vision"])
        self.put("topics/vision.md", f"---\ntitle: {title}\ndescription: x\n---\n")

    def rename_organisation(self) -> None:
        self.put("organisations/example-lab.md", f"---\nname: Lab {self.chance.randrange(3)}\n---\n")

    def article(self) -> None:
        self.put("pages/about.md", f"---\ntitle: About {self.chance.randrange(3)}\n---\nWords.\n")

    def settings(self) -> None:
        more = self.chance.choice(
            ["", "author_files = false\n", "paper_files = false\n", "offline = false\n"]
        )
        self.put("site.toml", BASE["site.toml"] + more)

    def template(self) -> None:
        names = ("pages/paper.html", "parts/entries.html", "assets/list.js")
        path = self.templates / self.chance.choice(names)
        path.write_text(path.read_text() + ("\n// x\n" if path.suffix == ".js" else "{# x #}"))

    def switch(self) -> None:
        self.drafts = not self.drafts

    def damage(self) -> None:
        """Of the memory, or of the next stage."""
        workshop = write.workshop(self.site)
        for path in workshop.glob(self.chance.choice(["memory-*", "stage/.catalogue", "stage/index.html"])):
            path.unlink() if self.chance.random() < 0.5 else path.write_bytes(b"rubbish")

    def lose_the_stage(self) -> None:
        shutil.rmtree(write.workshop(self.site) / "stage", ignore_errors=True)

    # --- building ---

    def options(self, site: Path) -> build.Options:
        return options(self.content, site, drafts=self.drafts, searchable=self.searchable)

    def build(self) -> None:
        build.build(self.options(self.site))

    def fails(self, with_: type[BaseException]) -> None:
        """A build that fails leaves the site as it is."""
        before = tree(self.site)
        with pytest.raises(with_):
            self.build()
        assert tree(self.site) == before

    def mistake(self) -> None:
        path = self.pick()
        good = path.read_text()
        path.write_text("---\ntitle: [\n---\n")
        self.fails(ContentError)
        path.write_text(good)

    def broken_template(self) -> None:
        path = self.templates / "pages/home.html"
        good = path.read_text()
        path.write_text("{{ nothing }}")
        self.fails(render.RenderFailed)
        path.write_text(good)

    def killed(self) -> None:
        """At a random step of a build that has something to do."""
        self.article()
        self.edit()
        places = [(render, "page"), (write, "link"), (memory, "save"), (write, "publish")]
        where, name = self.chance.choice(places)
        left, whole = self.chance.randrange(12), getattr(where, name)

        def until(*given: object) -> object:
            nonlocal left
            left -= 1
            if left < 0 or name in ("save", "publish"):
                raise Killed
            return whole(*given)

        before = tree(self.site)
        with mock.patch.object(where, name, until):
            try:
                self.build()
            except Killed:
                assert tree(self.site) == before


EVENTS: list[Callable[[World], None]] = [
    World.add, World.add, World.edit, World.edit, World.edit_unseen, World.touch, World.delete, World.rename,
    World.swap, World.rename_topic, World.rename_organisation, World.article, World.settings, World.template,
    World.switch, World.damage, World.lose_the_stage, World.mistake, World.broken_template, World.killed,
]  # fmt: skip


@pytest.fixture
def world(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[World]:
    with ExitStack() as stack:
        made = World(tmp_path, request.param)
        for module in (render, build.assets):
            stack.enter_context(mock.patch.object(module, "TEMPLATES", made.templates))
        stack.enter_context(mock.patch.object(search, "LARGE", 3))
        yield made


def play(world: World) -> None:
    world.build()
    for step in range(STEPS):
        event = world.chance.choice(EVENTS)
        world.happened.append(event.__name__)
        event(world)
        world.build()
        if step % 4 == 3:
            anew = world.root / "anew"
            build.build(world.options(anew))
            assert modes(world.site) == modes(anew), world.happened
            assert tree(world.site) == tree(anew), world.happened
            for folder in (anew, write.workshop(anew)):
                shutil.rmtree(folder)
    assert {path.name[:6] for path in write.workshop(world.site).iterdir()} <= {"lock", "memory", "stage"}


def modes(site: Path) -> dict[str, int]:
    return {path.relative_to(site).as_posix(): path.stat().st_mode for path in site.rglob("*")}


@pytest.mark.parametrize("world", range(3), indirect=True)
def test_a_sequence_of_edits_equals_a_clean_build(world: World) -> None:
    play(world)


@pytest.mark.nightly
@pytest.mark.parametrize("world", range(100, 1100), indirect=True)
def test_a_thousand_sequences(world: World) -> None:
    play(world)
