"""Options of a link: how they are asked for, what the ledger says of them, where they go."""

import base64
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

import httpx
import pytest
import time_machine
from redis import Redis
from sqlalchemy import text
from tests.integration.share_api.conftest import Serve, World, assert_problem
from tests.integration.share_api.test_issuing import verified

from common.db.shares import Share
from common.db.tenancy import Access, transaction
from common.jobs.celery_config import QUEUE
from common.links import unlocking
from common.links.link_claims import LinkClaims
from common.links.options import LinkOptions
from common.links.ranges import Range
from common.links.state import LinkStateStore, parse_epoch, parse_link, state_key
from common.links.token import KeyRing
from common.reports.comparison import Comparison
from common.reports.window import Period
from share_api.container import Container
from sharing.options import options_of
from worker.links.revocation_sweep import sweep_revocations

SHARES = "/api/admin/analytics/shares"
SHARE = "/api/admin/analytics/revenue-overview/share"
PASSWORD, OTHER = "correct horse battery", "another horse, battery"
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


def test_ranges_are_kept_listed_told_to_viewers_and_refused(
    anna: httpx.Client, ring: KeyRing, redis_client: Redis
) -> None:
    wanted = ["custom", "7d", "last-month"]
    answer = anna.post(SHARE, json={"ranges": wanted, "live": True})
    assert answer.json().keys() == {"url", "expiresAt", "reportType", "period"}
    claims = verified(ring, answer)
    shown = options_in(redis_client, claims)
    assert shown == LinkOptions(live=Period.MONTH, ranges=tuple(map(Range, wanted)))
    assert anna.get(answer.headers["location"]).json()["ranges"] == wanted
    audited = anna.get("/api/admin/analytics/audit", params={"action": "link.issued"}).json()
    assert audited["items"][0]["details"]["ranges"] == wanted
    plain = anna.post(SHARE, json={})
    assert anna.get(plain.headers["location"]).json()["ranges"] == []
    assert options_in(redis_client, verified(ring, plain)) == LinkOptions()
    problem = assert_problem(anna.post(SHARE, json={"ranges": wanted, "frozen": True}), 422)
    assert [each["pointer"] for each in problem["errors"]] == ["/ranges"]
    for odd in ([], ["7d", "7d"], ["31d"], "7d", None, [7], [["7d"]], ["2026-01-01..2026-01-02"]):
        assert_problem(anna.post(SHARE, json={"ranges": odd}), 400)
    assert len(anna.get(SHARES).json()["items"]) == 2


def test_what_it_is_compared_with_is_kept_listed_told_to_viewers_and_asked_for(
    anna: httpx.Client, ring: KeyRing, redis_client: Redis
) -> None:
    answer = anna.post(SHARE, json={"compare": "last-year", "live": True})
    assert answer.json().keys() == {"url", "expiresAt", "reportType", "period"}
    shown = options_in(redis_client, verified(ring, answer))
    assert shown == LinkOptions(live=Period.MONTH, compare=Comparison.LAST_YEAR)
    assert anna.get(answer.headers["location"]).json()["compare"] == "last-year"
    audited = anna.get("/api/admin/analytics/audit", params={"action": "link.issued"}).json()
    assert audited["items"][0]["details"]["compare"] == "last-year"
    for body in ({}, {"compare": "previous"}):
        plain = anna.post(SHARE, json=body)
        assert anna.get(plain.headers["location"]).json()["compare"] == "previous"
        assert options_in(redis_client, verified(ring, plain)) == LinkOptions()
    audited = anna.get("/api/admin/analytics/audit", params={"action": "link.issued"}).json()
    assert "compare" not in audited["items"][0]["details"]
    asked = published_jobs(redis_client)
    assert [each.get("comparison") for each in asked] == ["last-year", None]
    for odd in ("", "year", None, 1, ["last-year"], "LAST-YEAR"):
        assert_problem(anna.post(SHARE, json={"compare": odd}), 400)
    assert len(anna.get(SHARES).json()["items"]) == 3


def published(redis: Redis) -> list[dict[str, str]]:
    """What workers were asked for, in order."""
    return [json.loads(each) for each in reversed(redis.lrange(QUEUE, 0, -1))]


def published_jobs(redis: Redis) -> list[dict[str, object]]:
    """Their arguments."""
    return [json.loads(base64.b64decode(each["body"]))[1] for each in published(redis)]


def test_sites_that_may_embed_it_are_kept_listed_and_told_to_viewers(
    anna: httpx.Client, ring: KeyRing, redis_client: Redis
) -> None:
    sites = ["https://intranet.example.com", "https://b.example:8443"]
    answer = anna.post(SHARE, json={"embed": sites})
    assert answer.json().keys() == {"url", "expiresAt", "reportType", "period"}
    assert options_in(redis_client, verified(ring, answer)) == LinkOptions(embed=tuple(sites))
    assert anna.get(answer.headers["location"]).json()["embed"] == sites
    problem = assert_problem(anna.post(SHARE, json={"embed": sites, "password": PASSWORD}), 422)
    assert [each["pointer"] for each in problem["errors"]] == ["/embed"]
    many = [f"https://{n}.example" for n in range(11)]
    odd: list[object] = [[], sites * 2, many, "https://a.example", None, [None], ["*"]]
    for each in (*odd, ["http://a.example"], ["https://a.example/x"], ["https://a.example; x"]):
        assert_problem(anna.post(SHARE, json={"embed": each}), 400)
    assert len(anna.get(SHARES).json()["items"]) == 1


def test_a_password_is_kept_as_its_hash_and_changed_at_once(
    anna: httpx.Client, ring: KeyRing, redis_client: Redis, world: World
) -> None:
    answer = anna.post(SHARE, json={"password": PASSWORD})
    assert answer.json().keys() == {"url", "expiresAt", "reportType", "period"}
    claims, entry = verified(ring, answer), answer.headers["location"]
    first = options_in(redis_client, claims)
    assert first.password is not None
    assert unlocking.matches(first.password, PASSWORD)
    assert anna.get(entry).json()["protected"] is True
    assert anna.put(f"{entry}/password", json={"password": OTHER}).status_code == 204
    second = options_in(redis_client, claims)
    assert second.password is not None
    assert (second.revision, unlocking.matches(second.password, OTHER)) == (1, True)
    for _ in range(2):
        assert anna.delete(f"{entry}/password").status_code == 204
        assert options_in(redis_client, claims) == LinkOptions(revision=2)
    assert anna.get(entry).json()["protected"] is False
    actions = [each["action"] for each in anna.get("/api/admin/analytics/audit").json()["items"]]
    assert actions.count("link.password-set") == actions.count("link.password-removed") == 1
    with transaction(world.engine, Access(tenant_id=world.berlin)) as session:
        told = str(session.execute(text("SELECT * FROM audit_entries")).all())
        told += str(session.execute(text("SELECT * FROM shares")).all())
    assert PASSWORD not in told
    assert OTHER not in told
    assert anna.delete(entry).status_code == 204
    assert_problem(anna.put(f"{entry}/password", json={"password": OTHER}), 409)
    assert_problem(anna.delete(f"{entry}/password"), 409)


@pytest.mark.parametrize("password", ["1234567", "x" * 129, 12345678, None, True])
def test_what_is_no_password(anna: httpx.Client, password: object) -> None:
    problem = assert_problem(anna.post(SHARE, json={"password": password}), 400)
    assert [each["pointer"] for each in problem["errors"]] == ["/password"]
    entry = anna.post(SHARE, json={}).headers["location"]
    problem = assert_problem(anna.put(f"{entry}/password", json={"password": password}), 400)
    assert [each["pointer"] for each in problem["errors"]] == ["/password"]


def test_many_links_take_few_hashes(anna: httpx.Client) -> None:
    def many(passwords: int) -> httpx.Response:
        shares = [
            {"report": "revenue-overview", "password": f"{PASSWORD} {n % passwords}"}
            for n in range(11)
        ]
        return anna.post(f"{SHARES}/bulk", json={"shares": shares})

    assert many(2).status_code == 201
    assert_problem(many(11), 400)


def test_another_tenants_link_has_no_password_to_set(
    anna: httpx.Client, ben: httpx.Client, ring: KeyRing, redis_client: Redis
) -> None:
    ben.put("/api/admin/session/tenant", json={"tenant": "tokyo"})
    theirs = ben.post(SHARE, json={"password": PASSWORD})
    entry = theirs.headers["location"]
    assert_problem(anna.put(f"{entry}/password", json={"password": OTHER}), 404)
    assert_problem(anna.delete(f"{entry}/password"), 404)
    stored = options_in(redis_client, verified(ring, theirs)).password
    assert stored is not None
    assert unlocking.matches(stored, PASSWORD)


def test_a_change_that_redis_did_not_take_is_carried_out_by_the_sweep(
    serve: Serve, anna: httpx.Client, ring: KeyRing, redis_client: Redis, world: World
) -> None:
    def lossy(container: Container) -> Container:
        return replace(container, states=LinkStateStore(Redis(port=1)))

    issued = anna.post(SHARE, json={"password": PASSWORD})
    claims, entry = verified(ring, issued), issued.headers["location"]
    with serve(lossy).admin() as client:
        problem = assert_problem(client.put(f"{entry}/password", json={"password": OTHER}), 503)
        assert problem["type"].endswith("password-not-carried-out")
    assert options_in(redis_client, claims).revision == 0
    sweep_revocations(world.engine, redis_client, now=datetime.now(UTC))
    swept = options_in(redis_client, claims)
    assert (swept.revision, unlocking.matches(swept.password or "", OTHER)) == (1, True)


def test_a_change_across_a_restart_of_redis_opens_nothing(
    anna: httpx.Client,
    ring: KeyRing,
    redis_client: Redis,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What the ledger said before the server went back in time is not what it says now: the link
    may have been revoked in between. Whoever opens it has it looked up again."""
    issued = anna.post(SHARE, json={"password": PASSWORD})
    claims, entry = verified(ring, issued), issued.headers["location"]
    read, of_now = ["a" * 40], LinkStateStore(redis_client).epoch(claims.tenant_id)

    def restarted_meanwhile(share: Share) -> LinkOptions:
        read[0] = of_now
        return options_of(share)

    monkeypatch.setattr(LinkStateStore, "epoch", lambda *_: read[0])
    monkeypatch.setattr("sharing.passwords.options_of", restarted_meanwhile)
    assert anna.put(f"{entry}/password", json={"password": OTHER}).status_code == 204
    data = redis_client.get(state_key(claims.tenant_id, claims.link_id))
    assert isinstance(data, bytes)
    assert parse_link(data, epoch=of_now).state is None
