"""What weighing refunds that orders' states alone tell costs: it grows with the orders."""

from typing import Any

import pytest
from sqlalchemy import Engine
from tests.integration.ingest.test_older_exports import analyse
from tests.integration.ingest.test_refunds_told_by_state_and_later import Told
from tests.integration.ingest.test_told_by_events import sold
from tests.support.plan_rows import Explaining, counting

from ingest.gaps import Gaps
from ingest.ledger import gaps, load


@pytest.mark.parametrize("refunds", [True, False])
def test_the_cost_grows_with_the_orders_where_tables_are_taken_for_empty(
    service_engine: Engine, owner_engine: Engine, monkeypatch: pytest.MonkeyPatch, refunds: bool
) -> None:
    """All rows were another shop's when they were counted; a few orders come again."""

    def bring(shop: Told, many: int) -> None:
        rows = [row for n in range(many) for row in sold(n, **{"Financial Status": "refunded"})]
        each = "r{0},#{0},,2026-03-05T10:00:00Z,,25.00\n"
        shop.bring(rows, "".join(each.format(1001 + n) for n in range(many)) if refunds else "")

    bring(Told(service_engine), 1_000)
    analyse(owner_engine)
    looked: list[float] = [0]
    merge = gaps.merge_gaps

    def explained(cursor: Any, of: Gaps) -> None:
        merge(Explaining(cursor, looked), of)  # type: ignore[arg-type] # as a cursor

    monkeypatch.setattr(load, "merge_gaps", explained)
    monkeypatch.setattr(gaps, "derive", counting(looked), raising=False)
    for many in (300, 600):
        shop = Told(service_engine)
        for brought in (many, many, 8):
            looked.append(0)
            bring(shop, brought)
    assert min(looked[1:3]) > 300
    of_twice = zip(looked[1:4], looked[4:], strict=True)
    assert all(twice < 3 * once for once, twice in of_twice), looked
