"""From a page on somebody's screen to the number that the admin sees, over the real processes."""

import os
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from playwright.sync_api import sync_playwright
from tests.browser.chromium import SWITCHES, find_browser
from tests.functional.conftest import System
from tests.support import wait

pytestmark = pytest.mark.xdist_group("system")

PERSON = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/141.0.0.0 Safari/537.36"
DISCORD = {"User-Agent": "Mozilla/5.0 (compatible; Discordbot/2.0; +https://discordapp.com)"}


def test_the_admin_sees_who_looked_and_no_bot(system: System) -> None:
    with system.admin() as admin, httpx.Client(timeout=wait.PATIENCE_SECONDS) as chat:
        issued = admin.post("/api/admin/analytics/sales-velocity/share", json={"period": "7d"})
        link, entry = issued.json()["url"], issued.headers["location"]
        card = chat.get(link, headers=DISCORD)
        assert card.status_code == 200
        assert "Sales velocity · Nordlicht" in card.text
        assert "<table" not in card.text
        for path in (link, f"{link}/csv", f"{link}/view"):
            chat.get(path, headers=DISCORD)
        chat.post(f"{link}/view", content="0123456789", headers=DISCORD)

        first = admin.get(entry).json()
        assert (first["views"], first["downloads"], first["lastViewedAt"]) == (0, 0, None)
        before = datetime.now(UTC) - timedelta(seconds=1)
        for _ in range(2):
            csv = chat.get(f"{link}/csv", headers={"User-Agent": PERSON})
            assert csv.status_code == 200
        seen = chat.post(f"{link}/view", content="fedcba9876", headers={"User-Agent": PERSON})
        assert seen.status_code == 204

        wait.until(lambda: admin.get(entry).json()["downloads"] >= 2)
        then = admin.get(entry).json()
        assert (then["views"], then["downloads"]) == (1, 2)
        assert before <= datetime.fromisoformat(then["lastViewedAt"]) <= datetime.now(UTC)


def test_a_page_in_a_browser_is_a_view(system: System) -> None:
    executable = find_browser()
    if executable is None:
        (pytest.fail if os.environ.get("ANALYTICS_REQUIRE_BROWSER") == "1" else pytest.skip)(
            "no Chromium found"
        )
    with system.admin() as admin:
        issued = admin.post("/api/admin/analytics/revenue-overview/share", json={"period": "7d"})
        link, entry = issued.json()["url"], issued.headers["location"]
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=executable, args=SWITCHES)
            # By its own name a browser without a window is a program.
            for agent in (None, PERSON):
                page = browser.new_context(user_agent=agent).new_page()
                with page.expect_request(
                    lambda each: each.url.endswith("/view"), timeout=1000 * wait.PATIENCE_SECONDS
                ) as told:
                    page.goto(link)
                answer = told.value.response()
                assert answer is not None
                assert answer.status == 204
            browser.close()
        wait.until(lambda: admin.get(entry).json()["views"] >= 1)
        then = admin.get(entry).json()
    assert (then["views"], then["downloads"]) == (1, 0)
