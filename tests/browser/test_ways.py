"""Finding one's way: the calendar, the heat map, and comments that are loaded on a click."""

import re

import pytest
from playwright.sync_api import Browser, Page, Route, expect

import build
from browser.conftest import ROOT, Site
from conftest import options

pytestmark = pytest.mark.browser


def test_the_calendar_opens_leads_to_a_day_and_closes_by_keyboard(quiet: Page, site: Site) -> None:
    quiet.goto(f"{site.url}/2025/10/07/")
    calendar = quiet.get_by_role("dialog", name="Calendar")
    expect(calendar).to_be_hidden()
    quiet.get_by_role("button", name="Calendar").focus()
    quiet.keyboard.press("Enter")
    expect(calendar).to_be_visible()
    quiet.keyboard.press("Escape")
    expect(calendar).to_be_hidden()
    expect(quiet.get_by_role("button", name="Calendar")).to_be_focused()
    quiet.keyboard.press("Space")
    assert (
        calendar.get_by_role("link", name="7 October 2025, 1 paper", exact=True).get_attribute("aria-current")
        == "page"
    )
    for _ in range(10):  # the month, then its days
        quiet.keyboard.press("Tab")
        if quiet.evaluate("document.activeElement.textContent") == "9":
            break
    quiet.keyboard.press("Enter")
    expect(quiet).to_have_url(f"{site.url}/2025/10/09/")


def test_the_calendar_needs_no_script(scriptless: Page, site: Site) -> None:
    scriptless.goto(f"{site.url}/")
    scriptless.get_by_role("button", name="Calendar").click()
    scriptless.get_by_role("dialog", name="Calendar").get_by_role("link", name="February 2026").click()
    expect(scriptless).to_have_url(f"{site.url}/2026/02/")


@pytest.mark.parametrize("width", [320, 768, 1920])
def test_the_open_calendar_lies_within_the_window(width: int, quiet: Page, site: Site) -> None:
    quiet.set_viewport_size({"width": width, "height": 700})
    for address in ("/", "/2025/10/07/", "/2025/W41/", "/2025/10/"):
        quiet.goto(f"{site.url}{address}")
        quiet.get_by_role("button", name="Calendar").click()
        box = quiet.get_by_role("dialog", name="Calendar").bounding_box()
        assert box and box["x"] >= 0 and box["x"] + box["width"] <= width
        assert quiet.evaluate("document.documentElement.scrollWidth") <= width


def test_the_heat_map_is_a_table_that_leads_to_months_and_years(quiet: Page, site: Site) -> None:
    quiet.goto(f"{site.url}/archive/")
    row = quiet.get_by_role("row", name="2025")
    assert row.get_by_role("cell").all_inner_texts()[7:] == ["5", "0", "6", "2", "1", "25"]
    row.get_by_role("link", name="October 2025, 6 papers").click()
    expect(quiet).to_have_url(f"{site.url}/2025/10/")


def test_comments_are_asked_for_on_a_click_and_never_before(browser: Browser, site: Site) -> None:
    folder = site.folder.parent / "talk"
    content = folder / "content"
    for path in (ROOT / "content").rglob("*.*"):
        copy = content / path.relative_to(ROOT / "content")
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes(path.read_bytes())
    with (content / "site.toml").open("a") as file:
        file.write(
            'offline = false\n[giscus]\nrepo = "you/papers"\nrepo_id = "R"\n'
            'category = "C"\ncategory_id = "I"\n'
        )
    build.build(options(content, folder / "site", url=f"{site.url}/"))
    asked: list[str] = []
    said: list[str] = []

    def giscus(route: Route) -> None:
        asked.append(route.request.url)
        tell = "parent.postMessage({giscus: {resizeHeight: 432}}, '*')"
        route.fulfill(body=f"<p>Comments</p><script>{tell}</script>", content_type="text/html")

    def ours(route: Route) -> None:
        path = route.request.url.removeprefix(site.url).partition("?")[0]
        file = folder / "site" / (path.strip("/") + ("/index.html" if path.endswith("/") else ""))
        route.fulfill(path=file)

    with browser.new_context() as context:
        page = context.new_page()
        page.on("console", lambda message: said.append(message.text))
        page.route(f"{site.url}/**", ours)
        page.route("https://giscus.app/**", giscus)
        page.goto(f"{site.url}/papers/map/?giscus=signed-in")  # as GitHub sends one back
        expect(page).to_have_url(f"{site.url}/papers/map/")
        assert "session=signed-in" in asked.pop()
        page.goto(f"{site.url}/papers/spinal/")
        page.wait_for_load_state("networkidle")
        assert asked == []
        page.get_by_role("button", name="Load the comments").click()
        frame = page.locator('iframe[title="Comments"]')
        expect(frame).to_have_css("height", "432px")
        (address,) = asked
        assert re.search(r"term=papers%2Fspinal(&|$)", address)
        assert "repoId=R" in address and "session=signed-in" in address
    assert said == []
