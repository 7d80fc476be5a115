"""The theme is the system's until the reader chooses, and then the reader's on every page."""

import pytest
from playwright.sync_api import Page, expect
from redis import Redis
from tests.browser.conftest import Open
from tests.browser.reports import draw, ready, until

LINE = """
    Chart.getChart(document.querySelector("[data-plot=daily] canvas")).data.datasets[0].borderColor
"""
GROUND = "getComputedStyle(document.body).backgroundColor"
FORBIDDEN = """
    Object.defineProperty(window, "localStorage", {
        get() { throw new DOMException("refused", "SecurityError"); },
    });
"""


def looks(page: Page) -> tuple[str, str]:
    """The colours of the ground and of a line."""
    return page.evaluate(GROUND), page.evaluate(LINE)


def test_a_choice_is_remembered_and_there_before_the_first_paint(
    visit: Open, viewer: str, redis_client: Redis
) -> None:
    page = draw(visit(ready(redis_client, "revenue-overview").path, color_scheme="light").page)
    light = looks(page)
    page.get_by_label("Appearance").select_option("dark")
    dark = looks(page)
    assert dark[0] != light[0]
    assert dark[1] != light[1]
    page.reload()
    assert page.evaluate("seen.themeAtFirst") == "dark"
    assert looks(draw(page)) == dark
    expect(page.get_by_label("Appearance")).to_have_value("dark")
    page.goto(f"{viewer}/api/reports/no-such-token")
    assert page.evaluate("seen.themeAtFirst") == "dark"
    assert page.evaluate(GROUND) == dark[0]


@pytest.mark.parametrize("chosen", ["light", "dark"])
def test_a_choice_wins_over_the_system_and_the_system_over_none(
    visit: Open, redis_client: Redis, chosen: str
) -> None:
    page = draw(visit(ready(redis_client, "revenue-overview").path, color_scheme=chosen).page)
    own = looks(page)
    page.get_by_label("Appearance").select_option(chosen)
    page.emulate_media(color_scheme="dark" if chosen == "light" else "light")
    assert looks(page) == own
    page.get_by_label("Appearance").select_option("system")
    until(page, f"(before) => {GROUND} !== before", own[0])
    assert looks(page)[1] != own[1]


def test_charts_follow_the_system(visit: Open, redis_client: Redis) -> None:
    page = draw(visit(ready(redis_client, "revenue-overview").path, color_scheme="light").page)
    line = page.evaluate(LINE)
    page.emulate_media(color_scheme="dark")
    until(page, f"(line) => {LINE.strip()} !== line", line)


def test_other_pages_of_the_reader_follow(visit: Open, redis_client: Redis) -> None:
    path = ready(redis_client, "revenue-overview").path
    page = draw(visit(path).page)
    other = page.context.new_page()
    other.goto(page.url)
    other.get_by_label("Appearance").select_option("dark")
    until(page, "document.documentElement.dataset.theme === 'dark'")
    expect(page.get_by_label("Appearance")).to_have_value("dark")


def test_a_browser_that_remembers_nothing_still_has_themes(
    visit: Open, redis_client: Redis
) -> None:
    seen = visit(
        ready(redis_client, "revenue-overview").path,
        before=lambda page: page.add_init_script(FORBIDDEN),
    )
    page = draw(seen.page)
    page.get_by_label("Appearance").select_option("dark")
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    assert seen.complaints == []
