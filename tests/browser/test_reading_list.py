"""What a reader keeps: saved papers with read marks and notes, out and in again, and pages offline."""

import json
import re
import shutil
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from unittest import mock

import bibtexparser
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

import build
from browser.conftest import ROOT, Site
from catalogue import render
from conftest import Write, options, paper

pytestmark = pytest.mark.browser
STORE = "localStorage.getItem(Object.keys(localStorage).find(key => /^reading-list:[^:]*$/.test(key)))"


def save(page: Page, site: Site, *keys: str) -> None:
    for key in keys:
        page.goto(f"{site.url}/papers/{key}/")
        page.get_by_role("button", name="Save", exact=True).click()
        expect(page.get_by_role("button", name="Saved")).to_have_attribute("aria-pressed", "true")


def until(page: Page, true: str) -> None:
    """Waits until a function that promises something promises what is true."""
    waited = f"""async () => {{
      for (let i = 0; i < 200; i++) {{
        if (await ({true})()) return true
        await new Promise(resolve => setTimeout(resolve, 50))
      }}
    }}"""
    assert page.evaluate(waited), true


def titles(page: Page) -> list[str]:
    return page.locator("#saved .title").all_inner_texts()


def test_saved_marked_noted_kept_out_and_in_again(quiet: Page, site: Site, tmp_path: Path) -> None:
    save(quiet, site, "map", "spinal")
    quiet.goto(f"{site.url}/reading-list/")
    assert [title.partition("–")[0].partition(":")[0].strip() for title in titles(quiet)] == ["SPINAL", "MAP"]
    expect(quiet.locator("#saved > li").first).to_contain_text(
        "Arion Das, Partha Pratim Saha, Amit Dhanda and 3 more"
    )
    expect(quiet.locator("#saved > li").first).to_contain_text("8 January 2026")
    quiet.get_by_label("Note on MAP").fill('a "note" <b>with</b> marks')
    quiet.locator("#saved > li").last.get_by_label("Read", exact=True).check()
    expect(quiet.get_by_text("2 papers, 1 unread")).to_be_visible()
    quiet.reload()
    expect(quiet.get_by_label("Note on MAP")).to_have_value('a "note" <b>with</b> marks')
    quiet.get_by_label("Unread only").check()
    assert len(titles(quiet)) == 1
    quiet.get_by_label("Unread only").uncheck()

    with quiet.expect_download() as download:
        quiet.get_by_role("button", name="Export JSON").click()
    file = tmp_path / "list.json"
    download.value.save_as(file)
    assert json.loads(file.read_text())["papers"].keys() == {"map", "spinal"}
    with quiet.expect_download() as download:
        quiet.get_by_role("button", name="Export BibTeX").click()
    download.value.save_as(tmp_path / "list.bib")
    library = bibtexparser.parse_file(str(tmp_path / "list.bib"))
    assert not library.failed_blocks and {entry.key for entry in library.entries} == {"map", "spinal"}

    before = quiet.evaluate(STORE)
    for _ in range(2):
        quiet.get_by_role("button", name=re.compile("^Take out")).first.click()
    expect(quiet.get_by_text("Nothing is saved yet.")).to_be_visible()
    quiet.get_by_role("button", name="Undo").click()
    assert len(titles(quiet)) == 1
    for _ in range(2):
        quiet.locator("#file").set_input_files(file)
        expect(quiet.get_by_text("2 papers read")).to_be_visible()
    assert json.loads(quiet.evaluate(STORE)) == json.loads(before)


def test_notes_are_typed_and_undo_keeps_what_was_done_since(quiet: Page, site: Site) -> None:
    save(quiet, site, "map", "spinal")
    quiet.goto(f"{site.url}/reading-list/")
    before = titles(quiet)
    quiet.get_by_label("Note on SPINAL").click()
    quiet.keyboard.type("look at [1]? / just so")
    expect(quiet.get_by_label("Note on SPINAL")).to_have_value("look at [1]? / just so")
    quiet.get_by_role("button", name="Take out SPINAL").click()
    expect(quiet.locator("#saved > li")).to_have_count(1)
    expect(quiet.get_by_role("button", name="Undo")).to_be_focused()
    quiet.get_by_label("Note on MAP").click()
    quiet.keyboard.type("kept")
    quiet.get_by_label("Read", exact=True).check()
    quiet.get_by_role("button", name="Undo").click()
    assert titles(quiet) == before
    expect(quiet.get_by_label("Note on SPINAL")).to_have_value("look at [1]? / just so")
    expect(quiet.get_by_label("Note on MAP")).to_have_value("kept")
    expect(quiet.get_by_text("2 papers, 1 unread")).to_be_visible()


def test_marking_by_keyboard_leaves_the_focus_where_it_was(quiet: Page, site: Site) -> None:
    save(quiet, site, "map", "spinal")
    quiet.goto(f"{site.url}/reading-list/")
    mark = quiet.locator("#saved > li").last.get_by_label("Read", exact=True)
    mark.focus()
    for checked in (True, False):
        quiet.keyboard.press("Space")
        expect(mark).to_be_checked(checked=checked)
        expect(mark).to_be_focused()
    quiet.get_by_label("Unread only").check()
    mark.focus()
    quiet.keyboard.press("Space")
    expect(quiet.locator("#saved > li")).to_have_count(1)
    expect(quiet.get_by_label("Unread only")).to_be_focused()


def test_a_list_is_shared_by_its_address(quiet: Page, site: Site, browser: Browser) -> None:
    save(quiet, site, "spinal")
    with browser.new_context() as other:
        page = other.new_page()
        page.goto(f"{site.url}/reading-list/#papers=map,spinal,no-such-paper")
        expect(page.get_by_text("It names 2 papers.")).to_be_visible()
        assert page.evaluate(STORE) is None  # nothing is taken before one says so
        expect(page.locator("#shared-list li").first).to_contain_text(
            "Xinran Wang, Qi Le, Ammar Ahmed and 5 more"
        )
        page.locator("#shared-list").get_by_role("button", name="Save").first.click()
        assert len(titles(page)) == 1
        page.get_by_role("button", name="Save all to my list").click()
        expect(page.locator("#saved > li")).to_have_count(2)
        page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        page.get_by_role("button", name="Copy address").click()
        expect(page.get_by_text("The address is copied.")).to_be_visible()
        assert (
            page.evaluate("navigator.clipboard.readText()") == f"{site.url}/reading-list/#papers=spinal,map"
        )


def test_a_shared_list_keeps_its_order_and_tells_what_it_leaves_out(
    quiet: Page, site: Site, browser: Browser
) -> None:
    save(quiet, site, "map", "cyclealign", "spinal")
    quiet.goto(f"{site.url}/reading-list/")
    mine = titles(quiet)
    quiet.context.grant_permissions(["clipboard-read", "clipboard-write"])
    quiet.get_by_role("button", name="Copy address").click()
    expect(quiet.get_by_text("The address is copied.")).to_be_visible()
    address = quiet.evaluate("navigator.clipboard.readText()")
    with browser.new_context(service_workers="block") as other:
        page = other.new_page()
        page.goto(address)
        page.get_by_role("button", name="Save all to my list").click()
        expect(page.locator("#saved > li")).to_have_count(3)
        assert titles(page) == mine
        paper = {"title": "One", "author": [{"literal": "Ada Example"}]}
        page.route("**/papers/p*.json", lambda route: route.fulfill(json=[paper]))
        page.goto(f"{site.url}/reading-list/#papers={','.join(f'p{i}' for i in range(600))}")
        expect(page.get_by_text("It names 500 papers. 100 more are left out.")).to_be_visible(timeout=30_000)


def test_skipping_to_the_content_leaves_a_shared_list(quiet: Page, site: Site) -> None:
    quiet.goto(f"{site.url}/reading-list/#papers=map,spinal")
    expect(quiet.get_by_text("It names 2 papers.")).to_be_visible()
    quiet.keyboard.press("Tab")
    expect(quiet.get_by_role("link", name="Skip to the content")).to_be_focused()
    quiet.keyboard.press("Enter")
    expect(quiet).to_have_url(f"{site.url}/reading-list/#main")
    expect(quiet.locator("main")).to_be_focused()
    quiet.keyboard.press("Tab")
    expect(quiet.get_by_role("button", name="Save all to my list")).to_be_focused()


def test_hostile_addresses_and_files_and_damaged_stores_do_no_harm(
    quiet: Page, site: Site, tmp_path: Path
) -> None:
    hostile = "%3Cimg%20src=x%20onerror=alert(1)%3E,../../x,map%22%3E,//example.org,CON"
    quiet.goto(f"{site.url}/reading-list/#papers={hostile}")
    expect(quiet.get_by_text("None of its papers can be reached.")).to_be_visible()
    paper = {
        "title": "<img src=x onerror=alert(1)>",
        "by": 3,
        "date": "javascript:",
        "saved": "x",
        "note": {},
    }
    file = tmp_path / "hostile.json"
    file.write_text(json.dumps({"version": 1, "papers": {"map": paper, "../x": paper, "spinal": None}}))
    quiet.locator("#file").set_input_files(file)
    expect(quiet.locator("#saved > li")).to_have_count(1)
    assert titles(quiet) == ["<img src=x onerror=alert(1)>"]
    assert quiet.locator("main img").count() == 0
    file.write_text("{")
    quiet.locator("#file").set_input_files(file)
    expect(quiet.get_by_text("This file is not a reading list")).to_be_visible()
    name = quiet.evaluate("Object.keys(localStorage).find(key => /^reading-list:[^:]*$/.test(key))")
    for damage in ("{", '{"version":1,"papers":[{"x":1}]}', '{"version":99,"papers":{}}', "null", '"x"'):
        quiet.evaluate("([name, text]) => localStorage.setItem(name, text)", [name, damage])
        quiet.reload()
        expect(quiet.get_by_text("Nothing is saved yet.")).to_be_visible()
    assert quiet.evaluate("name => localStorage.getItem(name + ':damaged')", name) == '"x"'


def test_a_browser_that_keeps_nothing_says_so(page: Page, site: Site) -> None:
    page.add_init_script("Storage.prototype.setItem = () => { throw new DOMException('full') }")
    page.goto(f"{site.url}/papers/map/")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("does not let the page keep anything")).to_be_visible()
    expect(page.get_by_role("button", name="Save", exact=True)).to_be_visible()


def test_search_results_can_be_saved_and_other_windows_follow(quiet: Page, site: Site) -> None:
    other = quiet.context.new_page()
    other.goto(f"{site.url}/reading-list/")
    quiet.goto(f"{site.url}/search/?q=cyclealign")
    quiet.locator("#results").get_by_role("button", name="Save").first.click()
    expect(other.locator("#saved .title")).to_contain_text("CycleAlign")
    other.close()


def test_a_paper_without_links_has_its_button_in_its_head(
    unaided: Page, serve: Callable[[Path, str], AbstractContextManager[str]], content: Write, tmp_path: Path
) -> None:
    folder = content({"papers/2025/otters.md": paper("Otters")})
    build.build(options(folder))
    with serve(tmp_path / "site", "/repo") as url:
        unaided.goto(f"{url}/papers/otters/")
        expect(unaided.locator(".paper header").get_by_role("button", name="Save")).to_be_visible()


def test_nothing_is_dead_without_scripts(scriptless: Page, site: Site) -> None:
    scriptless.goto(f"{site.url}/papers/map/")
    assert scriptless.get_by_role("button", name="Save").count() == 0
    scriptless.goto(f"{site.url}/reading-list/")
    expect(scriptless.get_by_text("The reading list needs JavaScript")).to_be_visible()
    expect(scriptless.locator("#with-script")).to_be_hidden()


def test_keys_walk_open_save_turn_and_help(quiet: Page, site: Site) -> None:
    quiet.goto(f"{site.url}/2025/10/")
    focused = "document.activeElement.closest('[data-key]')?.dataset.key"
    first = quiet.locator("main .card").first.get_attribute("data-key")
    second = quiet.locator("main .card").nth(1).get_attribute("data-key")
    quiet.keyboard.press("j")
    assert quiet.evaluate(focused) == first
    quiet.keyboard.press("j")
    quiet.keyboard.press("s")
    quiet.keyboard.press("k")
    assert quiet.evaluate(focused) == first
    assert list(json.loads(quiet.evaluate(STORE))["papers"]) == [second]
    quiet.keyboard.press("o")
    expect(quiet).to_have_url(f"{site.url}/papers/{first}/")
    quiet.keyboard.press("s")
    expect(quiet.get_by_role("button", name="Saved")).to_be_visible()
    quiet.goto(f"{site.url}/2025/10/07/")
    quiet.keyboard.press("[")
    expect(quiet).to_have_url(f"{site.url}/2025/10/06/")
    quiet.keyboard.press("]")
    expect(quiet).to_have_url(f"{site.url}/2025/10/07/")
    quiet.keyboard.press("?")
    keys = quiet.get_by_role("dialog", name="Keys")
    expect(keys).to_be_visible()
    expect(keys).to_contain_text("next paper")
    quiet.keyboard.press("j")  # not while the dialog is open
    keys.get_by_label("Keys are on").uncheck()
    quiet.keyboard.press("Escape")
    expect(keys).to_be_hidden()
    for _ in range(2):
        quiet.keyboard.press("j")
        assert quiet.evaluate(focused) is None
        quiet.reload()
    quiet.get_by_role("button", name="Keys").click()
    quiet.get_by_label("Keys are on").check()
    quiet.keyboard.press("Escape")
    quiet.keyboard.press("/")
    quiet.keyboard.type("jks[]?o")
    expect(quiet.get_by_role("searchbox")).to_have_value("jks[]?o")
    expect(quiet).to_have_url(f"{site.url}/2025/10/07/")


def test_the_key_s_means_the_paper_that_one_went_to(quiet: Page, site: Site) -> None:
    for address in ("/papers/map/", "/2025/"):  # a related paper, a line
        quiet.goto(f"{site.url}{address}")
        quiet.keyboard.press("j")
        quiet.keyboard.press("s")
        expect(quiet.get_by_text("Open it to save it.")).to_be_visible()
        assert quiet.evaluate(STORE) is None
    save(quiet, site, "map")
    quiet.goto(f"{site.url}/reading-list/")
    quiet.keyboard.type("js")
    expect(quiet.get_by_text("Nothing is saved yet.")).to_be_visible()
    quiet.keyboard.press("Enter")  # Undo has the focus
    assert len(titles(quiet)) == 1


def test_the_key_for_earlier_goes_on_or_says_that_nothing_is_there(quiet: Page, site: Site) -> None:
    quiet.goto(f"{site.url}/")
    on = quiet.get_by_role("link", name="Go on with").get_attribute("href") or ""
    quiet.keyboard.press("[")
    expect(quiet).to_have_url(re.compile(f"{on}$"))
    quiet.goto(f"{site.url}/topics/")
    quiet.keyboard.press("[")
    expect(quiet.get_by_text("Nothing earlier from here.")).to_be_visible()
    quiet.keyboard.press("]")
    expect(quiet.get_by_text("Nothing later from here.")).to_be_visible()


def test_read_pages_stay_readable_offline(quiet: Page, site: Site) -> None:
    quiet.goto(f"{site.url}/")
    quiet.evaluate("navigator.serviceWorker.ready.then(() => 1)")
    quiet.goto(f"{site.url}/papers/map/")
    save(quiet, site, "spinal")
    until(quiet, "async () => (await caches.match(location.href)) !== undefined")
    quiet.context.set_offline(True)
    for address, heading in (
        ("/papers/map/", "MAP"), ("/papers/spinal/", "SPINAL"), ("/reading-list/", "Reading list"),
        ("/papers/cyclealign/", "No connection"),
    ):  # fmt: skip
        quiet.goto(f"{site.url}{address}")
        expect(quiet.get_by_role("heading", level=1)).to_contain_text(heading)
        assert "serif" in quiet.evaluate("getComputedStyle(document.body).fontFamily")
    quiet.goto(f"{site.url}/reading-list/")
    assert len(titles(quiet)) == 1
    quiet.context.set_offline(False)
    quiet.goto(f"{site.url}/papers/cyclealign/")
    expect(quiet.get_by_role("heading", level=1)).to_contain_text("CycleAlign")


FILL = """async url => { // as searches do, many at once
  for (let i = 0; i < 4; i++) {
    await Promise.all(Array.from({ length: 50 }, (_, j) => fetch(`${url}/feeds/all.json?${i}.${j}`)))
  }
}"""


@pytest.mark.parametrize("site", ["/repo"], indirect=True, ids=["repo"])
def test_many_other_files_do_not_push_out_what_every_page_needs(quiet: Page, site: Site) -> None:
    quiet.goto(f"{site.url}/")
    quiet.evaluate("navigator.serviceWorker.ready.then(() => 1)")
    save(quiet, site, "map")
    quiet.evaluate(FILL, site.url)
    until(quiet, f"async () => !(await caches.match('{site.url}/feeds/all.json?0.1'))")
    quiet.context.set_offline(True)
    quiet.goto(f"{site.url}/papers/map/")
    assert "serif" in quiet.evaluate("getComputedStyle(document.body).fontFamily")
    quiet.goto(f"{site.url}/reading-list/")
    assert len(titles(quiet)) == 1


def test_a_new_build_replaces_what_is_kept(
    page: Page, serve: Callable[[Path, str], AbstractContextManager[str]], content: Write, tmp_path: Path
) -> None:
    templates = tmp_path / "templates"
    shutil.copytree(render.TEMPLATES, templates)
    folder = content({"papers/2025/a.md": paper("First"), "papers/2025/b.md": paper("Other")})
    with (
        mock.patch.object(render, "TEMPLATES", templates),
        mock.patch.object(build.assets, "TEMPLATES", templates),
        serve(tmp_path / "site", "/repo") as url,
    ):
        build.build(options(folder, tmp_path / "site", url=f"{url}/"))
        page.goto(f"{url}/papers/b/")
        page.evaluate("navigator.serviceWorker.ready.then(() => 1)")
        for key in ("a", "b"):
            page.goto(f"{url}/papers/{key}/")
            until(page, "async () => (await caches.match(location.href)) !== undefined")
        time.sleep(1)  # the server tells the time of a file in whole seconds
        content({"papers/2025/a.md": paper("Second")})
        with (templates / "assets/style.css").open("a") as file:
            file.write("body { font-family: cursive }\n")
        build.build(options(folder, tmp_path / "site", url=f"{url}/"))
        page.goto(f"{url}/papers/a/")
        built = tmp_path / "site/reading-list/index.html"
        until(page, "async () => (await (await caches.match(location.href)).text()).includes('Second')")
        page.evaluate("navigator.serviceWorker.getRegistration().then(held => held.update())")
        new = f"text.includes('{re.findall('style.css.v=[0-9a-f]+', built.read_text())[0]}')"
        until(
            page, f"() => caches.match('{url}/reading-list/').then(kept => kept.text()).then(text => {new})"
        )
        until(
            page, "() => navigator.serviceWorker.getRegistration().then(it => !it.installing && !it.waiting)"
        )
        page.evaluate(FILL, url)  # pushes out the style of the build before
        until(page, f"async () => !(await caches.match('{url}/feeds/all.json?0.1'))")
    page.context.set_offline(True)
    for address, heading in (("papers/a", "Second"), ("papers/b", "Other"), ("reading-list", "Reading list")):
        page.goto(f"{url}/{address}/")
        expect(page.get_by_role("heading", level=1)).to_contain_text(heading)
        assert "cursive" in page.evaluate("getComputedStyle(document.body).fontFamily")


@pytest.mark.parametrize("site", [""], indirect=True, ids=["root"])
def test_switched_off_the_worker_goes_and_takes_all_with_it(page: Page, site: Site, tmp_path: Path) -> None:
    page.goto(f"{site.url}/")
    page.evaluate("navigator.serviceWorker.ready.then(() => 1)")
    content = tmp_path / "content"
    for path in (ROOT / "content").rglob("*.*"):
        copy = content / path.relative_to(ROOT / "content")
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes(path.read_bytes())
    with (content / "site.toml").open("a") as file:
        file.write("offline = false\n")
    build.build(options(content, tmp_path / "site", url=f"{site.url}/"))
    off = (tmp_path / "site" / "sw.js").read_text()
    assert "data-worker" not in (tmp_path / "site" / "index.html").read_text()
    (worker := site.folder / "sw.js").replace(site.folder / "sw.was")
    try:
        worker.write_text(off)
        page.evaluate("navigator.serviceWorker.ready.then(held => held.update())")
        until(
            page,
            "async () => !(await navigator.serviceWorker.getRegistration()) && !(await caches.keys()).length",
        )
    finally:
        (site.folder / "sw.was").replace(worker)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("site", [""], indirect=True, ids=["root"])
def test_axe_finds_nothing_in_what_scripts_make(theme: str, browser: Browser, site: Site) -> None:
    with browser.new_context(color_scheme=theme, viewport={"width": 400, "height": 800}) as context:  # type: ignore[arg-type]
        page = context.new_page()
        save(page, site, "map", "spinal")
        page.goto(f"{site.url}/reading-list/#papers=cyclealign,deal")
        expect(page.get_by_text("It names")).to_be_visible()
        page.get_by_label("Read", exact=True).first.check()
        found = {"list": Axe().run(page).response["violations"]}
        page.get_by_role("button", name="Take out SPINAL", exact=False).click()
        found["undo"] = Axe().run(page).response["violations"]
        page.get_by_role("button", name="Keys").click()
        found["keys"] = Axe().run(page).response["violations"]
        page.goto(f"{site.url}/2025/10/")
        page.get_by_role("button", name="Calendar").click()
        found["calendar"] = Axe().run(page).response["violations"]
    assert {name: [rule["id"] for rule in rules] for name, rules in found.items() if rules} == {}
