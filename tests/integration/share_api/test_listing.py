"""The share ledger: listing, filtering, paging, and one tenant's entries only."""

from datetime import UTC, datetime, timedelta, timezone
from secrets import token_hex
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
import time_machine
from tests.integration.share_api.conftest import (
    Serve,
    Service,
    World,
    assert_problem,
    share_id,
)

from common.db.shares import Share
from common.db.tenancy import Access, transaction
from common.instants import now

SHARES = "/api/admin/analytics/shares"
REPORTS = ("revenue-overview", "sales-velocity", "product-performance")


def share(client: httpx.Client, report: str = "revenue-overview", **body: object) -> str:
    return share_id(client.post(f"/api/admin/analytics/{report}/share", json=body))


def listed(client: httpx.Client, **query: str | int) -> list[str]:
    answer = client.get(SHARES, params=query)
    assert answer.status_code == 200, answer.text
    return [each["id"] for each in answer.json()["items"]]


def test_an_entry_says_what_was_issued_and_by_whom(anna: httpx.Client) -> None:
    issued = anna.post("/api/admin/analytics/sales-velocity/share", json={"period": "7d"})
    entry = anna.get(issued.headers["location"]).json()
    assert entry == {
        "id": share_id(issued),
        "reportType": "sales-velocity",
        "reports": ["sales-velocity"],
        "period": {"name": "7d", **issued.json()["period"]},
        "kind": "fixed",
        "protected": False,
        "ranges": [],
        "embed": [],
        "compare": "previous",
        "hide": {"sections": [], "csv": False, "money": False, "margin": True},
        "changes": False,
        "createdAt": entry["createdAt"],
        "expiresAt": issued.json()["expiresAt"],
        "createdBy": "anna@example.com",
        "state": "active",
        "revokedAt": None,
        "label": None,
        "views": 0,
        "downloads": 0,
        "lastViewedAt": None,
    }
    expires, created = (datetime.fromisoformat(entry[k]) for k in ("expiresAt", "createdAt"))
    life = expires - created
    assert timedelta(days=7) <= life < timedelta(days=7, seconds=1)
    assert anna.get(SHARES).json() == {"items": [entry], "nextCursor": None}
    assert issued.json()["url"].rsplit("/", 1)[1] not in anna.get(SHARES).text


def test_newest_first_by_pages_that_nothing_moves(anna: httpx.Client, world: World) -> None:
    moment = now().replace(microsecond=0)
    ids = _insert(world, moment, count=25)
    seen: list[str] = []
    query: dict[str, str | int] = {"limit": 10}
    while True:
        page = anna.get(SHARES, params=query).json()
        seen += [each["id"] for each in page["items"]]
        if page["nextCursor"] is None:
            break
        query["cursor"] = page["nextCursor"]
        _insert(world, moment + timedelta(hours=1), count=1)  # newer: on no later page
    assert seen == ids
    assert len(listed(anna)) == 27
    assert len(listed(anna, limit=1)) == 1


def _insert(world: World, moment: datetime, *, count: int) -> list[str]:
    """Entries of pairs of the same second; their ids in the order of the list."""
    shares = [
        Share(
            tenant_id=world.berlin,
            id=uuid4(),
            link_id=uuid4(),
            report="revenue-overview",
            period="7d",
            window_from=moment - timedelta(days=7),
            window_to=moment,
            key_id="0" * 16,
            issued_at=moment - timedelta(seconds=number // 2),
            expires_at=moment + timedelta(days=1),
        )
        for number in range(count)
    ]
    with transaction(world.engine, Access(tenant_id=world.berlin)) as session:
        session.add_all(shares)
    ordered = sorted(shares, key=lambda each: (each.issued_at, each.id), reverse=True)
    return [str(each.id) for each in ordered]


def test_filters(anna: httpx.Client) -> None:
    short, kept, revoked = (
        share(anna, report, expiresInSeconds=seconds)
        for report, seconds in zip(REPORTS, (60, 3600, 3600), strict=True)
    )
    anna.delete(f"{SHARES}/{revoked}")
    with time_machine.travel(now() + timedelta(seconds=90), tick=True):
        assert listed(anna, state="active") == [kept]
        assert listed(anna, state="expired") == [short]
        assert listed(anna, state="revoked") == [revoked]
        assert set(listed(anna)) == {short, kept, revoked}
        assert listed(anna, reportType="sales-velocity") == [kept]
        assert listed(anna, reportType="sales-velocity", state="revoked") == []
        assert listed(anna, reportType="coupon-impact") == []
        states = {each["id"]: each["state"] for each in anna.get(SHARES).json()["items"]}
    assert states == {short: "expired", kept: "active", revoked: "revoked"}


def test_filters_of_instants_period_and_creator(anna: httpx.Client, world: World) -> None:
    moment = now().replace(microsecond=0) - timedelta(days=30)
    old, new = (
        _insert_one(world, issued_at=moment + timedelta(days=day), period=period, creator=creator)
        for day, period, creator in ((0, "7d", "command line"), (2, "90d", "Discord user 1234"))
    )
    mine = share(anna)

    def at(days: float, offset: int = 0, microseconds: int = 0) -> str:
        instant = moment + timedelta(days=days, microseconds=microseconds)
        return instant.astimezone(timezone(timedelta(hours=offset))).isoformat()

    for query, wanted in (
        ({"createdFrom": at(1)}, [mine, new]),
        ({"createdTo": at(1)}, [old]),
        ({"createdFrom": at(2, offset=-5), "createdTo": at(2, microseconds=1)}, [new]),
        ({"createdTo": at(2, offset=2)}, [old]),
        ({"expiresTo": at(2)}, [old]),
        ({"expiresFrom": at(3)}, [mine, new]),
        ({"expiresFrom": at(3, microseconds=1)}, [mine]),
        ({"period": "90d"}, [new]),
        ({"period": "90d", "createdTo": at(1)}, []),
        ({"createdBy": "command line"}, [old]),
        ({"createdBy": "Discord user 1234"}, [new]),
        ({"createdBy": "Discord user"}, []),
        ({"createdBy": " ANNA@example.com"}, [mine]),
        ({"createdBy": "ben@example.com"}, []),
        ({"createdBy": "%"}, []),
    ):
        assert listed(anna, **query) == wanted, query
    entries = {each["id"]: each for each in anna.get(SHARES).json()["items"]}
    assert entries[new]["createdBy"] == "Discord user 1234"


def _insert_one(world: World, *, issued_at: datetime, **values: Any) -> str:
    made = Share(
        tenant_id=world.berlin,
        id=uuid4(),
        link_id=uuid4(),
        report="revenue-overview",
        window_from=issued_at - timedelta(days=7),
        window_to=issued_at,
        key_id="0" * 16,
        issued_at=issued_at,
        expires_at=issued_at + timedelta(days=1),
        **values,
    )
    with transaction(world.engine, Access(tenant_id=world.berlin)) as session:
        session.add(made)
    return str(made.id)


def test_filtered_pages_go_on_where_they_ended(anna: httpx.Client) -> None:
    ids = [share(anna, report) for report in (*REPORTS, *REPORTS)]
    query: dict[str, str | int] = {"limit": 1, "reportType": REPORTS[0]}
    first = anna.get(SHARES, params=query).json()
    second = anna.get(SHARES, params=query | {"cursor": first["nextCursor"]}).json()
    assert [each["id"] for each in first["items"] + second["items"]] == [ids[3], ids[0]]
    assert second["nextCursor"] is None


def test_what_people_did_with_a_link_is_shown(anna: httpx.Client, world: World) -> None:
    entry = share(anna)
    viewed = datetime(2026, 5, 2, 1, 2, 3, 456000, tzinfo=UTC)
    with transaction(world.engine, Access(tenant_id=world.berlin)) as session:
        row = session.get_one(Share, (world.berlin, UUID(entry)))
        row.views, row.downloads, row.last_viewed_at = 5_000_000_000, 7, viewed
    shown = anna.get(f"{SHARES}/{entry}").json()
    assert (shown["views"], shown["downloads"]) == (5_000_000_000, 7)
    assert shown["lastViewedAt"] == "2026-05-02T01:02:03.456Z"


def test_a_link_whose_key_is_retired_does_not_count_as_active(serve: Serve, world: World) -> None:
    with serve().admin() as client:
        entry, over = share(client), share(client, expiresInSeconds=1)
    with serve(ANALYTICS_SHARE_SIGNING_SECRET=token_hex(32)).admin() as client:
        fresh = share(client)
        with time_machine.travel(now() + timedelta(seconds=90), tick=True):
            assert listed(client, state="active") == [fresh]
            assert listed(client, state="retired") == [entry]
            assert listed(client, state="expired") == [over]
            assert client.get(f"{SHARES}/{entry}").json()["state"] == "retired"
            assert client.post(f"{SHARES}/revoke-all").json() == {"revoked": 2}
    with serve(ANALYTICS_SHARE_SIGNING_SECRET="").admin() as client:
        assert listed(client, state="retired") == [], "without keys nobody can tell"


def test_a_link_is_never_extended(anna: httpx.Client) -> None:
    entry = share(anna)
    life = {"expiresInSeconds": 60}
    for method in ("PUT", "POST"):
        assert anna.request(method, f"{SHARES}/{entry}", json=life).status_code == 405
    assert anna.patch(f"{SHARES}/{entry}", json={"label": "x", **life}).status_code == 400
    assert anna.get(f"{SHARES}/{entry}").json()["label"] is None


def test_wrong_parameters(anna: httpx.Client, subtests: pytest.Subtests) -> None:
    for name, value in (
        ("limit", "0"),
        ("limit", "101"),
        ("limit", "x"),
        ("limit", "-1"),
        ("cursor", "x"),
        ("cursor", ""),
        ("cursor", "A" * 32 + "=="),
        ("cursor", "f/" * 16),
        ("cursor", "é"),
        ("state", "dead"),
        ("reportType", "nonsense"),
        ("report_type", "sales-velocity"),
        ("period", "31d"),
        ("createdBy", ""),
        ("createdBy", "a\0b"),
        ("createdBy", "x" * 321),
        ("createdFrom", ""),
        ("createdFrom", "2026-05-02"),
        ("createdFrom", "2026-05-02T00:00:00"),
        ("createdFrom", "2026-05-02T00:00:00 02:00"),
        ("createdTo", "1700000000"),
        ("createdTo", "2026-02-30T00:00:00Z"),
        ("expiresFrom", "2026-05-02T25:00:00Z"),
        ("expiresTo", "yesterday"),
        ("created_from", "2026-05-02T00:00:00Z"),
        ("tenant", "tokyo"),
    ):
        with subtests.test(name=name, value=value):
            problem = assert_problem(anna.get(SHARES, params={name: value}), 400)
            assert [each["parameter"] for each in problem["errors"]] == [name]


def test_a_span_that_ends_before_it_begins(anna: httpx.Client) -> None:
    for name in ("created", "expires"):
        start, end = f"{name}From", f"{name}To"
        for late in ("2026-05-02T00:00:00Z", "2026-05-03T00:00:00Z"):
            query = {start: late, end: "2026-05-02T00:00:00Z"}
            problem = assert_problem(anna.get(SHARES, params=query), 400)
            assert [each["parameter"] for each in problem["errors"]] == [end]
            assert start in problem["errors"][0]["detail"]


def test_an_entry_that_is_not_there(anna: httpx.Client, subtests: pytest.Subtests) -> None:
    known = share(anna)
    for name in (str(uuid4()), "x", "%00", f"{known}0", known.replace("-", ""), f"{{{known}}}"):
        with subtests.test(name=name):
            assert_problem(anna.get(f"{SHARES}/{name}"), 404)
            assert_problem(anna.delete(f"{SHARES}/{name}"), 404)


def test_a_token_manages_nothing(anna: httpx.Client, service: Service) -> None:
    issued = anna.post("/api/admin/analytics/revenue-overview/share").json()
    token = issued["url"].rsplit("/", 1)[1]
    assert_problem(anna.delete(f"{SHARES}/{token}"), 404)
    link_id = str(service.container.issuing.ring.authenticate(token).link_id)  # type: ignore[union-attr]
    assert_problem(anna.get(f"{SHARES}/{link_id}"), 404)
    assert_problem(anna.delete(f"{SHARES}/{link_id}"), 404)


def test_a_tenant_sees_and_revocations_its_own_entries_only(
    service: Service, anna: httpx.Client, ben: httpx.Client
) -> None:
    mine, theirs = share(anna), share(ben)
    assert (listed(anna), listed(ben)) == ([mine], [theirs])
    assert_problem(ben.get(f"{SHARES}/{mine}"), 404)
    assert_problem(ben.delete(f"{SHARES}/{mine}"), 404)
    assert ben.post(f"{SHARES}/revoke-all").json() == {"revoked": 1}
    assert anna.get(f"{SHARES}/{mine}").json()["state"] == "active"
    with service.admin("anna", "tokyo") as elsewhere:  # a member, but acting for tokyo
        assert listed(elsewhere) == [theirs]
        assert_problem(elsewhere.get(f"{SHARES}/{mine}"), 404)
        cursor = anna.get(SHARES, params={"limit": 1}).json()["nextCursor"]
        assert cursor is None


def test_an_entry_outlives_the_membership_of_its_creator(
    service: Service, ben: httpx.Client, world: World
) -> None:
    entry = share(ben)
    world.leave("ben", world.tokyo)
    with service.admin("anna", "tokyo") as client:
        assert client.get(f"{SHARES}/{entry}").json()["createdBy"] is None
        assert client.delete(f"{SHARES}/{entry}").status_code == 204


def test_nothing_without_a_session_and_a_tenant(service: Service) -> None:
    some = UUID(int=1)
    with service.client() as nobody, service.admin("carl", None) as carl:
        for client in (nobody, carl):
            for method, path in (
                ("GET", SHARES),
                ("GET", f"{SHARES}?limit=x"),
                ("GET", f"{SHARES}/{some}"),
                ("DELETE", f"{SHARES}/{some}"),
                ("POST", f"{SHARES}/revoke-all"),
            ):
                assert_problem(client.request(method, path), 403)
