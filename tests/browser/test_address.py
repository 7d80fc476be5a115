"""A view is sent on in the address: restored when opened, and harmless when it is nonsense."""

import re

import pytest
from playwright.sync_api import Page, expect
from redis import Redis
from tests.browser.conftest import Open
from tests.browser.reports import draw, labels, ready, settings, until

SEARCH = re.compile(r"Search (these )?\d+ products")
VIEW = "#daily.measure=orders&daily.by=week&daily.previous=off&daily.sort=-orders"
NONSENSE = [
    "#%E0%A4%A",
    "#daily.measure=__proto__&daily.by=month&daily.previous=maybe&daily.hidden=,,x,",
    "#daily.sort=-nothing&products.find=&.=1&=&daily.=2&..=3",
    "#constructor.prototype=1&__proto__.x=2",
    f"#daily.measure={'x' * 5000}",
    "#daily.sort=%3Cscript%3Ealert(1)%3C/script%3E&products.find=%E2%80%AE%3Cimg%20src%3Dx%3E",
    "#figures",
]


def sorted_by(page: Page) -> list[tuple[str | None, str | None]]:
    """The sorted columns and their directions."""
    heads = page.locator("table[data-grain=day] th[aria-sort]").all()
    return [(each.get_attribute("data-column"), each.get_attribute("aria-sort")) for each in heads]


def is_restored(page: Page) -> bool:
    shown = page.locator("[data-plot=daily] canvas").evaluate(
        """(canvas) => {
            const chart = Chart.getChart(canvas);
            return chart.data.datasets
                .filter((_, index) => chart.isDatasetVisible(index))
                .map(({ label, data }) => `${label} ${data.length}`);
        }"""
    )
    return shown == ["Orders 5"] and sorted_by(page) == [("orders", "descending")]


def test_a_view_is_restored(visit: Open, redis_client: Redis) -> None:
    page = draw(visit(ready(redis_client, "revenue-overview").path + VIEW).page)
    assert is_restored(page)
    expect(page.get_by_label("Measure")).to_have_value("orders")
    expect(page.get_by_role("button", name="Week", exact=True)).to_have_attribute(
        "aria-pressed", "true"
    )


def test_heading_and_sentence_follow_the_measure(visit: Open, redis_client: Redis) -> None:
    path = ready(redis_client, "revenue-overview").path
    page = draw(visit(path).page)
    heading, sentence = page.locator("#daily-title"), page.locator("#daily-gist")
    canvas = page.locator("[data-plot=daily] canvas")
    expect(heading).to_have_text("Net sales by day")
    first = sentence.inner_text()
    page.get_by_label("Measure").select_option("orders")
    expect(heading).to_have_text("Orders by day")
    expect(sentence).to_contain_text("Orders: most on ")
    expect(canvas).to_have_attribute("aria-describedby", "daily-gist")
    assert str(canvas.get_attribute("aria-label")).startswith("Orders by day. ")
    page.get_by_role("button", name="Week", exact=True).click()
    expect(heading).to_have_text("Orders by week")
    expect(sentence).to_contain_text("Orders: most on ")
    page.get_by_role("button", name="Day", exact=True).click()
    page.get_by_label("Measure").select_option("net_sales")
    expect(sentence).to_have_text(first)


def test_what_is_chosen_is_what_another_opens(visit: Open, redis_client: Redis) -> None:
    path = ready(redis_client, "revenue-overview").path
    page = draw(visit(path).page)
    page.get_by_label("Measure").select_option("orders")
    page.get_by_role("button", name="Week", exact=True).click()
    page.locator("[data-legend=daily]").get_by_role("button", name="5 weeks earlier").click()
    page.evaluate("document.querySelectorAll('details').forEach((each) => (each.open = true))")
    page.locator("[data-grain=day] th[data-column=orders] button.sort").click()
    assert is_restored(page)
    fragment = page.evaluate("location.hash")
    assert page.evaluate("history.length") <= 2
    assert is_restored(draw(visit(path + fragment).page))


def test_a_new_fragment_is_a_new_view_and_none_the_first(visit: Open, redis_client: Redis) -> None:
    page = draw(visit(ready(redis_client, "revenue-overview").path).page)
    page.evaluate("(view) => { location.hash = view; }", VIEW)
    expect(page.get_by_label("Measure")).to_have_value("orders")
    assert is_restored(page)
    page.evaluate("location.hash = ''")
    expect(page.get_by_label("Measure")).to_have_value("net_sales")
    assert sorted_by(page) == []


@pytest.mark.parametrize("report", ["revenue-overview", "product-performance"])
def test_nonsense_changes_nothing(
    visit: Open, viewer: str, redis_client: Redis, report: str
) -> None:
    chart, label = {
        "revenue-overview": ("daily", "Net sales"),
        "product-performance": ("movers", "Difference in net sales"),
    }[report]
    path = ready(redis_client, report).path
    seen = visit(path)
    for fragment in NONSENSE:
        seen.page.goto("about:blank")
        seen.page.goto(f"{viewer}{path}{fragment}")
        page = draw(seen.page)
        assert labels(page, chart)[0] == label, fragment
        assert page.locator("th[aria-sort]").count() == 0, fragment
        assert page.evaluate("({}).x === undefined"), fragment
    assert seen.complaints == []


def test_a_place_on_the_page_is_no_view(visit: Open, redis_client: Redis) -> None:
    page = draw(visit(ready(redis_client, "revenue-overview").path + VIEW).page)
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the figures")).to_be_focused()
    page.keyboard.press("Enter")
    until(page, "location.hash === '#figures'")
    assert is_restored(page)
    page.get_by_role("button", name="Day", exact=True).click()
    assert settings(page)["daily.measure"] == "orders"


def test_a_search_is_sent_on(visit: Open, redis_client: Redis) -> None:
    path = ready(redis_client, "product-performance").path
    page = visit(path).page
    page.get_by_label(SEARCH).fill("mug & “Lütt” #1 = 100%")
    again = visit(path + page.evaluate("location.hash")).page
    expect(again.get_by_label(SEARCH)).to_have_value("mug & “Lütt” #1 = 100%")
