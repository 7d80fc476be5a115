"""Give staged orders without a platform's id, with their refunds and gaps, the ledger's names."""

from typing import Final

from psycopg import sql

from ingest.ledger.temporary_tables import Cursor

_RENAME: Final = sql.SQL(
    "UPDATE {} r SET order_id = n.name FROM {} n"
    " WHERE r.order_id = n.order_id AND r.platform_id IS NULL"
)


def rename_staged(cursor: Cursor, names: str) -> None:
    """Call what is staged by ``order_id`` in the table ``names`` by its ``name`` there.

    No order with an id is called so in the input, where one without is.
    """
    for table in ("staged_order_lines", "staged_refunds", "staged_gaps"):
        cursor.execute(_RENAME.format(sql.Identifier(table), sql.Identifier(names)))
