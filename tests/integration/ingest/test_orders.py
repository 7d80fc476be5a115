"""Products, customers, orders and lines: new, seen again, and refused."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import text

from common.db.engine import UnsafeDatabaseRoleError, create_database_engine
from common.db.tenancy import Access, transaction
from ingest.ledger.errors import (
    ContradictingRowError,
    DiscountTooLargeError,
    DuplicateRowError,
    Fault,
    IngestError,
    InvalidAmountError,
    TooManyLinesError,
    UnstorableRowError,
)
from ingest.ledger.load import load_sales
from ingest.ledger.load_summary import LoadSummary
from ingest.rows import ProductRow

PAID = datetime(2026, 3, 2, 10, tzinfo=UTC)
LATER = datetime(2026, 3, 5, 10, tzinfo=UTC)


def test_a_load_says_what_it_did_and_names_the_next_version(load, read, line, refund):
    summary = load(
        products=[ProductRow(1, "P1", "Mug", "M-1", "Tableware", 420)],
        order_lines=[
            line("O1", "a", customer_id="C1"),
            line("O1", "b", customer_id="C1", product_id="P2"),
            line("O2", "a", paid_at=LATER, customer_id="C1"),
        ],
        refunds=[refund("R1", "O1", "b")],
    )
    assert summary == LoadSummary(
        products=1,
        products_new=2,
        orders_new=2,
        lines=3,
        refunds=1,
        net_sales=2000,
        first_at=PAID,
        last_at=datetime(2026, 3, 9, 10, tzinfo=UTC),
        version=1,
    )
    assert read("SELECT version FROM ledger_versions") == [(1,)]
    assert read("SELECT external_id, title, sku, unit_cost FROM products ORDER BY 1") == [
        ("P1", "Mug", "M-1", 420),
        ("P2", "P2", None, None),
    ]
    assert read("SELECT external_id FROM customers") == [("C1",)]
    assert load(order_lines=[line("O3", "a")]).version == 2


def test_lines_carry_their_orders_instant_and_are_numbered_as_they_came(load, read, line):
    load(order_lines=[line("O1", "z"), line("O2", "a", paid_at=None), line("O1", "y")])
    assert read(
        "SELECT o.external_id, l.line_no, l.external_id, l.paid_at = o.paid_at"
        " FROM order_lines l JOIN orders o ON o.id = l.order_id ORDER BY 1, 2"
    ) == [("O1", 1, "z", True), ("O1", 2, "y", True), ("O2", 1, "a", None)]


def test_an_order_seen_again_replaces_itself_with_its_lines(load, read, line):
    load(order_lines=[line("O1", "a"), line("O1", "b"), line("O2", "a")])
    (before,) = read("SELECT id FROM orders WHERE external_id = 'O1'")
    summary = load(order_lines=[line("O1", "c", paid_at=LATER, quantity=3, channel="store")])
    assert (summary.orders_new, summary.orders_replaced) == (0, 1)
    assert read("SELECT id FROM orders WHERE external_id = 'O1'") == [before]
    assert read(
        "SELECT o.external_id, o.channel, o.paid_at, l.external_id, l.quantity, l.paid_at"
        " FROM orders o JOIN order_lines l ON l.order_id = o.id ORDER BY 1"
    ) == [("O1", "store", LATER, "c", 3, LATER), ("O2", "web", PAID, "a", 1, PAID)]


def test_a_product_seen_again_takes_what_is_said_and_keeps_what_is_not(load, read, line):
    load(products=[ProductRow(1, "P1", "Mug", "M-1", "Tableware", 420)])
    load(order_lines=[line("O1", "a", product_title="Old"), line("O2", "a", product_title="New")])
    assert read("SELECT title, sku, category, unit_cost FROM products") == [
        ("New", "M-1", "Tableware", 420)
    ]
    load(
        products=[ProductRow(1, "P1", "The mug", None, None, None)],
        order_lines=[line("O3", "a", product_title="Not this", category="Cups")],
    )
    assert read("SELECT title, sku, category FROM products") == [("The mug", "M-1", "Cups")]


def test_nothing_to_load_is_no_new_version(load, read):
    assert load() == LoadSummary()
    assert read("SELECT version FROM ledger_versions") == []


@pytest.mark.parametrize(
    ("faulty", "error"),
    [
        ([("O2", "b", {}), ("O2", "b", {})], DuplicateRowError),
        ([("O2", "b", {}), ("O2", "c", {"tax": 5})], ContradictingRowError),
        ([("O2", "b", {}), ("O2", "c", {"channel": None})], ContradictingRowError),
        ([("O2", "b", {"quantity": 0})], InvalidAmountError),
        ([("O2", "b", {"unit_price": -1})], InvalidAmountError),
        ([("O2", "b", {"unit_price": 2**40, "quantity": 2**40})], InvalidAmountError),
        ([("O2", "b", {"line_discount": 1001})], DiscountTooLargeError),
        ([("O2", "b", {"order_discount": 1001})], DiscountTooLargeError),
        ([("O2", "b", {"unit_price": 0, "order_discount": 1})], DiscountTooLargeError),
        ([("O2", "b", {"unit_price": 2**63})], UnstorableRowError),
        ([("O2", f"{number}", {}) for number in range(32_768)], TooManyLinesError),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_a_bad_row_is_named_and_nothing_is_loaded(load, read, line, faulty, error):
    good = line("O1", "a")
    bad = [line(order, name, **given) for order, name, given in faulty]
    with pytest.raises(error) as raised:
        load(order_lines=[good, *bad])
    assert raised.value.table == "order_lines"
    assert raised.value.faults[0].ids[0] == "O2"
    assert raised.value.total == 1
    assert "'O2'" in str(raised.value)
    assert read("SELECT FROM orders") == []
    assert read("SELECT FROM products") == []


def test_text_that_postgresql_cannot_hold_is_refused(load, read, line):
    with pytest.raises(UnstorableRowError, match=r"a value cannot be stored$") as raised:
        load(order_lines=[line("O1", "a"), line("O2", "a", channel="we\0b")])
    assert raised.value.faults == ()
    assert read("SELECT FROM orders") == []


def test_a_product_twice_or_below_nothing_is_refused(load):
    row = ProductRow(1, "P1", "Mug", None, None, 1)
    with pytest.raises(DuplicateRowError) as raised:
        load(products=[row, row._replace(position=2)])
    assert raised.value.faults == (Fault(("P1",), 2),)
    with pytest.raises(InvalidAmountError):
        load(products=[row._replace(unit_cost=-1)])


def test_an_error_names_the_first_rows_and_counts_them_all(load, line):
    with pytest.raises(IngestError) as raised:
        load(order_lines=[line(f"O{number}", "a", quantity=0) for number in range(250)])
    assert raised.value.total == 250
    assert [fault.position for fault in raised.value.faults] == list(range(1, 101))


def test_positions_must_grow(load, line):
    row = line("O1", "a")
    with pytest.raises(ValueError, match="position 1 comes after 1"):
        load(order_lines=[row, row])


def test_a_source_that_fails_leaves_the_ledger_untouched(load, read, line):
    def source():
        yield line("O1", "a")
        raise EOFError

    with pytest.raises(EOFError):
        load(order_lines=source())
    assert read("SELECT FROM orders") == []


def test_a_shop_loads_into_its_own_ledger_only(service_engine, load, read, line, tenant_id):
    load(order_lines=[line("O1", "a")])
    with transaction(service_engine, Access(tenant_id=tenant_id + 1_000_000)) as session:
        assert session.scalar(text("SELECT count(*) FROM orders")) == 0
    with transaction(service_engine, Access()) as session:
        assert session.scalar(text("SELECT count(*) FROM order_lines")) == 0
    assert load_sales(service_engine, tenant_id).version is None


def test_a_role_that_sees_every_shop_may_not_load(owner_url, line):
    engine = create_database_engine(owner_url, application_name="test", pool_size=1)
    try:
        with pytest.raises(UnsafeDatabaseRoleError):
            load_sales(engine, 1, order_lines=[line("O1", "a")])
    finally:
        engine.dispose()
