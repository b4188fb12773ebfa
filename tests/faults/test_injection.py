"""Scripts in every field of a catalogue, built for real and opened in Chromium: none runs.

The same pages are opened without their Content Security Policy, so that escaping alone must hold, and with
it, so that nothing may even try. Controls switch escaping off: what then runs shows that the traps catch.
"""

import json
import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from itertools import product
from pathlib import Path
from unittest import mock
from urllib.parse import urlsplit

import pytest
from browser.conftest import served
from hostile import ADDRESSES, MARK, RUNS, marked, put, written
from playwright.sync_api import Browser, Page, Request

import build
from catalogue import compiled, markdown, settle, templating
from conftest import BASE, options, paper, problems

TRAPS = """for (const name of ['alert', 'confirm', 'prompt', 'print']) {
  window[name] = said => console.debug(`ran ${document.baseURI} ${said}`)
}
addEventListener('securitypolicyviolation', event => console.debug(`refused ${event.blockedURI}`))"""
OPEN = """addresses => Promise.all(addresses.map(async address => {
  const frame = document.body.appendChild(document.createElement('iframe'))
  const loaded = new Promise(done => { frame.onload = done; setTimeout(done, 120000) })
  frame.src = address
  await loaded
  if (!frame.contentDocument) throw new Error(`${address} is left`)
  for (const each of frame.contentDocument.querySelectorAll('*')) {
    for (const { name } of each.attributes) {
      if (name.startsWith('on')) each.dispatchEvent(new Event(name.slice(2)))
    }
    const leads = each.getAttribute('href') ?? each.getAttribute('xlink:href')
    if (each.matches('.save, [formaction], form[action^=javascript] button') || /script:/.test(each.protocol)
      || /^javascript:/.test(leads)) each.dispatchEvent(new MouseEvent('click', { cancelable: true }))
  }
  await new Promise(done => setTimeout(done, 50))
  frame.remove()
}))"""
"""Opens pages in frames, and does what their handlers and odd links wait for."""


IN_ATTRIBUTES = ("alt", "linktitle", "picture")


def catalogue(folder: Path, numbers: Iterable[int]) -> Path:
    """A catalogue of these payloads, of which none is a mistake."""
    files = dict(BASE) | {"site.toml": BASE["site.toml"] + "offline = false\n"}
    for number in numbers:
        files |= written(RUNS[number], number)
    content = put(folder / "content", files)
    assert [str(problem) for problem in problems(content)] == []
    return content


@pytest.fixture(scope="module")
def browser(chromium: Callable[..., Browser]) -> Browser:
    """One that finds no other host."""
    return chromium("--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1")


@pytest.fixture(scope="module", params=[3, pytest.param(1, marks=pytest.mark.nightly)], ids=["some", "all"])
def hostile(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return catalogue(tmp_path_factory.mktemp("hostile"), range(0, len(RUNS), request.param))


@pytest.fixture(scope="module", params=[9, pytest.param(1, marks=pytest.mark.nightly)], ids=["few", "all"])
def control(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return catalogue(tmp_path_factory.mktemp("control"), range(0, len(RUNS), request.param))


@pytest.fixture(scope="module", params=[9, pytest.param(3, marks=pytest.mark.nightly)], ids=["few", "many"])
def everywhere(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A catalogue in which the texts that every page shows are all payloads, one after the other."""
    numbers = range(0, len(RUNS), request.param)
    texts = [
        json.dumps(" ".join(marked(RUNS[number], number, f"every.{name}") for number in numbers))
        for name in ("title", "description", "navigation")
    ]
    site = f'title = {texts[0]}\ndescription = {texts[1]}\nurl = "https://example.org/"\n'
    page = f"---\ntitle: {texts[2]}\n---\nText.\n"
    files = BASE | {"site.toml": site, "pages/about.md": page, "papers/2025/a.md": paper()}
    return put(tmp_path_factory.mktemp("everywhere") / "content", files)


@contextmanager
def unescaped() -> Iterator[None]:
    """Nothing escapes: neither the templates nor Markdown, whose HTML is on."""
    whole, parser = templating.Environment, markdown._parser.__wrapped__

    def raw(*given: bool) -> object:
        made = parser(*given)
        made.options["html"] = True
        return made

    with ExitStack() as stack:
        for name, other in (
            ("catalogue.templating.Environment", lambda **given: whole(**{**given, "autoescape": False})),
            ("html.escape", lambda text, quote=True: text),
            ("markdown_it.renderer.escapeHtml", lambda text: text),
        ):
            stack.enter_context(mock.patch(name, other))
        stack.enter_context(mock.patch.object(compiled, "cache", lambda _: None))
        stack.enter_context(mock.patch.object(markdown, "_parser", raw))
        yield


def made(content: Path, name: str, policy: bool = True, searchable: bool = False) -> Path:
    """The site of a catalogue; without `policy` its pages are bared of their Content Security Policy."""
    site = content.parent / name
    build.build(options(content, site, url="http://127.0.0.1/", searchable=searchable))
    for page in [] if policy else site.rglob("*.html"):
        text, count = re.subn(r'<meta http-equiv="Content-Security-Policy"[^\n]*>\n', "", page.read_text())
        assert count == 1, page
        page.write_text(text)
    for feed in () if policy else site.glob("feeds/topics/*.json"):  # as a careless reader shows a feed
        items = json.loads(feed.read_text())["items"]
        (feed.with_suffix(".html")).write_text(
            "<!doctype html>" + "".join(it["content_html"] for it in items)
        )
    return site


def opened(browser: Browser, site: Path, at_once: int = 20) -> tuple[set[tuple[str, str]], list[str]]:
    """All pages of a site in Chromium, so many at once: each mark of what ran or asked, with the shape of its
    page, and what the policy refused."""
    ran: set[tuple[str, str]] = set()
    refused: list[str] = []

    def failed(request: Request) -> None:
        host = urlsplit(request.url).hostname
        if host and host != "127.0.0.1" and "csp" not in (request.failure or "").lower():
            frame = request.frame
            while frame.parent_frame and frame.parent_frame.parent_frame:
                frame = frame.parent_frame
            ran.add((request.url.rpartition("/")[2], shape(urlsplit(frame.url).path)))

    def heard(said: str) -> None:
        if said.startswith("refused"):
            refused.append(said)
        elif said.startswith("ran"):
            _, address, mark = said.split(" ", 2)
            ran.add((mark, shape(urlsplit(address).path)))

    with served(site, "") as url, browser.new_context(service_workers="block") as context:
        page: Page = context.new_page()
        page.add_init_script(TRAPS)
        page.on("console", lambda message: heard(message.text))
        page.on("dialog", lambda dialog: (ran.add((dialog.message, "")), dialog.dismiss()))
        page.on("requestfailed", failed)  # as all to other hosts do
        page.goto(f"{url}/robots.txt")
        pages = [name for name, _ in telling(site)]
        for first in range(0, len(pages), at_once):
            page.evaluate(OPEN, [f"{url}/{name}" for name in pages[first : first + at_once]])
        page.evaluate(OPEN, [f"{url}/reading-list/index.html"])  # now with papers in it
        if (site / "pagefind").exists():
            results = page.locator("#results > *")
            page.goto(f"{url}/search/?q=findable")
            results.first.wait_for()
            while page.locator("#more").is_visible():
                before = results.count()
                page.click("#more")
                results.nth(before).wait_for()
            assert results.count() > 15
    return ran, refused


def shape(name: str) -> str:
    """What a page is, by its address: a day, a paper, a topic …"""
    name = re.sub(r"[0-9]+", "9", name.removeprefix("/"))
    return re.sub(r"(authors|organisations|papers|topics)/[^/]+(?=[/.])", r"\1/x", name)


def telling(site: Path) -> list[tuple[str, str]]:
    """The names and the texts of the pages that hold a payload, and of one of each shape that holds none."""
    found, shapes = [], set()
    for path in sorted(site.rglob("*.html")):
        name, text = path.relative_to(site).as_posix(), path.read_text()
        if not name.startswith("pagefind") and (MARK.search(text) or shape(name) not in shapes):
            shapes.add(shape(name))
            found.append((name, text))
    return found


def shown(site: Path, as_written: bool = False) -> set[tuple[str, str]]:
    """Each payload and field, with each shape of page that holds it; or only those that stand there as they
    were written, and so should run: in an attribute, by closing it first."""
    found = set()
    for name, text in telling(site):
        for mark in set(MARK.findall(text)):
            number, field = mark[1:-1].split("-", 1)
            payload = RUNS[int(number)]
            closes = payload[0] == '"' or not field.endswith(IN_ATTRIBUTES)
            if not as_written or (closes and marked(payload, int(number), field) in text):
                found.add((mark, shape(name)))
    return found


def test_no_payload_in_any_field_of_any_page_runs(hostile: Path, browser: Browser) -> None:
    """By escaping alone: the policy is taken out."""
    site = made(hostile, "bare", policy=False, searchable=True)
    assert len(shown(site)) >= 2_000
    assert opened(browser, site) == (set(), [])


def test_nothing_even_tries(hostile: Path, browser: Browser) -> None:
    """With the policy there is nothing for it to refuse."""
    assert opened(browser, made(hostile, "whole")) == (set(), [])


def assert_they_fire(browser: Browser, site: Path, at_once: int = 20) -> None:
    """At least 95 of 100 payloads that stand unescaped in a page run there."""
    wanted, (ran, _) = shown(site, as_written=True), opened(browser, site, at_once)
    assert len(wanted) > 300
    assert len(wanted - ran) <= 0.05 * len(wanted), sorted(wanted - ran)


def test_the_traps_catch_what_is_not_escaped(control: Path, browser: Browser) -> None:
    with unescaped():
        site = made(control, "unescaped", policy=False)
    assert_they_fire(browser, site)


def test_the_policy_holds_what_is_not_escaped(control: Path, browser: Browser) -> None:
    with unescaped():
        site = made(control, "held")
    ran, refused = opened(browser, site)
    assert ran == set() and len(refused) >= len(shown(site, as_written=True))


def test_texts_of_every_page(everywhere: Path, browser: Browser) -> None:
    assert opened(browser, made(everywhere, "bare", policy=False)) == (set(), [])
    assert opened(browser, made(everywhere, "whole")) == (set(), [])
    with unescaped():
        site = made(everywhere, "unescaped", policy=False)
    assert_they_fire(browser, site, at_once=4)  # each page waits for some hundred requests that fail


def test_no_address_that_runs_becomes_a_link(tmp_path: Path, browser: Browser) -> None:
    """Each is refused by name, or is text; believed, it would run on a click."""
    forms = ("[x]({})", "[x](<{}>)", "[x][r]\n\n[r]: {}", "<{}>", "[![x](/images/beam.png)]({})")
    files = dict(BASE)
    for number, (address, form) in enumerate(product(ADDRESSES, forms)):
        body = form.format(marked(address, number, "link"))
        files[f"pages/l{number}.md"] = f"---\ntitle: Page\n---\n{body}\n"
    content = put(tmp_path / "content", files)
    refused = {problem.path for problem in problems(content)}
    assert len(refused) >= 0.6 * len(ADDRESSES) * len(forms)
    with mock.patch.object(settle, "_destination", lambda address, base: address):
        made(content, "believed", policy=False)
    ran, _ = opened(browser, tmp_path / "believed")
    assert len(ran) >= 0.5 * len(refused)
    for path in refused:
        (content.parent / path).unlink()
    assert opened(browser, made(content, "bare", policy=False)) == (set(), [])
