"""Order lines by columns into their runs, as ``ingest.ledger.order_runs`` folds rows.

This module loads Arrow: import it when needed.
"""

from datetime import timedelta
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ingest.ledger.order_runs import UNSOLD, ProductWords
from ingest.ledger.order_sequence import Stretch, key_of
from ingest.order_columns import OrderLineColumns

_INSTANT: Final = pa.timestamp("us", "UTC")
_SMALL: Final = 1_000_000_000
"""Of two such numbers neither the product nor a sum of products overflows 64 bits."""
RUN_LINES: Final = pa.schema(
    [
        *((name, pa.int64()) for name in ("position", "head", "line_no")),
        *((n, pa.int64()) for n in ("quantity", "unit_price", "line_discount", "remainder")),
        ("again", pa.bool_()),
        ("share", pa.int64()),
        ("stands", pa.bool_()),
        ("paid_assumed", pa.bool_()),
        *((n, pa.string()) for n in ("line_id", "product_id", "product_title", "category")),
        *((name, pa.string()) for name in ("product_sku", "platform_id", "order_id")),
        *((name, _INSTANT) for name in ("placed_at", "paid_at")),
        *((n, pa.string()) for n in ("channel", "customer_id", "country", "region", "coupon_code")),
        *((name, pa.int64()) for name in ("order_discount", "shipping", "tax")),
    ]
)
"""The columns of ``RunLine``."""


def in_runs(columns: OrderLineColumns, words: ProductWords) -> pa.RecordBatch:
    """The lines by ``RUN_LINES``: each order is a run, and ``words`` tells what is news."""
    rows = len(columns)
    sizes = np.diff(np.append(columns.starts, rows))
    order = np.repeat(np.arange(len(sizes)), sizes)
    first = np.repeat(columns.starts, sizes)
    number = np.arange(rows) - first
    heads = pa.array(order, mask=number > 0)
    found: dict[str, Any] = {
        "position": pa.array(columns.positions),
        "head": pa.array(columns.positions[first]),
        "line_no": pa.array(number + 1),
        "again": pa.array(_again(columns.lines["line_id"], order)),
        "product_sku": pa.nulls(rows, pa.string()),
        "remainder": pa.array(np.zeros(rows, np.int64)),
        "platform_id": pa.nulls(rows, pa.string()),
        "stands": pa.nulls(rows, pa.bool_()),
        "paid_assumed": pa.array(np.zeros(rows, bool)),
    }
    found["share"] = _shares(columns, order)
    for name in columns.orders.schema.names:
        found[name] = columns.orders[name].take(heads)
    found["order_id"] = columns.orders["order_id"].take(pa.array(order))
    for name in columns.lines.schema.names:
        found[name] = columns.lines[name]
    sold_at = pc.fill_null(columns.orders["paid_at"], UNSOLD)
    news = _news(columns.lines, sold_at.cast(pa.int64()).to_numpy()[order], words)
    for name, told in zip(("product_title", "category"), news, strict=True):
        found[name] = pc.if_else(pa.array(told), found[name], pa.scalar(None, pa.string()))
    return pa.record_batch([found[name] for name in RUN_LINES.names], schema=RUN_LINES)


def stretch(order_ids: Any) -> Stretch:
    """How the ids of some orders follow each other."""
    sizes = pc.binary_length(order_ids).to_numpy()
    longer = np.sign(np.diff(sizes))
    greater, less = (
        compare(order_ids[1:], order_ids[:-1]).to_numpy(zero_copy_only=False)
        for compare in (pc.greater, pc.less)
    )
    first, last = (key_of(order_ids[at].as_py()) for at in (0, -1))
    return Stretch(
        first,
        last,
        grows=bool(np.where(longer == 0, greater, longer > 0).all()),
        shrinks=bool(np.where(longer == 0, less, longer < 0).all()),
    )


def _again(line_ids: Any, order: Any) -> Any:
    """Which lines have an id that their order has had before."""
    codes = line_ids.dictionary_encode()
    key = order * len(codes.dictionary) + codes.indices.to_numpy()
    by_key = np.argsort(key, kind="stable")
    same = np.append(False, key[by_key][1:] == key[by_key][:-1])
    again = np.zeros(len(key), bool)
    again[by_key] = same
    return again


def _shares(columns: OrderLineColumns, order: Any) -> Any:
    """What each line bears of its order's discount, by largest remainder, ties to the earlier line.

    Null where the numbers are too large, or the discount is larger than the goods are worth.
    """
    discounts = columns.orders["order_discount"].to_numpy()
    quantity, price, off = (
        columns.lines[name].to_numpy() for name in ("quantity", "unit_price", "line_discount")
    )
    small = (quantity < _SMALL) & (price < _SMALL)
    worth = np.where(small, quantity * np.where(small, price, 0) - off, -1)
    total = np.add.reduceat(worth, columns.starts)
    least, most = (at.reduceat(worth, columns.starts) for at in (np.minimum, np.maximum))
    known = (least >= 0) & (most < _SMALL) & (discounts < _SMALL) & (discounts <= total)
    shares = np.zeros(len(order), np.int64)
    some = np.flatnonzero((known & (discounts > 0))[order])
    of = order[some]
    shares[some], rest = np.divmod(discounts[of] * worth[some], total[of])
    left = (discounts - np.add.reduceat(shares, columns.starts))[of]
    by_rest = some[np.lexsort((some, -rest, of))]
    begins = np.flatnonzero(np.diff(of, prepend=-1))
    turn = np.arange(len(of)) - np.repeat(begins, np.diff(begins, append=len(of)))
    shares[by_rest] += turn < left
    return pa.array(shares, mask=~(known | (discounts == 0))[order])


def _news(lines: pa.RecordBatch, sold_at: Any, words: ProductWords) -> tuple[Any, Any]:
    """Which lines tell a title, and which a category: few, of what repeats.

    Of a product that is called the same on all lines its first and its latest sale say enough.
    """
    product_ids, titles, categories = (
        lines[name].dictionary_encode() for name in ("product_id", "product_title", "category")
    )
    told = np.zeros(len(lines), bool), np.zeros(len(lines), bool)
    product = product_ids.indices.to_numpy()
    looked_at = _telling_rows(product, _codes(titles), _codes(categories), sold_at)
    chosen = pa.array(looked_at)
    rows = zip(
        looked_at.tolist(),
        *(lines[n].take(chosen).to_pylist() for n in ("product_id", "product_title", "category")),
        sold_at[looked_at].tolist(),
        strict=True,
    )
    for row, product_id, title, category, at in rows:
        when = UNSOLD + timedelta(microseconds=at)
        title_news, category_news, _ = words.news(product_id, (title, category, None), when)
        told[0][row] = title_news is not None
        told[1][row] = category_news is not None
    return told


def _telling_rows(product: Any, title: Any, category: Any, sold_at: Any) -> Any:
    """The first and the latest line of each product, and all of one that has several names."""
    rows = np.arange(len(product))
    products = int(product.max()) + 1
    first, latest = np.empty(products, np.int64), np.empty(products, np.int64)
    first[product[::-1]] = rows[::-1]
    several = np.zeros(products, bool)
    several[product[(title != title[first[product]]) | (category != category[first[product]])]] = 1
    last = np.full(products, np.iinfo(np.int64).min)
    np.maximum.at(last, product, sold_at)
    is_last = sold_at == last[product]
    latest[product[is_last]] = rows[is_last]
    chosen = several[product]
    chosen[first] = chosen[latest] = True
    return np.flatnonzero(chosen)


def _codes(encoded: Any) -> Any:
    """The numbers of a column's texts, -1 for null."""
    return pc.fill_null(encoded.indices, -1).to_numpy()
