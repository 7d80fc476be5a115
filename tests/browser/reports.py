"""Reports that are ready to be opened, and what the browser shows of them."""

import csv
import io
import re
import time
from datetime import UTC, datetime
from typing import Any

from playwright.sync_api import Page
from redis import Redis
from tests.browser.conftest import PATIENCE
from tests.support.samples import Sample, finished, window

from common.reports import registry
from common.reports.registry import implemented
from common.reports.window import Period, Window
from common.reports_cache.cache import ReportCache
from common.reports_cache.report_fields import (
    Meta,
    pack,
)
from worker.reports import csv_export

REPORTS = [each.slug for each in implemented()]

DRAWN = """
    (place) => {
        const plot = document.querySelectorAll("[data-plot]")[place];
        const { top, height } = plot.getBoundingClientRect();
        scrollBy({ top: top + (height - innerHeight) / 2, behavior: "instant" });
        return Boolean(globalThis.Chart?.getChart(plot.querySelector("canvas"))?.chartArea);
    }
"""
"""Scrolls by hand: Tab goes on from what Chromium 150 has brought into view."""


def ready(redis: Redis, report: str, over: Window | None = None, **about: object) -> Sample:
    """A link to a report that the worker has computed, the CSV too."""
    sample = Sample(report, window=over or window(Period.MONTH))
    made = finished(report, sample.window, **about)  # type: ignore[arg-type]
    definition = registry.find(report)
    packed = csv_export.write(definition.columns, made.rows, made.document.money_exponent)
    meta = Meta(
        as_of=made.document.as_of,
        data_version=made.document.data_version,
        computed_at=datetime.now(UTC),
        csv_name=f"{report}.csv",
    )
    ReportCache(redis, keep_seconds=600).store(sample.key, pack(meta, made.document, packed))
    sample.activate(redis)
    return sample


def until(page: Page, expression: str, *about: object) -> None:
    """Wait until a function in the page says yes.

    Playwright's own waiting compiles the function each time it asks, which the page's content
    policy refuses from the second time on.
    """
    end = time.monotonic() + PATIENCE / 1000
    while not page.evaluate(expression, *about):
        assert time.monotonic() < end, f"waited in vain for {expression}"
        page.wait_for_timeout(20)


def draw(page: Page) -> Page:
    """Bring every chart into sight, and wait until each is drawn."""
    plots = page.locator("[data-plot]").count()
    assert plots, page.title()
    for place in range(plots):
        until(page, DRAWN, place)
    page.evaluate("scrollTo({ top: 0, behavior: 'instant' })")
    return page


RESIZED = """
    (width) => new Promise((done) => {
        let frames = 4;
        const next = () => {
            if (innerWidth === width) frames -= 1;
            if (frames) requestAnimationFrame(next); else done();
        };
        next();
    })
"""
"""A chart learns of its place's size in a frame, and takes it in the next one."""


def resize(page: Page, width: int, height: int) -> None:
    """Give the window another size, and wait until the charts have theirs."""
    page.set_viewport_size({"width": width, "height": height})
    page.evaluate(RESIZED, width)


def overflow(page: Page) -> int:
    """By how many pixels the page is wider than the window."""
    return int(page.evaluate("document.documentElement.scrollWidth - innerWidth"))


def csv_of(page: Page) -> list[dict[str, str]]:
    """The rows of the CSV behind the page's own button."""
    address = page.locator("a[href$='/csv']").first.get_attribute("href")
    assert address
    answer = page.request.get(f"{page.url.split('/api/')[0]}{address}")
    assert answer.status == 200
    return list(csv.DictReader(io.StringIO(answer.body().decode("utf-8-sig"))))


def tooltips(page: Page, chart: str, *points: int) -> list[list[str]]:
    """The lines of the tooltips of these points of a chart, or of all; the title first."""
    told: list[list[str]] = page.evaluate(
        """([key, points]) => {
            const canvas = document.querySelector(`[data-plot="${key}"] canvas`);
            const chart = Chart.getChart(canvas);
            const all = chart.data.labels.map((_, index) => index);
            return (points.length ? points : all).map((index) => {
                const active = chart.data.datasets
                    .map((_, datasetIndex) => ({ datasetIndex, index }))
                    .filter(({ datasetIndex }) => chart.isDatasetVisible(datasetIndex));
                chart.tooltip.setActiveElements(active, { x: 0, y: 0 });
                chart.update("none");
                const { title, body, afterBody } = chart.tooltip;
                return [title, body.map((each) => each.lines), afterBody].flat(3);
            });
        }""",
        [chart, points],
    )
    return [[re.sub("[\u2068\u2069]", "", line) for line in lines] for lines in told]


def said(page: Page, chart: str, index: int) -> list[str]:
    """The lines of the tooltip of a chart's point, the title first."""
    return tooltips(page, chart, index)[0]


def labels(page: Page, chart: str) -> list[str]:
    """What is drawn in a chart, visible or not."""
    return list(
        page.evaluate(
            """(key) => Chart.getChart(document.querySelector(`[data-plot="${key}"] canvas`))
                .data.datasets.map((each) => each.label)""",
            chart,
        )
    )


def settings(page: Page) -> dict[str, Any]:
    """What the address says of the view."""
    return dict(page.evaluate("Object.fromEntries(new URLSearchParams(location.hash.slice(1)))"))
