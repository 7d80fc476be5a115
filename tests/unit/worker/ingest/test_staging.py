"""The staging tables mirror the rows, and no two columns of theirs can drift apart."""

from datetime import datetime
from typing import get_type_hints

import pytest

from worker.ingest.rows import OrderLineRow, ProductRow, RefundRow
from worker.ingest.staging import ORDER_LINES, PRODUCTS, REFUNDS

KIND_OF = {int: "int8", datetime: "timestamptz"}


@pytest.mark.parametrize(
    ("staging", "row"),
    [(PRODUCTS, ProductRow), (ORDER_LINES, OrderLineRow), (REFUNDS, RefundRow)],
    ids=["products", "order_lines", "refunds"],
)
def test_a_staging_table_has_the_columns_and_types_of_its_row(staging, row):
    hints = get_type_hints(row)
    expected = []
    for name in row._fields:
        plain = next((kind for kind in (int, datetime) if hints[name] in (kind, kind | None)), None)
        expected.append((name, KIND_OF.get(plain, "text")))
    assert list(staging.columns) == expected
