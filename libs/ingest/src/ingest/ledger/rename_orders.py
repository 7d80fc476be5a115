"""Call orders of the ledger by new names, where their platform renamed them: all else stays.

Runs in the transaction of a load, under the ledger's lock. What changed on closed days stays noted
by the name that the order had.
"""

from typing import Final

from sqlalchemy import Connection, text

_FIND: Final = text("SELECT id FROM orders WHERE tenant_id = :tenant_id AND external_id = :name")
# A gap of an order that is not in the ledger may have the new name already.
_RENAME: Final = (
    text(
        "UPDATE data_gaps g SET order_id = :name FROM orders o"
        " WHERE o.tenant_id = :tenant_id AND o.id = :key"
        " AND g.tenant_id = :tenant_id AND g.order_id = o.external_id AND NOT EXISTS ("
        "SELECT FROM data_gaps t"
        " WHERE t.tenant_id = :tenant_id AND t.order_id = :name AND t.kind = g.kind)"
    ),
    text(
        "DELETE FROM data_gaps g USING orders o WHERE o.tenant_id = :tenant_id AND o.id = :key"
        " AND g.tenant_id = :tenant_id AND g.order_id = o.external_id"
    ),
    text("UPDATE orders SET external_id = :name WHERE tenant_id = :tenant_id AND id = :key"),
)


def rename_order(connection: Connection, tenant_id: int, key: int, name: str) -> bool:
    """Call an order by ``name``, with its gaps; False where another is called so."""
    given = {"tenant_id": tenant_id, "key": key, "name": name}
    called: int | None = connection.scalar(_FIND, given)
    if called is None:
        for statement in _RENAME:
            connection.execute(statement, given)
    return called is None or called == key
