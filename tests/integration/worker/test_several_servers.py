"""Jobs of tenants that are on several PostgreSQL servers."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from redis import Redis
from sqlalchemy.exc import OperationalError
from tests.support.sharded import RESTORED, Sharded

from accounts.provisioning import create_tenant
from common.db.frozen_reports import FrozenReport
from common.db.imports import Import, ImportState
from common.db.shards import HOME
from common.db.shares import Share
from common.db.tenancy import TenantDb
from common.instants import now
from common.jobs.payloads import RestoreLink, RunImport
from common.jobs.publisher import JobPublisher
from common.links import view_counts
from common.links.state import LinkRef, LinkState, LinkStateStore
from common.links.view_counts import Views
from common.reports_cache.cache import ReportCache, data_version_key
from ingest import data_version
from ingest.ledger.load import load_sales
from ingest.rows import ProductRow
from worker.imports.run import next_import
from worker.links.frozen import drop_ended
from worker.links.restore import restore_link
from worker.links.view_transfer import transfer_views
from worker.operations.retention import forget_old
from worker.settings import Kept
from worker.webhooks.sweep import sweep_webhooks

OLD_KEY = (
    "INSERT INTO idempotency_keys (tenant_id, key, digest, created_at, answer)"
    " VALUES (%s, 'k', decode(repeat('78', 32), 'hex'), %s, '{}')"
)
CONNECTION = (
    "INSERT INTO ingest_connections (tenant_id, id, platform, name, secret, created_at)"
    " VALUES (%s, %s, 'shopify', 'shop', '', now())"
)
ENDED_EVENT = (
    "INSERT INTO webhook_events (tenant_id, connection_id, topic, event_id, digest, received_at,"
    " state, due_at, ended_at)"
    " VALUES (%s, %s, 't', 'e', '', now(), 'done', now(), now() - interval '90 days')"
)


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
            OLD_KEY,
            tenant_id,
            now() - timedelta(days=400),
        )
    kept = Kept(audit=730, views=7, shares=730, imports=730, access=365)
    assert forget_old(sharded.engine, redis_client, kept, now=now()) == len(tenants)
    for name in tenants:
        assert sharded.count(name, "SELECT count(*) FROM idempotency_keys") == 0


def test_what_is_only_read_is_read_while_the_tenant_moves(
    sharded: Sharded, tenants: dict[str, int], jobs: JobPublisher, redis_client: Redis
) -> None:
    tenant_id, cache = tenants["east"], ReportCache(redis_client, keep_seconds=60)
    link_id = link_of(sharded, tenant_id, ended=False)
    load_sales(sharded.engine, tenant_id, products=[ProductRow(1, "P1", "Vase", None, None, None)])
    states = LinkStateStore(redis_client)
    with sharded.moving("east", tenant_id):
        data_version.loaded(sharded.engine, jobs, tenant_id)
        assert data_version.tell(sharded.engine, cache, tenant_id) is not None
        restore_link(sharded.engine, states, cache, RestoreLink(tenant_id, link_id))
    assert redis_client.get(data_version_key(tenant_id)) == b"1"
    link = LinkRef(tenant_id, link_id, now() + timedelta(days=1))
    assert states.read([link]) == [LinkState.ACTIVE]


def test_a_load_is_not_failed_by_a_server_that_is_away_after_it(
    sharded: Sharded, tenants: dict[str, int], jobs: JobPublisher
) -> None:
    with sharded.away("east"):
        data_version.loaded(sharded.engine, jobs, tenants["east"])


def left_behind(sharded: Sharded, tenant_id: int) -> None:
    """An upload of a tenant that never arrived."""
    made = Import(
        tenant_id=tenant_id, id=uuid4(), state=ImportState.RECEIVING, format="own",
        created_at=now() - timedelta(days=2),
    )  # fmt: skip
    with TenantDb(sharded.engine, tenant_id).transaction() as session:
        session.add(made)


def link_of(sharded: Sharded, tenant_id: int, *, ended: bool = True) -> UUID:
    """A link of a tenant, which has ended with its frozen report."""
    link_id, at = uuid4(), now() + timedelta(days=-1 if ended else 1)
    begun = at - timedelta(days=1)
    share = Share(
        tenant_id=tenant_id, id=uuid4(), link_id=link_id, report="revenue-overview", period="7d",
        window_from=begun, window_to=at, key_id="k", issued_at=begun, expires_at=at,
    )  # fmt: skip
    report = FrozenReport(
        tenant_id=tenant_id, link_id=link_id, report="revenue-overview", fields=b"",
        frozen_at=at, expires_at=at,
    )  # fmt: skip
    with TenantDb(sharded.engine, tenant_id).transaction() as session:
        session.add(share)
        session.flush()
        if ended:
            session.add(report)
    return link_id


@pytest.fixture
def pair(sharded: Sharded) -> tuple[int, int]:
    """Two tenants of one server, of which the first is going to move."""
    first, second = (
        create_tenant(
            sharded.engine, slug=slug, name=slug, currency="EUR", timezone="UTC", shard="east"
        )
        for slug in ("first", "second")
    )
    return first, second


def test_an_upload_of_a_tenant_that_moves_keeps_no_import_from_its_turn(
    sharded: Sharded, pair: tuple[int, int]
) -> None:
    first, second = pair
    left_behind(sharded, first)
    queued = Import(
        tenant_id=second, id=uuid4(), state=ImportState.QUEUED, format="own", created_at=now()
    )
    job = RunImport(second, queued.id)
    with TenantDb(sharded.engine, second).transaction() as session:
        session.add(queued)
    receiving = "SELECT count(*) FROM imports WHERE state = 'receiving'"
    with sharded.moving("east", first):
        assert next_import(sharded.engine) == job
        assert sharded.count("east", receiving) == 1
    assert next_import(sharded.engine) == job
    assert sharded.count("east", receiving) == 0


def test_an_upload_in_a_restored_copy_keeps_no_import_from_its_turn(
    sharded: Sharded, pair: tuple[int, int]
) -> None:
    left_behind(sharded, pair[0])
    sharded.run("east", RESTORED)
    assert next_import(sharded.engine) is None
    assert sharded.count("east", "SELECT count(*) FROM imports") == 1


def test_a_tenant_that_moves_is_left_to_the_next_round_and_others_go_on(
    sharded: Sharded, pair: tuple[int, int], redis_client: Redis
) -> None:
    links = {each: link_of(sharded, each) for each in pair}
    for each in pair:
        sharded.run("east", OLD_KEY, each, now() - timedelta(days=400))
        view_counts.append(redis_client, {(each, links[each]): Views(3, 0, now())})
    kept = Kept(audit=730, views=7, shares=730, imports=730, access=365)
    with sharded.moving("east", pair[0]):
        assert transfer_views(sharded.engine, redis_client) == 1
        assert drop_ended(sharded.engine, now=now()) == 1
        assert forget_old(sharded.engine, redis_client, kept, now=now()) == 1
    for table in ("frozen_reports", "idempotency_keys"):
        left = f"SELECT count(*) FROM {table} WHERE tenant_id = %s"  # noqa: S608
        assert sharded.count("east", left, pair[0]) == 1
        assert sharded.count("east", left, pair[1]) == 0
    assert view_counts.tenants(redis_client) == (pair[0],)
    assert transfer_views(sharded.engine, redis_client) == 1
    assert drop_ended(sharded.engine, now=now()) == 1
    assert sharded.count("east", "SELECT sum(views) FROM shares") == 6


def test_old_events_of_a_tenant_that_moves_are_left_to_the_next_round(
    sharded: Sharded, pair: tuple[int, int], jobs: JobPublisher
) -> None:
    for each in pair:
        connection = uuid4()
        sharded.run("east", CONNECTION, each, connection)
        sharded.run("east", ENDED_EVENT, each, connection)
    events = "SELECT count(*) FROM webhook_events"
    with sharded.moving("east", pair[0]):
        sweep_webhooks(sharded.engine, jobs, keep_days=30, now=now())
        assert sharded.count("east", f"{events} WHERE tenant_id = %s", pair[0]) == 1
        assert sharded.count("east", events) == 1
    sweep_webhooks(sharded.engine, jobs, keep_days=30, now=now())
    assert sharded.count("east", events) == 0
