"""Give staged orders without a platform's id, with their refunds and gaps, the ledger's names."""

from ingest.ledger.staging import Cursor


def rename_staged(cursor: Cursor, names: str) -> None:
    """Call what is staged by ``order_id`` in the table ``names`` by its ``name`` there.

    No order with an id is called so in the input, where one without is.
    """
    for table in ("staged_order_lines", "staged_refunds", "staged_gaps"):
        cursor.execute(
            f"UPDATE {table} r SET order_id = n.name FROM {names} n"  # noqa: S608 - tables of our own
            " WHERE r.order_id = n.order_id AND r.platform_id IS NULL"
        )
