"""The console in a browser: the whole way of a link, by mouse, by keyboard and without script."""

from collections.abc import Callable, Iterator
from functools import partial

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Request
from redis import Redis
from tests.browser.accessibility import findings
from tests.browser.conftest import (
    DESKTOP,
    LISTENERS,
    PATIENCE,
    PHONE,
    complaints_in,
    status_of,
)
from tests.browser.reports import overflow
from tests.browser.test_beacon import PERSON
from tests.integration.share_api import conftest as share_api
from tests.integration.share_api.conftest import PASSWORD, Serve, World
from tests.support import wait
from tests.support.cached_reports import make_ready
from tests.support.samples import SECRET

from common.instants import now
from common.links import view_counts
from common.links.token import KeyRing
from common.links.view_counts import Views
from worker.links.view_transfer import transfer_views

serve, world = share_api.serve, share_api.world
PAGES = (
    *("", "/reports", "/reports/sales-velocity?period=7d", "/links", "/links/new"),
    *("/links/revoke-all", "/links/sharing", "/data", "/activity"),
)
ACCESS = ("/team", "/keys", "/connections")
Start = Callable[..., Page]
STAYING = """
    const soon = setTimeout;
    window.setTimeout = (work, wait, ...given) => wait < 1000 ? soon(work, wait, ...given) : 0;
"""
"""Holds back what a page does a second or more after it came: it looks again, and goes."""


@pytest.fixture(scope="session")
def secret() -> str:
    """The viewer's key: it opens what the console signs."""
    return SECRET


@pytest.fixture
def console(serve: Serve, world: World, viewer: str) -> str:
    """The service beside the viewer; where the console is."""
    return f"{serve(PUBLIC_BASE_URL=viewer).url}/admin"


@pytest.fixture
def start(browser: Browser) -> Iterator[Start]:
    """Opens pages, each in a context of its own; in the end none has complained."""
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def started(**options: object) -> Page:
        context = browser.new_context(**{"viewport": DESKTOP, **options})  # type: ignore[arg-type]
        context.set_default_timeout(PATIENCE)
        contexts.append(context)
        if options.get("java_script_enabled", True):
            context.add_init_script(LISTENERS)
        page = context.new_page()
        page.on("console", lambda message: complaints.extend(complaints_in(message)))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        return page

    yield started
    for context in contexts:
        context.close()
    assert [each for each in complaints if "403" not in each and "404" not in each] == []


def log_in(page: Page, console: str) -> None:
    page.goto(f"{console}/login")
    page.fill("#email", "ben@example.com")
    page.fill("#password", PASSWORD)
    page.click("button.button")
    page.wait_for_url(console)


def test_a_link_is_made_copied_opened_counted_and_revoked(
    start: Start, console: str, world: World, redis_client: Redis
) -> None:
    page, stranger = start(), start(user_agent=PERSON)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    log_in(page, console)
    page.click("text=New link")
    page.click("text=Create the link")
    address = page.input_value("#address")
    assert page.locator(".qr svg").is_visible()
    page.click("[data-copy=address]")
    page.wait_for_selector("text=Copied")
    assert page.evaluate("navigator.clipboard.readText()") == address
    claims = KeyRing(SECRET).verify(address.rpartition("/")[2], now=now())
    make_ready(redis_client, claims.tenant_id, claims.report, claims.window)
    with stranger.expect_response(lambda answer: answer.request.method == "POST"):
        assert status_of(stranger, address) == 200
    wait.until(lambda: transfer_views(world.engine, redis_client) > 0, "the view")
    page.goto(f"{console}/links")
    views = page.locator("[data-head=Views]")
    assert views.inner_text().startswith("1")
    line = views.get_by_role("img")
    assert (line.get_attribute("aria-label") or "").startswith("1 view in 30 days, on ")
    assert line.locator("path").evaluate("path => path.getTotalLength()") > 0
    page.click("a:text-is('Revoke')")
    page.click("button:text-is('Revoke')")
    page.wait_for_selector("text=The link no longer opens.")
    assert status_of(stranger, address) == 403
    assert page.evaluate("seen.refused") == []


HASTE = """
    window.pauses = [];
    window.away = false;
    Object.defineProperty(document, "hidden", { get: () => window.away });
    const soon = setTimeout;
    window.setTimeout = (work, wait, ...given) => {
        if (wait < 1000) return soon(work, wait, ...given);
        pauses.push(wait);
        window.go = () => { work(...given); };
    };
"""
"""What a page does a second or more after it came it does when ``go`` is called."""


def test_a_page_looks_for_figures_a_few_times_each_after_longer_and_only_while_it_is_seen(
    start: Start, console: str
) -> None:
    page = start()
    page.add_init_script(HASTE)
    log_in(page, console)
    looks: list[str] = []

    def note(asked: Request) -> None:
        if "x-unattended" in asked.headers:
            looks.append(asked.url)

    page.on("request", note)
    page.evaluate("window.away = true; go()")
    page.evaluate("fetch('/admin').then((answer) => answer.text())")
    assert looks == []
    page.evaluate("window.away = false; document.dispatchEvent(new Event('visibilitychange'))")
    for number in range(2, 11):
        more = f"pauses.length >= {number}"
        wait.until(partial(page.evaluate, more), "the next pause", looks=300)
        page.evaluate("go()")
    page.evaluate("fetch('/admin').then((answer) => answer.text())")
    assert len(looks) == 10
    assert page.evaluate("pauses") == [3000 * 1.5**number for number in range(10)]


def test_without_script_links_are_made_and_revoked(start: Start, console: str) -> None:
    page = start(java_script_enabled=False, viewport=PHONE)
    log_in(page, console)
    page.goto(f"{console}/links/new")
    page.check("input[value=sales-velocity]")
    page.click("text=Create the link")
    assert "/api/reports/" in page.input_value("#address")
    page.goto(f"{console}/links")
    page.check("input[name=share]")
    page.click("text=Revoke selected…")
    page.click("button:text-is('Revoke')")
    assert "The link no longer opens." in page.inner_text("main")


def test_by_keyboard_alone_a_link_is_made(start: Start, console: str) -> None:
    page = start()
    page.goto(f"{console}/login?next=/admin/links/new")
    page.wait_for_selector("#email:focus")
    page.keyboard.type("ben@example.com")
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{console}/links/new")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    for _ in range(4):
        page.keyboard.press("Tab")
        focused = page.evaluate("document.activeElement.textContent.trim()")
        if focused == "Create the link":
            break
    page.keyboard.press("Enter")
    page.wait_for_selector("#address")


def test_axe_finds_nothing_and_nothing_is_cut_off(
    start: Start, console: str, world: World, redis_client: Redis
) -> None:
    page = start()
    page.add_init_script(STAYING)
    page.goto(f"{console}/login")
    assert findings(page) == []
    log_in(page, console)
    page.goto(f"{console}/links/new")
    page.click("text=Create the link")
    address = page.input_value("#address")
    claims = KeyRing(SECRET).verify(address.rpartition("/")[2], now=now())
    viewed = {(claims.tenant_id, claims.link_id): Views(3, 0, now())}
    view_counts.append(redis_client, viewed)
    assert transfer_views(world.engine, redis_client) == 1
    link = page.url.removeprefix(console)
    for path in [link, *PAGES, *ACCESS, "/settings", "/nothing"]:
        page.goto(console + path)
        assert (page.locator(".spark").count() > 0) == (path in (link, "/links")), path
        for viewport in (DESKTOP, PHONE):
            page.set_viewport_size(viewport)
            assert findings(page) == [], path
            assert overflow(page) <= 0, path
        assert page.evaluate("seen.refused") == []


def test_an_invitation_leads_into_the_shop(start: Start, console: str) -> None:
    page, guest = start(), start(viewport=PHONE)
    log_in(page, console)
    page.goto(f"{console}/team")
    page.fill("#email", "dora@example.com")
    page.click("text=Create the invitation")
    address = page.input_value("#secret")
    assert address.startswith(f"{console}/invitation/")
    assert findings(page) == []
    guest.goto(address)
    assert findings(guest) == []
    guest.fill("#password", "violet umbrellas hum at noon")
    guest.click("button.button")
    guest.wait_for_url(console)
    guest.goto(f"{console}/team")
    assert guest.locator("text=Create the invitation").count() == 0
