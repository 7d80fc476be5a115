"""Ids of sums: of what was paid back of an order in all, or of a payment."""

from ingest.rows import REFUNDED, SUMS_OF_PAYMENTS


def is_sum(refund_id: str, order_id: str) -> str:
    """SQL that tells whether a refund's id is that of a sum, by two expressions."""
    of_payments = "".join(f", {order_id} || ' {each}'" for each in SUMS_OF_PAYMENTS)
    return f"{refund_id} IN ('{REFUNDED}'{of_payments})"
