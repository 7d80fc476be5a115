"""A shop that two database servers hold is told by a metric, until one gives it up."""

import logging
from typing import Any

import pytest
from redis import Redis
from sqlalchemy import Engine, Row, TextClause
from tests.support.sharded import RESTORED, Sharded

from common.db.across import rows_of_all
from common.db.shards import HOME, TenantAwayError
from worker.operations import held_twice
from worker.operations.held_twice import look_for_tenants_held_twice
from worker.operations.shared_state import SharedState


def told(redis: Redis) -> float | None:
    return next(
        (
            sample.value
            for metric in SharedState(redis, redis).collect()
            for sample in metric.samples
            if sample.name == "analytics_tenants_held_twice"
        ),
        None,
    )


@pytest.fixture
def tenants(sharded: Sharded) -> None:
    for number, name in enumerate(sharded.owner_urls, start=1):
        sharded.add_tenant(name, number)


@pytest.mark.usefixtures("tenants")
def test_a_shop_that_two_servers_hold_is_told_until_one_gives_it_up(
    sharded: Sharded, redis_client: Redis, caplog: pytest.LogCaptureFixture
) -> None:
    assert told(redis_client) is None
    assert look_for_tenants_held_twice(sharded.engine, redis_client) == 0
    assert told(redis_client) == 0
    sharded.add_tenant("east", 1)  # it is at home, and east was restored to before it moved there
    sharded.add_tenant("west", 1)
    sharded.add_tenant(HOME, 3)
    with caplog.at_level(logging.ERROR):
        look_for_tenants_held_twice(sharded.engine, redis_client)
    assert [getattr(each, "tenants", None) for each in caplog.records] == [[1, 3]]
    assert told(redis_client) == 2
    for name, tenant_id in (("east", 1), ("west", 1), (HOME, 3)):
        sharded.run(name, "UPDATE tenants SET arriving = true WHERE id = %s", tenant_id)
    look_for_tenants_held_twice(sharded.engine, redis_client)
    assert told(redis_client) == 0


@pytest.mark.usefixtures("tenants")
def test_what_is_known_stays_while_a_server_is_away(sharded: Sharded, redis_client: Redis) -> None:
    sharded.add_tenant("east", 1)
    assert look_for_tenants_held_twice(sharded.engine, redis_client) == 1
    with sharded.away("east"), pytest.raises(TenantAwayError, match="east"):
        look_for_tenants_held_twice(sharded.engine, redis_client)
    assert told(redis_client) == 1


@pytest.mark.usefixtures("tenants")
def test_neither_a_copy_nor_what_moves_meanwhile_is_held_twice(
    sharded: Sharded, redis_client: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    sharded.add_tenant("east", 1, arriving=True)
    sharded.add_tenant("west", 1)
    sharded.run("west", RESTORED)
    assert look_for_tenants_held_twice(sharded.engine, redis_client) == 0
    sharded.run("east", "UPDATE tenants SET arriving = false")

    def at_the_old_and_at_the_new(
        engine: Engine, query: TextClause, given: dict[str, Any], *, whole: bool
    ) -> list[Row[*tuple[Any, ...]]]:
        """As each server answers when the move ends between them."""
        found = rows_of_all(engine, query, given, whole=whole)
        sharded.run(HOME, "DELETE FROM tenants WHERE id = 1")
        return found

    monkeypatch.setattr(held_twice, "rows_of_all", at_the_old_and_at_the_new)
    assert look_for_tenants_held_twice(sharded.engine, redis_client) == 0


def test_one_server_holds_nothing_twice(service_engine: Engine, redis_client: Redis) -> None:
    assert look_for_tenants_held_twice(service_engine, redis_client) == 0
    assert told(redis_client) == 0
