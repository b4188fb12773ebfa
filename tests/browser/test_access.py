"""Every kind of page, in both themes, wide and narrow, under axe: WCAG 2.2 AA and good practice."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser

from browser.conftest import Site
from browser.test_journeys import KINDS

pytestmark = pytest.mark.browser


@pytest.mark.parametrize(
    ("theme", "width"),
    [("light", 1280), ("dark", 360)]
    + [pytest.param(*more, marks=pytest.mark.nightly) for more in (("light", 360), ("dark", 1280))],
)
@pytest.mark.parametrize("site", [""], indirect=True, ids=["root"])
def test_axe_finds_nothing(theme: str, width: int, browser: Browser, site: Site) -> None:
    found = {}
    with browser.new_context(color_scheme=theme, viewport={"width": width, "height": 800}) as context:  # type: ignore[arg-type]
        page = context.new_page()
        for address in KINDS:
            page.goto(f"{site.url}{address}")
            if address.startswith("/search/"):
                page.locator("#results > li").first.wait_for()
            violations = Axe().run(page).response["violations"]
            if violations:
                found[address] = [(rule["id"], rule["nodes"][0]["target"]) for rule in violations]
    assert found == {}
