"""Passkeys in a browser, by its virtual authenticator: made, used for a log-in, and where not."""

import pytest
from playwright.sync_api import Page
from tests.browser import test_console
from tests.browser.accessibility import findings
from tests.browser.conftest import PHONE
from tests.browser.reports import overflow
from tests.browser.test_console import Start, log_in
from tests.integration.share_api import conftest as share_api
from tests.integration.share_api.conftest import PASSWORD

serve, world = share_api.serve, share_api.world
secret, console, start = test_console.secret, test_console.console, test_console.start
BUTTON = "text=Log in with a passkey"
DEVICE = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture
def here(console: str) -> str:
    """The console by the name that passkeys of this machine are made for."""
    return console.replace("127.0.0.1", "localhost")


def give_device(page: Page, **options: object) -> None:
    """Give the browser an authenticator that asks nobody."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    session.send("WebAuthn.addVirtualAuthenticator", {"options": {**DEVICE, **options}})


def add_passkey(page: Page, here: str) -> None:
    page.goto(f"{here}/settings")
    page.fill("#passkey-name", "Laptop")
    page.fill("#passkey-current", PASSWORD)
    page.click("text=Add a passkey")
    assert findings(page) == []
    page.click("text=Create the passkey")
    page.wait_for_selector("text=Passkey added.")


def test_a_passkey_is_added_and_logs_in(start: Start, here: str) -> None:
    page = start(viewport=PHONE)
    give_device(page)
    log_in(page, here)
    add_passkey(page, here)
    assert findings(page) == []
    assert overflow(page) <= 0
    page.click("text=Log out >> nth=0")
    page.wait_for_url(f"{here}/login")
    page.goto(f"{here}/login?next=/admin/links")
    page.wait_for_selector(BUTTON)
    assert findings(page) == []
    page.click(BUTTON)
    page.wait_for_url(f"{here}/links")
    assert page.evaluate("seen.refused") == []
    page.goto(f"{here}/settings")
    page.click("[aria-label='Remove Laptop']")
    assert findings(page) == []
    page.click("button:text-is('Remove')")
    page.wait_for_selector("text=Passkey removed.")
    page.click("text=Log out >> nth=0")
    page.wait_for_url(f"{here}/login")
    page.click(BUTTON)
    page.wait_for_selector("text=The passkey was not accepted.")
    assert findings(page) == []


def test_who_shows_none_is_told_and_logs_in_by_the_password(start: Start, here: str) -> None:
    page = start()
    give_device(page, isUserVerified=False)
    page.goto(f"{here}/login")
    page.click(BUTTON)
    page.wait_for_selector("text=No passkey was used.")
    assert findings(page) == []
    log_in(page, here)


def test_where_there_can_be_none_none_is_offered(start: Start, here: str, console: str) -> None:
    unaware, elsewhere, plain = start(), start(), start(java_script_enabled=False)
    unaware.add_init_script("delete window.PublicKeyCredential")
    for page, address in ((unaware, here), (elsewhere, console), (plain, here)):
        log_in(page, address)
        page.goto(f"{address}/settings")
        assert page.locator("h2:text-is('Passkeys')").is_visible()
        assert page.locator("text=Passkeys can be added only at").is_visible()
        assert not page.locator("#passkey-name").is_visible()
        page.goto(f"{address}/login")
        assert page.locator("#email").is_visible()
        assert not page.locator(BUTTON).is_visible()
