"""Jobs of tenants that are on several PostgreSQL servers."""

from datetime import timedelta
from uuid import uuid4

import pytest
from redis import Redis
from sqlalchemy.exc import OperationalError
from tests.support.sharded import Sharded

from accounts.provisioning import create_tenant
from common.db.imports import Import, ImportState
from common.db.shards import HOME
from common.db.tenancy import TenantDb
from common.instants import now
from common.jobs.payloads import RunImport
from common.reports_cache.cache import ReportCache
from ingest import data_version
from ingest.ledger.load import load_sales
from ingest.rows import ProductRow
from worker.imports.run import next_import
from worker.operations.retention import forget_old
from worker.settings import Kept


@pytest.fixture
def tenants(sharded: Sharded) -> dict[str, int]:
    """A tenant on each server."""
    return {
        name: create_tenant(
            sharded.engine, slug=name, name=name, currency="EUR", timezone="UTC", shard=name
        )
        for name in sharded.owner_urls
    }


def test_sales_are_loaded_where_the_tenant_is(
    sharded: Sharded, tenants: dict[str, int], redis_client: Redis
) -> None:
    for name, tenant_id in tenants.items():
        product = ProductRow(1, "P1", f"Vase in {name}", None, None, None)
        load_sales(sharded.engine, tenant_id, products=[product])
    for name in tenants:
        assert sharded.count(name, "SELECT count(*) FROM products") == 1
        titles = "SELECT count(*) FROM products WHERE title = %s"
        assert sharded.count(name, titles, f"Vase in {name}") == 1
    cache = ReportCache(redis_client, keep_seconds=60)
    told = data_version.tell_many(sharded.engine, cache, list(tenants.values()))
    assert {tenant_id: each.data_version for tenant_id, each in told.items()} == dict.fromkeys(
        tenants.values(), 1
    )
    with sharded.away("east"):
        told = data_version.tell_many(sharded.engine, cache, list(tenants.values()))
        assert told.keys() == {tenants[HOME], tenants["west"]}
        with pytest.raises(OperationalError):
            data_version.tell(sharded.engine, cache, tenants["east"])


def test_imports_of_every_server_have_their_turn(sharded: Sharded, tenants: dict[str, int]) -> None:
    waiting = {}
    for name in ("east", "west"):
        made = Import(
            tenant_id=tenants[name], id=uuid4(), state=ImportState.QUEUED, format="own",
            created_at=now(),
        )  # fmt: skip
        waiting[name] = RunImport(tenants[name], made.id)
        with TenantDb(sharded.engine, tenants[name]).transaction() as session:
            session.add(made)
    assert next_import(sharded.engine) in waiting.values()
    with sharded.away("west"):
        assert next_import(sharded.engine) == waiting["east"]
    with sharded.away("east"):
        assert next_import(sharded.engine) == waiting["west"]


def test_what_is_old_is_forgotten_on_every_server(
    sharded: Sharded, tenants: dict[str, int], redis_client: Redis
) -> None:
    for name, tenant_id in tenants.items():
        sharded.run(
            name,
            "INSERT INTO idempotency_keys (tenant_id, key, digest, created_at, answer)"
            " VALUES (%s, %s, %s, %s, '{}')",
            tenant_id,
            "k",
            b"x" * 32,
            now() - timedelta(days=400),
        )
    kept = Kept(audit=730, views=7, shares=730, imports=730, access=365)
    assert forget_old(sharded.engine, redis_client, kept, now=now()) == len(tenants)
    for name in tenants:
        assert sharded.count(name, "SELECT count(*) FROM idempotency_keys") == 0
