"""What an export told of an order's payment and cancelling, beside events that know less of it.

An export's sum is all that was paid back. Events that come after it may be older than the
cancelling, or know some of the refunds alone: these are part of the sum, and the cancelling gives
back what they leave of it. So the sum stays, whoever tells a part of it when.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final, NamedTuple

from sqlalchemy import Connection, text

from ingest.rows import CANCELLED, CANCELLED_SUM, RefundRow
from ingest.webhooks.exported_payment import with_payment
from ingest.webhooks.platform import OrderState

_FIND: Final = text(
    "SELECT f.external_id, l.external_id AS line_id, f.processed_at AS at, f.amount, f.shipping,"
    " f.tax FROM refunds f LEFT JOIN order_lines l ON l.tenant_id = :tenant_id"
    " AND l.order_id = f.order_id AND l.line_no = f.line_no"
    " WHERE f.tenant_id = :tenant_id AND f.order_id = :order_id"
)


class _Known(NamedTuple):
    """A row of a refund that the ledger has."""

    refund_id: str
    line_id: str | None
    at: datetime
    amount: int
    shipping: int
    tax: int

    @property
    def back(self) -> int:
        return self.amount + self.shipping + self.tax


def with_exported(
    connection: Connection, tenant_id: int, orders: Sequence[int], state: OrderState
) -> OrderState:
    """The state with when the order was paid as an export told it, and the sum that one told of the
    order's cancelling, where that tells more.

    ``orders`` are the ledger's keys of the order. Runs before refunds are lifted.

    Raises:
        sqlalchemy.exc.DBAPIError: the database failed.
    """
    state = with_payment(connection, tenant_id, orders, state)
    paid_at = state.lines[0].paid_at
    if len(orders) != 1 or paid_at is None or state.cancelling is None:
        return state
    given = {"tenant_id": tenant_id, "order_id": orders[0]}
    known = [_Known(*row) for row in connection.execute(_FIND, given)]
    at = max((each.at for each in known if each.refund_id == CANCELLED), default=None)
    if at is None or not _tells_more(known, at, state):
        return state
    rows = [row for row in state.refunds if row.refund_id != CANCELLED]
    return replace(
        state,
        refunds=(*rows, *_sum_of(known, max(at, paid_at), state)),
        lifted=state.lifted - {CANCELLED},
    )


def _tells_more(known: Sequence[_Known], at: datetime, state: OrderState) -> bool:
    """Whether events are older than the cancelling, or know less paid back than its sum."""
    assert state.cancelling is not None  # noqa: S101 - asked before
    if state.cancelling.stands_at is not None:
        return state.cancelling.stands_at <= at
    if not state.cancelling.sums_compare:
        return False
    told = {row.refund_id for row in state.refunds} | state.lifted
    others = sum(
        each.back for each in known if each.refund_id != CANCELLED and each.refund_id not in told
    )
    back = sum(row.amount + row.shipping + row.tax for row in state.refunds)
    summed = any(each.refund_id == CANCELLED and each.back for each in known)
    return summed and sum(each.back for each in known) > others + back


def _sum_of(known: Sequence[_Known], at: datetime, state: OrderState) -> list[RefundRow]:
    """All that the ledger has paid back of the order, by its lines: what the export's sum is."""
    goods: Counter[str | None] = Counter()
    for each in known:
        goods[each.line_id] += each.amount
    lines = {line.line_id: line for line in state.lines}
    first = state.lines[0]
    besides = (sum(each.shipping for each in known), sum(each.tax for each in known))
    gone = sum(amount for line_id, amount in goods.items() if line_id not in lines)
    rows = []
    for line_id, line in lines.items():
        more, parts = (gone, besides) if line is first else (0, (0, 0))
        rows.append(
            RefundRow(
                *(0, CANCELLED_SUM, line.order_id, line_id, at, "cancel", 0),
                *(goods[line_id] + more, *parts, state.platform_id),
            )
        )
    return rows
