"""Choosing days on the page: links and a form, by mouse and without script, on every screen."""

from dataclasses import replace
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from redis import Redis
from tests.browser.accessibility import findings
from tests.browser.conftest import DESKTOP, PHONE, Open
from tests.browser.reports import ready

from common.instants import now
from common.links.options import LinkOptions
from common.links.ranges import ChosenRange, Range, parse_range
from common.links.state import LinkStateStore
from common.links.tenant_names import TenantName
from common.reports.window import Window

BERLIN = ZoneInfo("Europe/Berlin")
NARROW = {"width": 320, "height": 640}
CUSTOM = "2026-02-01..2026-02-14"


def days_of(chosen: ChosenRange | None) -> Window:
    assert chosen is not None
    window = chosen.window(tuple(Range), BERLIN, now=now())
    assert window is not None
    return window


@pytest.mark.parametrize(("screen", "script"), [(DESKTOP, True), (PHONE, False), (NARROW, True)])
def test_a_reader_chooses_days_and_comes_back(
    visit: Open,
    viewer: str,
    redis_client: Redis,
    screen: dict[str, int],
    script: bool,
) -> None:
    sample = ready(redis_client, "revenue-overview")
    for chosen in (ChosenRange(Range.LAST_MONTH), parse_range(CUSTOM)):
        ready(redis_client, "revenue-overview", days_of(chosen))
    link = replace(sample, link_id=uuid4())
    LinkStateStore(redis_client).store_tenant_name(sample.tenant_id, TenantName("S", BERLIN.key))
    link.activate(redis_client, LinkOptions(ranges=tuple(Range)))
    options = {"viewport": screen, "java_script_enabled": script}
    page = visit(link.path, **options).page
    own = page.inner_text("h1 + .window strong")
    assert page.inner_text(".days [aria-current]") == "As shared"
    page.click(".days >> text=Last month")
    assert page.url == f"{viewer}{link.path}/r/last-month"
    assert page.inner_text(".days [aria-current]") == "Last month"
    page.click("text=Other days…")
    page.fill("#first-day", "2026-02-01")
    page.fill("#last-day", "2026-02-14")
    if script:
        assert findings(page) == []
    page.click(".days button")
    assert page.url == f"{viewer}{link.path}/r/{CUSTOM}"
    assert "14 days" in page.inner_text("h1 + .window")
    if script:
        assert findings(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= screen["width"]
    page.click(".days >> text=As shared")
    assert page.inner_text("h1 + .window strong") == own
