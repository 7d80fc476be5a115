"""A board is chosen in the console, saved as a template, and made into a link from that."""

from redis import Redis
from tests.browser.accessibility import findings
from tests.browser.conftest import PHONE
from tests.browser.reports import overflow, until
from tests.browser.test_console import log_in
from tests.browser.test_console_ways import Start, console, secret, serve, start, week, world
from tests.integration.share_api.conftest import World
from tests.support.cached_reports import make_ready

from common.reports.redaction import Redaction

__all__ = ["console", "secret", "serve", "start", "world"]

SHOWN = """
    (path) => {
        const frame = document.querySelector("iframe.preview");
        return frame.contentWindow.location.pathname.endsWith(path);
    }
"""


def test_a_board_is_saved_as_a_template_and_chosen_again(
    start: Start, console: str, world: World, redis_client: Redis
) -> None:
    page = start()
    log_in(page, console)
    hidden = Redaction(sections=("daily",), csv=True)
    make_ready(redis_client, world.tokyo, "revenue-overview", week(), hidden)
    page.goto(f"{console}/links/new?report=revenue-overview&period=7d")
    page.click("text=More options")
    boxes = page.locator("#also label:visible")
    assert boxes.all_inner_texts() == ["Sales velocity", "Product performance"]
    others = page.locator("[data-of='sales-velocity']")
    assert not others.is_visible()
    page.check("#also input[value='sales-velocity']")
    assert others.is_visible()
    page.check("input[value='sales-velocity.daily']")
    until(page, SHOWN, "/revenue-overview/7d,section.daily/page")
    tabs = page.locator("[data-board] a:visible")
    assert tabs.all_inner_texts() == ["Revenue overview", "Sales velocity"]
    tabs.nth(1).click()
    until(page, SHOWN, "/sales-velocity/7d,section.daily/page")
    assert tabs.nth(1).get_attribute("aria-current") == "true"
    page.uncheck("#also input[value='sales-velocity']")
    until(page, SHOWN, "/revenue-overview/7d/page")
    assert tabs.count() == 0
    page.check("#also input[value='sales-velocity']")
    assert tabs.first.get_attribute("aria-current") == "true"
    page.check("input[name=report][value='sales-velocity']", force=True)
    page.check("#also input[value='revenue-overview']")
    until(page, SHOWN, "/sales-velocity/7d,section.daily/page")
    assert tabs.all_inner_texts() == ["Sales velocity", "Revenue overview"]
    page.check("input[name=report][value='revenue-overview']", force=True)
    until(page, SHOWN, "/revenue-overview/7d,section.daily/page")
    assert findings(page) == []
    page.click("text=Save as a template")
    page.fill("#template", "Wholesale")
    assert findings(page) == []
    page.click("text=Save the template")
    page.wait_for_url(f"{console}/links/templates?done=saved")
    assert "A board with Revenue overview, Sales velocity" in page.inner_text("table")
    assert findings(page) == []
    page.set_viewport_size(PHONE)
    assert overflow(page) <= 0
    page.click("text=Use")
    assert page.is_checked("#also input[value='sales-velocity']")
    assert page.is_checked("input[value='sales-velocity.daily']")
    assert overflow(page) <= 0
    page.click("text=Create the link")
    page.wait_for_selector("#address")
    assert page.inner_text("h1") == "Revenue overview, Sales velocity"
