"""The revocation sweep notes how far it has come, and goes on there."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from redis import Redis
from sqlalchemy import Engine, insert
from tests.integration.worker.conftest import Shop
from tests.support.sentinels import watched

from common.db.shares import Share
from common.db.tenancy import Access, transaction
from common.infra.redis import WORKER, create_redis
from common.links.state import LinkRef, LinkState, LinkStateStore, state_key
from worker.links import revocation_sweep

NOW = datetime(2026, 3, 20, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)
FAR = datetime(2090, 1, 1, tzinfo=UTC)
"""By the server's clock too, which lets a state lapse."""
Revoke = Callable[[timedelta], UUID]


@pytest.fixture
def revoke(shop: Shop) -> Revoke:
    """Revoke a link in the ledger alone, so long before now."""

    def revoke(ago: timedelta) -> UUID:
        link_id = uuid4()
        entry = {
            "tenant_id": shop.tenant_id, "id": uuid4(), "link_id": link_id, "key_id": "k",
            "report": "revenue-overview", "period": "7d", "window_from": NOW - 7 * 24 * HOUR,
            "window_to": NOW, "issued_at": NOW - 400 * HOUR, "expires_at": FAR,
            "revoked_at": NOW - ago,
        }  # fmt: skip
        with transaction(shop.engine, Access(tenant_id=shop.tenant_id)) as session:
            session.execute(insert(Share), [entry])
        return link_id

    return revoke


class Killed(BaseException):
    """The worker is gone."""


def test_a_sweep_that_was_ended_goes_on_where_it_came_to(
    shop: Shop, revoke: Revoke, redis_client: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(revocation_sweep, "_AT_ONCE", 2)
    monkeypatch.setattr(
        revocation_sweep,
        "_REVOKED",
        revocation_sweep._REVOKED.execution_options(yield_per=2),
    )
    links = [revoke(hours * HOUR) for hours in (3, 9, 5, 7, 1)]  # not in their order
    in_order = [links[at] for at in (1, 3, 2, 0, 4)]
    read = LinkStateStore.read
    asked: list[UUID] = []

    def killed_at_the_second(self: LinkStateStore, refs: list[LinkRef]) -> list[LinkState | None]:
        if asked:
            raise Killed
        asked.extend(each.link_id for each in refs)
        return read(self, refs)

    with monkeypatch.context() as patched:
        patched.setattr(LinkStateStore, "read", killed_at_the_second)
        with pytest.raises(Killed):
            revocation_sweep.sweep_revocations(shop.engine, redis_client, now=NOW)
    assert asked == in_order[:2], "the oldest revocations first"

    def recorded(self: LinkStateStore, refs: list[LinkRef]) -> list[LinkState | None]:
        asked.extend(each.link_id for each in refs)
        return read(self, refs)

    monkeypatch.setattr(LinkStateStore, "read", recorded)
    asked.clear()
    assert revocation_sweep.sweep_revocations(shop.engine, redis_client, now=NOW) == 3
    assert asked == in_order[1:], "the last one again: its instant may be another's too"
    asked.clear()
    assert revocation_sweep.sweep_revocations(shop.engine, redis_client, now=NOW) == 0
    assert asked == []


def test_all_are_compared_in_a_new_run(
    shop: Shop, revoke: Revoke, redis_client: Redis, service_engine: Engine
) -> None:
    links = {revoke(hours * HOUR) for hours in range(1, 5)}
    assert revocation_sweep.sweep_revocations(service_engine, redis_client, now=NOW) == len(links)
    redis_client.flushdb()
    assert revocation_sweep.sweep_revocations(service_engine, redis_client, now=NOW) == len(links)


def test_it_tells_the_server_that_the_sentinels_name_and_not_the_one_that_still_answers(
    shop: Shop, revoke: Revoke, tmp_path: Path
) -> None:
    with (
        watched(tmp_path, sentinels=1) as servers,
        create_redis(servers.url, WORKER) as redis,
        Redis.from_url(servers.replica.url) as other,
    ):
        revocation_sweep.sweep_revocations(shop.engine, redis, now=NOW)
        servers.part()
        servers.name_the_replica()
        link = revoke(HOUR)
        assert revocation_sweep.sweep_revocations(shop.engine, redis, now=NOW) == 1
        assert other.get(state_key(shop.tenant_id, link)) == b"revoked"
