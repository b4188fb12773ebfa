"""Ways for the search to be unavailable: each is told, and the plain list is there."""

import json
import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Route, expect

from .conftest import Site

NONE, RUBBISH = b"", b"rubbish" * 40


def answer(status: int, body: bytes) -> Callable[[Route], None]:
    return lambda route: route.fulfill(status=status, body=body)


def cut(route: Route) -> None:
    whole = route.fetch()
    route.fulfill(response=whole, body=whole.body()[:-200])


def of_another_build(route: Route) -> None:
    facets = route.fetch().json()
    facets["parts"] = [[f"{folder[:-1]}x", papers] for folder, papers in facets["parts"]]
    route.fulfill(body=json.dumps(facets))


def of_fewer_papers(route: Route) -> None:
    facets = route.fetch().json()
    facets["parts"] = [[folder, 0] for folder, _ in facets["parts"]]
    route.fulfill(body=json.dumps(facets))


FAULTS: dict[str, tuple[str, Callable[[Route], None]]] = {
    "no facets": ("**/facets.json", answer(404, NONE)),
    "empty facets": ("**/facets.json", answer(200, NONE)),
    "facets of another build": ("**/pagefind/facets.json", of_another_build),
    "facets of fewer papers": ("**/pagefind/facets.json", of_fewer_papers),
    "an index that is gone": ("**/*.pf_index", answer(404, NONE)),
    "an index that is empty": ("**/*.pf_index", answer(200, NONE)),
    "an index cut off": ("**/*.pf_index", cut),
    "a broken server": ("**/pagefind/**", answer(500, RUBBISH)),
    "rubbish for WebAssembly": ("**/*.pagefind", answer(200, RUBBISH)),
    "rubbish for papers": ("**/*.pf_fragment", answer(200, RUBBISH)),
    "no entry": ("**/pagefind-entry.json*", answer(404, NONE)),
    "rubbish for a script": ("**/pagefind.js", answer(200, RUBBISH)),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_it_says_so_and_leaves_the_plain_list(fault: str, unaided: Page, site: Site) -> None:
    unaided.route(*FAULTS[fault])
    unaided.goto(f"{site.url}/search/?q=alignment")
    expect(unaided.get_by_role("status").first).to_contain_text("does not work", timeout=20_000)
    expect(unaided.get_by_role("link", name="the archive")).to_be_visible()
    expect(unaided.locator("#plain li a").first).to_be_visible()


@pytest.mark.parametrize(
    "lost", [answer(404, NONE), answer(200, NONE), answer(200, b'{"values":[],"papers":[]}')]
)
def test_filters_that_cannot_be_loaded(lost: Callable[[Route], None], unaided: Page, site: Site) -> None:
    unaided.route(re.compile(r"-[0-9a-f]{12}/facets\.json"), lost)
    unaided.goto(f"{site.url}/search/?q=alignment")
    expect(unaided.locator("#results [data-key]").first).to_be_visible(timeout=20_000)
    unaided.get_by_label("Topic").focus()
    expect(unaided.get_by_role("status").first).to_contain_text("does not work", timeout=20_000)
    expect(unaided.locator("#plain li a").first).to_be_visible()


@pytest.mark.parametrize("lacks", ["WebAssembly", "fetch", "DecompressionStream"])
def test_without_what_browsers_should_have(lacks: str, unaided: Page, site: Site) -> None:
    unaided.add_init_script(f"delete window.{lacks}; delete window.Worker")
    unaided.goto(f"{site.url}/search/?q=alignment")
    expect(unaided.get_by_role("status").first).not_to_be_empty(timeout=20_000)
    works = unaided.locator("#results [data-key]").first
    expect(works.or_(unaided.locator("#plain li a").first).first).to_be_visible()


def test_a_connection_lost_later_is_told_and_not_taken_for_nothing_found(unaided: Page, site: Site) -> None:
    unaided.goto(f"{site.url}/search/")
    expect(unaided.locator("#facets")).to_be_visible(timeout=20_000)
    unaided.route("**/pagefind/**", answer(503, NONE))
    unaided.fill("#q", "zebra quagga")
    expect(unaided.get_by_role("status").first).to_contain_text("does not work", timeout=20_000)


def test_it_works_without_workers(unaided: Page, site: Site) -> None:
    unaided.add_init_script("delete window.Worker")
    unaided.goto(f"{site.url}/search/?q=alignment")
    expect(unaided.locator("#results [data-key]").first).to_be_visible(timeout=20_000)
