"""Products by category: parts that add up to the whole, and nothing of a shop without any."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs
from tests.support.samples import finished, products, scope_of, window

from common.reports import registry
from common.reports.catalog.product_performance import categories
from common.reports.catalog.product_performance.standing import ProductPerformance
from common.reports.document.schema import Document
from common.reports.document.tables import Cell, Table
from common.reports.redacting import redacted
from common.reports.redaction import Redaction
from common.reports.totals.products import ProductTotals, sums_by_category
from common.reports.totals.totals import Totals, WindowTotals, together, window_total

SLUG = "product-performance"
AMOUNTS = st.integers(-(10**9), 10**9)
SUMS = st.builds(
    WindowTotals,
    st.builds(Totals, units_sold=st.integers(0, 999), gross=AMOUNTS, returns=AMOUNTS),
    st.builds(Totals, units_sold=st.integers(0, 999), gross=AMOUNTS, returns=AMOUNTS),
)


def section(document: Document, key: str) -> Table | None:
    found = (each for each in document.sections if each.key == key)
    return next((each for each in found if isinstance(each, Table)), None)


def column(table: Table, key: str) -> list[Cell]:
    place = [each.key for each in table.columns].index(key)
    return [cells[place] for cells in (*table.rows, *(each.cells for each in table.footer))]


@given(st.dictionaries(st.none() | st.text(max_size=3), SUMS, max_size=15))
def test_rows_add_up_to_the_whole_and_shares_to_no_more(
    sums: dict[str | None, WindowTotals],
) -> None:
    found = list(categories.by_category(sums))
    assert bool(found) == any(sums)
    for table in found:
        for key in ("net_sales", "units_sold", "previous_net_sales", "previous_units_sold"):
            *parts, whole = column(table, key)
            assert sum(int(each or 0) for each in parts) == whole
        *shares, _ = column(table, "category_share_percent")
        told = [int(each) for each in shares if each is not None]
        assert all(each >= 0 for each in told)
        assert sum(told) <= 10_000 + len(told)
        nets = [row[1] for row in table.rows]
        assert nets == sorted(nets, key=lambda net: -int(net or 0))
        assert len(table.rows) <= categories.SHOWN


def test_the_whole_is_that_of_the_report_and_products_without_category_have_a_row() -> None:
    document = finished(SLUG).document
    table = section(document, "categories")
    assert table is not None
    assert [row[0] for row in table.rows] == ["Kitchen", "Textiles"]
    assert [each.label for each in table.footer] == ["Without category", "All products"]
    net = next(each.value for each in document.kpis if each.key == "net_sales")
    assert column(table, "net_sales")[-1] == net


def test_shares_of_sums_are_of_their_own_net_sales() -> None:
    """Of 60.00 and 40.00 that are positive; together they are 80.00."""
    nets = {"a": 60_00, "b": 40_00, "c": -15_00, None: -5_00}
    sums = {name: WindowTotals(Totals(gross=net)) for name, net in nets.items()}
    (table,) = categories.by_category(sums)
    assert [each.label for each in table.footer] == ["Without category", "All products"]
    assert column(table, "category_share_percent") == [60_00, 40_00, None, None, 80_00]


def test_shares_of_products_behind_are_of_their_own_net_sales() -> None:
    """25 of 10.00 each in front; behind them 5.00 and -10.50, which are none together."""
    nets = [*(10_00,) * 25, 5_00, -10_50]
    made = registry.find(SLUG).present(
        ProductPerformance(
            tuple(
                ProductTotals(f"{n:02}", "Name", None, None, Totals(gross=net), Totals())
                for n, net in enumerate(nets)
            )
        ),
        scope_of(window()),
    )
    table = section(made.document, "products")
    assert table is not None
    assert [each.label for each in table.footer] == ["Other products", "All products"]
    shares = column(table, "share_of_net_sales_percent")
    assert shares[:25] == [3_92] * 25, "10.00 of 255.00"
    assert shares[25:] == [None, 95_88], "244.50 of 255.00"


def test_a_shop_without_categories_has_no_such_section() -> None:
    bare = tuple(
        each.__class__(each.product_id, each.title, each.sku, None, each.totals, each.previous)
        for each in products(30)
    )
    result = ProductPerformance(bare)
    made = registry.find(SLUG).present(result, replace(scope_of(window()), gaps=()))
    assert section(made.document, "categories") is None


@pytest.mark.parametrize(("hidden", "shown"), [("products", False), ("top", True)])
def test_who_hides_products_hides_what_sums_them(hidden: str, shown: bool) -> None:
    definition = registry.find(SLUG)
    made = redacted(definition, finished(SLUG), Redaction(sections=(hidden,)))
    assert (section(made.document, "categories") is not None) is shown


def test_amounts_of_categories_are_an_index_where_they_are_hidden() -> None:
    made = redacted(registry.find(SLUG), finished(SLUG), Redaction(money=True))
    table = section(made.document, "categories")
    assert table is not None
    assert column(table, "net_sales")[-1] == 10_000


def test_a_category_in_which_nothing_happened_has_no_row() -> None:
    idle = [
        structs.replace(each, category="Idle", totals=Totals(), previous=Totals())
        for each in products(2)
    ]
    sums = sums_by_category((*products(3), *idle))
    assert "Idle" not in sums
    assert sums == sums_by_category(products(3))
    assert together(sums.values()) == window_total(products(3))
