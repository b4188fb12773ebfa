"""What readers do, in Chromium, on the real catalogue: under / and under /repo/, with and without scripts."""

import json
import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

import build
from browser.conftest import ROOT, Site
from conftest import Write, options, paper

pytestmark = pytest.mark.browser

TITLES = [
    (path.stem, json.loads(re.search(r'^title: (".*")$', path.read_text(), re.MULTILINE)[1]))  # type: ignore[index]
    for path in sorted((ROOT / "content" / "papers").rglob("*.md"))
]


def test_from_the_front_page_to_a_search_result(quiet: Page, site: Site) -> None:
    quiet.goto(f"{site.url}/")
    quiet.get_by_role("link", name="Day", exact=True).first.click()
    expect(quiet).to_have_url(f"{site.url}/2026/04/08/")
    quiet.get_by_role("link", name="The Art of (Mis)alignment").click()
    expect(quiet).to_have_url(f"{site.url}/papers/the-art-of-mis-alignment/")
    quiet.get_by_role("link", name="Rui Zhang", exact=True).click()
    expect(quiet).to_have_url(f"{site.url}/authors/rui-zhang/")
    expect(quiet.get_by_role("link", name="The Art of (Mis)alignment")).to_be_visible()

    quiet.get_by_role("searchbox").fill("emergent misalignment")
    quiet.keyboard.press("Enter")
    expect(quiet).to_have_url(f"{site.url}/search/?q=emergent+misalignment")
    expect(quiet.get_by_role("status").first).to_contain_text("papers")
    results = quiet.locator("#results > li")
    before = results.count()
    quiet.get_by_label("Year").select_option("2025")
    expect(quiet).to_have_url(re.compile("q=emergent.misalignment&year=2025"))
    expect(results.first.locator("time")).to_have_attribute("datetime", re.compile("^2025-"))
    assert 0 < results.count() <= before
    days = quiet.locator("#results time").evaluate_all("all => all.map(time => time.dateTime)")
    assert all(day.startswith("2025") for day in days)
    result = results.first.get_by_role("link").first
    title = result.inner_text() or ""
    result.click()
    expect(quiet.get_by_role("heading", level=1)).to_have_text(title)


def test_a_result_shows_what_is_known(quiet: Page, site: Site) -> None:
    quiet.goto(f"{site.url}/search/?q=deceive+unintentionally")
    first = quiet.locator("#results > li").first
    expect(first).to_contain_text("LLMs Learn to Deceive Unintentionally")
    expect(first).to_contain_text("XuHao Hu, Peng Wang, Xiaoya Lu and 3 more · Fudan University")
    expect(first).to_contain_text("9 October 2025")
    expect(first).to_contain_text("2 comments")
    expect(first.locator("mark").first).to_be_visible()


def test_each_paper_is_the_first_result_for_its_title(quiet: Page, site: Site) -> None:
    assert len(TITLES) == 47
    quiet.goto(f"{site.url}/search/?q=alignment")
    expect(quiet.locator("#results > li").first).to_be_visible()
    wrong = []
    for key, title in TITLES:
        quiet.get_by_role("searchbox").fill(title)
        quiet.keyboard.press("Enter")
        own = quiet.locator(f'#results > li:first-child h2 a[href$="/papers/{key}/"]')
        try:
            expect(own).to_be_visible(timeout=5000)
        except AssertionError:
            wrong.append(title)
    assert wrong == []


def test_a_search_has_an_address_and_the_back_button_goes_back(quiet: Page, site: Site) -> None:
    quiet.goto(f"{site.url}/search/?q=alignment&topic=surveys&sort=newest")
    expect(quiet.get_by_label("Topic")).to_have_value("surveys")
    expect(quiet.get_by_label("Order")).to_have_value("newest")
    days = quiet.locator("#results time")
    expect(days.first).to_be_visible()
    shown = days.evaluate_all("all => all.map(time => time.dateTime)")
    assert shown == sorted(shown, reverse=True)
    surveys = quiet.get_by_role("status").first.inner_text()
    quiet.get_by_role("button", name="Clear filters").click()
    expect(quiet.get_by_role("status").first).not_to_have_text(surveys)
    quiet.go_back()
    expect(quiet.get_by_role("status").first).to_have_text(surveys)
    expect(quiet.get_by_label("Topic")).to_have_value("surveys")


def test_facets_alone_list_their_papers_and_counts_are_true(quiet: Page, site: Site) -> None:
    quiet.goto(f"{site.url}/search/?year=2023")
    expected = len(list((ROOT / "content" / "papers" / "2023").iterdir()))
    expect(quiet.get_by_role("status").first).to_have_text(f"{expected} papers")
    years = quiet.get_by_label("Year").locator("option").all_inner_texts()
    assert f"2023 ({expected})" in years
    assert sum(int(re.search(r"\((\d+)\)", year)[1]) for year in years[1:]) == 47  # type: ignore[index]


def test_slash_goes_to_the_search(quiet: Page, site: Site) -> None:
    quiet.goto(f"{site.url}/papers/map/")
    quiet.keyboard.press("/")
    expect(quiet.get_by_role("searchbox")).to_be_focused()
    quiet.keyboard.type("a/b")
    expect(quiet.get_by_role("searchbox")).to_have_value("a/b")


def test_words_that_no_paper_has_together(quiet: Page, site: Site) -> None:
    quiet.goto(f"{site.url}/search/?q=spoofing+medical")
    expect(quiet.get_by_role("status").first).to_contain_text("No paper has all these words")
    expect(quiet.locator("#results > li").first).to_be_visible()


def test_a_word_counts_only_where_a_paper_has_one_that_begins_so(quiet: Page, site: Site) -> None:
    status = quiet.get_by_role("status").first
    for query in ("quantumfoo", "thereupon", "misalignmentality"):
        quiet.goto(f"{site.url}/search/?q={query}")
        expect(status).to_have_text("No paper has any of these words.")
    quiet.goto(f"{site.url}/search/?q=emergent+quantumfoo")
    expect(status).to_contain_text("No paper has all these words")
    for query in ("alignmen", "transf", "cyclea", "CycleAli", "self-preserv"):
        quiet.goto(f"{site.url}/search/?q={query}")
        expect(status).to_have_text(re.compile(r"^\d+ papers?$"))


def test_an_identifier_as_it_is_pasted_finds_its_paper(quiet: Page, site: Site) -> None:
    status = quiet.get_by_role("status").first
    for pasted in (
        "ARXIV",
        "arxiv:ARXIV",
        "https://arxiv.org/abs/ARXIVv2",
        "https://arxiv.org/pdf/ARXIV.pdf",
    ):
        quiet.goto(f"{site.url}/search/?q={pasted.replace('ARXIV', '2504.06752')}")
        expect(status).to_have_text("1 paper")


def test_a_lone_sign_in_a_query_is_no_word(quiet: Page, site: Site) -> None:
    for query in ("SPINAL – Scaling-law", "safety %26 alignment", "– safety", "$ safety + alignment ="):
        quiet.goto(f"{site.url}/search/?q={query}")
        expect(quiet.get_by_role("status").first).to_have_text(re.compile(r"^\d+ papers?$"))
    quiet.goto(f"{site.url}/search/?q=spoofing+%26+medical")
    expect(quiet.get_by_role("status").first).to_contain_text("No paper has all these words")


def test_hostile_queries_find_nothing_and_run_nothing(quiet: Page, site: Site) -> None:
    for query in ("%3Cimg%20src=x%20onerror=alert(1)%3E", "%22%5C%22((", "%00", "x" * 3000, "%F0%9F%A6%93"):
        quiet.goto(f"{site.url}/search/?q={query}")
        expect(quiet.get_by_role("status").first).not_to_be_empty()
    assert quiet.locator("main img").count() == 0


@pytest.mark.parametrize("lost", ["**/pagefind.js", "**/facets.json", "**/*.pf_meta", "**/*.pagefind"])
def test_without_an_index_there_is_a_message_and_a_plain_list(lost: str, unaided: Page, site: Site) -> None:
    unaided.route(lost, lambda route: route.abort())
    errors: list[str] = []
    unaided.on("pageerror", lambda error: errors.append(str(error)))
    unaided.goto(f"{site.url}/search/?q=alignment")
    expect(unaided.get_by_role("status").first).to_contain_text("does not work", timeout=20_000)
    expect(unaided.get_by_role("link", name="the archive")).to_be_visible()
    expect(
        unaided.get_by_role("link", name=TITLES[0][1]).or_(unaided.locator("#plain li a")).first
    ).to_be_visible()
    assert [error for error in errors if "Pagefind" not in error] == []  # but for its own word


def test_reading_without_scripts(scriptless: Page, site: Site) -> None:
    page = scriptless
    page.goto(f"{site.url}/")
    page.get_by_role("link", name="Archive").first.click()
    page.get_by_role("link", name="May 2025").click()
    page.locator('main a[href$="/2025/05/27/"]').first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("27")
    page.locator('a[rel="next"]').first.click()
    expect(page).to_have_url(f"{site.url}/2025/06/11/")
    page.locator("main h2 a, main h3 a").first.click()
    expect(page).to_have_url(f"{site.url}/papers/elbo-t2ialign/")
    expect(page.locator("pre")).to_contain_text("@misc{elbo-t2ialign")
    expect(page.get_by_role("button", name="Copy BibTeX")).to_have_count(0)
    page.get_by_role("searchbox").fill("diffusion")
    page.keyboard.press("Enter")
    expect(page.get_by_text("needs JavaScript")).to_be_visible()
    page.get_by_role("link", name="topics", exact=True).click()
    page.get_by_role("link", name="Surveys").first.click()
    expect(page).to_have_url(f"{site.url}/topics/surveys/")


def test_bibtex_is_copied(quiet: Page, site: Site) -> None:
    quiet.context.grant_permissions(["clipboard-read", "clipboard-write"])
    quiet.goto(f"{site.url}/papers/map/")
    quiet.get_by_role("button", name="Copy BibTeX").click()
    expect(quiet.get_by_text("Copied")).to_be_visible()
    copied = quiet.evaluate("navigator.clipboard.readText()")
    assert copied == quiet.locator("pre").inner_text().strip()
    assert copied.startswith("@misc{map,")


def test_an_empty_day_says_so_and_leads_on(quiet: Page, site: Site) -> None:
    quiet.goto(f"{site.url}/2025/06/01/")
    expect(quiet.locator("main")).to_contain_text(re.compile("no papers", re.IGNORECASE))
    quiet.locator('a[rel="prev"]').first.click()
    expect(quiet).to_have_url(f"{site.url}/2025/05/27/")


def test_an_address_that_leads_nowhere(page: Page, site: Site) -> None:
    answer = page.goto(f"{site.url}/2025/nowhere/at/all/")
    assert answer and answer.status == 404
    assert page.evaluate("getComputedStyle(document.body).fontFamily") != "Times New Roman"
    page.get_by_role("link", name="Archive").first.click()
    expect(page).to_have_url(f"{site.url}/archive/")


KINDS = [
    "/", "/2025/", "/2025/10/", "/2025/W41/", "/2025/10/07/", "/2025/10/08/", "/archive/", "/trending/",
    "/papers/spinal/", "/papers/alignment-and-safety-in-large-language-models-safety/",
    "/authors/", "/authors/rui-zhang/", "/topics/", "/topics/surveys/",
    "/organisations/", "/organisations/fudan-university/", "/about/", "/search/?q=values", "/404.html",
    "/subscribe/", "/api/", "/reading-list/", "/offline/",
]  # fmt: skip


@pytest.mark.parametrize("address", KINDS)
def test_every_kind_of_page_is_quiet_and_fits_a_narrow_screen(address: str, quiet: Page, site: Site) -> None:
    quiet.set_viewport_size({"width": 320, "height": 700})
    quiet.goto(f"{site.url}{address}")
    quiet.wait_for_load_state("networkidle")
    assert quiet.evaluate("document.documentElement.scrollWidth") <= 320
    assert quiet.locator("h1").count() == 1
    levels = quiet.locator("main :is(h1,h2,h3,h4)").evaluate_all("all => all.map(h => +h.tagName[1])")
    assert all(after <= before + 1 for before, after in zip([1, *levels], levels, strict=False))


@pytest.mark.parametrize(("width", "size"), [(360, 32), (320, 20)])
@pytest.mark.parametrize("site", [""], indirect=True, ids=["root"])
def test_large_text_fits_a_narrow_screen(width: int, size: int, page: Page, site: Site) -> None:
    page.set_viewport_size({"width": width, "height": 700})
    page.goto(f"{site.url}/papers/map/")
    page.get_by_role("button", name="Save", exact=True).click()  # so that the reading list is not empty
    wide = {}
    for address in KINDS:
        page.goto(f"{site.url}{address}")
        page.wait_for_load_state("networkidle")
        page.evaluate(f"document.documentElement.style.fontSize = '{size}px'")
        if (found := page.evaluate("document.documentElement.scrollWidth")) > width:
            wide[address] = found
    assert wide == {}


# How far below the words before it a link's own words end.
LOWER = """link => {
  const [one, other] = [link.previousSibling, link.firstChild].map(node => {
    const range = document.createRange()
    range.selectNodeContents(node)
    return [...range.getClientRects()].at(-1).bottom
  })
  return other - one
}"""


@pytest.mark.parametrize("site", [""], indirect=True, ids=["root"])
def test_ranks_names_and_commas_stay_on_their_lines(page: Page, site: Site) -> None:
    page.goto(f"{site.url}/")
    assert page.locator(".card .by a").first.evaluate(LOWER) == 0
    page.set_viewport_size({"width": 360, "height": 700})
    page.goto(f"{site.url}/trending/")
    heights = page.locator(".rank .count").evaluate_all("all => all.map(rank => rank.clientHeight)")
    assert len(heights) >= 10 and len(set(heights)) == 1
    page.goto(f"{site.url}/papers/infigui-g1/")
    commas = page.locator(".authors li").evaluate_all(
        "all => all.flatMap(name => [...name.getClientRects()]).filter(b => b.width < 10).map(b => b.x)"
    )
    box = page.locator(".authors").bounding_box()
    assert box and min(commas) > box["x"]  # none begins a line


WORD = f"Long{'word' * 64}"
ODD = {
    "papers/2026/long.md": paper(
        WORD, "2026-02-03", f"Text {WORD}.", authors=f"[Ada {'Xyzw' * 28}]", topics="[vision]", summary=WORD
    ),
    "papers/2026/after.md": paper("After it", "2026-02-03", authors="[Bo Other]", topics="[vision]"),
    "papers/2026/hebrew.md": paper(
        "למידה עמוקה: GPT-4!", "2026-01-03", "סיכום עם BERT.\n\n- פריט.", authors="[דנה כהן, יוסי לוי]"
    ),
    "papers/2026/last.md": paper("Last", "2026-01-03", authors="[Ada Example]", related="[hebrew]"),
}


@pytest.fixture
def odd(
    serve: Callable[[Path, str], AbstractContextManager[str]], content: Write, tmp_path: Path
) -> Iterator[str]:
    """A site of titles and names that others did not think of."""
    with serve(tmp_path / "site", "") as url:
        build.build(options(content(ODD), tmp_path / "site", url=f"{url}/", searchable=True))
        yield url


def test_one_long_word_does_not_widen_a_narrow_page(unaided: Page, odd: str) -> None:
    unaided.set_viewport_size({"width": 320, "height": 700})
    wide = {}
    for address in (
        "/", "/2026/", "/2026/02/", "/2026/02/03/", "/papers/long/", "/papers/after/", "/topics/vision/",
        "/authors/", "/search/", "/search/?q=text", "/reading-list/#papers=long",
    ):  # fmt: skip
        unaided.goto(f"{odd}{address}")
        unaided.wait_for_load_state("networkidle")
        if (found := unaided.evaluate("document.documentElement.scrollWidth")) > 320:
            wide[address] = found
    assert wide == {}


# Where the first and the last letter of what an element says stand, from the left.
ENDS = """element => {
  const walk = document.createTreeWalker(element, NodeFilter.SHOW_TEXT), range = document.createRange()
  const all = []
  for (let node; node = walk.nextNode();) for (let i = 0; i < node.length; i++) {
    range.setStart(node, i)
    range.setEnd(node, i + 1)
    if (node.data[i].trim()) all.push(range.getBoundingClientRect().x)
  }
  return [all[0], all.at(-1)]
}"""


def test_what_is_written_from_right_to_left_is_shown_so(unaided: Page, odd: str) -> None:
    for address, places in {
        "/2026/": [".lines a:text('GPT')", ".lines .by:text('דנה')"],
        "/2026/01/03/": [".title:has-text('GPT')", ".card .by:text('דנה')", ".gist:text('BERT')"],
        "/papers/hebrew/": ["h1", ".prose p", ".prose li", "[data-copy=citation] bdi"],
        "/papers/last/": [".pager bdi"],
    }.items():
        unaided.goto(f"{odd}{address}")
        for place in places:
            first, last = unaided.locator(place).first.evaluate(ENDS)
            assert first > last, (address, place)
    unaided.goto(f"{odd}/papers/hebrew/")
    one, other = (unaided.locator(".authors a").nth(i).bounding_box() for i in (0, 1))
    assert one and other and one["x"] < other["x"]  # the list is the page's own


def test_no_link_of_the_site_is_dead(site: Site) -> None:
    base = site.url.partition("://")[2].partition("/")[2]
    base = f"/{base}" if base else ""
    files = [path.relative_to(site.folder).as_posix() for path in site.folder.rglob("*") if path.is_file()]
    addresses = {f"{base}/{file}" for file in files}
    addresses |= {path.removesuffix("index.html") for path in addresses}
    dead: dict[str, str] = {}
    for path in site.folder.rglob("*.html"):
        for link in re.findall(r'(?:href|src|action)="(/[^"]*)"', path.read_text()):
            target = re.sub("[?#].*", "", link)
            if target not in addresses:
                dead.setdefault(target, path.name)
    assert dead == {}
