"""Run-length folding of orders: nothing about an order is sent twice for lines that stand together.

A run is an unbroken row of lines with the same order and the same columns of it: in a file made by
any shop's export, the whole order. Only its first line, the head, carries the order's columns; the
others say where the head stands. What follows joins orders and lines by that number and groups
nothing. An order in several runs is put together on the server (see
``ingest.ledger.stage_orders``).
"""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from ingest.ledger.order_sequence import OrderSequence
from ingest.rows import OrderLineRow

if TYPE_CHECKING:
    from pyarrow import RecordBatch

    from ingest.order_columns import OrderLineColumns

    Lines = tuple[Any, ...] | OrderLineColumns


class RunLine(NamedTuple):
    """An ``OrderLineRow`` in its run: the head's position, its number there from 1, and whether
    the run has had its ``line_id`` before. The order's columns are None but on the head. ``share``
    is its part of the order's discount, None where that is yet to be spread.

    Numbers stand first: the server finds what stands behind a text or a null by walking there.
    """

    position: int
    head: int
    line_no: int
    quantity: int
    unit_price: int
    line_discount: int
    remainder: int
    again: bool
    share: int | None
    stands: bool | None
    paid_assumed: bool
    line_id: str
    product_id: str
    product_title: str | None
    category: str | None
    product_sku: str | None
    platform_id: str | None
    order_id: str
    placed_at: datetime | None
    paid_at: datetime | None
    channel: str | None
    customer_id: str | None
    country: str | None
    region: str | None
    coupon_code: str | None
    order_discount: int | None
    shipping: int | None
    tax: int | None


_LINE_ID = OrderLineRow._fields.index("line_id")
_ORDER = slice(1, _LINE_ID)
_NOTHING = (None,) * (_LINE_ID - 2)
_UNTOLD = (None, None, None)
_REMEMBERED = 50_000
UNSOLD: Final = datetime(1970, 1, 1, tzinfo=UTC)
"""When an order is taken for sold that is not paid: before all others."""
Words = tuple[str | None, str | None, str | None]


class ProductWords:
    """What is known of the products so far: title, category and SKU, by the latest sale.

    Of as many products as can be remembered; the words of the others are news every time.
    """

    def __init__(self, most: int = _REMEMBERED) -> None:
        self._most = most
        self._known: dict[str, tuple[Words, datetime]] = {}

    def news(self, product_id: str, words: Words, sold_at: datetime) -> Words:
        """What a sale tells of its product that no sale told that was later; ``UNSOLD`` where it
        was none."""
        known = self._known.get(product_id)
        if known is None:
            if len(self._known) < self._most:
                self._known[product_id] = (words, sold_at)
            return words
        before, at = known
        if words == before:
            if sold_at > at:
                self._known[product_id] = (words, sold_at)
            return _UNTOLD
        late = sold_at >= at
        title, category, sku = (
            new if new is not None and new != old and (late or old is None) else None
            for new, old in zip(words, before, strict=True)
        )
        merged = (title or before[0], category or before[1], sku or before[2])
        self._known[product_id] = (merged, sold_at if merged == words and late else at)
        return title, category, sku


def in_runs(
    rows: Iterable["Lines"], sequence: OrderSequence | None = None
) -> Iterator["tuple[Any, ...] | RecordBatch"]:
    """``rows``, which are ``OrderLineRow``, in their runs; holds the line ids of one run at a time.

    ``sequence`` is told the orders of the runs.

    What a line says of its product is left out where it is no news. Yields plain tuples of the
    fields of ``RunLine``: this is the hot path of a load. Lines that come by columns go on so.
    """
    order: tuple[Any, ...] | None = None
    platform_id: str | None = None
    head, number = 0, 0
    seen: set[str] = set()
    words, sequence = ProductWords(), sequence or OrderSequence()
    news = words.news
    for row in rows:
        if not isinstance(row, tuple):
            order = None
            run_columns = import_module("ingest.ledger.run_columns")
            sequence.note(run_columns.stretch(row.orders["order_id"]))
            yield run_columns.in_runs(row, words)
            continue
        position = row[0]
        (line_id, product_id, title, category, quantity, unit_price, discount, sku, remainder,
         platform, stands, assumed) = row[_LINE_ID:]  # fmt: skip
        title, category, sku = news(product_id, (title, category, sku), row[3] or UNSOLD)
        amounts = (quantity, unit_price, discount, remainder)
        line = (None, stands, assumed, line_id, product_id, title, category, sku, platform)
        if row[_ORDER] == order and platform == platform_id:
            number += 1
            again = line_id in seen
            seen.add(line_id)
            yield (position, head, number, *amounts, again, *line, row[1], *_NOTHING)
        else:
            order, head, number, seen = row[_ORDER], position, 1, {line_id}
            platform_id = platform
            sequence.note_one(row[1])
            yield (position, head, 1, *amounts, False, *line, *order)
