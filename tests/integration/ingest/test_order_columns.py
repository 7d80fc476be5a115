"""A large file goes into the ledger by columns, and what comes out is what rows would have made."""

import sys

import pytest
from sqlalchemy import text

from accounts.provisioning import create_tenant
from common.db.tenancy import Access, transaction
from ingest.csv import piecewise
from ingest.csv.faults import ImportRefusedError
from ingest.import_files import FileKind, ImportFile, import_files
from ingest.ledger.order_runs import RunLine
from ingest.ledger.run_columns import RUN_LINES

HEADER = (
    "order_id,placed_at,paid_at,currency,channel,customer_id,country,region,coupon_code,"
    "order_discount,shipping,tax,line_id,product_id,product_title,category,quantity,unit_price,"
    "line_discount\n"
)
LEDGER = (
    """
    SELECT o.external_id, o.placed_at, o.paid_at, c.external_id, o.channel, o.country, o.region,
           o.coupon_code, o.discount, o.shipping, o.tax
    FROM orders o LEFT JOIN customers c ON c.id = o.customer_id ORDER BY 1
    """,
    """
    SELECT o.external_id, l.line_no, l.external_id, p.external_id, l.paid_at, l.quantity,
           l.unit_price, l.line_discount, l.order_discount, l.remainder
    FROM order_lines l JOIN orders o ON o.id = l.order_id JOIN products p ON p.id = l.product_id
    ORDER BY 1, 2
    """,
    "SELECT external_id, title, category FROM products ORDER BY 1",
    "SELECT day FROM dirty_days GROUP BY day ORDER BY 1",
)


def line(order, number, **cells):
    given = {
        "paid_at": f"2026-03-{1 + order % 28:02}T10:00:00+01:00",
        "customer": f"C{order % 400}",
        "discount": "0.30" if order % 5 == 0 else "",
        "title": f"Product {number}" if order < 1500 else f"Product {number}, new",
        "quantity": "2",
    } | cells
    title = f'"{given["title"]}"' if set(given["title"]) & set(",\n") else given["title"]
    return (
        f"S-{order},,{given['paid_at']},EUR,web,{given['customer']},DE,Île-de-France,,"
        f"{given['discount']},4.90,1.00,{number},P{number + order % 3},{title},Cups,"
        f"{given['quantity']},10.01,\n"
    )


def content(**odd):
    """2,500 orders of two lines; some apart, some with lines in two places, one over two lines."""
    lines = [line(order, number) for order in range(2500) for number in (1, 2)]
    lines[4000] = line(2000, 1, title="two\nlines")
    lines[3000] = line(1500, 1, paid_at="20260303T100000+0100", customer=" C7 ")
    lines[3001] = line(1500, 2, paid_at="20260303T100000+0100", customer="C7")
    lines.append(line(700, 3))
    for place, cells in odd.items():
        at = int(place.removeprefix("line"))
        lines[at] = line(at // 2, 1 + at % 2, **cells)
    return (HEADER + "".join(lines)).encode()


@pytest.fixture
def imported(service_engine):
    """Imports a file into a shop of its own; answers the summary and the shop's ledger."""
    made: list[None] = []

    def run(data):
        made.append(None)
        tenant = create_tenant(
            service_engine,
            slug=f"columns-{id(made)}-{len(made)}",
            name="A",
            currency="EUR",
            timezone="UTC",
        )
        blocks = (data[start : start + 65_536] for start in range(0, len(data), 65_536))
        files = {FileKind.ORDERS: ImportFile("orders.csv", blocks)}
        found = import_files(service_engine, tenant, files)
        with transaction(service_engine, Access(tenant_id=tenant)) as session:
            ledger = [[tuple(row) for row in session.execute(text(query))] for query in LEDGER]
        return found.summary, found.notes, ledger

    return run


def test_the_ledger_is_the_same_by_columns_and_by_rows(imported, monkeypatch):
    data = content()
    assert len(data) > 2 * piecewise.LEAST
    monkeypatch.setattr(piecewise, "PIECE", 300_000)
    by_columns = imported(data)
    monkeypatch.setattr(piecewise, "PIECE", 1)
    by_rows = imported(data)
    assert by_columns == by_rows
    assert by_columns[0].lines == 5001


def test_what_is_wrong_is_told_the_same(imported, monkeypatch):
    data = content(
        line50={"quantity": "0"}, line4500={"paid_at": "yesterday"}, line4801={"discount": "999"}
    )
    told = []
    for piece in (300_000, 1):
        monkeypatch.setattr(piecewise, "PIECE", piece)
        with pytest.raises(ImportRefusedError) as refused:
            imported(data)
        told.append((refused.value.total, [str(fault) for fault in refused.value.faults]))
    assert told[0] == told[1]
    assert [each.split(":")[0] for each in told[0][1]][:2] == [
        "orders.csv, line 52, quantity",
        "orders.csv, line 4503, paid_at",
    ]


def test_columns_are_those_of_a_run():
    assert tuple(RUN_LINES.names) == RunLine._fields
    assert "pyarrow" in sys.modules
