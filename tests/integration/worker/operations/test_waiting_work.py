"""What waits in the ledger is told by metrics: events of platforms, dead ones, and imports."""

from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import pytest
from redis import Redis
from sqlalchemy import Engine, text
from tests.integration.worker.conftest import Shop
from tests.support import inboxes
from tests.support.sharded import Sharded

from common import instants
from common.db.audit import COMMAND_LINE
from common.db.imports import Import
from common.db.shards import HOME, TenantAwayError
from common.db.tenancy import Access, TenantDb, transaction
from ingest.webhooks import work
from ingest.webhooks.connections import public_id, set_paused
from worker.operations import waiting_work
from worker.operations.shared_state import SharedState
from worker.operations.waiting_work import Waiting

HOUR = timedelta(hours=1)


def told(redis: Redis) -> dict[str, float]:
    """What the metrics tell of events and imports."""
    return {
        sample.name.removeprefix("analytics_"): sample.value
        for metric in SharedState(redis, redis).collect()
        for sample in metric.samples
        if sample.name.startswith(("analytics_webhook_events", "analytics_imports"))
    }


def noted(engine: Engine, redis: Redis, now: datetime) -> Waiting:
    waiting_work.note(engine, redis, now=now)
    found = waiting_work.read(redis.get(waiting_work.KEY))
    assert found is not None
    return found


def queue_import(shop: Shop, at: datetime, state: str) -> None:
    with transaction(shop.engine, Access(tenant_id=shop.tenant_id)) as session:
        session.add(
            Import(tenant_id=shop.tenant_id, id=uuid4(), state=state, format="own", created_at=at)
        )


def put(shop: Shop, connection: UUID, number: int, at: datetime) -> None:
    event = ("orders/create", f"event-{number}", b"no JSON")
    inboxes.put(shop.engine, shop.tenant_id, connection, [event], at=at)


def test_events_and_imports_of_all_shops_are_told_by_number_and_age(
    make_shop: Callable[..., Shop], redis_client: Redis
) -> None:
    first, second, now = make_shop(), make_shop(), instants.now()
    assert told(redis_client) == {}
    assert noted(first.engine, redis_client, now) == Waiting(0, None, 0, 0, None)
    mine, paused = (inboxes.connect(first.engine, first.tenant_id, name=each) for each in "ab")
    other = inboxes.connect(second.engine, second.tenant_id)
    put(first, mine, 1, now - 2 * HOUR)
    put(first, paused, 2, now - 9 * HOUR)
    put(second, other, 3, now - 3 * HOUR)
    put(second, other, 4, now + HOUR)  # tried before, and due again then
    set_paused(
        TenantDb(first.engine, first.tenant_id),
        public_id(first.tenant_id, paused),
        paused=True,
        author=COMMAND_LINE,
        at=now,
    )
    for state, hours in (("queued", 4), ("running", 8), ("failed", 8), ("receiving", 8)):
        queue_import(first, now - hours * HOUR, state)
    queue_import(second, now - HOUR, "queued")
    assert noted(first.engine, redis_client, now) == Waiting(
        3, (now - 3 * HOUR).timestamp(), 0, 2, (now - 4 * HOUR).timestamp()
    )
    found = told(redis_client)
    assert (found["webhook_events_waiting"], found["webhook_events_dead"]) == (3, 0)
    assert found["imports_waiting"] == 2
    assert 3 * 3600 <= found["webhook_events_overdue_seconds"] < 4 * 3600
    assert 4 * 3600 <= found["imports_oldest_seconds"] < 5 * 3600


def test_dead_events_are_told_until_they_are_replayed_or_gone(
    shop: Shop, redis_client: Redis
) -> None:
    now = instants.now()
    put(shop, inboxes.connect(shop.engine, shop.tenant_id), 1, now)
    assert work.work_off(shop.engine, shop.tenant_id).dead == 1
    noted(shop.engine, redis_client, now)
    assert told(redis_client)["webhook_events_dead"] == 1
    assert told(redis_client)["webhook_events_waiting"] == 0
    assert told(redis_client)["webhook_events_overdue_seconds"] == 0
    with transaction(shop.engine, Access(tenant_id=shop.tenant_id)) as session:
        session.execute(text("DELETE FROM webhook_events"))
    noted(shop.engine, redis_client, now)
    assert told(redis_client)["webhook_events_dead"] == 0


def test_an_age_grows_while_nobody_notes_another(redis_client: Redis) -> None:
    ago = instants.now() - HOUR
    redis_client.set(
        waiting_work.KEY,
        f'{{"events":1,"events_due":{ago.timestamp()},"dead":0,"imports":0,"imports_since":null}}',
    )
    assert told(redis_client)["webhook_events_overdue_seconds"] >= 3600
    assert told(redis_client)["imports_oldest_seconds"] == 0
    redis_client.set(waiting_work.KEY, "nonsense")
    assert told(redis_client) == {}


def test_what_several_servers_hold_is_one_sum(sharded: Sharded, redis_client: Redis) -> None:
    for number, server in enumerate((HOME, "east", "west"), start=1):
        sharded.add_tenant(server, number)
        sharded.run(
            server,
            "INSERT INTO imports (tenant_id, id, state, format, created_at)"
            " VALUES (%s, gen_random_uuid(), 'queued', 'own', now())",
            number,
        )
    assert noted(sharded.engine, redis_client, instants.now()).imports == 3


def test_what_was_noted_stays_while_a_server_is_away(sharded: Sharded, redis_client: Redis) -> None:
    """Else its dead events would be new ones once it is back."""
    before = noted(sharded.engine, redis_client, instants.now())
    redis_client.set(waiting_work.KEY, b"as it was")
    with sharded.away("east"), pytest.raises(TenantAwayError, match="east"):
        waiting_work.note(sharded.engine, redis_client, now=instants.now())
    assert redis_client.get(waiting_work.KEY) == b"as it was"
    assert noted(sharded.engine, redis_client, instants.now()) == before
