"""What a reader can do with a chart: by mouse, by keyboard, and from right to left."""

from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest
from msgspec import structs
from playwright.sync_api import Page, expect
from redis import Redis
from tests.browser.conftest import PHONE, Open
from tests.browser.reports import csv_of, draw, labels, ready, said, settings, until
from tests.support import samples
from tests.support.samples import NOW

from common.reports.totals.totals import Totals
from common.reports.window import Dates, window_of

CANVAS = "[data-plot='{}'] canvas"
LIVE = "[role=status][aria-live=polite]"
ACTIVE = """
    (canvas) => Chart.getChart(canvas).tooltip.getActiveElements().map(({ index }) => index)
"""


def visible(page: Page, chart: str) -> list[str]:
    """What is drawn in a chart and not hidden."""
    return list(
        page.locator(CANVAS.format(chart)).evaluate(
            """(canvas) => {
                const chart = Chart.getChart(canvas);
                return chart.data.datasets
                    .filter((_, index) => chart.isDatasetVisible(index))
                    .map(({ label }) => label);
            }"""
        )
    )


def test_another_measure(visit: Open, redis_client: Redis) -> None:
    page = draw(visit(ready(redis_client, "sales-velocity").path).page)
    assert labels(page, "daily") == ["Units sold", "7-day average of units", "5 weeks earlier"]
    page.get_by_label("Measure").focus()
    page.keyboard.press("ArrowDown")
    assert labels(page, "daily") == ["Orders", "5 weeks earlier"]
    assert settings(page) == {"daily.measure": "orders"}
    page.keyboard.press("ArrowUp")
    assert settings(page) == {}


def test_weeks_leave_out_what_has_none(visit: Open, redis_client: Redis) -> None:
    page = draw(visit(ready(redis_client, "sales-velocity").path).page)
    week = page.get_by_role("button", name="Week", exact=True)
    week.click()
    expect(week).to_have_attribute("aria-pressed", "true")
    assert labels(page, "daily") == ["Units sold", "5 weeks earlier"]
    assert said(page, "daily", 0)[0] == "1–5 Apr (5 days)"
    assert settings(page) == {"daily.by": "week"}
    page.get_by_role("button", name="Day", exact=True).click()
    assert len(labels(page, "daily")) == 3


@pytest.mark.parametrize("name", ["5 weeks earlier", "7-day average of units"])
def test_the_legend_takes_away_and_brings_back(visit: Open, redis_client: Redis, name: str) -> None:
    page = draw(visit(ready(redis_client, "sales-velocity").path).page)
    entry = page.locator("[data-legend=daily]").get_by_role("button", name=name)
    entry.focus()
    page.keyboard.press("Enter")
    expect(entry).to_have_attribute("aria-pressed", "false")
    expect(entry).to_be_focused()
    assert name not in visible(page, "daily")
    assert not any(line.startswith(name) for line in said(page, "daily", 3))
    page.keyboard.press("Space")
    expect(entry).to_have_attribute("aria-pressed", "true")
    assert name in visible(page, "daily")
    assert settings(page) == {}


@pytest.mark.parametrize(
    ("report", "chart"),
    [
        ("revenue-overview", "daily"),
        ("sales-velocity", "weekdays"),
        ("product-performance", "movers"),
    ],
)
def test_the_points_of_a_chart_by_keyboard(
    visit: Open, redis_client: Redis, report: str, chart: str
) -> None:
    page = draw(visit(ready(redis_client, report).path).page)
    canvas = page.locator(CANVAS.format(chart))
    last = canvas.evaluate("(canvas) => Chart.getChart(canvas).data.labels.length - 1")
    canvas.focus()
    pressed = [("ArrowRight", 0), ("ArrowRight", 1), ("End", last), ("ArrowRight", last)]
    pressed += [("ArrowLeft", last - 1), ("Home", 0), ("ArrowLeft", 0)]
    for key, index in pressed:
        page.keyboard.press(key)
        assert set(canvas.evaluate(ACTIVE)) == {index}
        heard = page.locator(LIVE).inner_text()
        heard = heard.replace("\u2068", "").replace("\u2069", "")
        lines = said(page, chart, index)
        # A long name is cut where it is shown, and whole where it is said.
        assert heard.startswith(lines[0].rstrip("…"))
        assert all(line in heard for line in lines[1:])
    page.keyboard.press("Escape")
    assert canvas.evaluate(ACTIVE) == []


def test_leaving_a_chart_ends_its_tooltip(visit: Open, redis_client: Redis) -> None:
    page = draw(visit(ready(redis_client, "revenue-overview").path).page)
    canvas = page.locator(CANVAS.format("daily"))
    canvas.focus()
    page.keyboard.press("ArrowRight")
    assert canvas.evaluate(ACTIVE) != []
    page.keyboard.press("Tab")
    assert canvas.evaluate(ACTIVE) == []


def test_a_pointer_shows_the_point_below_it(visit: Open, redis_client: Redis) -> None:
    page = draw(visit(ready(redis_client, "revenue-overview").path).page)
    canvas = page.locator(CANVAS.format("daily"))
    x, y = canvas.evaluate(
        """(canvas) => {
            const { x, y } = Chart.getChart(canvas).getDatasetMeta(0).data[7];
            return [x, y];
        }"""
    )
    canvas.hover(position={"x": x, "y": y})
    until(
        page,
        """() => {
            const canvas = document.querySelector("[data-plot=daily] canvas");
            const { tooltip } = Chart.getChart(canvas);
            return tooltip.opacity > 0 && tooltip.dataPoints[0].dataIndex === 7;
        }""",
    )


def test_a_page_from_right_to_left(visit: Open, redis_client: Redis) -> None:
    page = draw(visit(ready(redis_client, "revenue-overview").path, locale="he").page)
    assert page.locator("html").get_attribute("dir") == "rtl"
    scales = page.locator(CANVAS.format("daily")).evaluate(
        """(canvas) => {
            const { scales, tooltip } = Chart.getChart(canvas);
            const [first, second] = [0, 1].map((each) => scales.x.getPixelForValue(each));
            return [first > second, scales.y.position, tooltip.options.rtl];
        }"""
    )
    assert scales == [True, "right", True]
    canvas = page.locator(CANVAS.format("daily"))
    canvas.focus()
    for key, index in (("Home", 0), ("ArrowLeft", 1), ("ArrowRight", 0)):
        page.keyboard.press(key)
        assert set(canvas.evaluate(ACTIVE)) == {index}
    measure, grain = page.locator("[data-controls=daily] > :not([hidden])").all()
    one, other = measure.bounding_box(), grain.bounding_box()
    assert one
    assert other
    assert one["x"] > other["x"]


def test_no_share_is_above_the_whole(
    visit: Open, redis_client: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where a product brought back more than it sold, shares are of what the others sold."""
    sold, returned = samples.products(2)
    now = Totals(units_returned=9, returns=sold.totals.net // 4)
    returned = structs.replace(returned, totals=now)
    monkeypatch.setattr(samples, "products", lambda *_, **__: (sold, returned))
    page = visit(ready(redis_client, "product-performance").path).page
    shares = page.locator("[data-table=products] tbody td.beside:not(.t)").all_inner_texts()
    assert shares == ["100.00%", "–"]
    assert page.locator(".stack rect").evaluate_all(
        "(all) => all.map((each) => each.width.baseVal.valueAsString)"
    ) == ["100%"]


def test_controls_are_large_enough_to_touch(visit: Open, redis_client: Redis) -> None:
    sample = ready(redis_client, "product-performance")
    page = draw(visit(sample.path, viewport=PHONE, has_touch=True, is_mobile=True).page)
    small = page.evaluate(
        """() => [...document.querySelectorAll("button, select, input, .button")]
            .map((each) => [each.outerHTML.slice(0, 80), each.getBoundingClientRect()])
            .filter(([, { height, width }]) => width && (height < 44 || width < 44))
            .map(([text, { height, width }]) => [text, width, height])"""
    )
    assert small == []


def test_nothing_moves_by_itself(visit: Open, redis_client: Redis) -> None:
    page = draw(visit(ready(redis_client, "revenue-overview").path).page)
    assert page.evaluate(
        "[...document.querySelectorAll('canvas')].every("
        "(canvas) => Chart.getChart(canvas).options.animation === false)"
    )
    assert page.evaluate("document.getAnimations().length") == 0


SPAN = """
    () => Chart.getChart(document.querySelector("[data-plot=daily] canvas")).data.labels.length
"""


def drag(page: Page, first: int, last: int) -> None:
    """Drag across the chart from one point to another."""
    canvas = page.locator(CANVAS.format("daily"))
    box = canvas.bounding_box()
    assert box
    points = canvas.evaluate(
        """(canvas, places) => {
            const { scales, chartArea } = Chart.getChart(canvas);
            return places.map((each) => scales.x.getPixelForValue(each)).concat(chartArea.top);
        }""",
        [first, last],
    )
    page.mouse.move(box["x"] + points[0], box["y"] + points[2] + 40)
    page.mouse.down()
    page.mouse.move(box["x"] + sum(points[:2]) / 2, box["y"] + points[2] + 50)
    page.mouse.move(box["x"] + points[1], box["y"] + points[2] + 60)
    page.mouse.up()


def test_days_are_shown_alone_by_dragging_and_all_again(visit: Open, redis_client: Redis) -> None:
    path = ready(redis_client, "revenue-overview").path
    page = draw(visit(path).page)
    whole = page.get_by_role("button", name="All days")
    expect(whole).to_be_hidden()
    before = [said(page, "daily", index) for index in (3, 9)]
    drag(page, 3, 9)
    assert page.evaluate(SPAN) == 7
    assert [said(page, "daily", index) for index in (0, 6)] == before
    drag(page, 1, 4)
    assert settings(page) == {"daily.range": "4-7"}
    again = draw(visit(path + page.evaluate("location.hash")).page)
    assert again.evaluate(SPAN) == 4
    whole.click()
    assert page.evaluate(SPAN) == 30
    assert settings(page) == {}
    expect(whole).to_be_hidden()


def test_days_are_shown_alone_by_keyboard_and_all_again(visit: Open, redis_client: Redis) -> None:
    page = draw(visit(ready(redis_client, "revenue-overview").path).page)
    canvas = page.locator(CANVAS.format("daily"))
    canvas.focus()
    for key in ("Home", "ArrowRight", "Shift+ArrowRight", "Shift+ArrowRight"):
        page.keyboard.press(key)
    expect(page.locator(LIVE)).to_have_text("Thu, 2 Apr 2026 to Sat, 4 Apr 2026 selected")
    page.keyboard.press("Enter")
    assert page.evaluate(SPAN) == 3
    expect(page.locator(LIVE)).to_have_text("Thu, 2 Apr 2026 to Sat, 4 Apr 2026")
    expect(canvas).to_be_focused()
    page.keyboard.press("Escape")
    assert page.evaluate(SPAN) == 30
    page.get_by_role("button", name="Week", exact=True).click()
    drag(page, 1, 3)
    assert page.evaluate(SPAN) == 3
    page.get_by_role("button", name="Day", exact=True).click()
    assert page.evaluate(SPAN) == 30


def test_a_range_that_is_none_shows_all_days(visit: Open, redis_client: Redis) -> None:
    path = ready(redis_client, "revenue-overview").path
    page = draw(visit(f"{path}#daily.range=3-3").page)
    assert page.evaluate(SPAN) == 30
    for told in ("9-3", "0-30", "x", "-1-4", "1-2-3", "١-٤"):
        page.evaluate("location.hash = 'daily.range=3-9'")
        until(page, f"{SPAN} === 7")
        page.evaluate("(told) => { location.hash = `daily.range=${told}`; }", told)
        until(page, f"{SPAN} === 30")


def test_a_tile_chooses_the_measure_of_the_chart(visit: Open, redis_client: Redis) -> None:
    page = draw(visit(ready(redis_client, "sales-velocity").path).page)
    tile = page.get_by_role("button", name="Show Orders in the chart")
    expect(tile).to_have_attribute("aria-pressed", "false")
    tile.click()
    expect(tile).to_have_attribute("aria-pressed", "true")
    expect(page.get_by_label("Measure")).to_have_value("orders")
    assert labels(page, "daily")[0] == "Orders"
    hero = page.get_by_role("button", name="Show Units sold in the chart")
    hero.focus()
    page.keyboard.press("Enter")
    expect(hero).to_have_attribute("aria-pressed", "true")
    assert settings(page) == {}


def test_a_line_chart_names_its_lines_and_its_highest_day(visit: Open, redis_client: Redis) -> None:
    page = draw(visit(ready(redis_client, "revenue-overview").path).page)
    texts = page.locator(CANVAS.format("daily")).evaluate(
        """(canvas) => {
            const texts = [];
            const drawn = CanvasRenderingContext2D.prototype.fillText;
            CanvasRenderingContext2D.prototype.fillText = function (text, ...rest) {
                texts.push(String(text));
                return drawn.call(this, text, ...rest);
            };
            Chart.getChart(canvas).draw();
            CanvasRenderingContext2D.prototype.fillText = drawn;
            return texts;
        }"""
    )
    assert {"These days", "5 weeks earlier", "Best day · Sat 4 Apr · €2,164"} <= set(texts)


def test_no_day_is_the_highest_where_another_is_and_no_part_of_a_week(
    visit: Open, redis_client: Redis
) -> None:
    page = visit(ready(redis_client, "revenue-overview").path).page
    peaks = page.evaluate(
        """() => {
            const { peak } = globalThis.salesReport.annotations;
            return [
                peak({ values: [1, null, 3, 2] }),
                peak({ values: [-1, -3, 0], reduction: true }),
                peak({ values: [3, 1, 3] }),
                peak({ values: [9, 1, 2, 8] }, [true, false, false, true]),
                peak({ values: [9, 1] }, [true, false]),
            ];
        }"""
    )
    assert peaks == [2, 1, None, 2, None]


def test_a_year_is_drawn_by_weeks_and_its_days_come_when_they_are_asked_for(
    visit: Open, redis_client: Redis
) -> None:
    last = date(2026, 4, 30)
    year = window_of(Dates(last - timedelta(days=365), last), ZoneInfo("Europe/Berlin"), now=NOW)
    page = draw(visit(ready(redis_client, "revenue-overview", year).path).page)
    heading = page.locator("#daily-title")
    expect(heading).to_have_text("Net sales by week")
    points = """() => Chart.getChart(document.querySelector('[data-plot="daily"] canvas'))
        .data.datasets[0].data.length"""
    assert page.evaluate(points) == 53
    page.get_by_role("button", name="Day", exact=True).click()
    until(page, f"() => ({points})() === 366")
    expect(heading).to_have_text("Net sales by day")
    rows = csv_of(page)
    for place in (0, 200, 365):
        told = said(page, "daily", place)
        assert f"Net sales: €{float(rows[place]['net_sales']):,.2f}" in told
        assert any(f"€{float(rows[place]['previous_net_sales']):,.2f}" in line for line in told)
    assert settings(page) == {"daily.by": "day"}
