"""Orders that a program calls by the platform's id, and exports and events by their number: one.

A short number may be another order's number by chance, and is no id then. Shopify's API calls them
by a global id, too, which has the number at its end.
"""

from typing import Final

from ingest.ledger.rename_staged import rename_staged
from ingest.ledger.staging import FEW
from ingest.ledger.temporary_tables import Cursor, derive

_GLOBAL: Final = "gid://shopify/Order/"
_MANY_DIGITS: Final = f"^([0-9]{{10,}}|{_GLOBAL}[0-9]+)$"


def is_id(name: str) -> str:
    """SQL of whether a name can only be a platform's id, by an expression."""
    return f"{name} ~ '{_MANY_DIGITS}'"


def named_by(platform_id: str) -> str:
    """SQL of the names that a platform's id gives an order, by an expression."""
    return f"({platform_id}, '{_GLOBAL}' || {platform_id})"


_STAGE_NAMED_BY_ID: Final = f"""
    SELECT n.order_id, o.external_id AS name
    FROM (
        SELECT order_id FROM staged_order_lines
        WHERE placed_at IS NOT NULL AND platform_id IS NULL AND {is_id("order_id")}
        UNION
        SELECT order_id FROM staged_refunds WHERE platform_id IS NULL AND {is_id("order_id")}
    ) n
    CROSS JOIN LATERAL (
        SELECT external_id FROM orders
        WHERE tenant_id = %(tenant_id)s
          AND platform_id = regexp_replace(n.order_id, '^{_GLOBAL}', '')
        ORDER BY id LIMIT 1) o
    WHERE NOT EXISTS (
        SELECT FROM orders WHERE tenant_id = %(tenant_id)s AND external_id = n.order_id)
"""  # noqa: S608 - words of our own
_ARE_FEW: Final = f"""
    SELECT count(*) <= {FEW} FROM (
        SELECT FROM staged_order_lines WHERE platform_id IS NOT NULL LIMIT {FEW + 1}) with_ids
"""  # noqa: S608 - a number of our own
_ARE_KNOWN: Final = f"""
    SELECT EXISTS (
        SELECT FROM orders
        WHERE tenant_id = %(tenant_id)s AND platform_id IS NULL AND {is_id("external_id")})
"""  # noqa: S608


def mean_by_id(cursor: Cursor) -> None:
    """Give what is staged by a platform's id, and not by a name, the name of the ledger's order.

    Makes ``staged_named_by_id``: these orders.
    """
    if derive(cursor, "staged_named_by_id", _STAGE_NAMED_BY_ID):
        rename_staged(cursor, "staged_named_by_id")


def are_known_by_id(cursor: Cursor) -> bool:
    """Whether the ledger may call orders by ids of their platform, and know no id of them besides;
    it is not asked for a few orders, which are looked up as they are."""
    (few,) = cursor.execute(_ARE_FEW).fetchone() or (False,)
    if few:
        return True
    (known,) = cursor.execute(_ARE_KNOWN).fetchone() or (False,)
    return bool(known)
