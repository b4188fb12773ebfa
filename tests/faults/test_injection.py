"""Scripts in every field of a catalogue, built for real and opened in Chromium: none runs.

The same pages are opened without their Content Security Policy, so that escaping alone must hold, and with
it, so that nothing may even try. Controls switch escaping off: what then runs shows that the traps catch.
"""

import json
import re
import shutil
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from itertools import product
from pathlib import Path
from unittest import mock

import jinja2
import pytest
from playwright.sync_api import Browser, Page, Route

import build
from browser.conftest import browser as browser  # a fixture
from browser.conftest import served
from catalogue import markdown, render, settle
from conftest import BASE, options, paper, problems

ROOT = Path(__file__).parents[2]
RUNS = """<img src=x onerror=alert('@')>
"><img src=x onerror=alert('@')>
'><img src=x onerror=alert('@')>
</title></textarea></script></style><img src=x onerror=alert('@')>
--><img src=x onerror=alert('@')>
]]><img src=x onerror=alert('@')>
<script>alert('@')</script>
"><script>alert('@')</script>
</script><script>alert('@')</script>
</title><script>alert('@')</script>
<ScRiPt>alert('@')</sCrIpT >
<script/x>alert('@')</script/x>
<script src="data:text/javascript,alert('@')"></script>
<svg onload=alert('@')></svg>
<svg/onload=alert('@')></svg>
"><svg onload=alert('@')></svg>
<svg><script>alert('@')</script></svg>
<svg><animate onbegin=alert('@') attributeName=x dur=1s></svg>
<svg><a xlink:href="javascript:alert('@')"><text>x</text></a></svg>
<math><mtext></mtext></math><img src=x onerror=alert('@')>
<iframe srcdoc="<img src=x onerror=alert('@')>"></iframe>
<iframe src="javascript:alert('@')"></iframe>
<object data="javascript:alert('@')"></object><img src=x onerror=alert('@')>
<details open ontoggle=alert('@')><summary>x</summary></details>
<video><source onerror=alert('@') src=x></video>
<audio src=x onerror=alert('@')></audio>
<input autofocus onfocus=alert('@')>
<select autofocus onfocus=alert('@')></select>
<textarea autofocus onfocus=alert('@')></textarea>
<b onmouseover=alert('@')>x</b>
<i tabindex=1 onfocus=alert('@')>x</i>
<b onclick="alert('@')">x</b>
<b oncontextmenu=alert('@')>x</b>
<b onpointerdown=alert('@')>x</b>
<b onbeforetoggle=alert('@') popover>x</b>
<a href="javascript:alert('@')">x</a>
<a href=" &#106;avascript:alert('@')">x</a>
<a href="java&Tab;script:alert('@')">x</a>
<form action="javascript:alert('@')"><button>x</button></form>
<form><button formaction="javascript:alert('@')">x</button></form>
<custom-element onclick=alert('@')>x</custom-element>
<img src=x onerror="alert(&#39;@&#39;)">
<img src=x onerror=alert(/@/.source)>
<img src=x onerror=top.frames,alert('@')>
<marquee onstart=alert('@')>x</marquee>
<template><b>x</b></template><img src=x onerror=alert('@')>
<noscript><p title="</noscript><img src=x onerror=alert('@')>">
<style>@keyframes k{}</style><b onanimationstart=alert('@')>x</b>
<link rel=stylesheet href=data:text/css,x onload=alert('@')>
<img src="https://evil.example/@">
<link rel=stylesheet href="https://evil.example/@">
<script src="https://evil.example/@"></script>
<iframe src="https://evil.example/@"></iframe>
<object data="https://evil.example/@"></object>
<embed src="https://evil.example/@">
<video src="https://evil.example/@"></video>
<svg><image href="https://evil.example/@"></image></svg>
<b style="background:url(https://evil.example/@)">x</b>""".splitlines()
"""Each runs `alert`, or asks a foreign host, where it stands unescaped. @ becomes the payload and field."""
MARK = re.compile(r"n\d+-[\w.]+-")
ADDRESSES = """javascript:alert('@') JaVaScRiPt:alert('@') javascript&colon;alert('@') javascript&#58;alert('@')
&#106;avascript:alert('@') java&#10;script:alert('@') java&Tab;script:alert('@') &#1;javascript:alert('@')
javascript://x.org/%0aalert('@') java&NewLine;script:alert('@') javascript&#x3a;alert('@')""".split()
FORMS = {
    "text": "{}", "heading": "## {}", "quote": "> {}", "item": "- {}", "strong": "**{}**", "code": "`` {} ``",
    "block": "    {}", "cell": "| {} |\n|---|", "link": "[{}](https://example.org)",
    "linktitle": '[x](https://example.org "{}")', "alt": "![{}](/images/beam.png)",
}  # fmt: skip
TRAPS = """for (const name of ['alert', 'confirm', 'prompt', 'print']) {
  window[name] = said => console.debug(`ran ${said}`)
}
addEventListener('securitypolicyviolation', event => console.debug(`refused ${event.blockedURI}`))"""
OPEN = """addresses => Promise.all(addresses.map(async address => {
  const frame = document.body.appendChild(document.createElement('iframe'))
  const loaded = new Promise(done => { frame.onload = done; setTimeout(done, 3000) })
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


def marked(payload: str, number: int, field: str) -> str:
    return payload.replace("@", f"n{number}-{field}-")


def written(payload: str, number: int) -> dict[str, str]:
    """A paper, a topic, an organisation and a page whose every field of free text is the payload."""

    def value(field: str) -> str:
        return json.dumps(marked(payload, number, field), ensure_ascii=False)

    body = "\n\n".join(
        form.format(marked(payload.replace('"', '\\"') if '"{' in form else payload, number, f"body.{kind}"))
        for kind, form in FORMS.items()
    )
    body += "\n\nFindable."
    date = f"{2016 + number // 12}-{number % 12 + 1:02}-15"
    keys = f"""title: {value("title")}
date: {date}
authors:
  - name: {value("author")}
    affiliation: {value("affiliation")}
topics: [t{number}]
organisations: [o{number}]
keywords: [{value("keyword")}]
venue: {value("venue")}
status: {{state: withdrawn, reason: {value("reason")}}}
summary: {value("summary")}
awards: [{value("award")}]
versions: [{{date: {date}, note: {value("version")}}}]
image: {{src: beam.png, alt: {value("picture")}}}
submitter: {value("submitter")}
source: [{{of: {value("source")}, url: "https://example.org"}}]
upvotes: 1
counted: {date}"""
    described = f"title: {value('title2')}\ndescription: {value('description')}"
    return {
        f"papers/{date[:4]}/p{number}.md": f"---\n{keys}\n---\n{body}\n",
        f"topics/t{number}.md": f"---\n{described}\n---\n{body}\n",
        f"organisations/o{number}.md": f"---\n{described.replace('title', 'name', 1)}\n---\n{body}\n",
        f"pages/a{number}.md": f"---\n{described.replace(value('title2'), 'Page')}\n---\n{body}\n",
    }


def put(folder: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    (folder / "images").mkdir(exist_ok=True)
    shutil.copy(ROOT / "tests/example/content/images/beam.png", folder / "images")
    return folder


def catalogue(folder: Path, numbers: Iterable[int]) -> Path:
    """A catalogue of these payloads, of which none is a mistake."""
    files = dict(BASE) | {"site.toml": BASE["site.toml"] + "offline = false\n"}
    for number in numbers:
        files |= written(RUNS[number], number)
    content = put(folder / "content", files)
    assert [str(problem) for problem in problems(content)] == []
    return content


@pytest.fixture(scope="module", params=[3, pytest.param(1, marks=pytest.mark.nightly)], ids=["some", "all"])
def hostile(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return catalogue(tmp_path_factory.mktemp("hostile"), range(0, len(RUNS), request.param))


@pytest.fixture(scope="module", params=[9, pytest.param(1, marks=pytest.mark.nightly)], ids=["few", "all"])
def control(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return catalogue(tmp_path_factory.mktemp("control"), range(0, len(RUNS), request.param))


@pytest.fixture(scope="module", params=[9, pytest.param(2, marks=pytest.mark.nightly)], ids=["few", "many"])
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
    whole, parser = jinja2.Environment, markdown._parser.__wrapped__

    def raw(**given: bool) -> object:
        made = parser(**given)
        made.options["html"] = True
        return made

    with ExitStack() as stack:
        for name, other in (
            ("jinja2.Environment", lambda **given: whole(**{**given, "autoescape": False})),
            ("html.escape", lambda text, quote=True: text),
            ("markdown_it.renderer.escapeHtml", lambda text: text),
        ):
            stack.enter_context(mock.patch(name, other))
        stack.enter_context(mock.patch.object(render, "_compiled", lambda: None))
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
        (feed.with_suffix(".html")).write_text("<!doctype html>" + "".join(it["content_html"] for it in items))
    return site


def opened(browser: Browser, site: Path) -> tuple[set[tuple[str, str]], list[str]]:
    """All pages of a site in Chromium: each mark of what ran or asked, with the kind of its page, and what
    the policy refused."""
    ran: set[tuple[str, str]] = set()
    refused: list[str] = []
    kind = ""

    def asked(route: Route) -> None:
        ran.add((route.request.url.rpartition("/")[2], kind))
        route.abort()

    def heard(said: str) -> None:
        if said.startswith("refused"):
            refused.append(said)
        elif said.startswith("ran"):
            ran.add((said[4:], kind))

    with served(site, "") as url, browser.new_context(service_workers="block") as context:
        page: Page = context.new_page()
        page.add_init_script(TRAPS)
        page.on("console", lambda message: heard(message.text))
        page.on("dialog", lambda dialog: (ran.add((dialog.message, kind)), dialog.dismiss()))
        context.route(re.compile("^(?!http://127[.]0[.]0[.]1|data:|blob:)"), asked)
        for kind, pages in sorted(kinds(site).items()):
            page.goto(f"{url}/robots.txt")
            for first in range(0, len(pages), 20):
                page.evaluate(OPEN, [f"{url}/{path}" for path in pages[first : first + 20]])
        if (site / "pagefind").exists():
            kind = "search"
            page.goto(f"{url}/search/?q=findable")
            page.wait_for_selector("#results > *")
            while page.locator("#more").is_visible():
                before = page.locator("#results > *").count()
                page.click("#more")
                page.wait_for_function(
                    "n => document.querySelectorAll('#results > *').length > n", arg=before
                )
            assert page.locator("#results > *").count() > 15
    return ran, refused


def kinds(site: Path) -> dict[str, list[str]]:
    """The pages of a site by what they are, such as days, papers, topics; of those that hold no payload, one."""
    found: dict[str, list[str]] = {}
    for path in sorted(site.rglob("*.html")):
        name = path.relative_to(site).as_posix()
        if name.startswith("pagefind"):
            continue
        kind = re.sub(r"(authors|organisations|papers|topics|feeds)/[^/]+(?=[/.])", r"\1/x", re.sub(r"\d+", "9", name))
        if MARK.search(path.read_text()) or kind not in found:
            found.setdefault(kind, []).append(name)
    return found


def shown(site: Path) -> set[tuple[str, str]]:
    """Each payload and field, with each kind of page that holds it."""
    return {
        (mark, kind)
        for kind, pages in kinds(site).items()
        for name in pages
        for mark in MARK.findall((site / name).read_text())
    }


def live(site: Path) -> set[tuple[str, str]]:
    """Those that stand there as they were written, and so should run; in an attribute, by closing it first."""
    found = set()
    for kind, pages in kinds(site).items():
        for text in ((site / name).read_text() for name in pages):
            for mark in set(MARK.findall(text)):
                number, field = mark[1:-1].split("-", 1)
                payload = RUNS[int(number)]
                if marked(payload, int(number), field) in text and (
                    payload[0] == '"' or not field.endswith(IN_ATTRIBUTES)
                ):
                    found.add((mark, kind))
    return found



def test_no_payload_in_any_field_of_any_page_runs(hostile: Path, browser: Browser) -> None:
    """By escaping alone: the policy is taken out."""
    site = made(hostile, "bare", policy=False, searchable=True)
    assert len(shown(site)) >= 2_000
    assert opened(browser, site) == (set(), [])


def test_nothing_even_tries(hostile: Path, browser: Browser) -> None:
    """With the policy there is nothing for it to refuse."""
    assert opened(browser, made(hostile, "whole")) == (set(), [])


def fire(browser: Browser, site: Path) -> bool:
    """Whether at least 95 of 100 payloads that stand unescaped in a page run there."""
    wanted, (ran, _) = live(site), opened(browser, site)
    return len(wanted) > 30 and len(ran & wanted) >= 0.95 * len(wanted)


def test_the_traps_catch_what_is_not_escaped(control: Path, browser: Browser) -> None:
    with unescaped():
        site = made(control, "unescaped", policy=False)
    assert fire(browser, site)


def test_the_policy_holds_what_is_not_escaped(control: Path, browser: Browser) -> None:
    with unescaped():
        site = made(control, "held")
    ran, refused = opened(browser, site)
    assert ran == set() and len(refused) >= len(live(site))


def test_texts_of_every_page(everywhere: Path, browser: Browser) -> None:
    assert opened(browser, made(everywhere, "bare", policy=False)) == (set(), [])
    assert opened(browser, made(everywhere, "whole")) == (set(), [])
    with unescaped():
        site = made(everywhere, "unescaped", policy=False)
    assert fire(browser, site)


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
