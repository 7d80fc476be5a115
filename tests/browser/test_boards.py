"""The reports of a board as tabs: by mouse and by keyboard, without script, on every screen."""

from dataclasses import replace
from uuid import uuid4

import pytest
from redis import Redis
from tests.browser.accessibility import findings
from tests.browser.conftest import DESKTOP, PHONE, Open
from tests.browser.reports import REPORTS, ready
from tests.browser.test_ranges import BERLIN, NARROW, days_of

from common.links.options import BoardReport, LinkOptions
from common.links.ranges import ChosenRange, Range
from common.links.state import LinkStateStore
from common.links.tenant_names import TenantName


@pytest.mark.parametrize(
    ("screen", "script", "scheme"),
    [(DESKTOP, True, "light"), (PHONE, False, "dark"), (NARROW, True, "dark")],
)
def test_a_reader_goes_from_report_to_report_and_keeps_the_days(
    visit: Open,
    viewer: str,
    redis_client: Redis,
    screen: dict[str, int],
    script: bool,
    scheme: str,
) -> None:
    samples = [ready(redis_client, report) for report in REPORTS]
    days = days_of(ChosenRange(Range.LAST_MONTH))
    for report in REPORTS:
        ready(redis_client, report, days)
    _, second, last = REPORTS
    link = replace(samples[0], link_id=uuid4())
    LinkStateStore(redis_client).store_tenant_name(link.tenant_id, TenantName("S", BERLIN.key))
    board = tuple(map(BoardReport, REPORTS))
    link.activate(redis_client, LinkOptions(board=board, ranges=(Range.LAST_MONTH,)))
    page = visit(link.path, viewport=screen, java_script_enabled=script, color_scheme=scheme).page
    tabs = page.get_by_role("navigation", name="Reports")
    assert tabs.get_by_role("link").count() == len(REPORTS)
    assert tabs.locator("[aria-current=page]").inner_text() == page.inner_text("h1")
    page.click(".days >> text=Last month")
    for report in (second, last):
        tabs.locator(f'a[href="{link.path}/in/{report}/r/last-month"]').focus()
        page.keyboard.press("Enter")
        page.wait_for_url(f"{viewer}{link.path}/in/{report}/r/last-month")
        current = tabs.locator("[aria-current=page]")
        assert current.inner_text() == page.inner_text("h1")
        box = current.bounding_box()
        assert box is not None
        assert 0 <= box["x"] < box["x"] + box["width"] <= screen["width"]
        if script:
            assert findings(page) == []
            assert page.evaluate("document.documentElement.scrollWidth") <= screen["width"]
    page.click(".days >> text=As shared")
    assert page.url == f"{viewer}{link.path}/in/{last}"
    page.emulate_media(media="print")
    assert not tabs.is_visible()
