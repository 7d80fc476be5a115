"""The console in windows of each width: nothing stands out of its card, and choices are one row."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page
from tests.browser.conftest import PATIENCE
from tests.browser.reports import overflow
from tests.integration.share_api import conftest as share_api
from tests.integration.share_api.conftest import PASSWORD, Serve, World
from tests.integration.share_api.console.test_links import a_share
from tests.support.samples import SECRET

from common.db.tenancy import Access, transaction

serve, world = share_api.serve, share_api.world
PAGES = (
    *("", "/reports", "/links?show=all", "/links/new?protected=yes", "/links/templates", "/data"),
    *("/activity", "/team", "/keys", "/connections", "/settings", "/settings/brand"),
)
OUTSIDE = """
    () => [...document.querySelectorAll(".card *")].filter((each) => {
      if (!each.checkVisibility({ visibilityProperty: true })) return false;
      if (getComputedStyle(each).position === "absolute") return false;
      const card = each.closest(".card").getBoundingClientRect();
      const { left, right, width } = each.getBoundingClientRect();
      return width > 1 && (right > card.right + 1 || left < card.left - 1);
    }).map((each) => each.outerHTML.slice(0, 80))
"""
ROWS = """
    () => [...document.querySelectorAll(".choices")].filter((each) => each.checkVisibility())
      .map((each) => new Set([...each.children].map((one) => one.offsetTop)).size)
"""


@pytest.fixture(scope="session")
def secret() -> str:
    """The viewer's key."""
    return SECRET


@pytest.fixture
def console(serve: Serve, world: World) -> str:
    """The console of a shop with one owner alone and many links; where it is."""
    world.leave("anna", world.tokyo)
    with transaction(world.engine, Access(tenant_id=world.tokyo)) as session:
        session.add_all([a_share(world.tokyo, number) for number in range(25)])
    return f"{serve().url}/admin"


@pytest.fixture
def visit(browser: Browser, console: str) -> Iterator[Page]:
    """Ben, who reads German: its words are long."""
    context: BrowserContext = browser.new_context(locale="de-DE")
    context.set_default_timeout(PATIENCE)
    page = context.new_page()
    page.goto(f"{console}/login")
    page.get_by_label("E-Mail-Adresse").fill("ben@example.com")
    page.get_by_label("Passwort").fill(PASSWORD)
    page.get_by_role("button", name="Anmelden", exact=True).click()
    page.wait_for_url(console)
    yield page
    context.close()


def test_nothing_stands_out_of_its_card_and_no_page_is_wider_than_its_window(
    visit: Page, console: str
) -> None:
    found = {}
    for path in PAGES:
        visit.goto(f"{console}{path}")
        for width in (360, 768, 1024, 1153, 1280):
            visit.set_viewport_size({"width": width, "height": 900})
            wrong = visit.evaluate(OUTSIDE)
            if wrong or overflow(visit) > 0:
                found[path, width] = (overflow(visit), wrong[:3])
    assert found == {}


def test_choices_are_one_row_where_there_is_room(visit: Page, console: str) -> None:
    visit.goto(f"{console}/links/new?protected=yes")
    for width in (768, 1280):
        visit.set_viewport_size({"width": width, "height": 900})
        rows = visit.evaluate(ROWS)
        assert (set(rows), len(rows)) == ({1}, 5)


def test_a_link_takes_less_height_than_a_phones_card_between_it_and_a_table(
    visit: Page, console: str
) -> None:
    visit.goto(f"{console}/links?show=all")
    heights = []
    for width in (390, 768, 1280):
        visit.set_viewport_size({"width": width, "height": 900})
        heights.append(visit.locator("table.rows tbody").bounding_box()["height"])  # type: ignore[index]  # it is visible
    assert heights[1] < heights[0] * 0.75
    assert heights[2] < heights[1]


def test_a_colour_is_picked_or_written(visit: Page, console: str) -> None:
    visit.goto(f"{console}/settings/brand")
    picker, text = visit.locator("[data-colour]"), visit.locator("#accent")
    assert text.input_value() == ""
    text.fill("#aabbcc")
    assert picker.input_value() == "#aabbcc"
    picker.fill("#336699")
    assert text.input_value() == "#336699"
