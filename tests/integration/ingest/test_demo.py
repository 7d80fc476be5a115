"""The demo shops in a real database: loaded, topped up, left alone, and logged in to."""

from datetime import date, timedelta

from sqlalchemy import text

from accounts.provisioning import tenant_id_of, verify_password
from analytics.demo.load import ensure_demo, ensure_sales
from analytics.demo.shops import KOMOREBI, NORDLICHT
from common.db.engine import create_database_engine
from common.db.tenancy import Access, transaction
from ingest import data_version
from ingest.ledger.load_summary import LoadSummary

TODAY = date(2026, 4, 3)
LEDGER = text(
    "SELECT (occurred_at AT TIME ZONE 'Asia/Tokyo')::date, sum(orders), sum(units_sold),"
    " sum(units_returned), sum(gross), sum(discounts), sum(returns), sum(shipping), sum(tax)"
    " FROM ledger GROUP BY 1 ORDER BY 1"
)


def ledger_of(engine, slug):
    with transaction(engine, Access(tenant_id=tenant_id_of(engine, slug))) as session:
        return [tuple(row) for row in session.execute(LEDGER)]


def forget(engine, slug):
    tenant_id = tenant_id_of(engine, slug)
    if tenant_id is not None:
        with transaction(engine, Access(tenant_id=tenant_id)) as session:
            for table in ("refunds", "orders", "products", "customers", "tenants"):
                session.execute(text(f"DELETE FROM {table}"))  # noqa: S608 - the names above


def test_topping_up_day_by_day_gives_the_same_ledger_as_loading_at_once(service_engine):
    forget(service_engine, KOMOREBI.slug)
    ensure_sales(service_engine, KOMOREBI, TODAY - timedelta(days=40), 90)
    for days_before in (39, 20, 19, 0):
        ensure_sales(service_engine, KOMOREBI, TODAY - timedelta(days=days_before), 90)
    assert ensure_sales(service_engine, KOMOREBI, TODAY, 90) == LoadSummary()
    topped_up = ledger_of(service_engine, KOMOREBI.slug)
    forget(service_engine, KOMOREBI.slug)
    ensure_sales(service_engine, KOMOREBI, TODAY, 130)
    assert ledger_of(service_engine, KOMOREBI.slug) == topped_up
    assert topped_up[-1][0] == TODAY - timedelta(days=1)
    assert len(topped_up) == 130
    assert sum(row[3] for row in topped_up) > 0
    with transaction(
        service_engine, Access(tenant_id=tenant_id_of(service_engine, KOMOREBI.slug))
    ) as session:
        counted, least = session.execute(
            text("SELECT count(*), min(on_hand) FROM stock_counts")
        ).one()
    assert counted > 0
    assert least > 0


def test_ensure_demo_makes_two_shops_and_an_admin_of_both(service_url):
    shop = ensure_demo(service_url, days=30, password="a lamp for the harbour")
    assert (shop.tenant, shop.password) == ("nordlicht", "a lamp for the harbour")
    assert "a lamp for the harbour" not in repr(shop)
    again = ensure_demo(service_url, days=30)
    engine = create_database_engine(service_url, application_name="test")
    try:
        assert not verify_password(engine, email=shop.email, password="a lamp for the harbour")
        assert verify_password(engine, email=again.email, password=again.password)
        for slug in (NORDLICHT.slug, KOMOREBI.slug):
            with transaction(engine, Access(tenant_id=tenant_id_of(engine, slug))) as session:
                assert session.scalar(text("SELECT count(*) FROM memberships")) == 1
                assert session.scalar(text("SELECT version FROM ledger_versions")) == 1
    finally:
        engine.dispose()


def test_what_was_loaded_is_told_and_nothing_else(service_url, redis_url, redis_client):
    jobs = data_version.jobs_at(redis_url, redis_url)
    ensure_demo(service_url, days=30, password="a lamp for the harbour", jobs=jobs)
    assert len(redis_client.keys("*:data")) == 2
    redis_client.flushdb()
    ensure_demo(service_url, days=30, password="a lamp for the harbour", jobs=jobs)
    assert not redis_client.keys("*")
