"""Ways through the console in a browser: a file dropped, a preview shared, one-time links."""

import re
from collections.abc import Callable
from datetime import timedelta
from zoneinfo import ZoneInfo

from playwright.sync_api import Page
from redis import Redis
from sqlalchemy import Engine
from tests.browser import test_console
from tests.browser.accessibility import findings
from tests.browser.conftest import DESKTOP, PHONE, status_of
from tests.browser.reports import overflow
from tests.browser.test_beacon import PERSON
from tests.browser.test_console import log_in
from tests.integration.share_api import conftest as share_api
from tests.integration.share_api.conftest import Serve, World
from tests.integration.share_api.test_imports import work
from tests.support import wait
from tests.support.cached_reports import make_ready
from tests.support.samples import SECRET

from accounts.first_shop import first_shop_token
from common.instants import now
from common.jobs.payloads import ComputeReport
from common.reports import registry
from common.reports.redaction import Redaction
from common.reports.window import Period, Window, window_of
from common.reports_cache.cache import ReportCache
from worker.links.view_transfer import transfer_views
from worker.reports.compute import compute

serve, world = share_api.serve, share_api.world
secret, console, start = test_console.secret, test_console.console, test_console.start
Start = Callable[..., Page]
TOKYO = ZoneInfo("Asia/Tokyo")
DROP = """
([name, text]) => {
  const files = new DataTransfer();
  files.items.add(new File([text], name, { type: "text/csv" }));
  const form = document.querySelector("[data-drop]");
  for (const type of ["dragover", "drop"]) {
    const given = { dataTransfer: files, bubbles: true, cancelable: true };
    form.dispatchEvent(new DragEvent(type, given));
  }
}
"""
HEAD = "order_id,paid_at,currency,line_id,product_id,quantity,unit_price\n"


def week() -> Window:
    return window_of(Period.WEEK, TOKYO, now=now())


def computed(world: World, redis: Redis) -> None:
    """Compute what the first page shows, as a worker does."""
    for each in registry.implemented():
        job = ComputeReport(world.tokyo, each.slug, week())
        compute(world.engine, ReportCache(redis, keep_seconds=600), job)


def test_a_file_that_is_dropped_is_checked_then_imported_and_changes_the_figures(
    start: Start, console: str, world: World, redis_client: Redis
) -> None:
    yesterday = (now().astimezone(TOKYO) - timedelta(days=1)).date()
    orders = f"{HEAD}D1,{yesterday}T12:00:00+09:00,JPY,1,P1,3,41001\n"
    page = start()
    log_in(page, console)
    computed(world, redis_client)
    page.goto(console)
    assert page.locator(".tile .value").first.inner_text() == "–", "nothing is known as yet"
    for button, told in (("Check only", "Nothing was saved"), ("Import", "Done")):
        page.goto(f"{console}/data")
        page.evaluate(DROP, ["orders.csv", orders])
        assert (
            page.evaluate("document.querySelector('[name=orders]').files[0].name") == "orders.csv"
        )
        page.click(f"button:text-is('{button}')")
        page.wait_for_url(re.compile(r"/admin/data/[0-9a-f-]+$"))
        assert page.locator("progress").is_visible()
        work(world.engine)
        page.wait_for_selector(f"text={told}")
        assert page.locator("text=¥123,003").count() == 1
    page.goto(f"{console}/data")
    assert page.locator(".strip .sold").count() == 1
    computed(world, redis_client)
    page.goto(console)
    assert page.locator(".tile .value").first.inner_text() == "¥123,003"


def test_a_preview_is_shared_opened_by_a_stranger_counted_and_stopped(
    start: Start, console: str, world: World, redis_client: Redis
) -> None:
    page, stranger = start(), start(user_agent=PERSON)
    log_in(page, console)
    for each in ("revenue-overview", "sales-velocity"):
        make_ready(redis_client, world.tokyo, each, week())
    hidden = Redaction(sections=("waterfall",), money=True)
    make_ready(redis_client, world.tokyo, "revenue-overview", week(), hidden)
    page.click("nav >> text=Reports")
    page.click("text=Sales velocity")
    page.check("input[value='7d']")
    seen = page.frame_locator("iframe.preview")
    seen.locator("text=compared with").first.wait_for()
    assert seen.locator("h1").inner_text() == "Sales velocity"
    assert seen.locator("canvas").first.is_visible()
    page.click("text=Share this report")
    beside = page.frame_locator("aside iframe")
    assert beside.locator("h1").inner_text() == "Sales velocity"
    page.check("input[value='revenue-overview']")
    beside.locator("h1:text-is('Revenue overview')").wait_for()
    page.click("text=More options")
    assert page.locator("[data-of]:visible").count() == 1
    for each in ("money", "revenue-overview.waterfall"):
        page.check(f"input[value='{each}']")
    beside.locator("text=Amounts are indexed").wait_for()
    assert beside.locator("#waterfall").count() == 0
    page.click("text=Create the link")
    address = page.input_value("#address")
    with stranger.expect_response(lambda answer: answer.request.method == "POST"):
        assert status_of(stranger, address) == 200
    assert stranger.locator("h1").inner_text() == "Revenue overview"
    assert stranger.locator(".hero .kpi-value").inner_text() == "100.00"
    wait.until(lambda: transfer_views(world.engine, redis_client) > 0, "the view")
    page.goto(f"{console}/links")
    assert page.locator("[data-head=Views]").inner_text().startswith("1")
    page.click("a:text-is('Revoke')")
    page.click("button:text-is('Revoke')")
    page.wait_for_selector("text=The link no longer opens.")
    assert status_of(stranger, address) == 403
    assert page.evaluate("seen.refused") == []


def test_pages_of_one_time_links_are_accessible(start: Start, console: str, world: World) -> None:
    world.join("carl", world.tokyo, "editor")
    page = start()
    log_in(page, console)
    page.goto(f"{console}/team")
    page.click(f"form[action$='/team/{world.admins['carl']}/reset'] button")
    address = page.input_value("#secret")
    guest = start()
    assert status_of(guest, address) == 200
    for viewport in (DESKTOP, PHONE):
        guest.set_viewport_size(viewport)
        assert findings(guest) == []
        assert overflow(guest) <= 0


def test_the_page_of_the_first_shop_is_accessible(
    start: Start, serve: Serve, viewer: str, service_engine: Engine
) -> None:
    url = serve(PUBLIC_BASE_URL=viewer).url
    page, token = start(), first_shop_token(SECRET, at=now())
    assert status_of(page, f"{url}/admin/first-shop/{token}") == 200
    for viewport in (DESKTOP, PHONE):
        page.set_viewport_size(viewport)
        assert findings(page) == []
        assert overflow(page) <= 0
    assert page.evaluate("seen.refused") == []


def test_a_phone_shows_which_section_is_open(start: Start, console: str) -> None:
    page = start(viewport=PHONE)
    log_in(page, console)
    for section in ("links", "settings"):
        page.goto(f"{console}/{section}")
        here = page.locator(".side nav [aria-current]").bounding_box()
        assert here is not None
        assert here["x"] >= 0
        assert here["x"] + here["width"] <= PHONE["width"]
        assert page.evaluate("scrollY") == 0
