"""The audit log: who did what, in the transaction of what was done, each tenant's own."""

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest
from redis import Redis
from sqlalchemy import event, text
from sqlalchemy.exc import OperationalError, ProgrammingError
from tests.integration.share_api.conftest import (
    PASSWORD,
    Serve,
    Service,
    World,
    assert_problem,
    log_in,
    share_id,
)

from accounts.provisioning import create_admin
from common.db.audit import COMMAND_LINE, Action, AuditEntry, record
from common.db.tenancy import Access, transaction
from common.instants import now

AUDIT = "/api/admin/analytics/audit"
SHARES = "/api/admin/analytics/shares"
SHARE = "/api/admin/analytics/revenue-overview/share"
SHARING = "/api/admin/analytics/sharing"
Entries = list[dict[str, Any]]


def entries(client: httpx.Client, **query: str | int) -> Entries:
    answer = client.get(AUDIT, params=query)
    assert answer.status_code == 200, answer.text
    found: Entries = answer.json()["items"]
    return found


def actions(client: httpx.Client) -> list[str]:
    """What was done, oldest first."""
    return [each["action"] for each in reversed(entries(client))]


def test_what_becomes_of_links_is_told_with_who_when_and_where(anna: httpx.Client) -> None:
    before = now()
    issued = anna.post(SHARE, json={"period": "7d"})
    first = share_id(issued)
    anna.delete(f"{SHARES}/{first}")
    for _ in range(2):
        share_id(anna.post(SHARE))
    anna.post(f"{SHARES}/revoke-all", json={"reportType": "revenue-overview"})
    share_id(anna.post(SHARE))
    anna.post(f"{SHARES}/revoke-all")
    anna.put(SHARING, json={"enabled": False})
    anna.put(SHARING, json={"enabled": True})
    found = entries(anna)
    told = [(each["action"], each["details"]) for each in reversed(found)]
    issue = ("link.issued", {"report": "revenue-overview", "period": "7d"})
    assert told[0] == ("login.succeeded", {})
    assert told[1] == (issue[0], issue[1] | {"expiresAt": issued.json()["expiresAt"]})
    assert told[2] == ("link.revoked", {"report": "revenue-overview"})
    assert [each[0] for each in told[3:5]] == ["link.issued"] * 2
    assert told[5] == ("links.revoked", {"links": 2, "report": "revenue-overview"})
    assert told[7:] == [
        ("links.revoked", {"links": 1}),
        ("sharing.off", {"links": 0}),
        ("sharing.on", {}),
    ]
    assert {each["actor"] for each in found} == {"anna@example.com"}
    assert {each["address"] for each in found} == {"127.0.0.1"}
    assert [each["subject"] for each in found[-3:]] == [first, first, None]
    moments = [datetime.fromisoformat(each["at"]) for each in found]
    assert moments == sorted(moments, reverse=True)
    assert before - timedelta(minutes=5) < moments[-1] <= moments[0] <= now()


def test_what_changes_nothing_is_not_told(anna: httpx.Client) -> None:
    entry = share_id(anna.post(SHARE))
    for _ in range(2):
        anna.delete(f"{SHARES}/{entry}")
        anna.post(f"{SHARES}/revoke-all")
        anna.put(SHARING, json={"enabled": True})
    anna.delete(f"{SHARES}/{uuid4()}")
    anna.post(SHARE, json={"period": "31d"})
    assert actions(anna) == ["login.succeeded", "link.issued", "link.revoked"]


def test_neither_token_nor_link_nor_password_is_in_it(anna: httpx.Client, service: Service) -> None:
    url = anna.post(SHARE).json()["url"]
    token = url.rsplit("/", 1)[1]
    ring = service.container.issuing.ring
    assert ring is not None
    link_id = ring.authenticate(token).link_id
    text_of_all = json.dumps(entries(anna))
    for secret in (token, token.split(".")[1], str(link_id), link_id.hex, PASSWORD):
        assert secret not in text_of_all


def test_a_page_at_a_time(anna: httpx.Client) -> None:
    for _ in range(4):
        share_id(anna.post(SHARE))
    whole = [each["id"] for each in entries(anna)]
    seen: list[str] = []
    query: dict[str, Any] = {"limit": 2}
    while True:
        page = anna.get(AUDIT, params=query).json()
        seen += [each["id"] for each in page["items"]]
        if page["nextCursor"] is None:
            break
        query["cursor"] = page["nextCursor"]
        share_id(anna.post(SHARE))  # newer: on no later page
    assert seen == whole


def test_filters(anna: httpx.Client) -> None:
    first, second = share_id(anna.post(SHARE)), share_id(anna.post(SHARE))
    anna.delete(f"{SHARES}/{first}")
    moment = entries(anna, action="link.revoked")[0]["at"]
    assert [each["subject"] for each in entries(anna, action="link.issued")] == [second, first]
    told = [each["action"] for each in entries(anna, subject=first)]
    assert told == ["link.revoked", "link.issued"]
    assert entries(anna, actor="ben@example.com") == []
    assert len(entries(anna, actor="anna@example.com")) == 4
    assert entries(anna, **{"from": "2126-01-01T00:00:00Z"}) == []
    assert len(entries(anna, to="2126-01-01T00:00:00Z")) == 4
    assert entries(anna, **{"from": moment})[0]["action"] == "link.revoked"


def test_wrong_parameters(anna: httpx.Client, subtests: pytest.Subtests) -> None:
    for name, value in (
        ("limit", "0"),
        ("limit", "101"),
        ("cursor", "x"),
        ("action", "link.stolen"),
        ("actor", ""),
        ("subject", "a\0"),
        ("from", "2026-05-02"),
        ("to", "now"),
        ("atFrom", "2026-05-02T00:00:00Z"),
        ("tenant", "tokyo"),
    ):
        with subtests.test(name=name, value=value):
            problem = assert_problem(anna.get(AUDIT, params={name: value}), 400)
            assert [each["parameter"] for each in problem["errors"]] == [name]


def test_a_tenant_reads_its_own(service: Service, anna: httpx.Client, ben: httpx.Client) -> None:
    mine = share_id(anna.post(SHARE))
    theirs = share_id(ben.post(SHARE))
    assert entries(ben, subject=mine) == entries(anna, subject=theirs) == []
    foreign = entries(anna, limit=1)[0]
    cursor = anna.get(AUDIT, params={"limit": 1}).json()["nextCursor"]
    ids = {each["id"] for each in entries(ben)} | {
        each["id"] for each in entries(ben, cursor=cursor)
    }
    assert foreign["id"] not in ids
    with service.client() as nobody, service.admin("carl", None) as carl:
        for client in (nobody, carl):
            assert_problem(client.get(AUDIT), 403)


def test_a_login_is_told_to_every_tenant_of_the_person(service: Service, world: World) -> None:
    with service.admin("anna", "berlin") as anna, service.admin("anna", "tokyo") as there:
        assert anna.delete("/api/admin/session").status_code == 204
        assert anna.delete("/api/admin/session").status_code == 204
        wanted = ["login.succeeded", "login.succeeded", "logout"]
        assert actions(there) == wanted
        there.put("/api/admin/session/tenant", json={"tenant": "berlin"})
        assert actions(there) == wanted
    with service.admin("ben", None) as ben:
        assert entries(ben)[0]["actor"] == "ben@example.com"
        world.leave("anna", world.tokyo)
        with service.admin("anna", None):
            assert actions(ben) == [*wanted, "login.succeeded"], "no member any more"


def test_failed_logins_and_the_one_that_locks(serve: Serve, world: World) -> None:
    service = serve(SHARE_API_LOGINS_PER_ACCOUNT=3)
    with service.admin("anna", "tokyo") as anna, service.client() as stranger:
        for _ in range(5):
            log_in(stranger, "ben", "a wrong password")
        log_in(stranger, "nobody-of-that-name")
        found = [(each["action"], each["actor"]) for each in reversed(entries(anna))]
    assert found == [
        ("login.succeeded", "anna@example.com"),
        ("login.failed", "ben@example.com"),
        ("login.failed", "ben@example.com"),
        ("login.locked", "ben@example.com"),
    ]


def test_an_unknown_address_leaves_no_trace_in_any_log(service: Service, world: World) -> None:
    with service.client() as stranger:
        log_in(stranger, "nobody-of-that-name")
    for tenant_id in (world.berlin, world.tokyo):
        with transaction(world.engine, Access(tenant_id=tenant_id)) as session:
            assert session.execute(text("SELECT count(*) FROM audit_entries")).scalar() == 0


def test_what_cannot_be_told_is_not_done(
    serve: Serve, service: Service, world: World, anna: httpx.Client, redis_client: Redis
) -> None:
    """The entry and what it tells of are one transaction."""
    first = share_id(anna.post(SHARE))

    def refuse(_: Any, __: Any, statement: str, *___: Any) -> None:
        if statement.startswith("INSERT INTO audit_entries"):
            raise OperationalError(statement, {}, Exception("no room"))

    engine = service.container.engine
    event.listen(engine, "before_cursor_execute", refuse)
    try:
        for act in (
            lambda: anna.post(SHARE),
            lambda: anna.delete(f"{SHARES}/{first}"),
            lambda: anna.post(f"{SHARES}/revoke-all"),
            lambda: anna.put(SHARING, json={"enabled": False}),
        ):
            assert_problem(act(), 503)
        with service.client() as client:
            assert log_in(client, "anna").status_code == 503
        sessions = len(redis_client.keys("session:*"))
        assert anna.delete("/api/admin/session").status_code == 204, "a log-out always ends"
        assert len(redis_client.keys("session:*")) == sessions - 1
    finally:
        event.remove(engine, "before_cursor_execute", refuse)
    with service.admin() as client:
        (entry,) = client.get(SHARES).json()["items"]
        assert (entry["id"], entry["state"]) == (first, "active")
        assert client.get(SHARING).json()["enabled"] is True


def test_an_import_is_told(anna: httpx.Client) -> None:
    taken = anna.post(
        "/api/admin/imports", content=b"order_id\r\n1\r\n", headers={"Content-Type": "text/csv"}
    )
    assert taken.status_code == 202, taken.text
    (entry,) = entries(anna, action="import.started")
    assert (entry["subject"], entry["actor"]) == (taken.json()["id"], "anna@example.com")
    assert entry["details"] == {"bytes": 13}


def test_a_new_admin_is_told_once(world: World, ben: httpx.Client) -> None:
    for tenant in ("tokyo", "tokyo", "berlin"):
        create_admin(
            world.engine, email="Dora@example.com", password="a lamp for the harbour", tenant=tenant
        )
    (entry,) = entries(ben, action="member.added")
    assert (entry["subject"], entry["actor"]) == ("dora@example.com", "command line")


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE audit_entries SET actor = 'somebody else'",
        "DELETE FROM audit_entries",
        "TRUNCATE audit_entries",
        "DROP TABLE audit_entries",
    ],
)
def test_the_services_cannot_change_the_log(world: World, change: str) -> None:
    _write(world, world.berlin, at=now())
    with (
        pytest.raises(ProgrammingError),
        transaction(world.engine, Access(tenant_id=world.berlin)) as session,
    ):
        session.execute(text(change))


def _write(world: World, tenant_id: int, *, at: datetime) -> None:
    with transaction(world.engine, Access(tenant_id=tenant_id)) as session:
        record(session, tenant_id, Action.SHARING_ON, COMMAND_LINE, at=at)


@pytest.mark.parametrize("access", ["tokyo", "ben", None])
def test_nobody_writes_into_the_log_of_another(world: World, access: str | None) -> None:
    whose: dict[str | None, Callable[[], Access]] = {
        "tokyo": lambda: Access(tenant_id=world.tokyo),
        "ben": lambda: Access(admin_id=world.admins["ben"]),
        None: Access,
    }
    with (
        pytest.raises(ProgrammingError, match="row-level security"),
        transaction(world.engine, whose[access]()) as session,
    ):
        record(session, world.berlin, Action.LOGIN_FAILED, COMMAND_LINE, at=now())


def test_an_admin_on_their_own_behalf_reads_no_log(world: World) -> None:
    _write(world, world.berlin, at=now())
    with transaction(world.engine, Access(admin_id=world.admins["anna"])) as session:
        assert session.query(AuditEntry).count() == 0
