"""Choosing on the page what it is compared with: by mouse and without script, on every screen."""

from dataclasses import replace
from uuid import uuid4

import pytest
from redis import Redis
from tests.browser.accessibility import findings
from tests.browser.conftest import DESKTOP, PHONE, Open
from tests.browser.reports import ready
from tests.browser.test_ranges import NARROW
from tests.support.samples import document, with_last_year

from common.links.options import LinkOptions
from common.reports.comparison import Comparison


@pytest.mark.parametrize(("screen", "script"), [(DESKTOP, True), (PHONE, False), (NARROW, True)])
def test_a_reader_compares_with_last_year_and_comes_back(
    visit: Open,
    viewer: str,
    redis_client: Redis,
    screen: dict[str, int],
    script: bool,
) -> None:
    sample = ready(redis_client, "revenue-overview")
    link = replace(sample, link_id=uuid4())
    link.store(redis_client, with_last_year(document(link.report, link.window)))
    replace(link, comparison=Comparison.LAST_YEAR).store(redis_client)
    link.activate(redis_client)
    options = {"viewport": screen, "java_script_enabled": script}
    page = visit(link.path, **options).page
    now = page.inner_text(".hero .kpi-value")
    assert page.inner_text(".against [aria-current]") == "5 weeks earlier"
    if script:
        assert findings(page) == []
    page.click(".against >> text=Last year")
    assert page.url == f"{viewer}{link.path}/vs/last-year"
    assert page.inner_text(".against [aria-current]") == "Last year"
    assert page.inner_text(".hero .kpi-value") == now
    assert "2025" in page.inner_text("h1 + .window .compared")
    if script:
        assert page.locator("[data-legend=daily]").get_by_role("button", name="Last year").count()
        assert findings(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= screen["width"]
    page.click(".against >> text=5 weeks earlier")
    assert page.url == f"{viewer}{link.path}"


def test_a_compact_page_leads_to_compact_ones(
    visit: Open, viewer: str, redis_client: Redis
) -> None:
    sample = ready(redis_client, "revenue-overview")
    link = replace(sample, link_id=uuid4())
    replace(link, comparison=Comparison.LAST_YEAR).store(redis_client)
    own = LinkOptions(compare=Comparison.LAST_YEAR, embed=("https://shop.example",))
    link.activate(redis_client, own)
    page = visit(f"{link.path}/embed").page
    assert page.inner_text(".against [aria-current]") == "Last year"
    page.click(".against >> text=5 weeks earlier")
    assert page.url == f"{viewer}{link.path}/vs/previous/embed"
