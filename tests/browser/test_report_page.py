"""The pages in a real browser: charts are drawn, nothing is refused, nothing sticks out."""

import pytest
from playwright.sync_api import Page
from redis import Redis
from tests.browser.conftest import DESKTOP, Open
from tests.unit.report_viewer.samples import HOSTILE, Sample, document, window

from common.reports.registry import implemented
from common.reports.window import Period

REPORTS = [each.slug for each in implemented()]
PHONE = {"width": 360, "height": 740}
DRAWN = "canvas => Boolean(Chart.getChart(canvas)?.getDatasetMeta(0).data.length)"


def ready(redis: Redis, report: str, **about: object) -> Sample:
    over = window(Period.QUARTER)
    sample = Sample(report, window=over)
    sample.activate(redis)
    sample.store(redis, document(report, over, **about))  # type: ignore[arg-type]
    return sample


def overflow(page: Page) -> int:
    return int(page.evaluate("document.documentElement.scrollWidth - innerWidth"))


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("report", REPORTS)
def test_charts_are_drawn_and_nothing_is_refused(
    visit: Open, viewer: str, redis_client: Redis, report: str, theme: str, size: dict[str, int]
) -> None:
    seen = visit(ready(redis_client, report).path, color_scheme=theme, viewport=size)
    canvases = seen.page.query_selector_all("canvas")
    assert canvases
    assert all(canvas.evaluate(DRAWN) for canvas in canvases)
    assert overflow(seen.page) <= 0
    assert seen.complaints == []
    assert all(url.startswith(f"{viewer}/") for url in seen.requests)
    assert seen.page.context.cookies() == []


def test_the_measure_and_the_legend_by_keyboard(visit: Open, redis_client: Redis) -> None:
    page = visit(ready(redis_client, "sales-velocity").path).page
    shown = "Chart.getChart(document.querySelector('canvas')).data.datasets.map(d => d.label)"
    assert page.evaluate(shown) == ["Units sold", "7-day average of units", "Units sold, before"]
    page.get_by_label("Measure").first.focus()
    page.keyboard.press("ArrowDown")
    assert page.evaluate(shown) == ["Orders", "Orders, before"]
    toggle = page.get_by_role("button", name="Orders, before")
    toggle.focus()
    page.keyboard.press("Enter")
    assert toggle.get_attribute("aria-pressed") == "false"
    assert not page.evaluate("Chart.getChart(document.querySelector('canvas')).isDatasetVisible(1)")


def test_a_tooltip_says_what_the_table_says(visit: Open, redis_client: Redis) -> None:
    page = visit(ready(redis_client, "revenue-overview").path).page
    lines = page.evaluate(
        """() => {
            const chart = Chart.getChart(document.querySelector("canvas"));
            const items = [0, 1].map((index) => ({ datasetIndex: index, index: 3 }));
            chart.tooltip.setActiveElements(items, { x: 0, y: 0 });
            chart.update("none");
            return [chart.tooltip.title, chart.tooltip.body.map((each) => each.lines)].flat(3);
        }"""
    )
    page.get_by_text("Day by day as a table").click()
    row = page.locator("details[open] tbody tr").nth(3)
    day, now, before = row.locator("th, td").all_inner_texts()[:3]
    assert lines[0] == day
    assert lines[1] == f"Net sales: EUR\u00a0{now}"
    assert lines[2].startswith("Net sales, before (")
    assert lines[2].endswith(f": EUR\u00a0{before}")


def test_hostile_texts_run_nothing(visit: Open, redis_client: Redis) -> None:
    sample = ready(redis_client, "product-performance", title=HOSTILE, tenant_name=HOSTILE)
    seen = visit(sample.path, viewport=PHONE)
    assert seen.complaints == []
    assert overflow(seen.page) <= 0
    assert seen.page.query_selector("img") is None


def test_without_javascript_the_figures_are_there(visit: Open, redis_client: Redis) -> None:
    seen = visit(ready(redis_client, "revenue-overview").path, java_script_enabled=False)
    assert seen.page.get_by_role("link", name="Download CSV").is_visible()
    assert not seen.page.locator(".plot").is_visible()
    assert seen.page.get_by_role("table").first.is_visible()
    seen.page.get_by_text("Day by day as a table").click()
    assert seen.page.get_by_role("table").count() == 2


def test_the_csv_is_downloaded(visit: Open, redis_client: Redis) -> None:
    page = visit(ready(redis_client, "revenue-overview").path).page
    with page.expect_download() as download:
        page.get_by_role("link", name="Download CSV").click()
    name = download.value.suggested_filename
    assert name.startswith("revenue-overview-")
    assert name.endswith(".csv")


def test_a_page_that_waits_turns_into_the_report(visit: Open, redis_client: Redis) -> None:
    sample = Sample("sales-velocity")
    sample.activate(redis_client)
    page = visit(sample.path, java_script_enabled=False).page
    assert page.get_by_role("heading", name="The report is being prepared").is_visible()
    sample.store(redis_client)
    page.get_by_role("heading", name="Sales velocity").wait_for(timeout=15_000)
