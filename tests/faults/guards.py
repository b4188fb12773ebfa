"""What test_guards.py asks of a copy of the program: each function fails where a guard is missing.

The copy is the first folder of `sys.path`.
"""

import importlib
import re
import shutil
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from test_broken import parts

from conftest import BASE

ROOT = Path(__file__).parents[2]
Check = Callable[[], Any]
HOSTILE = "<b id=x>&amp;\"']]></script>"


def of(name: str) -> Any:
    """A module of the copy."""
    return importlib.import_module(f"catalogue.{name}" if name != "build" else name)


def paper(keys: str = "", body: str = "Text.", title: str = "A") -> Any:
    """What this paper is read as: the paper, or the text of its problems."""
    data = f"---\ntitle: {title}\ndate: 2025-01-01\n{keys}\n---\n{body}\n".encode("utf-8", "surrogatepass")
    try:
        return of("document").paper("content/papers/2025/a.md", data, of("settings").STAND_IN)
    except of("problems").ContentError as error:
        return " ".join(map(str, error.problems))


def refused(keys: str = "", body: str = "Text.", title: str = "A", said: str = "") -> Check:
    def check() -> None:
        found = paper(keys, body, title)
        assert isinstance(found, str) and said in found

    return check


def taken(keys: str = "", body: str = "Text.", title: str = "A") -> Check:
    return lambda: check_that(not isinstance(paper(keys, body, title), str))


def check_that(holds: object) -> None:
    assert holds


def body(source: str, html: str) -> Check:
    return lambda: check_that(of("markdown").render(source, "/base").html.strip() == html)


def formula(tex: str) -> Check:
    """A formula that is shown as its source."""
    return lambda: check_that(of("mathml").convert(tex).startswith('<code class="tex">'))


def file(name: str, data: bytes, said: str) -> Check:
    """A file of this name is refused with these words."""

    def check() -> None:
        content = Path(sys.path[0]) / "files" / "content"
        shutil.rmtree(content.parent, ignore_errors=True)
        (content / name).parent.mkdir(parents=True)
        (content / name).write_bytes(data)
        found = of("document").read(content, of("settings").STAND_IN, name)
        assert isinstance(found, list) and said in str(found[0])

    return check


def settings(line: str) -> Check:
    """A line of site.toml is refused."""

    def check() -> None:
        content = Path(sys.path[0]) / "files" / "content"
        shutil.rmtree(content.parent, ignore_errors=True)
        content.mkdir(parents=True)
        (content / "site.toml").write_text(
            f'title = "A"\ndescription = "B"\nurl = "https://example.org/"\n{line}\n'
        )
        assert of("settings").read(content)[1]

    return check


def broken(case: str) -> Check:
    """The case of tests/broken/ has its problems."""

    def check() -> None:
        build, content = of("build"), Path(sys.path[0]) / "files" / "content"
        shutil.rmtree(content.parent, ignore_errors=True)
        files = BASE | parts(ROOT / "tests" / "broken" / f"{case}.txt")
        expected = files.pop("problems")
        for name, text in files.items():
            (content / name).parent.mkdir(parents=True, exist_ok=True)
            (content / name).write_text(text)
        found: tuple[Any, ...] = ()
        try:
            build.load(build.Options(content, content, None, False, False, 1), of("memory").NOTHING)
        except of("problems").ContentError as error:
            found = error.problems
        assert "".join(f"{problem}\n" for problem in found) == expected

    return check


def entry() -> Any:
    keys = "authors: ['Ada and Bo, {x}', 'Ada & Bo Lab']\nvenue: 'J & {x}'\ndoi: 10.1000/a%b#c"
    return of("model").Entry(paper(keys, title="'A_x & 50% #1 $5 ~ ^ { } --b \\\\x'"), (), ())


def site() -> dict[str, str]:
    """A site in which every text is hostile."""
    build, folder = of("build"), Path(sys.path[0]) / "built"
    shutil.rmtree(folder, ignore_errors=True)
    quoted = "'" + HOSTILE.replace("'", "''") + "'"
    for name, text in {
        "site.toml": f"title = '''{HOSTILE}'''\ndescription = '''{HOSTILE}'''\nurl = 'https://example.org/'\n",
        "papers/2025/a.md": f"---\ntitle: {quoted}\ndate: 2025-01-01\nsummary: {quoted}\n"
        f"aliases: [/old/]\nauthors: [{quoted}]\nlinks:\n  code: https://example.org/x\n---\n{HOSTILE}\n",
    }.items():
        path = folder / "content" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    build.build(build.Options(folder / "content", folder / "site", None, False, False, 1))
    return {
        path.relative_to(folder / "site").as_posix(): path.read_text()
        for path in (folder / "site").rglob("*")
        if path.suffix in (".html", ".atom", ".txt", ".xml")
    }


def pages_show_text_as_text() -> None:
    for name, text in site().items():
        assert name.endswith((".txt", ".md")) or "<b id" not in text, name


def facts_stay_in_their_script() -> None:
    page = site()["papers/a/index.html"]
    assert page.count("</script>") == page.count("<script") > 1


def facts_are_named_by_the_policy() -> None:
    page = site()["papers/a/index.html"]
    facts = re.search(r'<script type="application/ld\+json">(.*?)</script>', page)
    assert facts and of("templating").sha256(facts[1]) in page.partition("<meta charset")[0]


POLICY = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; connect-src 'self'; \
style-src 'self'; img-src 'self'; font-src 'self'; base-uri 'none'; form-action 'self'"
MOVED = "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'"


def every_page_has_the_policy() -> None:
    for name, text in site().items():
        if name.endswith(".html"):
            first = r'<meta http-equiv="Content-Security-Policy" content="(.*)">\n'
            policy = re.match(rf"<!doctype html>\n<html[^>]*>\n<head>\n{first}", text)
            said = re.sub(r" 'sha256-[A-Za-z0-9+/]{43}='", "", policy[1]) if policy else ""
            assert said == (MOVED if name == "old/index.html" else POLICY), name


def links_elsewhere_tell_nothing() -> None:
    links = re.findall('<a href="https://example.org/x[^>]*>', site()["papers/a/index.html"])
    assert links and all('rel="noopener noreferrer"' in link for link in links)


def feeds_hold_html_as_text() -> None:
    from lxml import etree

    content = etree.fromstring(site()["feeds/all.atom"].encode()).find(".//{*}content")
    assert content is not None and len(content) == 0 and "<p>" in content.text


def words_for_machines_are_escaped() -> None:
    assert r"\<b id=x\>\&amp;" in site()["llms.txt"]


def templates_cannot_guess() -> None:
    catalogue = of("read").catalogue(Path("x"), of("files").Seen((), ()), of("settings").STAND_IN, {})
    env = of("templating").environment(catalogue.catalogue, of("render").TEMPLATES)
    with pytest.raises(Exception, match="undefined"):
        assert env.from_string("{{ nothing }}").render() is None


def nothing_is_written_into_a_file() -> None:
    folder = Path(sys.path[0]) / "made"
    folder.mkdir(exist_ok=True)
    (folder / "a").write_text("old")
    with suppress(FileExistsError):
        of("render")._put(folder, "a", b"new")
    assert (folder / "a").read_text() == "old"


def log(text: str, shown: str) -> Check:
    return lambda: check_that(of("problems").printable(text) == shown)


def an_annotation_ends_nowhere() -> None:
    problem = of("problems").Problem("a,b:c%0A\n", 1, 1, "d%0Ae\n::f", "g")
    assert problem.annotation() == "::error file=a%2Cb%3Ac%250A\\n,line=1,col=1::d%250Ae\\n::f. g"


def what_is_said_is_printable() -> None:
    import click

    said: list[str] = []
    whole, click.echo = click.echo, lambda text, err: said.append(text)
    try:
        of("report").say("a\n::error::b\x1b[31m")
    finally:
        click.echo = whole
    assert said == ["a\\n::error::b\\x1b[31m"]


def bibtex_has(text: str) -> Check:
    return lambda: check_that(text in of("bibtex").bibtex(entry()))


def the_memory_runs_nothing() -> None:
    import io
    import pickle

    with pytest.raises(pickle.UnpicklingError):
        assert of("memory")._Values(io.BytesIO(b"cbuiltins\nprint\n.")).load() is None


def seen(make: Callable[[Path], object]) -> Check:
    """Something that is no file, made by `make`, is told and not opened."""

    def check() -> None:
        content = Path(sys.path[0]) / "odd"
        shutil.rmtree(content, ignore_errors=True)
        content.mkdir()
        make(content / "x.md")
        assert len(of("files").walk(content).problems) == 1
        try:
            of("files").contents(content / "x.md", 9)
        except OSError:
            return
        raise AssertionError("it was opened")

    return check


def foreign_folders_are_refused() -> None:
    folder = Path(sys.path[0]) / "foreign"
    folder.mkdir(exist_ok=True)
    (folder / "mine").write_text("x")
    try:
        with of("write").lock(folder, print):
            raise AssertionError("it is taken")
    except of("write").Refused:
        pass


def links_are_refused(name: str) -> Check:
    """A link of this name keeps a build from the site `link`."""

    def check() -> None:
        folder = Path(sys.path[0]) / f"links{name}"
        if not folder.exists():
            (folder / "empty").mkdir(parents=True)
            (folder / name).symlink_to("empty")
        try:
            with of("write").lock(folder / "link", print):
                raise AssertionError("it is taken")
        except of("write").Refused:
            pass

    return check
