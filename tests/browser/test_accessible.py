"""For those who do not see the page, or do not use a mouse: axe finds nothing, Tab reaches all."""

from datetime import UTC, datetime, timedelta

import pytest
from redis import Redis
from tests.browser.accessibility import findings
from tests.browser.conftest import PHONE, Open
from tests.browser.reports import REPORTS, draw, ready
from tests.support.samples import Sample, window

from common.reports.window import Period

REACHABLE = """
    () => [...document.querySelectorAll(
        "a[href], button, select, input, summary, canvas, [tabindex='0']",
    )].filter((each) => each.checkVisibility())
"""
FOCUSED = """
    () => {
        const each = document.activeElement;
        each.dataset.reached = "";
        const style = getComputedStyle(each);
        const name = each.getAttribute("aria-label")
            || each.labels?.[0]?.textContent || each.textContent.trim();
        return [each.tagName.toLowerCase(), name.replace(/\\s+/g, " "), style.outlineStyle];
    }
"""


@pytest.mark.parametrize("report", REPORTS)
def test_axe_finds_nothing_in_a_report(visit: Open, redis_client: Redis, report: str) -> None:
    path = ready(redis_client, report, window(Period.WEEK), count=12).path
    page = draw(visit(path).page)
    page.evaluate("document.querySelectorAll('details').forEach((each) => (each.open = true))")
    assert findings(page) == []


def test_axe_finds_nothing_on_a_phone_with_all_that_can_be_chosen(
    visit: Open, redis_client: Redis
) -> None:
    path = ready(redis_client, "product-performance", count=12).path
    fragment = "#top.previous=off&products.sort=-net_sales&products.find=zzz"
    page = draw(visit(path + fragment, viewport=PHONE).page)
    assert findings(page) == []


def test_axe_finds_nothing_on_pages_without_a_report(
    visit: Open, viewer: str, redis_client: Redis
) -> None:
    empty = ready(redis_client, "revenue-overview", empty=True)
    expired = Sample(expires_at=datetime.now(UTC).replace(microsecond=0) - timedelta(days=2))
    waiting = Sample("sales-velocity")
    waiting.activate(redis_client)
    page = visit(empty.path).page
    assert findings(page) == []
    for path in (expired.path, "/api/reports/forged", "/nothing", "/docs"):
        page.goto(viewer + path)
        assert findings(page) == [], path
    page.goto(viewer + waiting.path)
    assert findings(page, reloads=True) == []


def test_everything_is_reached_by_tab_and_seen_to_be(visit: Open, redis_client: Redis) -> None:
    page = draw(visit(ready(redis_client, "sales-velocity").path).page)
    reached: list[list[str]] = []
    # What can be scrolled is reached too, where a browser and its fonts make it overflow.
    while not reached or (reached[-1][1] != "Appearance" and len(reached) < 1000):
        page.keyboard.press("Tab")
        reached.append(page.evaluate(FOCUSED))
    missed = "(each) => each.dataset.reached === undefined"
    assert page.evaluate(f"({REACHABLE})().filter({missed}).map((each) => each.outerHTML)") == []
    assert [each for each in reached if each[2] == "none"] == []
    assert reached[0][1] == "Skip to the figures"
    assert reached[-1][1] == "Appearance"
    tags = [tag for tag, _, _ in reached]
    assert tags.count("canvas") == 2
    names = [name for _, name, _ in reached]
    assert [each for each in names if not each] == []
    for one, other in (("Download", "Measure"), ("Measure", "Day"), ("Day", "Appearance")):
        assert names.index(one) < names.index(other)


@pytest.mark.parametrize("report", REPORTS)
def test_a_definition_is_reached_by_touch_and_keyboard_without_script(
    visit: Open, redis_client: Redis, report: str
) -> None:
    """Wherever a label is explained to a mouse, a button beside it opens the same words."""
    sample = ready(redis_client, report)
    page = visit(sample.path, viewport=PHONE, java_script_enabled=False).page
    mute = page.locator("abbr[title]:not([data-column^='previous_'] *)")
    assert mute.count() > 0
    for number in range(mute.count()):
        label = mute.nth(number)
        about = label.locator("xpath=ancestor::*[self::th or self::div][1]").locator("button.about")
        assert about.count() == 1, label.text_content()
        opened = page.locator(f"#{about.get_attribute('popovertarget')}")
        words = (label.text_content() or "", label.get_attribute("title") or "")
        assert opened.text_content() == "".join(words)
    first = page.locator("button.about").first
    text = page.locator(f"#{first.get_attribute('popovertarget')}")
    assert not text.is_visible()
    first.focus()
    page.keyboard.press("Enter")
    assert text.is_visible()
    page.keyboard.press("Escape")
    assert not text.is_visible()
    first.click()
    assert text.is_visible()
