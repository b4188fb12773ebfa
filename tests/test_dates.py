"""Every paper stands on exactly one page of each kind of period, whatever its date."""

import datetime as dt
import re
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalogue.dates import SPAN, Kind, Period, calendars, monthly, weeks
from catalogue.model import Catalogue, Entry, Page, Paper
from catalogue.outputs import archive, home, periods
from catalogue.schema import Settings

KINDS: tuple[Kind, ...] = ("year", "month", "week", "day")
SETTINGS = Settings(title="T", description="D", url="https://example.org/")
EDGES = [
    dt.date(2026, 12, 31),  # in 2026-W53
    dt.date(2027, 1, 1),  # in 2026-W53 too
    dt.date(2024, 2, 29),
    dt.date(2024, 12, 30),  # in 2025-W01
    dt.date(2021, 1, 3),  # in 2020-W53
]
days = st.one_of(st.sampled_from(EDGES), st.dates(dt.date(2023, 11, 1), dt.date(2026, 2, 1)))


def catalogue(dates: list[dt.date]) -> Catalogue:
    entries = [
        Entry(
            Paper(
                key=f"paper-{i}", path="", html="", text="", digest=str(i),
                title="T", title_html="T", plain_title="T", date=day,
            ),
            (),
            (),
        )
        for i, day in enumerate(sorted(dates, reverse=True))
    ]  # fmt: skip
    return Catalogue(
        folder=None,  # type: ignore[arg-type]
        settings=SETTINGS,
        papers=tuple(entry.paper for entry in entries),
        entries=tuple(entries),
        topics={},
        organisations={},
        articles=(),
        pictures=(),
        files=frozenset(),
    )


def keys_on(page: Page) -> list[str]:
    return [entry.paper.key for _, entries in page.context["groups"] for entry in entries]


@settings(max_examples=40)
@given(st.lists(days, min_size=1, max_size=8))
def test_each_paper_is_on_one_page_of_each_kind(dates: list[dt.date]) -> None:
    value = catalogue(dates)
    pages = list(periods.plan(value))
    assert len({page.path for page in pages}) == len(pages)
    for entry in value.entries:
        for kind in KINDS:
            own = [
                page
                for page in pages
                if page.context["period"].kind == kind and entry.paper.key in keys_on(page)
            ]
            assert [page.path for page in own] == [
                Period.of(kind, entry.paper.date).address[1:] + "index.html"
            ]
            assert keys_on(own[0]).count(entry.paper.key) == 1


@settings(max_examples=40)
@given(st.lists(days, min_size=1, max_size=8))
def test_previous_and_next_lead_to_the_nearest_period_with_papers(dates: list[dt.date]) -> None:
    pages = list(periods.plan(catalogue(dates)))
    for kind in KINDS:
        filled = sorted({Period.of(kind, day) for day in dates}, key=lambda period: period.first)
        for page in pages:
            period = page.context["period"]
            if period.kind == kind:
                before = [other for other in filled if other.first < period.first]
                after = [other for other in filled if other.first > period.first]
                assert page.context["previous"] == (before[-1] if before else None)
                assert page.context["next"] == (after[0] if after else None)


@settings(max_examples=40)
@given(
    st.lists(
        st.one_of(st.sampled_from(EDGES), st.dates(dt.date(2019, 12, 25), dt.date(2022, 1, 5))), max_size=4
    )
)
def test_every_period_that_a_page_names_has_a_page(dates: list[dt.date]) -> None:
    value = catalogue(dates)
    pages = list(periods.plan(value))
    paths = {page.path for page in pages}
    named = {Period.of(kind, day) for kind in KINDS for day in dates}
    named |= {parent for page in pages for parent in page.context["parents"]}
    named |= {period for page in pages for period, _ in page.context["groups"]}
    assert {f"{period.address[1:]}index.html" for period in named} <= paths
    for page in pages:
        if page.context["period"].kind == "day":  # the tabs lead to the day's week and month
            day = page.context["period"].first
            assert {f"{Period.of(kind, day).address[1:]}index.html" for kind in KINDS} <= paths


@given(st.dates(dt.date(1600, 1, 1), dt.date(2199, 12, 31)))
def test_a_period_holds_its_day_and_the_next_follows_at_once(day: dt.date) -> None:
    for kind in KINDS:
        period = Period.of(kind, day)
        assert period.first <= day < period.following.first
        assert Period.of(kind, period.following.first - dt.timedelta(days=1)) == period
        assert Period.of(kind, period.middle) == period


@given(st.dates(dt.date(1600, 1, 1), dt.date(2199, 12, 31)))
def test_week_addresses_are_iso_8601(day: dt.date) -> None:
    year, week = re.fullmatch(r"/(\d{4})/W(\d\d)/", Period.of("week", day).address).groups()  # type: ignore[union-attr]
    assert dt.date.fromisocalendar(int(year), int(week), day.isoweekday()) == day


@pytest.mark.parametrize(
    ("day", "address"),
    [
        ("2026-12-31", "/2026/W53/"),
        ("2027-01-01", "/2026/W53/"),
        ("2024-12-30", "/2025/W01/"),
        ("2021-01-03", "/2020/W53/"),
    ],
)
def test_weeks_at_year_ends(day: str, address: str) -> None:
    assert Period.of("week", dt.date.fromisoformat(day)).address == address


def test_an_empty_year_has_one_page_and_none_within() -> None:
    pages = {page.path for page in periods.plan(catalogue([dt.date(2020, 5, 5), dt.date(2022, 5, 5)]))}
    assert "2021/index.html" in pages
    within = {path for path in pages if path.startswith("2021/")}
    assert within == {"2021/index.html", "2021/W52/index.html"}  # the week of 1 January 2022
    assert "2020/05/06/index.html" in pages
    assert "2022/05/04/index.html" in pages


def test_the_archive_counts_every_paper_once() -> None:
    dates = [dt.date(2024, 2, 29), dt.date(2024, 2, 29), dt.date(2024, 3, 1), dt.date(2026, 12, 31)]
    (page,) = archive.plan(catalogue(dates))
    years = {year.title: [count for _, count in months] for year, months in page.context["years"]}
    assert years == {"2026": [0] * 11 + [1], "2024": [0, 2, 1] + [0] * 9}
    assert page.context["most"] == 2


@given(st.lists(st.dates(dt.date(1990, 1, 1), dt.date(2030, 12, 31)), min_size=1, max_size=12))
def test_calendars_hold_every_day_once_and_lead_to_the_nearest_months(days: list[dt.date]) -> None:
    made = calendars(Counter(days))
    found = {month.first.replace(day=day): n for month, page in made.items() for day, n in page.days}
    assert found == Counter(days)
    assert list(made) == sorted(made)
    filled = [month for month in made if made[month].days]
    for month, page in made.items():
        assert page.previous == max((other for other in filled if other < month), default=None)
        assert page.next == min((other for other in filled if other > month), default=None)


@given(st.dates(dt.date(1600, 1, 1), dt.date(2199, 12, 31)))
def test_weeks_of_a_month_hold_each_of_its_days_on_its_weekday(day: dt.date) -> None:
    month = Period.of("month", day)
    rows = weeks(month)
    assert [one for row in rows for one in row if one] == [
        month.first + dt.timedelta(days=i) for i in range((month.following.first - month.first).days)
    ]
    assert all(one is None or one.weekday() == i for row in rows for i, one in enumerate(row))


def test_a_series_ends_with_the_month_given_and_leaves_out_what_is_older() -> None:
    until = Period.of("month", dt.date(2026, 4, 1))
    days = [
        dt.date(2026, 4, 30),
        dt.date(2026, 4, 1),
        dt.date(2026, 1, 31),
        dt.date(2023, 5, 1),
        dt.date(2023, 4, 30),
    ]
    series = monthly(days, until)
    assert len(series) == SPAN
    assert (series[-1], series[-4], series[0], sum(series)) == (2, 1, 1, 4)


def test_the_front_page_of_an_empty_catalogue() -> None:
    (page,) = home.plan(catalogue([]))
    assert page.context["day"] is None
    assert list(periods.plan(catalogue([]))) == []
