"""Runs by columns: the discount is spread as the ledger's own statement spreads it."""

from datetime import UTC, datetime
from typing import Any

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from ingest.ledger import run_columns
from ingest.ledger.order_runs import ProductWords, in_runs
from ingest.ledger.run_columns import RUN_LINES
from ingest.order_columns import LINE, ORDER, OrderLineColumns, merged, of_rows

AT = datetime(2026, 3, 1, tzinfo=UTC)
amounts = st.integers(0, 2000) | st.sampled_from([10**9, 10**12, 10**17])
lines = st.tuples(st.integers(1, 5) | st.just(2_147_483_647), amounts, st.integers(0, 50))
orders = st.tuples(
    st.integers(0, 3000) | st.sampled_from([10**9, 10**17]), st.lists(lines, min_size=1, max_size=5)
)


def rows_of(shop: Any, first: int = 2) -> list[tuple[Any, ...]]:
    rows: list[tuple[Any, ...]] = []
    for number, (discount, of_order) in enumerate(shop):
        head = (f"O{first}-{number}", AT, AT, "web", None, None, None, None, discount, 0, 0)
        for place, (quantity, price, off) in enumerate(of_order):
            line = (f"{place}", f"P{place % 2}", f"T{place}", None, quantity, price, off)
            rows.append((first + len(rows), *head, *line, None, 0, None, None, False))
    return rows


def columns_of(rows: list[tuple[Any, ...]]) -> OrderLineColumns:
    starts = [at for at, row in enumerate(rows) if not at or row[1] != rows[at - 1][1]]
    return of_rows(rows, starts)


def spread(discount: int, worth: list[int]) -> list[int] | None:
    """By largest remainder, ties to the earlier line; None where it cannot be."""
    total = sum(worth)
    if not discount:
        return [0] * len(worth)
    if discount > total:
        return None
    shares = [discount * each // total for each in worth]
    turns = sorted(range(len(worth)), key=lambda at: (-(discount * worth[at] % total), at))
    for at in turns[: discount - sum(shares)]:
        shares[at] += 1
    return shares


@given(st.lists(orders, min_size=1, max_size=6))
def test_discounts_are_spread_by_largest_remainder(shop):
    rows = rows_of(shop)
    found = run_columns.in_runs(columns_of(rows), ProductWords())["share"].to_pylist()
    for discount, of_order in shop:
        shares, found = found[: len(of_order)], found[len(of_order) :]
        worth = [quantity * price - off for quantity, price, off in of_order]
        if shares[0] is None:
            large = max(discount, *worth, *(max(q, price) for q, price, _ in of_order)) >= 10**9
            assert set(shares) == {None}
            assert large or min(worth) < 0 or discount > sum(worth)
        else:
            assert shares == spread(discount, worth)


@given(st.lists(orders, min_size=1, max_size=6))
def test_runs_are_those_of_rows(shop):
    rows = rows_of(shop)
    by_rows = list(in_runs(rows))
    batch: Any = next(iter(in_runs([columns_of(rows)])))
    by_columns = list(zip(*(column.to_pylist() for column in batch.columns), strict=True))
    names = RUN_LINES.names
    told = {names.index(name) for name in ("product_title", "category", "share")}
    for one, other in zip(by_rows, by_columns, strict=True):
        assert [v for at, v in enumerate(one) if at not in told] == [
            v for at, v in enumerate(other) if at not in told
        ]


@given(st.lists(orders, min_size=2, max_size=8), st.data())
def test_orders_apart_are_merged_by_their_place(shop, data):
    whole = columns_of(rows_of(shop))
    chosen = data.draw(st.lists(st.booleans(), min_size=len(shop), max_size=len(shop)))
    mask = pa.array(chosen).to_numpy(zero_copy_only=False)
    one, other = whole.only(mask), whole.only(~mask)
    assert one.rows() + other.rows() == sorted(one.rows()) + sorted(other.rows())
    assert merged(one, other).rows() == whole.rows()
    assert (one.orders.schema, one.lines.schema) == (ORDER, LINE)
