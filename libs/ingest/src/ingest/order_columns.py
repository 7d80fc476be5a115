"""Order lines by columns, as a source that reads many at once hands them to the loader.

This module loads Arrow: import it when needed. What it says is what ``OrderLineRow`` says.
"""

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

    def part(self, first: int, last: int) -> "OrderLineColumns":
        """The orders from ``first`` to before ``last``."""
        ends = np.append(self.starts, len(self))
        begin, end = int(ends[first]), int(ends[last])
        return OrderLineColumns(
            self.positions[begin:end],
            self.starts[first:last] - begin,
            self.orders.slice(first, last - first),
            self.lines.slice(begin, end - begin),
        )

    def rows(self) -> list[tuple[Any, ...]]:
        """The lines one by one, as ``OrderLineRow`` has them."""
        orders = list(zip(*(column.to_pylist() for column in self.orders.columns), strict=True))
        lines = zip(*(column.to_pylist() for column in self.lines.columns), strict=True)
        numbers = np.searchsorted(self.starts, np.arange(len(self)), "right") - 1
        return [
            (int(position), *orders[number], *line, None, 0, None)
            for position, number, line in zip(self.positions, numbers, lines, strict=True)
        ]
