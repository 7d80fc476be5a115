"""A shop is erased from every table and from Redis, a customer from their shop; others stay."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import Engine, insert, select, text, update
from tests.integration.isolation.test_rows import OURS, TABLES, THEIRS, value
from tests.support import inboxes, postgres_tools
from tests.support.shops import THEIR_TITLE, Shops
from tests.support.wait import PATIENCE_SECONDS

from analytics.admin import tenant_tables
from analytics.cli import main
from common import instants
from common.db.metadata import Model
from common.db.tenancy import Access, transaction
from common.db.webhooks import EventState, WebhookEvent, WebhookOrder
from common.jobs.payloads import ComputeReport, RestoreLink
from common.links import popularity, view_counts
from common.links.state import LinkState, LinkStateStore, parse_link, state_key
from common.reports import registry
from common.reports.window import Period, window_of
from common.reports_cache.cache import (
    DONE_CHANNEL,
    ReportCache,
)
from common.reports_cache.report_fields import unpack_csv
from ingest.formats.customers import pseudonym
from ingest.ledger.load import load_sales
from ingest.rows import OrderLineRow
from worker.links import restore
from worker.reports import compute


def analytics(url: str, redis_url: str, *arguments: str) -> Result:
    servers = {"DATABASE_OWNER_URL": url, "DATABASE_URL": url, "REDIS_URL": redis_url}
    return CliRunner().invoke(main, arguments, env=servers)


def rows_of_all(owner: Engine, tenant_id: int) -> dict[str, int]:
    with owner.connect() as connection:
        tenant_tables.on_behalf_of(connection, tenant_id)
        return tenant_tables.rows_of(connection, tenant_id)


@pytest.fixture
def full(owner_engine: Engine) -> Engine:
    """A row of every table for each of two tenants."""
    tenants = Model.metadata.tables["tenants"]
    with owner_engine.begin() as connection:
        connection.execute(text("SET LOCAL session_replication_role = replica"))
        for tenant_id in (OURS, THEIRS):
            named = {"id": tenant_id, "slug": f"shop-{tenant_id}", "name": "Shop"}
            connection.execute(
                insert(tenants).values(named | {"currency": "EUR", "timezone": "UTC"})
            )
            for table in TABLES:
                row = {column.name: value(column, tenant_id) for column in table.columns}
                connection.execute(insert(table).values(row))
    return owner_engine


def test_every_table_of_the_catalogue_is_emptied_of_a_shop_and_of_no_other(
    full: Engine, owner_url: str, redis_url: str
) -> None:
    once = dict.fromkeys((table.name for table in TABLES), 1)
    assert rows_of_all(full, THEIRS) == once, "a table without rows would prove nothing"
    slug = f"shop-{THEIRS}"
    looked = analytics(owner_url, redis_url, "erase-tenant", slug)
    assert (looked.exit_code, "nothing was erased" in looked.stderr) == (1, True)
    assert analytics(owner_url, redis_url, "erase-tenant", slug, "--confirm", "x").exit_code == 2
    assert rows_of_all(full, THEIRS) == once
    done = analytics(owner_url, redis_url, "erase-tenant", slug, "--confirm", slug)
    assert done.exit_code == 0, done.output
    assert done.stdout.endswith("erased; left: 0 rows, 0 keys\n")
    assert set(rows_of_all(full, THEIRS).values()) == {0}
    assert rows_of_all(full, OURS) == once
    again = analytics(owner_url, redis_url, "erase-tenant", slug, "--confirm", slug)
    assert (again.exit_code, "no tenant" in again.stderr) == (1, True)


def add_table(owner: Engine) -> None:
    """A table that somebody adds later, with a row of each shop."""
    with owner.begin() as connection:
        connection.execute(text("CREATE TABLE added_later (tenant_id integer)"))
        for tenant_id in (OURS, THEIRS):
            connection.execute(text("INSERT INTO added_later VALUES (:id)"), {"id": tenant_id})


def test_a_table_that_was_added_later_is_emptied_too(
    full: Engine, owner_url: str, redis_url: str
) -> None:
    add_table(full)
    slug = f"shop-{THEIRS}"
    done = analytics(owner_url, redis_url, "erase-tenant", slug, "--confirm", slug)
    assert "           1 added_later" in done.stdout.splitlines()
    assert rows_of_all(full, THEIRS)["added_later"] == 0
    assert rows_of_all(full, OURS)["added_later"] == 1


def test_a_table_that_keeps_its_rows_undoes_it(
    full: Engine, owner_url: str, redis_url: str
) -> None:
    add_table(full)
    with full.begin() as connection:
        rule = "CREATE RULE kept AS ON DELETE TO added_later DO INSTEAD NOTHING"
        connection.execute(text(rule))
    slug = f"shop-{THEIRS}"
    refused = analytics(owner_url, redis_url, "erase-tenant", slug, "--confirm", slug)
    assert (refused.exit_code, "rows are left in added_later" in refused.stderr) == (1, True)
    assert set(rows_of_all(full, THEIRS).values()) == {1}


def csvs(shops: Shops, tenant_id: int) -> dict[str, bytes]:
    """Every figure of every report of a shop, computed now."""
    cache = ReportCache(shops.redis, keep_seconds=600)
    found: dict[str, bytes] = {}
    for definition in registry.implemented():
        window = window_of(Period.MONTH, ZoneInfo("UTC"), now=instants.now())
        job = ComputeReport(tenant_id, definition.slug, window)
        compute.compute(shops.service, cache, job)
        packed: Any = shops.redis.hget(job.key.cached, "csv")
        found[definition.slug] = unpack_csv(packed)
    return found


def other(shops: Shops) -> Shops:
    """The same two, seen from the other side."""
    return replace(shops, ours=shops.theirs, theirs=shops.ours)


def test_a_shop_leaves_nothing_in_redis_and_changes_nothing_of_another(
    shops: Shops, owner_url: str, redis_url: str
) -> None:
    figures = csvs(shops, shops.ours)
    assert THEIR_TITLE.encode() in csvs(shops, shops.theirs)["product-performance"]
    shops.redis.set(view_counts.key(shops.theirs), "x")
    shops.redis.sadd(popularity.TENANTS, shops.ours, shops.theirs)
    before = other(shops).fingerprint()
    with shops.redis.pubsub() as told:
        told.subscribe(DONE_CHANNEL)
        arguments = ("erase-tenant", "blackthorn", "--confirm", "blackthorn")
        done = analytics(owner_url, redis_url, *arguments)
        assert done.exit_code == 0, done.output
        state = state_key(shops.theirs, shops.link_id).encode()
        while message := told.get_message(timeout=PATIENCE_SECONDS):  # every test's: one channel
            if message["data"] == state:
                break
        assert message, "viewers close the link"
    assert "           1 people" in done.stdout.splitlines()
    assert [*shops.redis.scan_iter(f"*{{{shops.theirs}}}*")] == []
    assert shops.redis.smembers(popularity.TENANTS) == {str(shops.ours).encode()}
    assert other(shops).fingerprint() == before
    assert csvs(shops, shops.ours) == figures
    with shops.owner.connect() as connection:
        emails = connection.scalars(text("SELECT email FROM admins")).all()
    assert emails == ["ours@example.com"]
    assert restored(shops) is LinkState.REVOKED, "in no ledger"


def restored(shops: Shops) -> LinkState | None:
    """What a viewer is told of their link, once a worker has looked it up."""
    states, cache = LinkStateStore(shops.redis), ReportCache(shops.redis, keep_seconds=600)
    restore.restore_link(shops.service, states, cache, RestoreLink(shops.theirs, shops.link_id))
    told: Any = shops.redis.get(state_key(shops.theirs, shops.link_id))
    return parse_link(told, epoch=states.epoch(shops.theirs)).state


EMAIL = "Buyer@example.com"


def buy(shops: Shops, tenant_id: int) -> None:
    """An order of the customer's, as a file brings it, and as a platform's event told of it."""
    paid = instants.now() - timedelta(days=2)
    line = OrderLineRow(
        position=1, order_id="of-buyer", line_id="1", placed_at=paid, paid_at=paid, channel="web",
        customer_id=pseudonym(EMAIL), country=None, region=None, coupon_code=None,
        order_discount=0, shipping=0, tax=0, product_id="P1", product_title=None, category=None,
        quantity=1, unit_price=700, line_discount=0,
    )  # fmt: skip
    load_sales(shops.service, tenant_id, order_lines=[line])
    connection = inboxes.connect(shops.service, tenant_id)
    facts = {"order": {"customer": pseudonym(EMAIL), "total": 700}}
    with transaction(shops.service, Access(tenant_id=tenant_id)) as session:
        session.add(
            WebhookOrder(tenant_id=tenant_id, connection_id=connection, order_id="7", facts=facts)
        )
    sent = {"id": 7, "contact": {"email": EMAIL.lower()}}
    inboxes.put(shops.service, tenant_id, connection, [("orders/create", "e7", sent)])


def give_up(shops: Shops, tenant_id: int) -> None:
    with transaction(shops.service, Access(tenant_id=tenant_id)) as session:
        ended = {"state": EventState.DEAD, "ended_at": instants.now()}
        session.execute(update(WebhookEvent).values(ended))


def test_a_customer_is_erased_from_one_shop_and_no_figure_changes(
    shops: Shops, owner_url: str, service_url: str, redis_url: str
) -> None:
    for tenant_id in (shops.ours, shops.theirs):
        buy(shops, tenant_id)
    figures = [csvs(shops, each) for each in (shops.ours, shops.theirs)]
    theirs = shops.fingerprint()
    asked = ("erase-customer", EMAIL, "--tenant", "plain")
    waits = analytics(service_url, redis_url, *asked, "--confirm")
    assert (waits.exit_code, "1 events of this customer wait" in waits.stderr) == (1, True)
    give_up(shops, shops.ours)
    before = other(shops).fingerprint()
    looked = analytics(service_url, redis_url, *asked)
    assert (looked.exit_code, "nothing was erased" in looked.stderr) == (1, True)
    assert other(shops).fingerprint() == before
    done = analytics(service_url, redis_url, *asked, "--confirm")
    assert done.exit_code == 0, done.output
    assert [line.split() for line in done.stdout.splitlines()[:4]] == [
        ["1", "customers"], ["1", "orders"], ["1", "facts"], ["1", "events"]
    ]  # fmt: skip
    plain = postgres_tools.tool(
        "pg_dump", "--data-only", f"--dbname={postgres_tools.plain(owner_url)}"
    )
    name = pseudonym(EMAIL) or ""
    assert plain.count(name) == 2, "of the other shop: its customer, and facts of an order"
    assert shops.fingerprint() == theirs
    assert [csvs(shops, each) for each in (shops.ours, shops.theirs)] == figures
    with transaction(shops.service, Access(tenant_id=shops.ours)) as session:
        kept = session.scalars(select(WebhookOrder.facts)).one()
        assert kept == {"order": {"customer": None, "total": 700}}


def test_what_reads_as_the_customers_id_does_stays(
    shops: Shops, service_url: str, redis_url: str
) -> None:
    connection = inboxes.connect(shops.service, shops.ours)
    content = {"number": "7", "customer": "99", "lines": [{"quantity": "7"}]}
    of_them = {"order": ["rank", {**content, "customer": "7"}]}
    facts = {"7": {"order": ["rank", content]}, "8": of_them}
    with transaction(shops.service, Access(tenant_id=shops.ours)) as session:
        session.add_all(
            WebhookOrder(
                tenant_id=shops.ours, connection_id=connection, order_id=order_id, facts=each
            )
            for order_id, each in facts.items()
        )
    inboxes.put(shops.service, shops.ours, connection, [("orders/create", "e9", {"id": 9})])
    give_up(shops, shops.ours)
    with transaction(shops.service, Access(tenant_id=shops.ours)) as session:
        session.execute(update(WebhookEvent).values(body=b"{ nobody reads this"))
    done = analytics(
        service_url, redis_url, "erase-customer", "7", "--tenant", "plain", "--confirm"
    )
    assert done.exit_code == 0, done.output
    with transaction(shops.service, Access(tenant_id=shops.ours)) as session:
        known = session.execute(select(WebhookOrder.order_id, WebhookOrder.facts))
        left = {row.order_id: row.facts for row in known}
        assert session.scalars(select(WebhookEvent.body)).all() == [b"{ nobody reads this"]
    assert left == {"7": facts["7"], "8": {"order": ["rank", {**content, "customer": None}]}}
