"""Sharing policy: no way to issue a link leads past the longest life that the shop has set."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest
from tests.integration.share_api.conftest import (
    Command,
    Serve,
    Service,
    World,
    assert_problem,
    share_id,
)
from tests.integration.share_api.console.conftest import Tab, a_tab, said

from common.db.shares import Share
from common.db.tenancy import TenantDb

SHOP = "/api/admin/shop"
SHARE = "/api/admin/analytics/revenue-overview/share"
BULK = "/api/admin/analytics/shares/bulk"
AUDIT = "/api/admin/analytics/audit"
DAY, YEAR = 86_400, 31_536_000


@pytest.fixture
def analytics(command: Command, secret: str) -> Command:
    """Run a command of a deployment that signs links."""
    given = {"ANALYTICS_SHARE_SIGNING_SECRET": secret, "PUBLIC_BASE_URL": "https://a.example"}
    return lambda *arguments: command(*arguments, **given)


@pytest.fixture
def bounded(anna: httpx.Client) -> httpx.Client:
    """Anna's client: berlin's links live for three days at most."""
    answer = anna.patch(SHOP, json={"maxLinkSeconds": 3 * DAY})
    assert answer.status_code == 200, answer.text
    assert answer.json()["maxLinkSeconds"] == 3 * DAY
    return anna


def life(answer: httpx.Response) -> timedelta:
    """How long the link that was issued lives, in whole minutes."""
    found = datetime.fromisoformat(answer.json()["expiresAt"]) - datetime.now().astimezone()
    return timedelta(minutes=round(found.total_seconds() / 60))


def test_a_longer_life_is_refused_and_the_default_kept_within(bounded: httpx.Client) -> None:
    assert life(bounded.post(SHARE)) == timedelta(days=3)
    assert bounded.post(SHARE, json={"expiresInSeconds": 3 * DAY}).status_code == 201
    refused = assert_problem(bounded.post(SHARE, json={"expiresInSeconds": 3 * DAY + 1}), 400)
    fault = {"pointer": "/expiresInSeconds", "detail": f"must be from 1 to {3 * DAY} seconds"}
    assert refused["errors"] == [fault]
    assert bounded.get(SHOP).json()["maxLinkSeconds"] == 3 * DAY


def test_of_many_each_is_held_to_it_and_named_by_its_place(bounded: httpx.Client) -> None:
    shares: list[dict[str, Any]] = [
        {"report": "revenue-overview", "expiresInSeconds": seconds}
        for seconds in (DAY, 4 * DAY, 3 * DAY, YEAR)
    ]
    refused = assert_problem(bounded.post(BULK, json={"shares": shares}), 400)
    assert [each["pointer"] for each in refused["errors"]] == [
        "/shares/1/expiresInSeconds",
        "/shares/3/expiresInSeconds",
    ]
    assert bounded.post(BULK, json={"shares": shares[::2]}).status_code == 201


def test_the_command_is_held_to_it(bounded: httpx.Client, analytics: Command) -> None:
    share = ("share", "--tenant", "berlin", "revenue-overview")
    refused = analytics(*share, "--expires-in", str(4 * DAY))
    assert refused.exit_code != 0
    assert f"from 1 to {3 * DAY}" in refused.output
    assert analytics(*share).exit_code == 0
    (issued,) = bounded.get("/api/admin/analytics/shares").json()["items"]
    lives = datetime.fromisoformat(issued["expiresAt"]) - datetime.fromisoformat(
        issued["createdAt"]
    )
    assert timedelta(days=3) <= lives < timedelta(days=3, seconds=2)
    assert analytics("share", "--tenant", "tokyo", "revenue-overview").exit_code == 0


def test_a_link_of_before_keeps_its_end_and_its_next_one_is_held_to_it(
    service: Service, world: World, anna: httpx.Client
) -> None:
    old = share_id(anna.post(SHARE, json={"expiresInSeconds": YEAR}))
    with a_tab(service) as tab:
        tab.log_in("anna")
        tab.open("/admin/shops")
        tab.send("/admin/shops", tenant="berlin")
        tab.open("/admin/settings")
        assert tab.send("/admin/settings/sharing", days="30").status_code == 303
        path = tab.send(f"/admin/links/{old}/extend").headers["location"]
    with TenantDb(world.engine, world.berlin).transaction() as session:
        before = session.get_one(Share, (world.berlin, UUID(old)))
        after = session.get_one(Share, (world.berlin, UUID(path.rpartition("/")[2])))
    assert (before.expires_at - before.issued_at).days == 365
    assert (after.expires_at - after.issued_at).days == 30


def test_owners_alone_set_it_and_it_is_written_down(
    bounded: httpx.Client, service: Service, world: World
) -> None:
    assert bounded.patch(SHOP, json={"maxLinkSeconds": None}).json()["maxLinkSeconds"] == YEAR
    bounded.patch(SHOP, json={"maxLinkSeconds": None})
    found = bounded.get(AUDIT, params={"action": "link-life.changed"}).json()["items"]
    assert [each["details"] for each in found] == [{"before": 3 * DAY}, {"seconds": 3 * DAY}]
    for wrong in (0, 59, YEAR + 1, -1, "60", 1.5, True):
        assert_problem(bounded.patch(SHOP, json={"maxLinkSeconds": wrong, "name": "Other"}), 400)
    assert bounded.get(SHOP).json()["shop"]["name"] == "Berlin"
    for role in ("editor", "viewer"):
        world.join("carl", world.berlin, role)
        with service.admin("carl") as carl:
            assert_problem(carl.patch(SHOP, json={"maxLinkSeconds": DAY}), 403)
            assert carl.get(SHOP).json()["maxLinkSeconds"] == YEAR
        world.leave("carl", world.berlin)


def test_the_console_sets_it_and_says_it_in_the_form(tab: Tab) -> None:
    tab.open("/admin/settings")
    assert tab.send("/admin/settings/sharing", days="30").status_code == 303
    page = tab.open("/admin/settings?done=policy")
    assert "and for 30 days at most." in said(page)
    assert 'name="days" type="number" min="1" max="365" value="30"' in page.text
    form = tab.open("/admin/links/new")
    assert 'value="2592000"' in form.text
    assert 'value="7776000"' not in form.text
    assert "Your shop lets a link open for 30 days at most." in said(form)
    for wrong in ("0", "366", "-1", "1.5", "x", "9" * 9):
        assert tab.send("/admin/settings/sharing", days=wrong).status_code == 400
    assert tab.send("/admin/settings/sharing", days="").status_code == 303
    assert "Your shop lets" not in said(tab.open("/admin/links/new"))


def test_a_bound_above_what_the_service_allows_by_now_does_not_count(
    serve: Serve, bounded: httpx.Client
) -> None:
    limits = {"MAX_TTL": 2 * DAY, "TTL": DAY}
    lower = serve(**{f"ANALYTICS_SHARE_LINK_{name}_SECONDS": v for name, v in limits.items()})
    with lower.admin() as anna:
        assert anna.get(SHOP).json()["maxLinkSeconds"] == 2 * DAY
