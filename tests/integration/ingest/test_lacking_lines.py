"""An order of an export that lacks the line of a refund that the shop told keeps no file out."""

from typing import Any

import pytest
from sqlalchemy import Engine
from tests.integration.ingest.test_older_exports import bring
from tests.integration.ingest.test_shopify_webhook_figures import Shop
from tests.integration.ingest.test_told_by_events import CANCELLED, sold
from tests.support import inboxes

from ingest.csv.faults import ImportRefusedError
from ingest.ledger.load import load_sales

LACKS = "of a line that the export lacks"
REFUNDS = "refund_id,order_id,line_id,processed_at,quantity,amount\n"


@pytest.fixture
def shop(service_engine: Engine) -> Shop:
    return Shop(service_engine)


def lacking(shop: Shop, *changed: dict[str, str]) -> list[str]:
    rows = [row for number, change in enumerate(changed) for row in sold(number, **change)]
    return [each.partition(":")[0] for each in bring(shop, rows).notes if LACKS in each]


def net(shop: Shop) -> int:
    ((sales, back),) = shop.rows(
        "SELECT (SELECT sum(unit_price * quantity - line_discount - order_discount)"
        " FROM order_lines)::bigint, (SELECT coalesce(sum(amount), 0) FROM refunds)::bigint"
    )
    return int(sales) - int(back)


@pytest.mark.parametrize("change", [{}, CANCELLED])
def test_an_order_that_a_program_told_with_lines_of_its_own_stays(
    shop: Shop, line: Any, refund: Any, change: dict[str, str]
) -> None:
    """The export brings the other order; once its lines are called as there, it counts again."""
    assert not lacking(shop, {})
    own = [line("#1001", name, unit_price=1000) for name in ("L1", "L2")]
    load_sales(shop.engine, shop.id, order_lines=own, refunds=[refund("R1", "#1001", "L1")])
    before = inboxes.ledger_of(shop.engine, shop.id)
    assert lacking(shop, change, {}) == ["1 order (#1001)"]
    after = inboxes.ledger_of(shop.engine, shop.id)
    assert [row for row in after["lines"] if row[0] == "#1001"] == before["lines"]
    assert after["refunds"] == before["refunds"]
    assert net(shop) == 1000 + 2500


def test_a_refund_that_the_package_brings_anew_counts_by_the_lines_of_its_export(
    shop: Shop, line: Any, refund: Any
) -> None:
    own = [line("#1001", "L1", unit_price=2000)]
    load_sales(shop.engine, shop.id, order_lines=own, refunds=[refund("R1", "#1001", "L1")])
    bring(shop, sold(0), REFUNDS + "R1,#1001,1,2026-03-09T10:00:00Z,1,10.00\n")
    assert net(shop) == 2500 - 1000


def test_refunds_of_the_package_that_name_no_line_there_is_are_refused(
    shop: Shop, line: Any, refund: Any
) -> None:
    own = [line("#1001", "L1", unit_price=2000)]
    load_sales(shop.engine, shop.id, order_lines=own, refunds=[refund("R1", "#1001", "L1")])
    with pytest.raises(ImportRefusedError, match="line"):
        bring(shop, sold(0), REFUNDS + "R2,#1001,7,2026-03-09T10:00:00Z,1,10.00\n")
