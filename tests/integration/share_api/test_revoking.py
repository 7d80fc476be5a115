"""Revoking links: Redis follows the ledger, and the caller hears when it does not yet."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import httpx
import pytest
from redis import Redis
from sqlalchemy import Engine, event
from tests.integration.share_api.conftest import Serve, World, assert_problem, share_id

from common.db.audit import COMMAND_LINE, Author
from common.db.tenancy import TenantDb
from common.infra.redis import ADMIN, create_redis
from common.instants import now
from common.links.state import LinkStateStore, state_key
from common.links.token import KeyRing
from share_api.container import Container
from sharing.listing import ShareState, StateContext, get_share
from sharing.revoking import Revocation, revoke, revoke_all
from worker.links import revocation_sweep

SHARES = "/api/admin/analytics/shares"
DEAD = "redis://127.0.0.1:1"


class Link:
    """A link that was issued, and what is known of it."""

    def __init__(self, client: httpx.Client, ring: KeyRing, redis: Redis, **body: object) -> None:
        report = body.pop("report", "revenue-overview")
        answer = client.post(f"/api/admin/analytics/{report}/share", json=body)
        self.id = share_id(answer)
        self.path = f"{SHARES}/{self.id}"
        self._client, self._redis = client, redis
        self._claims = ring.authenticate(answer.json()["url"].rsplit("/", 1)[1])
        self.key = state_key(self._claims.tenant_id, self._claims.link_id)

    @property
    def ledger(self) -> str:
        return str(self._client.get(self.path).json()["state"])

    @property
    def redis(self) -> bytes | None:
        state = self._redis.get(self.key)
        assert state is None or isinstance(state, bytes)
        return None if state is None else state.partition(b":")[0]


@pytest.fixture
def link(anna: httpx.Client, ring: KeyRing, redis_client: Redis) -> Link:
    return Link(anna, ring, redis_client)


def test_a_link_is_revoked_once_and_for_all(
    link: Link, anna: httpx.Client, redis_client: Redis
) -> None:
    expires = redis_client.expiretime(link.key)
    assert anna.delete(link.path).status_code == 204
    assert (link.ledger, link.redis) == ("revoked", b"revoked")
    assert redis_client.expiretime(link.key) == expires
    first = anna.get(link.path).json()["revokedAt"]
    redis_client.delete(link.key)
    assert anna.delete(link.path).status_code == 204
    assert anna.get(link.path).json()["revokedAt"] == first
    assert link.redis == b"revoked", "asking again heals Redis"


def test_the_ledger_says_by_whom(link: Link, anna: httpx.Client, world: World) -> None:
    anna.delete(link.path)
    entry = get_share(
        TenantDb(world.engine, world.berlin), UUID(link.id), given=StateContext(now())
    )
    assert entry.share.revoked_by == world.admins["anna"]


def test_all_active_links_are_revoked(
    anna: httpx.Client, ring: KeyRing, redis_client: Redis
) -> None:
    links = [Link(anna, ring, redis_client) for _ in range(3)]
    anna.delete(links[0].path)
    for body, revoked in ((b"", 2), (b"{}", 0)):
        assert anna.post(f"{SHARES}/revoke-all", content=body).json() == {"revoked": revoked}
    assert {each.ledger for each in links} == {"revoked"}
    assert {each.redis for each in links} == {b"revoked"}


def test_the_links_of_one_report_are_revoked(
    anna: httpx.Client, ring: KeyRing, redis_client: Redis
) -> None:
    kept = Link(anna, ring, redis_client, report="sales-velocity")
    gone = Link(anna, ring, redis_client, report="revenue-overview")
    answer = anna.post(f"{SHARES}/revoke-all", json={"reportType": "revenue-overview"})
    assert answer.json() == {"revoked": 1}
    assert (kept.ledger, kept.redis) == ("active", b"active")
    assert (gone.ledger, gone.redis) == ("revoked", b"revoked")


def test_a_wrong_body_revokes_nothing(
    link: Link, anna: httpx.Client, subtests: pytest.Subtests
) -> None:
    for body in (b"[]", b"{", b'{"reportType": "nonsense"}', b'{"reportType": null}', b'{"x": 1}'):
        with subtests.test(body=body):
            problem = assert_problem(anna.post(f"{SHARES}/revoke-all", content=body), 400)
            assert problem["errors"]
    assert (link.ledger, link.redis) == ("active", b"active")


def without_states(container: Container) -> Container:
    return replace(container, states=LinkStateStore(create_redis(DEAD, ADMIN)))


def test_a_revocation_that_redis_did_not_take_stands_in_the_ledger_and_says_so(
    serve: Serve, world: World, ring: KeyRing, redis_client: Redis
) -> None:
    with serve(without_states).admin() as client:
        link = Link(client, ring, redis_client)
        answer = client.delete(link.path)
        assert "still live" in assert_problem(answer, 503)["detail"]
        assert answer.headers["retry-after"]
        assert (link.ledger, link.redis) == ("revoked", b"active")
        assert_problem(client.delete(link.path), 503)
    assert revocation_sweep.sweep_revocations(world.engine, redis_client, now=now()) == 1
    assert link.redis == b"revoked"


def test_asking_again_carries_out_what_redis_did_not_take(
    serve: Serve, world: World, ring: KeyRing, redis_client: Redis
) -> None:
    with serve(without_states).admin() as client:
        links = [Link(client, ring, redis_client) for _ in range(2)]
        for _ in range(2):
            assert_problem(client.post(f"{SHARES}/revoke-all"), 503)
    assert {each.redis for each in links} == {b"active"}
    with serve().admin() as client:
        assert client.post(f"{SHARES}/revoke-all").json() == {"revoked": 0}
    assert {each.redis for each in links} == {b"revoked"}


@contextmanager
def failing_commits(engine: Engine) -> Iterator[None]:
    def fail(_: object) -> None:
        raise ConnectionError("the commit got lost")

    event.listen(engine, "commit", fail)
    try:
        yield
    finally:
        event.remove(engine, "commit", fail)


def test_a_commit_that_fails_revokes_nothing(link: Link, world: World, redis_client: Redis) -> None:
    states = LinkStateStore(redis_client)
    revocation = Revocation(world.berlin, Author("anna", world.admins["anna"]), now())
    with failing_commits(world.engine), pytest.raises(ConnectionError):
        revoke(revocation, UUID(link.id), world.engine, states)
    assert (link.ledger, link.redis) == ("active", b"active")
    revoke(revocation, UUID(link.id), world.engine, states)
    assert (link.ledger, link.redis) == ("revoked", b"revoked")


def test_more_links_than_one_pipeline_takes(
    anna: httpx.Client,
    ring: KeyRing,
    redis_client: Redis,
    world: World,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("sharing.revoking.BATCH", 2)
    links = [Link(anna, ring, redis_client) for _ in range(5)]
    revocation = Revocation(world.berlin, COMMAND_LINE, now())
    assert revoke_all(revocation, world.engine, LinkStateStore(redis_client)) == 5
    assert {each.redis for each in links} == {b"revoked"}


def test_a_link_whose_time_is_over_can_be_revoked(
    link: Link, world: World, redis_client: Redis
) -> None:
    later = now() + timedelta(days=8)
    redis_client.delete(link.key)
    revocation = Revocation(world.berlin, COMMAND_LINE, later)
    assert revoke_all(revocation, world.engine, LinkStateStore(redis_client)) == 0
    revoke(revocation, UUID(link.id), world.engine, LinkStateStore(redis_client))
    entry = get_share(
        TenantDb(world.engine, world.berlin), UUID(link.id), given=StateContext(later)
    )
    assert entry.state is ShareState.REVOKED
    assert link.redis is None, "Redis need not know what does not open anyway"
