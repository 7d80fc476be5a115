"""Every report in both themes, on a phone and on a desk: whole, still, and by itself."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, Route
from redis import Redis
from tests.browser.conftest import DESKTOP, PHONE, Open
from tests.browser.reports import REPORTS, draw, overflow, ready, until
from tests.support.samples import window

from common.reports.window import Period

PICTURES = Path(__file__).with_name("screenshots")
SIZES = {"phone": PHONE, "desktop": DESKTOP}
PAINTED = "performance.getEntriesByName('first-contentful-paint').length > 0"
COVERED = """
    [...document.querySelectorAll(".tiles .kpi")].filter((tile) => {
        const spark = tile.querySelector(".spark")?.getBoundingClientRect();
        const value = tile.querySelector(".kpi-value bdi")?.getBoundingClientRect();
        return spark?.width && value && spark.left < value.right && spark.top < value.bottom
            && value.left < spark.right && value.top < spark.bottom;
    }).length
"""
"""So many figures have their small chart on them."""
STILL = 0.01
"""A layout shift below that is none that anybody sees."""
WIDTHS = (320, 360, 480, 620, 700, 1000, 1280)
PLACES = """() => Object.fromEntries(
    [...document.querySelectorAll("main :is(.table-tools, .legend, [data-controls], thead)")]
        .filter((each) => each.checkVisibility())
        .map((each, place) => [place + " " + each.closest("section")?.id + " " + each.className,
            each.getBoundingClientRect().height]))"""
"""How high the places are that the script fills."""


@pytest.mark.parametrize(("theme", "size"), [("light", "desktop"), ("dark", "phone")])
@pytest.mark.parametrize("report", REPORTS)
def test_a_report_is_drawn_and_nothing_is_refused(
    visit: Open, viewer: str, redis_client: Redis, report: str, theme: str, size: str
) -> None:
    path = ready(redis_client, report, window(Period.QUARTER)).path
    seen = visit(path, color_scheme=theme, viewport=SIZES[size])
    draw(seen.page)
    assert overflow(seen.page) <= 0
    assert seen.complaints == []
    assert seen.refused() == []
    assert all(url.startswith(f"{viewer}/") for url in seen.requests)
    assert seen.page.context.cookies() == []
    assert seen.shift() < STILL, seen.page.evaluate("seen.shifts")
    PICTURES.mkdir(exist_ok=True)
    seen.page.screenshot(path=PICTURES / f"{report}-{theme}-{size}.png", full_page=True)


@pytest.mark.parametrize(("locale", "width"), [("de", 360), ("it", 320), ("pl", 320)])
@pytest.mark.parametrize("report", REPORTS)
def test_long_words_make_no_page_wider_than_the_phone(
    visit: Open, redis_client: Redis, report: str, locale: str, width: int
) -> None:
    path = ready(redis_client, report).path
    page = visit(path, locale=locale, viewport={"width": width, "height": 740}).page
    assert overflow(page) <= 0
    draw(page)
    assert overflow(page) <= 0
    assert page.evaluate(COVERED) == 0


@pytest.mark.parametrize(
    ("report", "locale"),
    [
        *zip(REPORTS, ["en", "de", "fr"], strict=True),
        *(("sales-velocity", each) for each in ("fr", "pl")),
    ],
)
def test_what_the_script_makes_has_its_place_before(
    visit: Open, redis_client: Redis, report: str, locale: str
) -> None:
    held: list[Route] = []
    path = ready(redis_client, report, window(Period.QUARTER)).path

    def hold_back(route: Route) -> None:
        held.append(route)

    def places(page: Page) -> dict[int, dict[str, float]]:
        found = {}
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 800})
            found[width] = page.evaluate(PLACES)
        return found

    page = visit(
        path,
        before=lambda page: page.route("**/static/report.*.js", hold_back),
        until="commit",
        locale=locale,
    ).page
    until(page, PAINTED)
    until(page, "document.readyState === 'interactive'")
    while not held:
        page.wait_for_timeout(20)
    before = places(page)
    for route in held:
        route.continue_()
    draw(page)
    after = places(page)
    assert before[WIDTHS[0]]
    moved = {
        (width, place): (height, after[width].get(place))
        for width, kept in before.items()
        for place, height in kept.items()
        if abs(height - after[width].get(place, 0)) > 2
    }
    assert not moved


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("report", REPORTS)
def test_the_first_paint_waits_for_no_chart_and_nothing_moves_after_it(
    visit: Open, redis_client: Redis, report: str, size: str
) -> None:
    held: list[Route] = []
    path = ready(redis_client, report).path

    def hold_back(route: Route) -> None:
        held.append(route)

    def hold(page: Page) -> None:
        page.route("**/static/report.*.js", hold_back)
        page.route("**/chart.umd.min.*.js", hold_back)

    seen = visit(path, before=hold, until="commit", viewport=SIZES[size])
    until(seen.page, PAINTED)
    until(seen.page, "document.readyState === 'interactive'")
    assert seen.page.locator("[data-toolbar] select").count() == 0
    while len(held) < 2:
        seen.page.wait_for_timeout(20)
    for route in held:
        route.continue_()
    draw(seen.page)
    assert seen.page.locator("[data-toolbar] select").is_visible()
    assert seen.shift() < STILL, seen.page.evaluate("seen.shifts")


@pytest.mark.parametrize("report", REPORTS)
def test_without_the_chart_library_the_tables_take_its_place(
    visit: Open, redis_client: Redis, report: str
) -> None:
    path = ready(redis_client, report).path
    seen = visit(path, before=lambda page: page.route("**/chart.umd.*", lambda each: each.abort()))
    page = seen.page
    twins = page.locator("details[data-twin]")
    until(page, "[...document.querySelectorAll('[data-plot]')].every((plot) => plot.hidden)")
    for key in {twin.get_attribute("data-twin") for twin in twins.all()}:
        assert page.locator(f"details[data-twin='{key}'][open]").count() >= 1
    assert not page.locator("canvas").first.is_visible()
    assert page.locator("[data-legend] button").locator("visible=true").count() == 0
    sort = page.locator("thead .sort").locator("visible=true").first
    sort.click()
    assert page.locator("th[aria-sort]").count() >= 1
    assert all("ERR_FAILED" in each for each in seen.complaints)
