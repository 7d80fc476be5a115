"""What events cannot explain is kept with their days; what an export left open they settle."""

import csv
import io
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import Engine
from tests.support import inboxes
from tests.support.gappy_shops import bring, counts, gaps, open_shop, window
from tests.support.shopify_orders import START
from tests.support.webhook_burst import burst
from tests.unit.ingest.formats.shopify.shopify_shop import export

from common.db.tenancy import TenantDb
from common.reports.document.gaps import GapKind
from ingest.webhooks import work


@pytest.fixture
def db(service_engine: Engine) -> TenantDb:
    return open_shop(service_engine)


def tell(db: TenantDb, events: list[tuple[str, str, dict[str, Any]]]) -> None:
    connection = inboxes.connect(db.engine, db.tenant_id)
    inboxes.put(db.engine, db.tenant_id, connection, events)
    assert work.work_off(db.engine, db.tenant_id).done == len(events)


def later(payload: dict[str, Any], **change: Any) -> dict[str, Any]:
    return payload | {"updated_at": (START + timedelta(days=90)).isoformat()} | change


def test_an_order_that_does_not_come_to_its_total_is_a_gap_until_it_does(db: TenantDb) -> None:
    _, events = burst(2)
    topic, _, right = next(each for each in events if each[0] == "orders/paid")
    wrong = right | {"total_price": str(Decimal(right["total_price"]) + 3)}
    connection = inboxes.connect(db.engine, db.tenant_id)
    seen = window(START, 7)

    def tell_one(name: str, payload: dict[str, Any]) -> None:
        inboxes.put(db.engine, db.tenant_id, connection, [(topic, name, payload)])
        assert work.work_off(db.engine, db.tenant_id).done == 1

    tell_one("wrong", wrong)
    now = gaps(db, seen)[GapKind.UNRECONCILED_ORDERS].now
    assert now is not None
    assert (now.count, now.amount) == (1, 3_00)
    assert counts(db, window(START + timedelta(days=40), 7)) == {}
    tell_one("right", later(right))
    assert counts(db, seen) == {}


def test_dated_refunds_of_events_settle_what_the_export_told_without_a_date(db: TenantDb) -> None:
    """An export of a moment when nothing was cancelled, with money paid back without a date."""
    orders, events = burst(5)
    rows = list(csv.DictReader(io.StringIO(orders.decode())))
    bring(db, orders=export([row | {"Cancelled at": ""} for row in rows]))
    seen = window(START, 30)
    assert counts(db, seen) == {GapKind.UNDATED_REFUNDS: 2}, "orders 0 and 3 of five"
    tell(db, events)
    assert counts(db, seen) == {}
