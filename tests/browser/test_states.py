"""Pages that are not as usual: no script, nothing sold, one day, one product, hostile texts."""

from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect
from redis import Redis
from tests.browser.conftest import PHONE, Open
from tests.browser.reports import REPORTS, draw, overflow, ready, said
from tests.support.samples import HOSTILE, Sample, window

from common.reports.window import Period, Window

TITLES = {
    "markup": HOSTILE,
    "override": "\u202eegap eht fo tser eht nrut",
    "formula": "=cmd|' /C calc'!A0",
    "emoji": "🫖" * 60,
    "long": "Donaudampfschifffahrtsgesellschaftskapitänsmütze" * 8,
    "template": "{{ 7 * 7 }} ${7*7} <%= 7 %> %s {0}",
}


@pytest.mark.parametrize("report", REPORTS)
def test_without_javascript_the_figures_are_there(
    visit: Open, redis_client: Redis, report: str
) -> None:
    seen = visit(ready(redis_client, report).path, java_script_enabled=False, viewport=PHONE)
    page = seen.page
    assert not page.locator("a[href$='/csv']").is_visible()
    page.get_by_text("Download").click()
    assert page.locator("a[href$='/csv']").is_visible()
    page.keyboard.press("Enter")
    assert not page.locator("a[href$='/csv']").is_visible()
    assert page.locator("[data-plot]").first.is_hidden()
    assert page.locator("button:not([popovertarget]), select, input").count() == 0
    closed = page.locator("details.twin:not([open]) > summary")
    while closed.count():
        closed.first.click()
    tables = page.locator("table")
    assert tables.count() >= 2
    for index in range(tables.count()):
        assert tables.nth(index).is_visible()
    assert page.locator("html.js").count() == 0


@pytest.mark.parametrize("size", [PHONE, {"width": 1280, "height": 900}], ids=["phone", "desk"])
@pytest.mark.parametrize("report", REPORTS)
def test_an_empty_window_says_so(
    visit: Open, redis_client: Redis, report: str, size: dict[str, int]
) -> None:
    seen = visit(ready(redis_client, report, empty=True).path, viewport=size)
    page = seen.page
    expect(page.get_by_text("No sales on these days.")).to_be_visible()
    text = page.locator("body").inner_text()
    assert not [word for word in ("NaN", "null", "undefined", "Infinity") if word in text]
    assert overflow(page) <= 0
    assert seen.complaints == []


def one_day() -> Window:
    """The last day of the sample window alone."""
    month = window(Period.MONTH)
    return Window(month.end - timedelta(days=1), month.end)


@pytest.mark.parametrize("report", REPORTS)
def test_one_day_is_a_report(visit: Open, redis_client: Redis, report: str) -> None:
    """Its day and its weekday are no pictures: the day stands in its table, open."""
    seen = visit(ready(redis_client, report, one_day()).path)
    page = seen.page
    page.wait_for_load_state("networkidle")
    assert page.locator("[data-plot=daily], [data-plot=weekdays]").count() == 0
    assert page.get_by_role("button", name="Week", exact=True).count() == 0
    if report != "product-performance":
        expect(page.locator("[data-table=daily] tbody tr")).to_contain_text("30 Apr 2026")
        expect(page.locator("#daily-tables > h2")).to_be_visible()
    assert "NaN" not in page.locator("body").inner_text()
    assert seen.complaints == []


@pytest.mark.parametrize("report", ["sales-velocity", "product-performance"])
def test_one_product_is_a_report(visit: Open, redis_client: Redis, report: str) -> None:
    seen = visit(ready(redis_client, report, count=1).path, viewport=PHONE)
    page = draw(seen.page)
    assert page.get_by_role("searchbox").count() == 0
    assert overflow(page) <= 0
    assert seen.complaints == []


@pytest.mark.parametrize("title", TITLES.values(), ids=TITLES)
@pytest.mark.parametrize("report", ["sales-velocity", "product-performance"])
def test_hostile_titles_are_texts(
    visit: Open, redis_client: Redis, report: str, title: str
) -> None:
    sample = ready(redis_client, report, title=title, tenant_name=title)
    seen = visit(sample.path, viewport=PHONE)
    page = draw(seen.page)
    assert overflow(page) <= 0
    assert page.locator("img").count() == 0
    assert page.locator("tbody th", has_text=title[:20].split("\u2028", maxsplit=1)[0]).count() >= 1
    if report == "product-performance":
        told = page.locator("[data-table=products] tbody th bdi").first.text_content()
        assert told is not None
        assert [*told] == [*title]
        shown = said(page, "movers", 0)[0]
        assert shown.rstrip("…") == title[: len(shown) - 1] or shown == title
        assert direction(page) == "ltr"
    assert seen.complaints == []
    assert seen.refused() == []


def direction(page: Page) -> str:
    """The direction of the page after a title had its chance to turn it."""
    return str(page.evaluate("getComputedStyle(document.querySelector('main')).direction"))


def test_the_csv_is_downloaded(visit: Open, redis_client: Redis) -> None:
    page = visit(ready(redis_client, "revenue-overview").path).page
    with page.expect_download() as download:
        page.get_by_text("Download").click()
        page.locator("a[href$='/csv']").click()
    assert download.value.suggested_filename == "revenue-overview.csv"


def test_a_page_that_waits_turns_into_the_report(visit: Open, redis_client: Redis) -> None:
    sample = Sample("sales-velocity")
    sample.activate(redis_client)
    page = visit(sample.path, java_script_enabled=False).page
    expect(page.get_by_role("heading", name="The report is being prepared")).to_be_visible()
    sample.store(redis_client)
    page.get_by_role("heading", name="Sales velocity").wait_for()


def test_moments_are_told_by_how_far_they_are(visit: Open, redis_client: Redis) -> None:
    page = visit(ready(redis_client, "revenue-overview").path).page
    past, future = page.locator(".ago").all_inner_texts()
    assert past.endswith("ago")
    assert future.startswith("in ")


RELATIVE = """([moment, zone]) => {
    const time = document.querySelector("time[data-relative]");
    [time.dateTime, time.dataset.relative] = [moment, zone];
    salesReport.relativeTime();
    return time.parentElement.querySelector(".ago").textContent;
}"""


def test_days_ahead_are_those_of_the_calendar_and_all_else_is_the_nearest(
    visit: Open, redis_client: Redis
) -> None:
    page = visit(ready(redis_client, "revenue-overview").path).page
    page.clock.set_fixed_time("2026-12-01T09:00:00Z")
    told = {
        ("2026-12-03T08:30:00Z", "Europe/Berlin"): "in 2 days",
        ("2026-12-08T08:48:00Z", "Europe/Berlin"): "in 7 days",
        ("2026-12-02T15:30:00Z", "Asia/Tokyo"): "in 2 days",
        ("2026-12-02T15:30:00Z", "UTC"): "tomorrow",
        ("2026-12-02T15:30:00Z", "Of/NoBrowser"): "tomorrow",
        ("2026-12-01T22:29:00Z", "UTC"): "in 13 hours",
        ("2026-12-01T22:31:00Z", "UTC"): "in 14 hours",
        ("2026-12-01T08:00:20Z", "UTC"): "1 hour ago",
        ("2026-11-29T10:00:00Z", "America/New_York"): "2 days ago",
        ("2026-11-30T08:00:00Z", "UTC"): "yesterday",
    }
    assert {each: page.evaluate(RELATIVE, list(each)) for each in told} == told
