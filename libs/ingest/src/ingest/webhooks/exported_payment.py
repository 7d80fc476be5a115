"""When an order was paid, as the ledger has it from before there were events of it.

A payment that an event tells may be one of an edit, of an order that was paid long before; and of
one whose payment no event told it is only taken that it was paid when it was created.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, text

from ingest.webhooks.platform import OrderState

# Where both times are the same, nothing may have told when it was paid.
_FIND: Final = text(
    "SELECT paid_at FROM orders WHERE tenant_id = :tenant_id AND id = :order_id"
    " AND paid_at > placed_at AND (platform_id = :platform_id OR placed_at = :placed_at)"
)


def with_payment(
    connection: Connection, tenant_id: int, orders: Sequence[int], state: OrderState
) -> OrderState:
    """The state with the payment's time that the ledger was told, where events tell a later one or
    none.

    ``orders`` are the ledger's keys of the order.

    Raises:
        sqlalchemy.exc.DBAPIError: the database failed.
    """
    paid_at = state.lines[0].paid_at
    if len(orders) != 1 or paid_at is None or state.paid_told is None:
        return state
    given: dict[str, Any] = {
        "tenant_id": tenant_id,
        "order_id": orders[0],
        "platform_id": state.platform_id,
        "placed_at": state.lines[0].placed_at,
    }
    known: datetime | None = connection.scalar(_FIND, given)
    if known is None or (state.paid_told and known >= paid_at):
        return state
    refunds = (each._replace(processed_at=max(each.processed_at, known)) for each in state.refunds)
    return replace(
        state,
        lines=tuple(line._replace(paid_at=known) for line in state.lines),
        refunds=tuple(refunds),
    )
