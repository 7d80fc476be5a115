"""An order that has another number than events told before, as a plug-in gave it one later.

Files call orders by their numbers. Where an export tells the platform's id besides, that is what
it is known by, and it may go on by the number of before.
"""

from sqlalchemy import Connection

from ingest.ledger.names_apart import called_apart
from ingest.ledger.remove_orders import Found, find_orders, forget_orders
from ingest.ledger.rename_orders import rename_order
from ingest.webhooks.kept_facts import Learned
from ingest.webhooks.platform import Shop
from ingest.webhooks.platforms import PLATFORMS


def follow_number(
    connection: Connection, tenant_id: int, order_id: str, learned: Learned, shop: Shop
) -> bool:
    """Call what the ledger has of an order by a number that it has no more by its new one, or take
    it out where that is there too; whether there was such a thing.

    Raises:
        sqlalchemy.exc.DBAPIError: the database failed.
    """
    platform, before = PLATFORMS[learned.order.platform], learned.before
    named = platform.names(order_id, learned.order.now)
    names = sorted(set(platform.names(order_id, before)) - set(named))
    was = platform.state(order_id, before, shop) if names else None
    if was is None or not was.lines:
        return False
    placed_at = was.lines[0].placed_at
    meant = [
        each
        for each in find_orders(connection, tenant_id, names, was.platform_id)
        if (not platform.exports_have_ids if each.by_id else each.placed_at == placed_at)
    ]
    for each in meant:
        if not _renamed(connection, tenant_id, each, named, was.platform_id):
            forget_orders(connection, tenant_id, [each.key], shop.now)
    return bool(meant)


def _renamed(
    connection: Connection,
    tenant_id: int,
    order: Found,
    named: tuple[str, ...],
    platform_id: str | None,
) -> bool:
    """Whether it could be called by its number, or, where that is another's, by that and its id."""
    if not named:
        return False
    if rename_order(connection, tenant_id, order.key, named[0]):
        return True
    beside = called_apart(named[0], platform_id) if order.by_id and platform_id else None
    return beside is not None and rename_order(connection, tenant_id, order.key, beside)
