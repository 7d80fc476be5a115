"""Days of refunds that events tell now, and that the ledger had before in one sum.

An export, or an event that was read by code of before, brought all that was paid back as one refund
of the last day. An event that states refunds later says only that they were there by then.
"""

from collections.abc import Iterable, Sequence
from itertools import groupby

from ingest.ledger.remove_orders import KnownRefund
from ingest.rows import REFUNDED, RefundRow


def dated_by_sum(
    refunds: Sequence[RefundRow], known: Iterable[KnownRefund]
) -> tuple[RefundRow, ...]:
    """The refunds of an order, in turn, none of those that the ledger's sum has after its day.

    A sum whose day nothing told dates nothing.
    """
    of_sum = next((each for each in known if each.id == REFUNDED and not each.assumed), None)
    if of_sum is None:
        return tuple(refunds)
    dated: list[RefundRow] = []
    back = 0
    for _, each in groupby(refunds, key=lambda row: row.refund_id):
        rows = list(each)
        back += sum(row.amount + row.shipping + row.tax for row in rows)
        if back <= of_sum.back:
            rows = [row._replace(processed_at=min(row.processed_at, of_sum.at)) for row in rows]
        dated += rows
    return tuple(dated)
