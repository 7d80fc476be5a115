"""Words of tables stay whole, and nothing lies on them: in German, whose words are long."""

import pytest
from playwright.sync_api import Page
from redis import Redis
from tests.browser.conftest import Open
from tests.browser.reports import overflow, ready
from tests.browser.test_console import Start, console, log_in, secret, serve, start, world
from tests.integration.share_api.conftest import World

__all__ = ["console", "secret", "serve", "start", "world"]
BROKEN = """
    () => [...document.querySelectorAll("table, .tiles")].flatMap((table) => {
        const found = [];
        const texts = document.createTreeWalker(table, NodeFilter.SHOW_TEXT);
        while (texts.nextNode()) {
            const text = texts.currentNode;
            const parent = text.parentElement;
            if (!parent.checkVisibility() || parent.closest(".visually-hidden")) continue;
            for (const word of text.data.matchAll(/[\\p{L}\\p{M}]{2,}/gu)) {
                const range = document.createRange();
                range.setStart(text, word.index);
                range.setEnd(text, word.index + word[0].length);
                const lines = [...range.getClientRects()].filter(({ width }) => width > 1);
                if (new Set(lines.map(({ top }) => Math.round(top))).size > 1) found.push(word[0]);
            }
        }
        return found;
    })
"""
"""Words of which a part stands in another line."""
COVERED = """
    () => [...document.querySelectorAll("th > .about")]
        .filter((each) => each.checkVisibility())
        .flatMap((each) => {
            const { left, width, top, bottom } = each.getBoundingClientRect();
            const sign = { left: left + width / 2 - 8, right: left + width / 2 + 8 };
            const texts = document.createTreeWalker(each.closest("tr"), NodeFilter.SHOW_TEXT);
            const found = [];
            while (texts.nextNode()) {
                const range = document.createRange();
                range.selectNodeContents(texts.currentNode);
                for (const text of range.getClientRects()) {
                    const beside = text.right <= sign.left + 0.5 || sign.right <= text.left + 0.5;
                    const apart = text.bottom <= top || bottom <= text.top;
                    if (!beside && !apart && text.width > 1) found.push(texts.currentNode.data);
                }
            }
            return found;
        })
"""
"""Words of a table's head that lie under the sign of a button beside them."""
CUT = """
    () => [...document.querySelectorAll(".scroll, div.rows")]
        .filter((each) => each.checkVisibility() && each.scrollWidth > each.clientWidth)
        .map((each) => each.getAttribute("aria-label"))
"""
"""Tables of which a part is out of sight."""
SIZES = ((1280, 900), (1024, 800), (800, 900), (390, 844))


def whole(page: Page) -> None:
    """The page is as it should be at every size."""
    for width, height in SIZES:
        page.set_viewport_size({"width": width, "height": height})
        assert page.evaluate(BROKEN) == [], width
        assert page.evaluate(COVERED) == [], width
        assert page.evaluate(CUT) == [], width
        assert overflow(page) <= 0, width


@pytest.mark.parametrize("report", ["revenue-overview", "sales-velocity", "product-performance"])
def test_reports_in_german(visit: Open, redis_client: Redis, report: str) -> None:
    page = visit(ready(redis_client, report).path, locale="de").page
    page.evaluate(
        "document.querySelectorAll('details:not(.menu, .more-measures)')"
        ".forEach((each) => (each.open = true))"
    )
    whole(page)


def test_the_console_in_german(start: Start, console: str, world: World) -> None:
    page = start(locale="de")
    log_in(page, console)
    for report in ("revenue-overview", "sales-velocity", "product-performance"):
        page.goto(f"{console}/links/new?report={report}&label=Aufsichtsratsunterlagen")
        page.click("form button.button:not(.ghost)")
        page.wait_for_selector("#address")
    for path in ("/links", "/activity", "/team", "/data"):
        page.goto(console + path)
        whole(page)


def test_tools_of_the_console_stand_in_one_row_each(start: Start, console: str) -> None:
    page = start(locale="de", viewport={"width": 1280, "height": 900})
    log_in(page, console)
    for path in ("/links", "/activity"):
        page.goto(console + path)
        rows = page.locator(".filters").evaluate(
            "(filters) => new Set([...filters.children].filter((each) => each.checkVisibility())"
            ".map((each) => Math.round(each.getBoundingClientRect().bottom))).size"
        )
        assert rows == 1, path
