"""Files into the ledger: all or nothing, every fault in one go, and what comes back out."""

import csv
import io
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.support import hypothesis_profiles

from common.reports.money import decimal_text
from ingest.csv.faults import ImportRefusedError
from ingest.formats import registry
from ingest.import_files import FileKind, ImportFile, import_files

ORDERS = """order_id,paid_at,currency,line_id,product_id,quantity,unit_price,shipping,order_discount
O1,2026-03-01T10:00:00+01:00,EUR,1,P1,2,10.00,4.90,3.00
O1,2026-03-01T10:00:00+01:00,EUR,2,P2,1,10.00,4.90,3.00
O2,2026-03-02T10:00:00+01:00,EUR,1,P1,1,10.00,,
"""
REFUNDS = """refund_id,order_id,line_id,processed_at,kind,quantity,amount
R1,O1,1,2026-03-05T10:00:00Z,return,1,9.00
"""
PRODUCTS = "product_id,title,unit_cost\nP1,Mug,4.20\nP2,Plate,\n"
STOCK = "product_id,counted_at,on_hand\nP1,2026-03-05T00:00:00Z,12\n"
TABLES = ("orders", "order_lines", "refunds", "products", "customers", "stock_counts")


@pytest.fixture
def bring(service_engine, tenant_id):
    def run(layout=registry.FALLBACK, most_faults=50, **contents):
        files = {
            FileKind(kind): ImportFile(f"{kind}.csv", iter([content.encode()]))
            for kind, content in contents.items()
        }
        return import_files(
            service_engine, tenant_id, files, layout=layout, most_faults=most_faults
        )

    return run


@pytest.fixture
def state(read):
    """Everything a load may change, as it is."""

    def snapshot():
        counts = [read(f"SELECT count(*) FROM {table}") for table in TABLES]  # noqa: S608 - names of ours
        return (
            counts,
            read("SELECT version FROM ledger_versions"),
            read("SELECT sum(unit_price * quantity - order_discount) FROM order_lines"),
        )

    return snapshot


def refusal(bring, **given):
    with pytest.raises(ImportRefusedError) as raised:
        bring(**given)
    return [str(fault) for fault in raised.value.faults]


def test_files_become_a_ledger_and_the_summary_says_how(bring, read):
    imported = bring(orders=ORDERS, refunds=REFUNDS, products=PRODUCTS, stock=STOCK)
    found = imported.summary
    assert (found.orders_new, found.lines, found.refunds, found.stock_counts) == (2, 3, 1, 1)
    assert found.net_sales == 3000 - 300 + 1000 - 900
    assert (imported.currency, imported.notes, found.version) == ("EUR", (), 1)
    assert read("SELECT sum(gross - discounts - returns) FROM ledger") == [(2800,)]
    assert read("SELECT external_id, title, unit_cost FROM products ORDER BY 1") == [
        ("P1", "Mug", 420),
        ("P2", "Plate", None),
    ]
    assert read("SELECT on_hand FROM stock_counts") == [(12,)]


def test_the_same_files_again_change_nothing(bring, state):
    bring(orders=ORDERS, refunds=REFUNDS, products=PRODUCTS, stock=STOCK)
    before = state()
    found = bring(orders=ORDERS, refunds=REFUNDS, products=PRODUCTS, stock=STOCK).summary
    assert (found.orders_new, found.orders_replaced, found.orders_unchanged) == (0, 0, 2)
    counts, _, sums = state()
    assert (counts, sums) == (before[0], before[2])


@pytest.mark.parametrize(
    ("change", "replaced"),
    [
        (("P1,2,10.00", "P1,3,10.00"), 1),
        (("4.90,3.00", "4.90,2.00"), 1),
        (("P2,1", "P3,1"), 1),
        (("+01:00,EUR,1,P1,1", "+02:00,EUR,1,P1,1"), 1),
        (("O1,2026-03-01T10:00:00+01:00,EUR,2,P2,1,10.00,4.90,3.00\n", ""), 1),
        (("10:00:00+01:00", "09:00:00Z"), 0),
        (("10.00", "10.0"), 0),
    ],
)
def test_what_differs_is_replaced_and_nothing_else(bring, read, change, replaced):
    bring(orders=ORDERS, refunds=REFUNDS)
    found = bring(orders=ORDERS.replace(*change)).summary
    assert (found.orders_replaced, found.orders_unchanged) == (replaced, 2 - replaced)
    assert read("SELECT count(*) FROM refunds") == [(1,)]


@pytest.mark.parametrize(
    ("given", "messages"),
    [
        (
            {"refunds": REFUNDS.replace("O1,1", "O9,1")},
            ["refunds.csv, line 2, order_id: 'O9' the order is not known"],
        ),
        (
            {"refunds": REFUNDS.replace("O1,1", "O1,7")},
            ["refunds.csv, line 2, line_id: '7' the order has no such line"],
        ),
        (
            {"refunds": REFUNDS.replace("1,9.00", "3,18.01")},
            ["refunds.csv, line 2: gives back more than was sold and not yet returned"],
        ),
        (
            {"refunds": REFUNDS.replace("03-05", "02-05")},
            ["refunds.csv, line 2, processed_at: was processed before the order was paid"],
        ),
        (
            {"refunds": REFUNDS + REFUNDS.splitlines()[1]},
            [
                "refunds.csv, line 3, refund_id: 'R1' stands more than once in the input",
            ],
        ),
        (
            {"orders": ORDERS + ORDERS.splitlines()[1]},
            ["orders.csv, line 5, line_id: '1' stands more than once in the input"],
        ),
        (
            {"orders": ORDERS + ORDERS.splitlines()[1].replace("4.90", "5.00")},
            [
                "orders.csv, line 5, line_id: '1' stands more than once in the input",
                "orders.csv, line 5: disagrees with an earlier row of the same order",
            ],
        ),
        (
            {"orders": ORDERS.replace("3.00", "30.01")},
            ["orders.csv, line 2, order_discount: the discount is larger than the value"],
        ),
        ({"products": PRODUCTS + "P1,Cup,\n"}, ["products.csv, line 4, product_id: 'P1' stands"]),
        (
            {"stock": STOCK.replace("P1", "P9")},
            ["stock.csv, line 2, product_id: 'P9' the product is not known"],
        ),
    ],
)
def test_what_the_files_say_together_is_checked_and_named(bring, state, given, messages):
    untouched = state()
    told = refusal(bring, **({"orders": ORDERS} | given))
    assert len(told) == len(messages), told
    for message, expected in zip(told, messages, strict=True):
        assert message.startswith(expected), told
    assert state() == untouched


def test_every_file_is_looked_at_before_anything_is_refused(bring, state):
    bring(orders=ORDERS)
    untouched = state()
    told = refusal(
        bring,
        products=PRODUCTS.replace("4.20", "4,20x"),
        orders=ORDERS.replace("P2,1,", "P2,0,").replace("O2", "O7"),
        refunds=REFUNDS + "R2,O8,1,2026-03-05T10:00:00Z,return,1,9.00\n"
        "R3,O7,1,2026-03-05,return,1,9.00\n",
        stock=STOCK.replace("12", "many"),
    )
    assert [each.partition(":")[0] for each in told] == [
        "products.csv, line 2",
        "orders.csv, line 3, quantity",
        "refunds.csv, line 4, processed_at",
        "stock.csv, line 2, on_hand",
        "refunds.csv, line 3, order_id",
    ]
    assert state() == untouched


def test_what_follows_from_a_row_left_out_is_not_told(bring):
    told = refusal(bring, orders=ORDERS.replace("P1,2,10.00", "P1,2,x"), refunds=REFUNDS)
    assert told == ["orders.csv, line 2, unit_price: 'x' is not a decimal number, as 12.50"]


def test_faults_are_listed_to_a_limit_and_counted_beyond(bring):
    rows = "".join(f"R{n},X{n},1,2026-03-05T10:00:00Z,return,1,1.00\n" for n in range(300))
    with pytest.raises(ImportRefusedError) as raised:
        bring(refunds=REFUNDS.splitlines()[0] + "\n" + rows, most_faults=7)
    assert (len(raised.value.faults), raised.value.total) == (7, 300)


def test_lines_of_an_order_may_stand_apart(bring, read):
    header, first, second, other = ORDERS.splitlines()
    bring(orders="\n".join([header, first, other, second]))
    assert read(
        "SELECT o.external_id, l.line_no, l.external_id, l.order_discount FROM order_lines l"
        " JOIN orders o ON o.id = l.order_id ORDER BY 1, 2"
    ) == [("O1", 1, "1", 200), ("O1", 2, "2", 100), ("O2", 1, "1", 0)]


def test_a_shopify_export_comes_in_with_its_cancellation(bring, read):
    export = (
        "Name,Email,Financial Status,Paid at,Currency,Subtotal,Shipping,Taxes,Total,Created at,"
        "Cancelled at,Refunded Amount,Lineitem quantity,Lineitem name,Lineitem price,Lineitem sku\n"
        "#1,a@b.example,paid,2026-03-01 10:00:00 +0100,EUR,30.00,5.00,0,35.00,"
        "2026-03-01 10:00:00 +0100,,,2,Mug,10.00,M1\n#1,a@b.example,,,,,,,,,,,1,Plate,10.00,\n"
        "#2,a@b.example,refunded,2026-03-02 10:00:00 +0100,EUR,10.00,5.00,0,15.00,"
        "2026-03-02 10:00:00 +0100,2026-03-03 10:00:00 +0100,15.00,1,Mug,10.00,M1\n"
    )
    imported = bring(layout=registry.find("shopify"), orders=export)
    assert (imported.summary.orders_new, imported.summary.refunds) == (2, 1)
    assert imported.summary.net_sales == 3000
    assert "#2" in imported.notes[0]
    assert read("SELECT sum(gross - discounts - returns), sum(shipping) FROM ledger") == [
        (3000, 500)
    ]
    assert bring(layout=registry.find("shopify"), orders=export).summary.orders_unchanged == 2


COLUMNS = (
    *("order_id", "paid_at", "currency", "tax", "line_id", "product_id", "product_title"),
    *("quantity", "unit_price"),
)
TEXT = st.text(
    st.characters(exclude_characters="\0", exclude_categories=["Cs"]), min_size=1, max_size=12
).filter(lambda text: text.strip())
AMOUNT = st.integers(0, 10**7)
AT = st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1)).map(  # noqa: DTZ001
    lambda at: at.replace(tzinfo=UTC)
)
LINE = st.tuples(TEXT, st.none() | TEXT, st.integers(1, 9), AMOUNT)
SALES = st.dictionaries(
    TEXT.map(str.strip),
    st.tuples(AT, AMOUNT, st.lists(LINE, min_size=1, max_size=4), st.integers(-14, 14)),
    min_size=1,
    max_size=4,
)


@settings(
    max_examples=hypothesis_profiles.examples(40),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(sales=SALES, quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]), bom=st.booleans())
def test_what_is_written_as_a_file_reads_back_as_it_was(
    service_engine, tenant_id, bring, read, sales, quoting, bom
):
    """Amounts to the minor unit, instants across offsets, and texts with anything in them."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, quoting=quoting)
    writer.writerow(COLUMNS)
    for order_id, (at, tax, lines, offset) in sales.items():
        local = at.astimezone(timezone(timedelta(hours=offset))).isoformat()
        for number, (product, title, quantity, price) in enumerate(lines, 1):
            writer.writerow(
                [
                    *(order_id, local, "EUR", decimal_text(tax, 2), number, product, title),
                    *(quantity, decimal_text(price, 2)),
                ]
            )
    bring(orders=("\ufeff" if bom else "") + buffer.getvalue())
    stored = read(
        "SELECT o.external_id, o.paid_at, o.tax, l.external_id, p.external_id, p.title, l.quantity,"
        " l.unit_price FROM order_lines l JOIN orders o ON o.id = l.order_id"
        " JOIN products p ON p.id = l.product_id ORDER BY l.order_id, l.line_no"
    )
    by_order: dict[str, list[tuple[object, ...]]] = {}
    for order_id, at, tax, line_id, product, title, quantity, price in stored:
        by_order.setdefault(order_id, []).append((at, tax, line_id, product, quantity, price))
        said = [
            str(t).strip()
            for _, _, lines, _ in sales.values()
            for p, t, _, _ in lines
            if p.strip() == product and t
        ]
        assert order_id not in sales or not said or title == said[-1]
    for order_id, (at, tax, lines, _) in sales.items():
        assert by_order[order_id] == [
            (at, tax, str(number), product.strip(), quantity, price)
            for number, (product, _, quantity, price) in enumerate(lines, 1)
        ]
