"""Make sure that the demo shops, their admin and their sales up to yesterday are in the database.

A shop's stored days are the work already done: only the missing ones are made, so that a run on
an up-to-date database costs a log-in and a glance at an index.
"""

import secrets
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from sqlalchemy import Engine, text

from accounts.provisioning import (
    admin_exists,
    create_admin,
    create_tenant,
    set_password,
    tenant_id_of,
    verify_password,
)
from analytics.demo.rows import Feed
from analytics.demo.shops import SHOPS, Shop
from common.db.engine import create_service_engine
from common.db.tenancy import Access, transaction
from common.jobs.publisher import JobPublisher
from ingest import data_version
from ingest.ledger.load import load_sales
from ingest.ledger.load_summary import LoadSummary

ADMIN_EMAIL = "admin@nordlicht.example"


@dataclass(frozen=True, slots=True)
class DemoShop:
    """The shop of the demo's link: its slug, and an admin who can log in."""

    tenant: str
    email: str
    password: str = field(repr=False)


def ensure_demo(
    service_url: str, *, days: int, password: str | None = None, jobs: JobPublisher | None = None
) -> DemoShop:
    """Create or top up the demo shops, as the services' role; answers the first one.

    The admin of both gets ``password``; None makes one up (and sets it, as an old one cannot be
    told from its hash). With ``jobs`` those who serve are told of what was loaded. A new shop's
    sales go back ``days``.

    Raises:
        AccountError: the password is too short.
        UnsafeDatabaseRoleError: row-level security does not hold the role.
        sqlalchemy.exc.DBAPIError, psycopg.Error: the database failed.
    """
    engine = create_service_engine(service_url, application_name="analytics-demo", pool_size=2)
    try:
        for shop in SHOPS:
            loaded = ensure_sales(engine, shop, datetime.now(shop.zone).date(), days)
            tenant_id = tenant_id_of(engine, shop.slug) if loaded.version else None
            if jobs is not None and tenant_id is not None:
                data_version.loaded(engine, jobs, tenant_id)
        password = _ensure_admin(engine, password)
    finally:
        engine.dispose()
    return DemoShop(tenant=SHOPS[0].slug, email=ADMIN_EMAIL, password=password)


def ensure_sales(engine: Engine, shop: Shop, today: date, days: int) -> LoadSummary:
    """Load the days of ``shop`` that are missing before ``today``, its local date.

    A new shop's sales go back ``days``.
    """
    tenant_id = tenant_id_of(engine, shop.slug)
    if tenant_id is None:
        tenant_id = create_tenant(
            engine, slug=shop.slug, name=shop.name, currency=shop.currency, timezone=shop.timezone
        )
    last = today - timedelta(days=1)
    stored = _stored_days(engine, tenant_id, shop)
    opened = last - timedelta(days=days - 1) if stored is None else stored[0]
    first = opened if stored is None else stored[1] + timedelta(days=1)
    if first > last:
        return LoadSummary()
    feed = Feed(shop, first, last, opened)
    return load_sales(
        engine,
        tenant_id,
        products=feed.products(),
        order_lines=feed.order_lines(),
        refunds=feed.refunds(),
        stock=feed.stock(),
    )


def _stored_days(engine: Engine, tenant_id: int, shop: Shop) -> tuple[date, date] | None:
    """The first and the last local day with a sale, None when there is none."""
    with transaction(engine, Access(tenant_id=tenant_id)) as session:
        first, last = session.execute(text("SELECT min(paid_at), max(paid_at) FROM orders")).one()
    if first is None:
        return None
    return first.astimezone(shop.zone).date(), last.astimezone(shop.zone).date()


def _ensure_admin(engine: Engine, password: str | None) -> str:
    chosen = password or secrets.token_urlsafe(12)
    known = admin_exists(engine, ADMIN_EMAIL)
    for shop in SHOPS:
        create_admin(
            engine, email=ADMIN_EMAIL, password=None if known else chosen, tenant=shop.slug
        )
        known = True
    if not verify_password(engine, email=ADMIN_EMAIL, password=chosen):
        set_password(engine, email=ADMIN_EMAIL, password=chosen)
    return chosen
