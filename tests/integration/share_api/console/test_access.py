"""Team, API keys, connections and the shop's settings in the console, by forms alone."""

import html
import re
from collections.abc import Iterator

import httpx
import pytest
from tests.integration.share_api.conftest import BASE_URL, Service, World
from tests.integration.share_api.console.conftest import Tab, a_tab, said

SECRET = re.compile(r'id="secret" readonly value="([^"]+)"')
WEBHOOK = re.compile(r'id="webhook" readonly data-here value="([^"]+)"')


@pytest.fixture
def carl(service: Service, world: World) -> Iterator[Tab]:
    """Carl's tab: an editor of tokyo."""
    world.join("carl", world.tokyo, "editor")
    with a_tab(service) as tab:
        assert tab.log_in("carl").status_code == 303
        yield tab


def shown(answer: httpx.Response, what: re.Pattern[str]) -> str:
    """What a page shows this once."""
    found = what.search(answer.text)
    assert found, said(answer)
    return html.unescape(found[1])


def test_a_role_is_changed_and_a_member_removed_whose_session_ends_at_once(
    tab: Tab, carl: Tab, world: World
) -> None:
    member = f"/admin/team/{world.admins['carl']}"
    assert "New link" in said(carl.open("/admin/links"))
    tab.open("/admin/team")
    assert tab.send(f"{member}/role", role="viewer").headers["location"] == "/admin/team?done=role"
    assert "New link" not in said(carl.open("/admin/links"))
    for role in ("king", "", "owner "):
        assert tab.send(f"{member}/role", role=role).status_code == 400
    page = said(tab.open("/admin/team", params={"remove": str(world.admins["carl"])}))
    assert "Remove this member?" in page
    assert tab.send(f"{member}/remove").status_code == 303
    assert carl.open("/admin/links").headers["location"].startswith("/admin/shops")
    assert "carl@" not in said(tab.open("/admin/team"))


def test_the_last_owner_is_told_and_stays(tab: Tab, world: World) -> None:
    world.leave("anna", world.tokyo)
    me = f"/admin/team/{world.admins['ben']}"
    team = tab.open("/admin/team", params={"remove": str(world.admins["ben"])})
    assert "This is the only owner: make another member an owner first." in said(team)
    assert "Remove" not in said(team)
    for path, fields in ((f"{me}/role", {"role": "viewer"}), (f"{me}/remove", {})):
        answer = tab.send(path, **fields)
        assert answer.status_code == 409
        assert "the only owner" in said(answer)


def test_a_key_is_shown_once_and_opens_nothing_once_it_is_revoked(
    tab: Tab, service: Service
) -> None:
    tab.open("/admin/keys")
    made = tab.send("/admin/keys", name=" till <1> ", scope=["shares:read"], days="30")
    key = shown(made, SECRET)
    assert key not in tab.open("/admin/keys").text
    with service.client(headers={"Authorization": f"Bearer {key}"}) as program:
        assert program.get("/api/admin/analytics/shares").status_code == 200
        assert program.post("/api/admin/analytics/shares/revoke-all").status_code == 403
        revoke = re.search(r'href="/admin/keys\?revoke=([^"]+)"', tab.open("/admin/keys").text)
        assert revoke
        assert "till <1>" in said(tab.open("/admin/keys", params={"revoke": revoke[1]}))
        assert tab.send(f"/admin/keys/{revoke[1]}/revoke").status_code == 303
        assert program.get("/api/admin/analytics/shares").status_code == 401


@pytest.mark.parametrize(
    "fields",
    [
        {"name": ""},
        {"name": "x" * 101},
        {"scope": []},
        {"scope": "keys:write"},
        {"scope": "no:scope"},
        {"days": "0"},
        {"days": "367"},
        {"days": "1e2"},
        {"days": "٣"},
    ],
)
def test_a_key_that_cannot_be_is_told_and_not_made(tab: Tab, fields: dict[str, str]) -> None:
    tab.open("/admin/keys")
    wanted = {"name": "x", "scope": "shares:read", "days": "30", **fields}
    answer = tab.send("/admin/keys", **wanted)
    assert answer.status_code == 400
    assert 'role="alert"' in answer.text
    assert "There are no keys yet" in said(tab.open("/admin/keys"))


def test_a_connection_is_made_rotated_paused_and_resumed(tab: Tab) -> None:
    tab.open("/admin/connections")
    made = tab.send("/admin/connections", platform="woocommerce", name="Laden <b>")
    secret, address = shown(made, SECRET), shown(made, WEBHOOK)
    assert address.startswith(f"{BASE_URL}/api/ingest/")
    assert "<b>" not in made.text
    page = tab.open("/admin/connections")
    assert "WooCommerce ·" in said(page)
    assert secret not in page.text
    one = f"/admin/connections/{address.split('/')[-2]}"
    rotated = tab.send(f"{one}/rotate", secret="s" * 20)
    assert shown(rotated, SECRET) == "s" * 20
    assert tab.send(f"{one}/rotate", secret="short").status_code == 400
    assert tab.send(f"{one}/pause").status_code == 303
    assert "Paused" in said(tab.open("/admin/connections"))
    assert tab.send(f"{one}/resume").status_code == 303
    assert "Paused" not in said(tab.open("/admin/connections"))
    for odd in ({"platform": "ebay", "name": "x"}, {"platform": "shopify", "name": ""}):
        assert tab.send("/admin/connections", **odd).status_code == 400


def test_the_shop_is_renamed_and_its_days_moved(tab: Tab) -> None:
    tab.open("/admin/settings")
    wanted = {"name": " Kōbō <3 ", "timezone": "Europe/Lisbon"}
    asked = tab.send("/admin/settings/shop", **wanted)
    assert asked.status_code == 200
    assert "Change the time zone to Europe/Lisbon?" in said(asked)
    question = asked.text.partition("Change the time zone")[0].rpartition("<form")[2]
    fields = {"name": "Kōbō &lt;3", "timezone": "Europe/Lisbon", "sure": "Europe/Lisbon"}
    for name, value in fields.items():
        assert f'<input type="hidden" name="{name}" value="{value}">' in question
    of_the_filter = said(tab.open("/admin/activity")).count("Time zone changed")
    assert of_the_filter == 1
    assert tab.send("/admin/settings/shop", **wanted, sure="Asia/Seoul").status_code == 200
    done = tab.send("/admin/settings/shop", **wanted, sure="Europe/Lisbon")
    page = tab.open(done.headers["location"])
    assert "Report days now follow the new time zone" in said(page)
    assert "Kōbō <3" in said(page)
    assert 'value="Europe/Lisbon"' in page.text
    activity = said(tab.open("/admin/activity"))
    assert "Shop renamed" in activity
    assert "Time zone changed" in activity
    for odd in ({"timezone": "Mars/Base"}, {"name": " "}, {"name": "x" * 201}, {"name": "a\nb"}):
        answer = tab.send(
            "/admin/settings/shop", **{"name": "N", "timezone": "Europe/Lisbon", **odd}
        )
        assert answer.status_code == 400, odd
    assert "Kōbō <3" in said(tab.open("/admin/settings"))


def test_the_settings_by_the_api_and_not_by_a_key(ben: httpx.Client, service: Service) -> None:
    changed = ben.patch("/api/admin/shop", json={"timezone": "Asia/Seoul"})
    assert changed.json()["shop"]["timezone"] == "Asia/Seoul"
    assert changed.json()["cutLinks"] == 0
    for odd in ({}, {"name": None}, {"timezone": 3}, {"timezone": "../etc"}, {"currency": "EUR"}):
        assert ben.patch("/api/admin/shop", json=odd).status_code == 400, odd
