"""What refunds that events told cost a load: rows that its statements look at, and no time."""

from collections.abc import Sequence
from typing import Any

import psycopg
import pytest
from sqlalchemy import Engine, text
from tests.integration.ingest.test_refunds_told_and_summed import (
    Shop,
    bring_in,
    day_of,
    refunded_story,
)
from tests.integration.ingest.test_told_by_events import CANCELLED, export, sold
from tests.integration.ingest.test_webhook_law import bring_in as shopify_in
from tests.support import inboxes
from tests.support.plan_rows import counting, rows_of
from tests.support.webhook_shop import WebhookShop
from tests.support.woocommerce_json import line, order

from common.db.tenancy import Access, transaction
from ingest.import_files import FileKind
from ingest.ledger import cancelled_sums, instead_of_triggers, stated_refunds
from ingest.webhooks.work import work_off


@pytest.fixture
def shop(service_engine: Engine) -> Shop:
    return Shop(service_engine)


def as_analysed(owner_engine: Engine) -> None:
    """Have the planner know the tables as they are."""
    url = owner_engine.url.set(drivername="postgresql")
    with psycopg.connect(url.render_as_string(hide_password=False), autocommit=True) as owner:
        owner.execute("ANALYZE")


def test_what_goes_of_an_order_is_looked_at_once_a_refund_and_not_once_a_row(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An order of as many lines as refunds has rows that are the square of either."""
    many, looked = 40, 0.0
    mark = instead_of_triggers._mark

    def explained(execute: Any, sources: Sequence[str], given: dict[str, Any]) -> None:
        nonlocal looked
        for source in sources:
            (found,) = execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {source}", given).fetchone()
            looked += rows_of(found[0]["Plan"])
        mark(execute, sources, given)

    lines = [line(n, "40.00") for n in range(many)]
    refunds = [{"id": n, "reason": "", "total": "-40.00"} for n in range(many)]
    shop.hear(("order.updated", order(lines, "1600.00", at=day_of(3), refunds=refunds[:-1])))
    monkeypatch.setattr(instead_of_triggers, "_mark", explained)
    shop.hear(("order.updated", order(lines, "1600.00", at=day_of(4), refunds=refunds)))
    ((rows,),) = shop.rows("SELECT count(*) FROM refunds")
    assert rows == many * many
    assert rows < looked < 3 * many * rows


@pytest.mark.parametrize("analysed", [True, False])
def test_an_import_looks_at_the_refunds_of_its_own_orders(
    shop: Shop, owner_engine: Engine, monkeypatch: pytest.MonkeyPatch, analysed: bool
) -> None:
    """However many other orders the shop has of which events told refunds."""
    looked = [0.0]
    story, others = refunded_story(), [refunded_story(number) for number in range(1, 3_000)]
    inboxes.put(shop.engine, shop.id, shop.connection, story.events)
    work_off(shop.engine, shop.id)
    bring_in(shop, *others)
    with transaction(shop.engine, Access(tenant_id=shop.id)) as session:
        for statement in AS_TOLD:
            session.execute(text(statement))
    if analysed:
        as_analysed(owner_engine)
    monkeypatch.setattr(stated_refunds, "derive", counting(looked))
    outcome = bring_in(shop, story)
    assert outcome.summary.kept_refunds.orders == 1
    assert 3 < looked[0] < 300


AS_TOLD = (
    "UPDATE refunds SET external_id = 'refunded:1' WHERE external_id = 'refunded'",
    """
    INSERT INTO webhook_orders (tenant_id, connection_id, order_id, facts)
    SELECT w.tenant_id, w.connection_id, o.external_id, w.facts
    FROM webhook_orders w JOIN orders o ON o.external_id <> w.order_id
    """,
)


@pytest.mark.parametrize("analysed", [True, False])
def test_cancelled_orders_beside_known_refunds_cost_what_they_are(
    service_engine: Engine,
    owner_engine: Engine,
    monkeypatch: pytest.MonkeyPatch,
    analysed: bool,
) -> None:
    """Twice the orders are twice the rows looked at, and no more."""
    looked: list[float] = []

    columns = "refund_id,order_id,line_id,processed_at,quantity,amount\n"
    for many in (300, 600):
        shop = WebhookShop(service_engine, "shopify")
        rows = [f"r,#{1001 + n},1,2026-03-03T10:00:00Z,1,20.00" for n in range(many)]
        refunds = {FileKind.REFUNDS: (columns + "\n".join(rows)).encode()}
        standing = export(row for n in range(many) for row in sold(n))
        shopify_in(shop.engine, shop.id, "shopify", standing | refunds)
        if analysed:
            as_analysed(owner_engine)
        looked.append(0)
        with monkeypatch.context() as patched:
            patched.setattr(cancelled_sums, "derive", counting(looked))
            gone = export(row for n in range(many) for row in sold(n, **CANCELLED))
            shopify_in(shop.engine, shop.id, "shopify", gone)
        back = shop.rows("SELECT sum(amount) FROM refunds GROUP BY order_id")
        assert back == [(2500,)] * many
    assert looked[0] > 300
    assert looked[1] < 3 * looked[0], looked
