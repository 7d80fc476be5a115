"""Order lines by columns, as a source that reads many at once hands them to the loader.

This module loads Arrow: import it when needed. What it says is what ``OrderLineRow`` says.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pyarrow as pa

ORDER: Final = pa.schema(
    {
        "order_id": pa.string(),
        "placed_at": pa.timestamp("us", "UTC"),
        "paid_at": pa.timestamp("us", "UTC"),
        "channel": pa.string(),
        "customer_id": pa.string(),
        "country": pa.string(),
        "region": pa.string(),
        "coupon_code": pa.string(),
        "order_discount": pa.int64(),
        "shipping": pa.int64(),
        "tax": pa.int64(),
    }
)
LINE: Final = pa.schema(
    {
        "line_id": pa.string(),
        "product_id": pa.string(),
        "product_title": pa.string(),
        "category": pa.string(),
        "quantity": pa.int64(),
        "unit_price": pa.int64(),
        "line_discount": pa.int64(),
    }
)
_ORDER: Final = slice(1, 1 + len(ORDER))
_LINE: Final = slice(1 + len(ORDER), 1 + len(ORDER) + len(LINE))


@dataclass(frozen=True, slots=True)
class OrderLineColumns:
    """Lines of whole orders: ``orders`` by ``ORDER`` and ``lines`` by ``LINE``, one row each.

    ``starts`` are the rows of ``lines`` where each order begins, the first 0; ``positions`` is
    where each line stands in its source. What else ``OrderLineRow`` has is as it is by default.
    """

    positions: Any  # of numpy.int64
    starts: Any  # of numpy.int64
    orders: pa.RecordBatch
    lines: pa.RecordBatch

    def __len__(self) -> int:
        return len(self.positions)

    def only(self, orders: Any) -> "OrderLineColumns":
        """Those orders of which ``orders`` (a truth each) says so."""
        sizes = self.sizes
        chosen = np.flatnonzero(orders)
        first, end = (int(chosen[0]), int(chosen[-1]) + 1) if len(chosen) else (0, 0)
        begin, stop = (int(np.append(self.starts, len(self))[at]) for at in (first, end))
        near = OrderLineColumns(  # copies nothing
            self.positions[begin:stop],
            self.starts[first:end] - begin,
            self.orders.slice(first, end - first),
            self.lines.slice(begin, stop - begin),
        )
        if len(chosen) == end - first:
            return near
        orders, sizes = orders[first:end], sizes[first:end]
        lines = np.repeat(orders, sizes)
        return OrderLineColumns(
            near.positions[lines],
            _starts(sizes[orders]),
            near.orders.filter(pa.array(orders)),
            near.lines.filter(pa.array(lines)),
        )

    @property
    def sizes(self) -> Any:
        """How many lines each order has."""
        return np.diff(np.append(self.starts, len(self)))

    def rows(self) -> list[tuple[Any, ...]]:
        """The lines one by one, as ``OrderLineRow`` has them."""
        orders = list(zip(*(column.to_pylist() for column in self.orders.columns), strict=True))
        lines = zip(*(column.to_pylist() for column in self.lines.columns), strict=True)
        numbers = np.searchsorted(self.starts, np.arange(len(self)), "right") - 1
        return [
            (int(position), *orders[number], *line, None, 0, None, None, False)
            for position, number, line in zip(self.positions, numbers, lines, strict=True)
        ]


def of_rows(rows: Sequence[tuple[Any, ...]], starts: Sequence[int]) -> OrderLineColumns:
    """``OrderLineRow``s by columns; ``starts`` are those that begin an order."""
    return OrderLineColumns(
        np.array([row[0] for row in rows], np.int64),
        np.array(starts, np.int64),
        _batch([rows[start][_ORDER] for start in starts], ORDER),
        _batch([row[_LINE] for row in rows], LINE),
    )


def merged(one: OrderLineColumns, other: OrderLineColumns) -> OrderLineColumns:
    """The orders of both by where they stand in their source; none stands within another."""
    parts = (one, other)
    firsts = np.concatenate([part.positions[part.starts] for part in parts])
    positions = np.concatenate([part.positions for part in parts])
    by_first, by_position = np.argsort(firsts), np.argsort(positions)
    sizes = np.concatenate([part.sizes for part in parts])[by_first]
    orders, lines = (
        pa.concat_batches([getattr(part, name) for part in parts]) for name in ("orders", "lines")
    )
    return OrderLineColumns(
        positions[by_position],
        _starts(sizes),
        orders.take(pa.array(by_first)),
        lines.take(pa.array(by_position)),
    )


def _starts(sizes: Any) -> Any:
    return np.cumsum(sizes) - sizes


def _batch(rows: Sequence[tuple[Any, ...]], schema: Any) -> pa.RecordBatch:
    columns = zip(*rows, strict=True) if rows else [()] * len(schema)
    arrays = [pa.array(cells, kind) for cells, kind in zip(columns, schema.types, strict=True)]
    return pa.record_batch(arrays, schema=schema)
