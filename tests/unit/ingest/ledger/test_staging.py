"""The staging tables mirror the rows, and no two columns of theirs can drift apart."""

from datetime import datetime
from typing import get_type_hints

import pytest

from ingest.ledger.order_runs import RunLine
from ingest.ledger.staging import ORDER_LINES, PRODUCTS, REFUNDS, STOCK
from ingest.rows import ProductRow, RefundRow, StockRow

KIND_OF = {bool: "bool", int: "int8", datetime: "timestamptz"}


@pytest.mark.parametrize(
    ("staging", "row"),
    [(PRODUCTS, ProductRow), (ORDER_LINES, RunLine), (REFUNDS, RefundRow), (STOCK, StockRow)],
    ids=["products", "order_lines", "refunds", "stock_counts"],
)
def test_a_staging_table_has_the_columns_and_types_of_its_row(staging, row):
    hints = get_type_hints(row)
    expected = []
    for name in row._fields:
        plain = next((kind for kind in KIND_OF if hints[name] in (kind, kind | None)), None)
        expected.append((name, "text" if plain is None else KIND_OF[plain]))
    assert list(staging.columns) == expected
