"""What events said of orders so far: each connection keeps its own, merged with what is news.

Two connections of one shop hear of the same orders, each of some of the events. When a refund was
there at the latest is what either was told first, and what the order is, what both know: a late
event undoes nothing that the other connection was told.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Connection, select
from sqlalchemy.dialects.postgresql import insert

from common.db.webhooks import IngestConnection, WebhookOrder
from ingest.webhooks.facts import Facts
from ingest.webhooks.platforms import PLATFORMS

OrderKey = tuple[UUID, str]
"""A connection and the platform's id of an order."""
Said = tuple[int, OrderKey, Facts, str]
"""The number of an event, what it is about, what it says, and the platform."""
OfOrder = Mapping[tuple[str, str], Sequence[Facts]]
"""What connections know of a platform's id."""


class Known(NamedTuple):
    """An order that is known: ``now`` by all connections, ``heard`` is what each of them knew."""

    platform: str
    order_id: str
    now: Facts
    heard: tuple[Facts, ...]


class Learned(NamedTuple):
    """An order that something new is known of, what its connection knew of it before, and what else
    is known by a name that it has: each site numbers its orders.
    """

    before: Facts
    order: Known
    others: tuple[Known, ...]


def merge_facts(
    connection: Connection, tenant_id: int, said: Sequence[Said]
) -> dict[OrderKey, Learned]:
    """The facts of the orders that learn something new; they are kept.

    Raises:
        sqlalchemy.exc.DBAPIError: the database failed.
    """
    platforms = {key: platform for _, key, _, platform in said}
    kept = _kept(connection, tenant_id, platforms) if said else {}
    before = {key: facts for key, (facts, _) in kept.items() if key in platforms}
    after = {key: Facts.from_json(content) for key, content in before.items()}
    for _, key, facts, _ in said:
        after[key] = after.get(key, Facts()).merged(facts)
    heard = {key: Facts.from_json(facts) for key, (facts, _) in kept.items()} | after
    of_order = defaultdict(list)
    for key, facts in heard.items():
        platform = platforms.get(key) or kept[key][1]
        of_order[platform, key[1]].append(facts)
    for key, platform in platforms.items():
        after[key] = _first_stated(after[key], platform, of_order[platform, key[1]])
    news = {key: facts for key, facts in after.items() if facts.to_json() != before.get(key)}
    _keep(connection, tenant_id, news)
    known = {key: Facts.from_json(before[key]) if key in before else Facts() for key in news}
    called = _by_names(of_order)
    told = {}
    for key, facts in news.items():
        order = _known(facts, platforms[key], key[1], of_order)
        told[key] = Learned(known[key], order, _others(order, called, of_order))
    return told


def _kept(
    connection: Connection, tenant_id: int, keys: Iterable[OrderKey]
) -> dict[OrderKey, tuple[dict[str, Any], str]]:
    """What is kept of these orders, by whichever connection, with its platform."""
    of_shop = select(IngestConnection.id).where(IngestConnection.tenant_id == tenant_id)
    columns = (WebhookOrder.connection_id, WebhookOrder.order_id, WebhookOrder.facts)
    query = (
        select(*columns, IngestConnection.platform)
        .join(IngestConnection, IngestConnection.id == WebhookOrder.connection_id)
        .where(
            WebhookOrder.tenant_id == tenant_id,
            IngestConnection.tenant_id == tenant_id,
            WebhookOrder.connection_id.in_(list(connection.scalars(of_shop))),
            WebhookOrder.order_id.in_({order_id for _, order_id in keys}),
        )
    )
    rows = connection.execute(query).all()
    return {(row.connection_id, row.order_id): (row.facts, row.platform) for row in rows}


def _first_stated(facts: Facts, platform: str, known: Iterable[Facts]) -> Facts:
    """The facts, with the first that any connection of the shop was told of the order's refunds."""
    for other in _of_same(facts, platform, known):
        facts = facts.stated_with(other)
    return facts


def _of_same(facts: Facts, platform: str, known: Iterable[Facts]) -> Iterator[Facts]:
    """Those of ``known``, which are of the same id, that are of the same order."""
    is_same = PLATFORMS[platform].is_same
    return (each for each in known if is_same(facts, each))


def _known(facts: Facts, platform: str, order_id: str, of_order: OfOrder) -> Known:
    same = tuple(_of_same(facts, platform, of_order[platform, order_id]))
    together = facts
    for other in same:
        together = together.beside(other)
    return Known(platform, order_id, together, (facts, *same))


def _by_names(of_order: OfOrder) -> Mapping[str, Sequence[tuple[str, str, Facts]]]:
    """What is known, by each name that it has."""
    called = defaultdict(list)
    for (platform, order_id), known in of_order.items():
        for facts in known:
            for name in PLATFORMS[platform].names(order_id, facts):
                called[name].append((platform, order_id, facts))
    return called


def _others(
    order: Known, called: Mapping[str, Sequence[tuple[str, str, Facts]]], of_order: OfOrder
) -> tuple[Known, ...]:
    """The orders that are told to be others than ``order`` and have a name of its own."""
    mine = PLATFORMS[order.platform]
    return tuple(
        _known(facts, platform, order_id, of_order)
        for name in mine.names(order.order_id, order.now)
        for platform, order_id, facts in called.get(name, ())
        if (platform, order_id) != (order.platform, order.order_id)
        or not any(mine.is_same(each, facts) for each in (order.now, *order.heard))
    )


def _keep(connection: Connection, tenant_id: int, news: Mapping[OrderKey, Facts]) -> None:
    if not news:
        return
    rows_of = insert(WebhookOrder).values(
        [
            {
                "tenant_id": tenant_id,
                "connection_id": connection_id,
                "order_id": order_id,
                "facts": facts.to_json(),
            }
            for (connection_id, order_id), facts in news.items()
        ]
    )
    connection.execute(
        rows_of.on_conflict_do_update(
            index_elements=["tenant_id", "connection_id", "order_id"],
            set_={"facts": rows_of.excluded.facts},
        )
    )
