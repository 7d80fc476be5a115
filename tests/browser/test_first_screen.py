"""The first screen says what happened, against what and why; on a phone as on a desk."""

import re

import pytest
from playwright.sync_api import Page, expect
from redis import Redis
from tests.browser.conftest import Open
from tests.browser.reports import REPORTS, draw, overflow, ready, resize, until
from tests.support.samples import window

from common.reports.window import Period

PHONE = {"width": 390, "height": 844}
LAPTOP = {"width": 1280, "height": 800}
UPPER_HALF = 420
"""What a phone shows above the thumb, in pixels."""
WIDTHS = (320, 360, 390, 768, 1024, 1280)
EDGES = """
    (selector) => [...document.querySelectorAll(selector)]
        .filter((each) => each.checkVisibility())
        .map((each) => each.getBoundingClientRect())
        .map(({ top, bottom }) => [Math.round(top), Math.round(bottom)])
"""
CUT = """
    () => [...document.querySelectorAll(
        ".kpi-value bdi, .bridge b, .kpi-change > .muted, .move > [aria-hidden], .facts dd",
    )]
        .filter((each) => each.checkVisibility())
        .filter((each) => {
            const range = document.createRange();
            range.selectNodeContents(each);
            const text = range.getBoundingClientRect();
            const card = each.closest(".kpi, .card, footer, .hero").getBoundingClientRect();
            return text.right > card.right + 0.5 || text.left < card.left - 0.5;
        })
        .map((each) => each.textContent)
"""
COVERED = """
    () => [...document.querySelectorAll(".tiles .kpi")]
        .filter((each) => each.querySelector(".spark")?.checkVisibility())
        .filter((each) => {
            const range = document.createRange();
            range.selectNodeContents(each.querySelector(".kpi-value bdi"));
            const text = range.getBoundingClientRect();
            const spark = each.querySelector(".spark").getBoundingClientRect();
            const beside = text.right <= spark.left || spark.right <= text.left;
            return !beside && text.bottom > spark.top + 0.5 && spark.bottom > text.top + 0.5;
        })
        .map((each) => each.textContent)
"""
ALL_DRAWN = """
    () => [...document.querySelectorAll("[data-plot] canvas")]
        .every((each) => globalThis.Chart?.getChart(each)?.chartArea)
"""


def edges(page: Page, selector: str) -> list[list[int]]:
    """Where each visible element begins and ends, from the top of the window."""
    found: list[list[int]] = page.evaluate(EDGES, selector)
    return found


@pytest.mark.parametrize("locale", ["en-GB", "de"])
def test_a_phone_shows_the_figure_and_its_chart_at_once(
    visit: Open, redis_client: Redis, locale: str
) -> None:
    page = draw(
        visit(ready(redis_client, "revenue-overview").path, viewport=PHONE, locale=locale).page
    )
    (hero, *_), (chart, *_) = edges(page, ".hero .kpi-value"), edges(page, "[data-plot]")
    assert hero[1] < chart[0] < chart[1] <= UPPER_HALF
    tiles = edges(page, ".tiles .kpi")
    assert len(tiles) == 4
    assert tiles[1][1] <= PHONE["height"]


def test_a_laptop_shows_the_sum_below_figures_and_chart(visit: Open, redis_client: Redis) -> None:
    page = draw(visit(ready(redis_client, "revenue-overview").path, viewport=LAPTOP).page)
    (hero,), (chart, *_) = edges(page, ".hero"), edges(page, "[data-plot=daily]")
    sums = edges(page, ".bridge b")
    assert hero[1] < chart[0] < chart[1] < sums[0][0]
    assert {top for top, _ in sums} == {sums[0][0]}, "on one line"
    assert sums[0][1] <= LAPTOP["height"]
    assert page.locator(".tiles .spark").count() == 4
    expect(page.locator(".window")).to_contain_text("compared with")


@pytest.mark.parametrize(
    ("report", "currency"), [*zip(REPORTS, ["IDR", "COP", "LBP"], strict=True)]
)
def test_long_amounts_stay_on_their_cards_at_any_width(
    visit: Open, redis_client: Redis, report: str, currency: str
) -> None:
    sample = ready(redis_client, report, currency=currency, scale=90_000_000)
    page = visit(sample.path, locale="de").page
    for width in WIDTHS:
        resize(page, width, 800)
        assert overflow(page) <= 0, width
        assert page.evaluate(CUT) == [], width


@pytest.mark.parametrize("scale", [3, 4, 60, 500])
def test_no_sparkline_covers_its_figure(visit: Open, redis_client: Redis, scale: int) -> None:
    page = visit(ready(redis_client, "revenue-overview", scale=scale).path, locale="de").page
    for width in WIDTHS:
        resize(page, width, 800)
        assert page.evaluate(COVERED) == [], width


def test_every_chart_is_drawn_without_being_scrolled_to(visit: Open, redis_client: Redis) -> None:
    page = visit(ready(redis_client, "sales-velocity").path, viewport=PHONE).page
    until(page, ALL_DRAWN)
    assert page.evaluate("scrollY") == 0


@pytest.mark.parametrize("report", REPORTS)
def test_no_label_of_an_axis_is_turned(visit: Open, redis_client: Redis, report: str) -> None:
    for size in (PHONE, LAPTOP):
        path = ready(redis_client, report, window(Period.QUARTER)).path
        page = draw(visit(path, viewport=size, locale="de").page)
        turned = page.evaluate(
            """() => [...document.querySelectorAll("[data-plot] canvas")]
                .flatMap((each) => Object.values(Chart.getChart(each).scales))
                .map(({ labelRotation }) => labelRotation ?? 0)"""
        )
        assert set(turned) == {0}


def test_the_downloads_are_a_menu_by_keyboard(visit: Open, redis_client: Redis) -> None:
    page = visit(ready(redis_client, "revenue-overview").path).page
    opener, forms = page.get_by_text("Download"), page.locator("[data-downloads] a[href]")
    ends = ("xlsx", "csv", "csv/spreadsheet", "pdf", "data")
    expect(forms).to_have_count(len(ends))
    opener.focus()
    page.keyboard.press("Enter")
    for place, end in enumerate(ends):
        page.keyboard.press("Tab")
        expect(forms.nth(place)).to_be_focused()
        expect(forms.nth(place)).to_have_attribute("href", re.compile(f"/{end}$"))
    page.keyboard.press("Escape")
    expect(forms.first).to_be_hidden()
    expect(opener).to_be_focused()
    page.keyboard.press("Enter")
    page.locator("h1").click()
    expect(forms.first).to_be_hidden()


@pytest.mark.parametrize("width", [320, 1280])
def test_every_figure_stays_reachable(visit: Open, redis_client: Redis, width: int) -> None:
    size = {"width": width, "height": 800}
    page = visit(ready(redis_client, "revenue-overview").path, viewport=size).page
    page.locator(".measures summary").click()
    assert page.locator(".measures .kpi").count() == 12
    assert overflow(page) <= 0
