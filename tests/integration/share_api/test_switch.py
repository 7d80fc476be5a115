"""Turning sharing off ends every link of the tenant, and on revives none."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import httpx
import pytest
from redis import Redis
from sqlalchemy import Engine, text
from tests.integration.share_api.conftest import Serve, Service, World, assert_problem, share_id
from tests.integration.share_api.test_revoking import Link
from tests.support import wait

from common.db.audit import COMMAND_LINE
from common.db.shares import Share
from common.db.tenancy import Access, TenantDb, transaction
from common.infra.redis import ADMIN, create_redis
from common.instants import now
from common.links.state import LinkStateStore
from common.links.token import KeyRing
from share_api.container import Container
from sharing.revoking import Revocation
from sharing.switch import off_since, sharing_of, turn_off, turn_on

SHARING = "/api/admin/analytics/sharing"
SHARES = "/api/admin/analytics/shares"
SHARE = "/api/admin/analytics/revenue-overview/share"
ON = {"enabled": True, "offSince": None}


def test_off_revokes_every_link_and_lets_none_be_issued(
    anna: httpx.Client, ring: KeyRing, redis_client: Redis
) -> None:
    links = [Link(anna, ring, redis_client) for _ in range(3)]
    anna.delete(links[0].path)
    assert anna.get(SHARING).json() == ON
    changed = anna.put(SHARING, json={"enabled": False})
    assert (changed.status_code, changed.json()["revoked"]) == (200, 2)
    state = {"enabled": False, "offSince": changed.json()["offSince"]}
    assert state["offSince"] is not None
    assert anna.get(SHARING).json() == state
    assert {each.ledger for each in links} == {"revoked"}
    assert {each.redis for each in links} == {b"revoked"}
    refused = assert_problem(anna.post(SHARE), 409)
    assert refused["type"] == "urn:analytics:problem:sharing-off"
    assert len(anna.get(SHARES).json()["items"]) == 3
    assert anna.put(SHARING, json={"enabled": False}).json() == state | {"revoked": 0}


def test_on_again_revives_nothing(anna: httpx.Client, ring: KeyRing, redis_client: Redis) -> None:
    old = Link(anna, ring, redis_client)
    anna.put(SHARING, json={"enabled": False})
    for _ in range(2):
        assert anna.put(SHARING, json={"enabled": True}).json() == ON | {"revoked": 0}
    new = Link(anna, ring, redis_client)
    assert (old.ledger, old.redis) == ("revoked", b"revoked")
    assert (new.ledger, new.redis) == ("active", b"active")


def test_it_is_the_tenants_own_switch(
    anna: httpx.Client, ben: httpx.Client, ring: KeyRing, redis_client: Redis
) -> None:
    theirs = Link(ben, ring, redis_client)
    anna.put(SHARING, json={"enabled": False})
    assert ben.get(SHARING).json() == ON
    assert (theirs.ledger, theirs.redis) == ("active", b"active")
    assert ben.post(SHARE).status_code == 201


def test_a_wrong_body_changes_nothing(anna: httpx.Client, subtests: pytest.Subtests) -> None:
    bodies = ("", "{}", "[]", '{"enabled": 0}', '{"enabled": "false"}', '{"enabled": null}')
    for body in bodies:
        with subtests.test(body=body):
            assert assert_problem(anna.put(SHARING, content=body), 400)["errors"]
    assert anna.get(SHARING).json() == ON


def test_nothing_without_a_session_and_a_tenant(service: Service) -> None:
    with service.client() as nobody, service.admin("carl", None) as carl:
        for client in (nobody, carl):
            assert_problem(client.get(SHARING), 403)
            assert_problem(client.put(SHARING, json={"enabled": False}), 403)


def test_what_redis_did_not_take_is_off_and_asking_again_carries_it_out(
    serve: Serve, world: World, ring: KeyRing, redis_client: Redis
) -> None:
    def without_states(container: Container) -> Container:
        return replace(container, states=LinkStateStore(create_redis("redis://127.0.0.1:1", ADMIN)))

    with serve(without_states).admin() as client:
        link = Link(client, ring, redis_client)
        problem = assert_problem(client.put(SHARING, json={"enabled": False}), 503)
        assert problem["type"] == "urn:analytics:problem:recall-unavailable"
        assert client.get(SHARING).json()["enabled"] is False
        assert_problem(client.post(SHARE), 409)
    with serve().admin() as client:
        assert client.put(SHARING, json={"enabled": False}).json()["revoked"] == 0
    assert link.redis == b"revoked"


def test_a_link_being_issued_is_waited_for_and_revoked(
    anna: httpx.Client, world: World, redis_client: Redis, service_engine: Engine
) -> None:
    """An issue that found sharing on is in the ledger before sharing goes off."""
    with ThreadPoolExecutor(1) as pool:
        with transaction(service_engine, Access(tenant_id=world.berlin)) as issuing:
            assert off_since(issuing, world.berlin) is None
            issuing.add(_a_share(world))
            revocation = Revocation(world.berlin, COMMAND_LINE, now())
            off = pool.submit(turn_off, revocation, world.engine, LinkStateStore(redis_client))
            _await_waiter(service_engine)
            assert not off.done()
        assert off.result(60).revoked == 1


def _a_share(world: World) -> Share:
    moment = now()
    return Share(
        tenant_id=world.berlin,
        id=uuid4(),
        link_id=uuid4(),
        report="revenue-overview",
        period="7d",
        window_from=moment - timedelta(days=7),
        window_to=moment,
        key_id="0" * 16,
        issued_at=moment,
        expires_at=moment + timedelta(days=1),
    )


def _await_waiter(engine: Engine) -> None:
    """Until somebody waits for an advisory lock of this database."""
    waits = text(
        "SELECT count(*) FROM pg_locks l JOIN pg_database d ON d.oid = l.database"
        " WHERE l.locktype = 'advisory' AND NOT l.granted AND d.datname = current_database()"
    )

    def waiting() -> bool:
        with transaction(engine, Access()) as session:
            return bool(session.scalar(waits))

    wait.until(waiting, "somebody who waits")


def test_issues_and_switches_at_once_leave_no_link_alive(
    service: Service, world: World, redis_client: Redis
) -> None:
    """However they meet: what was issued before the last switch off is revoked by it."""
    with service.admin() as client, ThreadPoolExecutor(6) as pool:
        issues = [pool.submit(client.post, SHARE) for _ in range(12)]
        off = pool.submit(client.put, SHARING, json={"enabled": False})
        issues += [pool.submit(client.post, SHARE) for _ in range(12)]
        assert off.result().status_code == 200
        answers = [each.result() for each in issues]
        assert {each.status_code for each in answers} <= {201, 409}
        for answer in answers:
            if answer.status_code == 201:
                assert client.get(f"{SHARES}/{share_id(answer)}").json()["state"] == "revoked"
        assert client.get(SHARES, params={"state": "active"}).json()["items"] == []
    states = [redis_client.get(key) for key in redis_client.scan_iter("*:link:*")]
    assert set(states) <= {b"revoked"}


def test_a_long_import_does_not_keep_sharing_on(
    world: World, redis_client: Redis, service_engine: Engine
) -> None:
    """Loads hold the tenant's row until they end."""
    states = LinkStateStore(redis_client)
    with transaction(service_engine, Access(tenant_id=world.berlin)) as loading:
        loading.execute(text("SELECT FROM tenants FOR SHARE"))
        turn_off(Revocation(world.berlin, COMMAND_LINE, now()), world.engine, states)
        assert sharing_of(TenantDb(world.engine, world.berlin)).off_since is not None
        turn_on(Revocation(world.berlin, COMMAND_LINE, now()), world.engine)
    assert sharing_of(TenantDb(world.engine, world.berlin)).off_since is None
