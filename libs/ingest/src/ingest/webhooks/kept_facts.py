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


class Learned(NamedTuple):
    """What is known of an order that learns something new: before by its connection, and now by all
    that hear of it. ``others`` are other orders of its id: each site gives out its own.
    """

    before: Facts
    now: Facts
    platform: str
    others: tuple[Facts, ...]


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
    told = {}
    for key, facts in news.items():
        together, platform = facts, platforms[key]
        for other in _of_same(facts, platform, of_order[platform, key[1]]):
            together = together.beside(other)
        others = _others(facts, platform, of_order[platform, key[1]])
        told[key] = Learned(known[key], together, platform, others)
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


def _others(facts: Facts, platform: str, known: Iterable[Facts]) -> tuple[Facts, ...]:
    """Those of ``known``, which are of the same id, that are told to be of other orders."""
    if facts.order is None:
        return ()
    is_same = PLATFORMS[platform].is_same
    return tuple(each for each in known if each.order is not None and not is_same(facts, each))


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
