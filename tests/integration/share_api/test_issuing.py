"""Issuing a link: what comes back, what is written, and in which order it is refused."""

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import product
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import httpx
import pytest
import time_machine
from redis import Redis
from sqlalchemy import Engine, select, text
from tests.integration.share_api.conftest import (
    BASE_URL,
    Serve,
    Service,
    World,
    assert_problem,
    share_id,
)

from common.db.shares import Share
from common.db.tenancy import Access, transaction
from common.jobs.celery_config import QUEUE
from common.links import tenant_names
from common.links.state import LinkRef, LinkState, LinkStateStore, state_key
from common.links.token import KeyRing
from common.reports import registry
from common.reports.window import Window
from common.reports_cache.cache import ReportKey

IMPLEMENTED = [each.slug for each in registry.implemented()]
STUBS = [each.slug for each in registry.REPORTS.values() if not each.implemented]
MOMENT = datetime(2031, 4, 25, 22, 30, 15, 123456, tzinfo=UTC)  # the 26th in Berlin and Tokyo


def share_url(report: str = "revenue-overview") -> str:
    return f"/api/admin/analytics/{report}/share"


def verified(ring: KeyRing, answer: httpx.Response) -> Any:
    prefix = f"{BASE_URL}/api/reports/"
    url = answer.json()["url"]
    assert url.startswith(prefix)
    return ring.authenticate(url.removeprefix(prefix))


@pytest.fixture
def moment() -> Iterator[datetime]:
    """Time stands still; ask for it before a client, whose session begins then."""
    with time_machine.travel(MOMENT, tick=False):
        yield MOMENT


@pytest.mark.parametrize("body", [b"", b" \r\n\t", b"{}"])
def test_an_empty_body_takes_the_defaults(
    moment: datetime, anna: httpx.Client, ring: KeyRing, world: World, body: bytes
) -> None:
    answer = anna.post(share_url(), content=body)
    assert answer.status_code == 201
    claims = verified(ring, answer)
    assert answer.json() == {
        "url": answer.json()["url"],
        "expiresAt": "2031-05-02T22:30:16.000Z",
        "reportType": "revenue-overview",
        "period": {"from": "2031-03-26T23:00:00.000Z", "to": "2031-04-25T22:00:00.000Z"},
    }
    assert claims.tenant_id == world.berlin
    assert claims.report == "revenue-overview"
    assert claims.issued_at == MOMENT.replace(second=16, microsecond=0)
    assert claims.expires_at - claims.issued_at == timedelta(seconds=604_800)


def test_every_report_and_period(
    moment: datetime, ben: httpx.Client, ring: KeyRing, world: World, subtests: pytest.Subtests
) -> None:
    end = datetime(2031, 4, 25, 15, tzinfo=UTC)  # the first instant of the 26th in Tokyo
    for report, (period, days) in product(IMPLEMENTED, (("7d", 7), ("30d", 30), ("90d", 90))):
        with subtests.test(report=report, period=period):
            answer = ben.post(share_url(report), json={"period": period, "expiresInSeconds": 60})
            assert answer.status_code == 201
            claims = verified(ring, answer)
            assert claims.window == Window(end - timedelta(days=days), end)
            assert (claims.tenant_id, claims.report) == (world.tokyo, report)
            assert answer.json()["expiresAt"] == "2031-04-25T22:31:16.000Z"
            assert answer.json()["reportType"] == report


def test_days_of_the_calendar_in_place_of_a_period(
    moment: datetime, ben: httpx.Client, ring: KeyRing, world: World
) -> None:
    march = {"dates": {"first": "2031-03-01", "last": "2031-03-31"}}
    answer = ben.post(share_url(), json=march)
    claims = verified(ring, answer)
    assert claims.window.dates(ZoneInfo("Asia/Tokyo")) == tuple(
        date(2031, 3, day) for day in range(1, 32)
    )
    assert answer.json()["period"]["from"] == "2031-02-28T15:00:00.000Z"
    shares = "/api/admin/analytics/shares"
    (entry,) = ben.get(shares, params={"period": "dates"}).json()["items"]
    assert entry["period"]["name"] == "dates"
    assert ben.get(shares, params={"period": "30d"}).json()["items"] == []
    (audited,) = ben.get("/api/admin/analytics/audit", params={"action": "link.issued"}).json()[
        "items"
    ]
    assert audited["details"]["first"] == "2031-03-01"
    assert audited["details"]["last"] == "2031-03-31"


def test_the_last_day_has_to_be_over_in_the_zone_of_the_tenant(
    moment: datetime, ben: httpx.Client, anna: httpx.Client
) -> None:
    for last, status in (("2031-04-25", 201), ("2031-04-26", 400), ("9999-12-30", 400)):
        first = "2031-04-25" if last < "9999" else "9999-12-30"
        answer = ben.post(share_url(), json={"dates": {"first": first, "last": last}})
        assert answer.status_code == status, (last, answer.text)
    problem = assert_problem(answer, 400)
    assert problem["errors"] == [
        {
            "pointer": "/dates/last",
            "detail": "must be a day that is over: 2031-04-25 at the latest",
        }
    ]


def test_a_link_is_issued_though_its_data_notes_cannot_be_read(
    anna: httpx.Client, owner_engine: Engine
) -> None:
    with owner_engine.begin() as connection:
        connection.execute(text("LOCK TABLE ledger_versions IN ACCESS EXCLUSIVE MODE"))
        answer = anna.post(share_url())
    assert answer.status_code == 201
    assert not answer.headers.get("x-data-notes")


def test_the_ledger_redis_and_the_workers_know_the_link(
    anna: httpx.Client, ring: KeyRing, world: World, redis_client: Redis
) -> None:
    answer = anna.post(share_url(), json={"period": "7d", "expiresInSeconds": 600})
    claims = verified(ring, answer)
    entry = UUID(share_id(answer))
    with transaction(world.engine, Access(tenant_id=world.berlin)) as session:
        (row,) = session.scalars(select(Share)).all()
    assert (row.id, row.link_id, row.report) == (entry, claims.link_id, claims.report)
    assert (row.period, row.window_from, row.window_to) == (
        "7d",
        claims.window.start,
        claims.window.end,
    )
    assert row.expires_at == claims.expires_at
    assert timedelta() <= claims.issued_at - row.issued_at < timedelta(seconds=1)
    assert (row.key_id, row.created_by) == (ring.key_id, world.admins["anna"])
    assert row.revoked_at is None
    assert entry != claims.link_id
    link = LinkRef(world.berlin, claims.link_id, claims.expires_at)
    assert LinkStateStore(redis_client).read([link]) == [LinkState.ACTIVE]
    told = redis_client.get(tenant_names.key(world.berlin))
    assert isinstance(told, bytes)
    assert tenant_names.parse(told) == tenant_names.TenantName("Berlin", "Europe/Berlin"), (
        "for the link's preview"
    )
    assert redis_client.expiretime(state_key(world.berlin, claims.link_id)) == int(
        claims.expires_at.timestamp()
    )
    (message,) = redis_client.lrange(QUEUE, 0, -1)
    assert json.loads(message)["headers"]["task"] == "reports.compute"
    key = ReportKey(world.berlin, claims.report, claims.window)
    assert redis_client.exists(key.requested)


def test_one_window_is_computed_once_however_many_links(
    anna: httpx.Client, redis_client: Redis
) -> None:
    urls = {anna.post(share_url()).json()["url"] for _ in range(3)}
    assert len(urls) == 3
    assert redis_client.llen(QUEUE) == 1


def test_the_life_may_be_set_up_to_the_maximum(
    moment: datetime, serve: Serve, world: World
) -> None:
    service = serve(ANALYTICS_SHARE_LINK_TTL_SECONDS=60, ANALYTICS_SHARE_LINK_MAX_TTL_SECONDS=3600)
    with service.admin() as client:
        for body, expires in (
            ({}, "2031-04-25T22:31:16.000Z"),
            ({"expiresInSeconds": 1}, "2031-04-25T22:30:17.000Z"),
            ({"expiresInSeconds": 3600}, "2031-04-25T23:30:16.000Z"),
        ):
            assert client.post(share_url(), json=body).json()["expiresAt"] == expires
        problem = assert_problem(client.post(share_url(), json={"expiresInSeconds": 3601}), 400)
        assert problem["errors"][0]["pointer"] == "/expiresInSeconds"


def test_a_report_that_cannot_be_shared(anna: httpx.Client, subtests: pytest.Subtests) -> None:
    for report in (*STUBS, "nonsense", "Revenue-Overview", "%00", "é", "shares", "x" * 3000):
        with subtests.test(report=report):
            assert_problem(anna.post(share_url(report)), 400)


WRONG_BODIES: list[tuple[bytes, str]] = [
    (b"{", ""),
    (b"null", ""),
    (b"[]", ""),
    (b'"30d"', ""),
    (b"1", ""),
    (b'{"period": "30d"} {}', ""),
    (b'{"period": "\xff"}', ""),
    ('{"period": "30d"}'.encode("utf-16"), ""),
    ("\ufeff{}".encode(), ""),
    (b'{"expiresInSeconds": NaN}', ""),
    (b'{"expiresInSeconds": ' + b"9" * 5000 + b"}", ""),
    (b"[" * 10_000, ""),
    (b'{"period": "' + b"x" * 20_000 + b'"}', ""),
    (b'{"period": "7d", "period": "30d"}', "/period"),
    (b'{"period": "31d"}', "/period"),
    (b'{"period": "7D"}', "/period"),
    (b'{"period": 30}', "/period"),
    (b'{"period": null}', "/period"),
    (b'{"period": ["30d"]}', "/period"),
    (b'{"period": "30d", "dates": {"first": "2031-03-01", "last": "2031-03-31"}}', ""),
    (b'{"dates": null}', "/dates"),
    (b'{"dates": {"last": "2031-03-01"}}', "/dates/first"),
    (b'{"dates": {"first": "2031-03-01"}}', "/dates/last"),
    (b'{"dates": {"first": "2031-03-01", "last": "2031-02-28"}}', "/dates/last"),
    (b'{"dates": {"first": "2030-01-01", "last": "2031-01-02"}}', "/dates/last"),
    (b'{"dates": {"first": "1999-12-31", "last": "2000-01-02"}}', "/dates/first"),
    (b'{"dates": {"first": "2031-02-29", "last": "2031-03-02"}}', "/dates/first"),
    (b'{"dates": {"first": "20310301", "last": "2031-03-02"}}', "/dates/first"),
    (b'{"dates": {"first": 1, "last": "2031-03-02"}}', "/dates/first"),
    (b'{"dates": {"first": "2031-03-01T00:00:00Z", "last": "2031-03-02"}}', "/dates/first"),
    (b'{"dates": {"first": "2031-03-01", "last": "9999-12-31"}}', "/dates/last"),
    (b'{"window": 1}', "/window"),
    (b'{"a/b~c": 1}', "/a~1b~0c"),
    (b'{"\\ud800": 1}', ""),
    (b'{"expires_in_seconds": 60}', "/expires_in_seconds"),
    (b'{"tenant": "tokyo"}', "/tenant"),
    *(
        (b'{"expiresInSeconds": %s}' % value, "/expiresInSeconds")
        for value in (
            b"0",
            b"-1",
            b"1.5",
            b"60.0",
            b"1e3",
            b"true",
            b"false",
            b'"60"',
            b"null",
            b"[]",
            b"{}",
            b"100000000000000000000",
            b"31536001",
        )
    ),
]


def test_a_wrong_body_is_400_and_says_where(anna: httpx.Client, subtests: pytest.Subtests) -> None:
    for body, pointer in WRONG_BODIES:
        with subtests.test(body=body[:40]):
            problem = assert_problem(anna.post(share_url(), content=body), 400)
            assert [each["pointer"] for each in problem["errors"]] == [pointer]
            assert problem["errors"][0]["detail"]
    assert anna.get("/api/admin/analytics/shares").json()["items"] == []


def test_all_faults_are_told_at_once(anna: httpx.Client) -> None:
    answer = anna.post(share_url(), json={"period": "1y", "expiresInSeconds": 0, "x": 1})
    pointers = {each["pointer"] for each in assert_problem(answer, 400)["errors"]}
    assert pointers == {"/period", "/expiresInSeconds", "/x"}


def test_a_query_string_changes_nothing(anna: httpx.Client, ring: KeyRing) -> None:
    answer = anna.post(f"{share_url()}?period=90d&expiresInSeconds=1&tenant=tokyo")
    claims = verified(ring, answer)
    assert claims.window.end - claims.window.start < timedelta(days=31)
    assert claims.expires_at - claims.issued_at == timedelta(days=7)


def test_the_order_is_403_then_400_then_503(serve: Serve, world: World) -> None:
    service = serve(ANALYTICS_SHARE_SIGNING_SECRET=None)
    wrong = {"content": b"{", "headers": {}}
    with service.client() as nobody, service.admin(tenant=None) as undecided:
        for client in (nobody, undecided):
            for report in ("revenue-overview", "nonsense", "coupon-impact"):
                assert_problem(client.post(share_url(report), **wrong), 403)  # type: ignore[arg-type]
                assert_problem(client.post(share_url(report)), 403)
    with service.admin() as client:
        for answer in (
            client.post(share_url("nonsense")),
            client.post(share_url("coupon-impact")),
            client.post(share_url(), content=b"{"),
            client.post(share_url(), json={"expiresInSeconds": 10**9}),
        ):
            assert_problem(answer, 400)
        problem = assert_problem(client.post(share_url()), 503)
        assert "ANALYTICS_SHARE_SIGNING_SECRET" in problem["detail"]
        assert client.get("/api/admin/analytics/shares").json()["items"] == []


def test_the_two_kinds_of_403_can_be_told_apart(service: Service) -> None:
    with service.client() as nobody, service.admin("carl", None) as carl:
        types = {assert_problem(each.post(share_url()), 403)["type"] for each in (nobody, carl)}
    assert len(types) == 2


def test_the_registry_is_listed(anna: httpx.Client, service: Service) -> None:
    path = "/api/admin/analytics/reports"
    items = anna.get(path).json()["items"]
    assert [each["slug"] for each in items] == list(registry.REPORTS)
    assert {each["slug"] for each in items if each["implemented"]} == set(IMPLEMENTED)
    for each in items:
        told = {"slug", "title", "description", "implemented", "periods", "sections"}
        assert set(each) == told
        sections = registry.find(each["slug"]).sections
        assert each["sections"] == [{"id": one.key, "title": one.title} for one in sections]
        assert bool(sections) is each["implemented"]
        assert each["periods"] == (["7d", "30d", "90d"] if each["implemented"] else [])
    with service.client() as nobody:
        assert_problem(nobody.get(path), 403)
