"""Whatever happens to a catalogue, building again equals building anew; a build that fails changes nothing.

Hypothesis plays sequences of edits, mistakes, killed builds and damage, and shortens one that shows a fault.
`pytest -m nightly` plays many more of them.
"""

import os
import random
import shutil
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from tempfile import mkdtemp
from unittest import mock

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

import build
from catalogue import files, memory, render, search, write
from catalogue.model import File, Page
from catalogue.problems import ContentError
from conftest import BASE, options, paper, tree

ROOT = Path(__file__).parents[2]
STEPS = 20
RAM = "/dev/shm"
"""On a disk most of the time would be that of making and removing small files."""
ROOM = 1 << 30
"""Bytes that must be free there: Chromium uses it, too."""
CLOCK = 0.02
"""Seconds after which a file is taken to be settled: above the grain of a file's times, so that in most
builds of a sequence most files are not read again."""
NAMES = ("Ada Example", "ada example", "José Ejemplo", "Jose Ejemplo", "Bo Sample", "王小明")
WORDS = "otters zebrafish alignment planning doubts harbours lighthouses fog waves sand".split()
DAYS = (
    ("2024-12-30", "2024-12-31", "2025-01-01", "2025-01-05", "2025-01-06"),
    ("2024-02-28", "2024-02-29", "2024-03-01", "2024-03-05"),
    ("2022-12-30", "2022-12-31", "2024-01-01", "2024-01-03"),
)
"""Of one catalogue: of one week in two years, empty days, an empty year. Few, as each day between is a page
in many builds."""
SETTINGS = (
    "author_files = false", "paper_files = false", "offline = false", "cards = true", "front_papers = 2",
    'language = "de"', "math_macros = {R = 'S'}", 'identity = "https://example.com/"', "front_papers = x",
)  # fmt: skip


class Killed(BaseException):
    """As a signal would end a build, wherever it is."""


class World:
    """A content folder, templates and a site, and what can happen to them."""

    def __init__(self, root: Path, searchable: bool, days: Sequence[str]) -> None:
        self.root, self.content, self.site = root, root / "content", root / "site"
        self.good, self.templates = root / "good", root / "templates"
        self.searchable, self.drafts, self.chance = searchable, False, random.Random(1)
        self.kept, self.days = build.Kept(), days
        shutil.copytree(ROOT / "templates", self.templates)
        for name, text in BASE.items():
            self.put(name, text)
        self.picture()
        for _ in range(4):
            self.add()

    def put(self, name: str, text: str) -> None:
        path = self.content / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def papers(self) -> list[Path]:
        return sorted((self.content / "papers").rglob("*.md"))

    def pick(self) -> Path:
        return self.chance.choice(self.papers())

    def text(self, day: str) -> str:
        chance = self.chance
        keys = {
            "authors": f"[{', '.join(chance.sample(NAMES, chance.randrange(3)))}]",
            "topics": chance.choice(["[]", "[vision]", "[alignment, vision]"]),
            "organisations": chance.choice(["[]", "[example-lab]"]),
            "status": chance.choice(["preprint", "withdrawn"]),
            "draft": chance.choice(["false", "false", "true"]),
            "related": f"[{self.pick().stem}]" if self.papers() else "[]",
            "aliases": f"[/old/{chance.choice(WORDS)}/]",
            "image": "{src: beam.png, alt: A beam}",
        }
        keys = {name: value for name, value in keys.items() if value != "[]" and chance.random() < 0.5}
        title = " ".join(chance.sample(WORDS, 4)) + chance.choice(["", r" $\R$"])
        return paper(title, day, " ".join(chance.choices(WORDS, k=12)), **keys)

    # --- what can happen ---

    def touch(self) -> None:
        os.utime(self.pick())

    def wait(self) -> None:
        """Now nothing is left that could have changed unseen: the next build sees that there is nothing."""
        time.sleep(CLOCK)

    def add(self) -> None:
        day, key = self.chance.choice(self.days), f"{self.chance.choice(WORDS)}-{self.chance.randrange(4)}"
        if len(self.papers()) < 9:
            self.put(f"papers/{day[:4]}/{key}.md", self.text(day))

    def edit(self) -> None:
        path = self.pick()
        path.write_text(self.text(self.chance.choice([it for it in self.days if it[:4] == path.parent.name])))

    def edit_unseen(self) -> None:
        """Another text of the same length, with the time of the old one."""
        path = self.pick()
        status = path.stat()
        path.write_text(path.read_text().replace("otters", "badger").replace("waves", "winds"))
        os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))

    def date_back(self) -> None:
        """As a checkout or a copy leaves them: an old text, or an old time."""
        path, day = self.pick(), self.chance.choice(self.days)
        path.write_text(path.read_text().replace("fog", "mist"))
        os.utime(path, (0, time.mktime(time.strptime(day, "%Y-%m-%d"))))

    def delete(self) -> None:
        if len(self.papers()) > 2:
            self.pick().unlink()

    def move(self) -> None:
        """To another day, which may be of another year."""
        path, day = self.pick(), self.chance.choice(self.days)
        new = self.content / "papers" / day[:4] / path.name
        new.parent.mkdir(exist_ok=True)
        text = path.read_text()
        path.unlink()
        new.write_text(text.replace(next(it for it in self.days if it in text), day))

    def rename(self) -> None:
        """A key, sometimes in its case alone, which is a mistake."""
        path = self.pick()
        path.rename(path.with_stem(self.chance.choice([f"{path.stem[:60]}-x", path.stem.capitalize()])))

    def swap(self) -> None:
        one, other = self.pick(), self.pick()
        if one.parent == other.parent:
            first, second = one.read_text(), other.read_text()
            one.write_text(second)
            other.write_text(first)

    def swap_files(self) -> None:
        """By renames, which leave the times as they are."""
        one, other = self.pick(), self.pick()
        if one != other and one.parent == other.parent:
            one.rename(self.root / "aside")
            other.rename(one)
            (self.root / "aside").rename(other)

    def rename_author(self) -> None:
        old, new = self.chance.sample(NAMES, 2)
        for path in self.papers():
            path.write_text(path.read_text().replace(old, new))

    def rename_topic(self) -> None:
        title = self.chance.choice(["Seeing", "Vision"])
        self.put("topics/vision.md", f"---\ntitle: {title}\ndescription: x\n---\n")

    def take_topic(self) -> None:
        """Or bring it back."""
        path = self.content / "topics/vision.md"
        path.unlink() if path.exists() else self.rename_topic()

    def rename_organisation(self) -> None:
        self.put("organisations/example-lab.md", f"---\nname: Lab {self.chance.randrange(3)}\n---\n")

    def article(self) -> None:
        key = self.chance.choice(["about", "about", "help"])
        self.put(f"pages/{key}.md", f"---\ntitle: About {self.chance.randrange(3)}\n---\nWords.\n")

    def picture(self) -> None:
        """Comes, or goes while a paper may still show it."""
        path = self.content / "images/beam.png"
        if path.exists():
            path.unlink()
        else:
            path.parent.mkdir(exist_ok=True)
            shutil.copy(ROOT / "tests/example/content/images/beam.png", path)

    def settings(self) -> None:
        some = self.chance.sample(SETTINGS, self.chance.randrange(3))
        self.put("site.toml", "\n".join([BASE["site.toml"], *some]) + "\n")

    def address(self) -> None:
        home = self.chance.choice(["https://example.org/", "https://example.org/repo/"])
        self.put("site.toml", BASE["site.toml"].replace("https://example.org/repo/", home))

    def template(self) -> None:
        names = ("pages/paper.html", "parts/entries.html", "assets/list.js", "papers/paper.bib")
        path = self.templates / self.chance.choice(names)
        path.write_text(path.read_text() + ("\n// x\n" if path.suffix == ".js" else "{# x #}y"))

    def broken_template(self) -> None:
        path = self.templates / "pages/home.html"
        whole = path.read_text()
        path.write_text("{{ nothing }}")
        self.fails(render.RenderFailed)
        path.write_text(whole)

    def switch(self) -> None:
        self.drafts = not self.drafts

    def mistake(self) -> None:
        self.pick().write_text("---\ntitle: [\n---\n")

    def odd_file(self) -> None:
        (self.content / "papers/odd.md").symlink_to(self.pick())

    def damage(self) -> None:
        """Of the memory, or of what says that the next stage is one: gone, rubbish, cut off, a bit turned."""
        names = write.workshop(self.site).glob(self.chance.choice(["memory-*", "stage/.catalogue"]))
        for path in list(names):
            data = bytearray(path.read_bytes())
            place = self.chance.randrange(len(data))
            data[place] ^= 1 << self.chance.randrange(8)
            path.unlink()
            left = self.chance.choice([None, b"", b"rubbish", bytes(data[:place]), bytes(data)])
            if left is not None:
                path.write_bytes(left)

    def lose_the_stage(self) -> None:
        shutil.rmtree(write.workshop(self.site) / "stage", ignore_errors=True)

    def lose_the_site(self) -> None:
        shutil.rmtree(self.site)

    def killed(self) -> None:
        """At a random step of a build that has something to do."""
        self.article()
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
        with mock.patch.object(where, name, until), suppress(ContentError):
            try:
                self.build()
            except Killed:
                assert tree(self.site) == before

    def previewed(self) -> None:
        """By a process that goes on since it was last so, and ends before there is time for the search."""
        self.edit()
        with suppress(ContentError):
            _, self.kept = build.again(self.options(self.site), self.kept, indexing=False)

    # --- building ---

    def options(self, site: Path) -> build.Options:
        return options(self.content, site, drafts=self.drafts, searchable=self.searchable)

    def build(self) -> build.Outcome:
        return build.build(self.options(self.site))

    def fails(self, with_: type[BaseException]) -> None:
        """A build that fails leaves the site as it is."""
        before = tree(self.site)
        with pytest.raises(with_):
            self.build()
        assert tree(self.site) == before

    def anew(self) -> dict[str, tuple[bytes, int]]:
        """What a build makes where there was none."""
        site = self.root / "anew"
        try:
            build.build(self.options(site))
            return whole(site)
        finally:
            for folder in (site, write.workshop(site)):
                shutil.rmtree(folder, ignore_errors=True)

    def happen(self, event: Callable[["World"], None], seed: int) -> None:
        """An event and a build. A mistake is one for every build, leaves the site, and is mended: the
        content becomes again what it was before, and a draft that was shown with a mistake is hidden."""
        self.chance.seed(seed)
        drafts = self.drafts
        event(self)
        try:
            self.build()
        except ContentError:
            if self.site.exists():
                self.fails(ContentError)
            with pytest.raises(ContentError):
                self.anew()
            shutil.rmtree(self.content)
            shutil.copytree(self.good, self.content)
            self.drafts = drafts
            self.build()
        shutil.rmtree(self.good, ignore_errors=True)
        shutil.copytree(self.content, self.good)

    def check(self) -> None:
        """The site is what a build anew makes, and the next build sees that there is nothing to do."""
        made = self.anew()
        assert whole(self.site) == made
        time.sleep(files.JUST_NOW / 1e9)
        outcome = self.build()
        assert (outcome.made, outcome.removed) == (0, 0)
        assert whole(self.site) == made


def whole(site: Path) -> dict[str, tuple[bytes, int]]:
    """The bytes and the modes of all files, and the modes of all folders."""
    found = {}
    for folder, folders, names in os.walk(site):
        inside = folder[len(str(site)) :]
        for name in folders:
            found[f"{inside}/{name}"] = (b"", os.stat(f"{folder}/{name}").st_mode)
        for name in names:
            with open(f"{folder}/{name}", "rb", buffering=0) as file:
                found[f"{inside}/{name}"] = (file.readall(), os.fstat(file.fileno()).st_mode)
    return found


Event = Callable[[World], None]
EVENTS: list[Event] = [
    World.touch, World.wait, World.add, World.add, World.edit, World.edit, World.edit_unseen, World.date_back,
    World.delete, World.move, World.rename, World.swap, World.swap_files, World.rename_author,
    World.rename_topic, World.take_topic, World.rename_organisation, World.article, World.picture,
    World.settings, World.address, World.template, World.switch, World.mistake, World.odd_file,
    World.broken_template, World.damage, World.lose_the_stage, World.lose_the_site, World.killed,
    World.previewed,
]  # fmt: skip
HAPPENS = st.tuples(st.sampled_from(EVENTS), st.integers(0, 99))
SEQUENCES = st.lists(HAPPENS, min_size=STEPS, max_size=STEPS)


@contextmanager
def world_in(root: Path, searchable: bool, days: Sequence[str]) -> Iterator[World]:
    with ExitStack() as stack:
        stack.callback(shutil.rmtree, root)
        made = World(root, searchable, days)
        for name, module in list(sys.modules.items()):
            if name.startswith("catalogue.") and hasattr(module, "TEMPLATES"):
                stack.enter_context(mock.patch.object(module, "TEMPLATES", made.templates))
        stack.enter_context(mock.patch.object(search, "LARGE", 3))
        stack.enter_context(mock.patch.object(files, "JUST_NOW", int(CLOCK * 1e9)))
        yield made


def play(
    root: Path, events: Sequence[tuple[Event, int]], searchable: bool, days: Sequence[str] = DAYS[0]
) -> None:
    with world_in(root, searchable, days) as world:
        for step, (event, seed) in enumerate(((World.touch, 0), *events)):
            world.happen(event, seed)
            if step % 5 == 0:
                world.check()
        beside = {path.name[:6] for path in write.workshop(world.site).iterdir()}
        assert beside <= {"lock", "memory", "stage"}


@pytest.mark.parametrize("sequences", [100, pytest.param(10_000, marks=pytest.mark.nightly)])
def test_a_sequence_of_edits_equals_a_clean_build(sequences: int) -> None:
    """The same ones in CI, others every night."""
    roomy = os.access(RAM, os.W_OK) and shutil.disk_usage(RAM).free > ROOM

    @settings(
        max_examples=sequences,
        derandomize=sequences < 1_000,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
        phases=set(Phase) - {Phase.explain},
    )
    @given(SEQUENCES, st.sampled_from([False, False, False, True]), st.sampled_from(DAYS))
    def played(events: list[tuple[Event, int]], searchable: bool, days: Sequence[str]) -> None:
        play(Path(mkdtemp(dir=RAM if roomy else None)), events, searchable, days)

    played()


@pytest.mark.parametrize("event", [World.edit_unseen, World.edit])
def test_a_build_that_takes_an_edit_for_nothing_is_found_out(event: Event, tmp_path: Path) -> None:
    """The control: of two programs, one does not ask for the time of the inode, one not for the context."""
    walk, mark = files.walk, memory._mark

    def careless(content: Path) -> files.Seen:
        seen = walk(content)
        return seen._replace(
            files=tuple(it._replace(signature=(*it.signature[:2], 0, 0)) for it in seen.files)
        )

    def forgetful(plan: Page | File, common: str) -> str:
        return "same" if plan.path.endswith("/index.html") else mark(plan, common)

    with mock.patch.object(
        *((files, "walk", careless) if event is World.edit_unseen else (memory, "_mark", forgetful))
    ):
        play(tmp_path / "before", [], False)
        with pytest.raises(AssertionError):
            play(tmp_path / "world", [(event, seed) for seed in range(5)], False)
