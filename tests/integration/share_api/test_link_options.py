"""Options of a link: how they are asked for, what the ledger says of them, where they go."""

from collections.abc import Iterator
from datetime import UTC, datetime

import httpx
import pytest
import time_machine
from redis import Redis
from tests.integration.share_api.conftest import World, assert_problem
from tests.integration.share_api.test_issuing import verified

from common.links.options import LinkOptions
from common.links.state import parse_epoch, parse_link, state_key
from common.links.token import KeyRing, LinkClaims
from common.reports.window import Period

SHARES = "/api/admin/analytics/shares"
SHARE = "/api/admin/analytics/revenue-overview/share"
MOMENT = datetime(2031, 4, 25, 22, 30, tzinfo=UTC)


@pytest.fixture
def moment() -> Iterator[datetime]:
    """Time stands still; ask for it before a client, whose session begins then."""
    with time_machine.travel(MOMENT, tick=False):
        yield MOMENT


def options_in(redis: Redis, claims: LinkClaims) -> LinkOptions:
    """What the viewers are told of a link."""
    epoch = parse_epoch(redis.eval("return redis.call('info', 'server')", 0))
    data = redis.get(state_key(claims.tenant_id, claims.link_id))
    assert data is None or isinstance(data, bytes)
    return parse_link(data, epoch=epoch).options


def test_a_live_link_says_todays_window_and_is_listed_as_live(
    moment: datetime, anna: httpx.Client, ring: KeyRing, redis_client: Redis
) -> None:
    answer = anna.post(SHARE, json={"period": "7d", "live": True})
    assert answer.status_code == 201
    assert answer.json().keys() == {"url", "expiresAt", "reportType", "period"}
    assert answer.json()["period"] == {
        "from": "2031-04-18T22:00:00.000Z",
        "to": "2031-04-25T22:00:00.000Z",
    }
    claims = verified(ring, answer)
    assert len(answer.json()["url"].rpartition("/")[2]) < 200
    assert options_in(redis_client, claims) == LinkOptions(live=Period.WEEK)
    plain = anna.post(SHARE, json={"period": "7d", "live": False})
    assert options_in(redis_client, verified(ring, plain)) == LinkOptions()
    kinds = [each["kind"] for each in anna.get(SHARES).json()["items"]]
    assert sorted(kinds) == ["fixed", "live"]
    entry = anna.get(answer.headers["location"]).json()
    assert (entry["kind"], entry["period"]["name"]) == ("live", "7d")
    audited = anna.get("/api/admin/analytics/audit", params={"action": "link.issued"}).json()
    assert sorted(str(each["details"].get("kind")) for each in audited["items"]) == ["None", "live"]


@pytest.mark.parametrize("value", [1, "true", None, []])
def test_live_is_a_boolean(anna: httpx.Client, value: object) -> None:
    problem = assert_problem(anna.post(SHARE, json={"live": value}), 400)
    assert [each["pointer"] for each in problem["errors"]] == ["/live"]


def test_days_of_the_calendar_do_not_move(anna: httpx.Client, world: World) -> None:
    body = {"live": True, "dates": {"first": "2026-01-01", "last": "2026-01-31"}}
    problem = assert_problem(anna.post(SHARE, json=body), 422)
    assert problem["errors"][0]["pointer"] == "/live"
    shares = [{"report": "revenue-overview"}, {"report": "revenue-overview", **body}]
    problem = assert_problem(anna.post(f"{SHARES}/bulk", json={"shares": shares}), 422)
    assert problem["errors"][0]["pointer"] == "/shares/1/live"
    assert anna.get(SHARES).json()["items"] == []
