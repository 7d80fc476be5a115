"""A sum of refunds beside those that a file tells one by one, in figures worked out by hand."""

import csv
import io
from datetime import UTC, datetime

import pytest
from sqlalchemy import Engine
from tests.integration.ingest.test_cost_of_told_refunds import as_analysed
from tests.integration.ingest.test_refund_sums import (
    BACK,
    COLUMNS,
    GAPS,
    Balance,
    Case,
    Payments,
    Shop,
    Single,
    WooItems,
    WooRows,
)
from tests.support.plan_rows import counting
from tests.unit.ingest.formats.woocommerce.woocommerce_shop import Line, Sold, export_rows

from ingest.csv.faults import ImportRefusedError
from ingest.ledger import refund_sum_pieces, refund_sums, repeated_refunds
from ingest.ledger.load import load_sales
from ingest.rows import RefundRow

MUGS = (Line("Mug", "M", 2, 1_000),)
ROWS = """
    SELECT external_id, processed_at::date::text, sum(quantity)::int, sum(amount)::int,
           sum(tax)::int
    FROM refunds WHERE quantity > 0 OR amount + shipping + tax > 0 GROUP BY 1, 2 ORDER BY 1
"""
ONE_MUG = Single(1, 8, 1, 1_000, tax=190)
ALL_MUGS = Single(1, 8, 2, 2_000, tax=380)
OF_ONE = ("r0", "2026-03-08", 1, 1_000, 190)
ORDERS = pytest.mark.parametrize(
    "steps",
    [["both", "export"], ["export", "both"], ["export", "refunds"], ["both", "refunds"], ["both"]],
    ids="-".join,
)


def of_mugs(refunded: int, *singles: Single) -> Case:
    """Two mugs at 10.00 with 3.80 of tax."""
    return Case(Sold(MUGS, tax=380, refunded=refunded), singles)


def of_course(refunded: int, *singles: Single) -> Case:
    """A payment of 10.00."""
    return Case(Sold((Line("Course", "", 1, 1_000),), refunded=refunded), singles)


def after(engine: Engine, platform: type[Shop], case: Case, *steps: str) -> Shop:
    shop = platform(engine, case)
    for step in steps:
        shop.step(step)
    return shop


@ORDERS
@pytest.mark.parametrize(
    ("refunded", "single", "row"),
    [
        (1_190, ONE_MUG, OF_ONE),
        (2_380, ALL_MUGS, ("r0", "2026-03-08", 2, 2_000, 380)),
    ],
    ids=["part", "whole"],
)
def test_a_sum_of_refunds_that_are_known_counts_nothing_besides(
    service_engine: Engine, steps: list[str], refunded: int, single: Single, row: tuple[object]
) -> None:
    shop = after(service_engine, WooRows, of_mugs(refunded, single), *steps)
    assert shop.rows(ROWS) == [row]
    assert shop.rows(GAPS) == []


@ORDERS
def test_what_no_refund_tells_of_the_sum_counts_besides(
    service_engine: Engine, steps: list[str]
) -> None:
    shop = after(service_engine, WooRows, of_mugs(2_380, ONE_MUG), *steps)
    rest = ("refunded", "2026-03-01", 1, 1_000, 190)
    assert shop.rows(ROWS) == [OF_ONE, rest]
    assert shop.rows(GAPS) == [("assumed-refund-dates", 1_190)]


@ORDERS
def test_tax_that_a_file_does_not_tell_is_the_rest_of_the_sum(
    service_engine: Engine, steps: list[str]
) -> None:
    shop = after(service_engine, WooItems, of_mugs(1_190, Single(1, 8, 1, 1_000)), *steps)
    rest = ("refunded", "2026-03-04", 0, 0, 190)
    assert shop.rows(ROWS) == [("r0", "2026-03-08", 1, 1_000, 0), rest]


@ORDERS
def test_pieces_that_no_refund_names_come_back_with_the_last_of_a_whole_sum(
    service_engine: Engine, steps: list[str]
) -> None:
    shop = after(service_engine, WooRows, of_mugs(2_380, Single(0, 8, 0, 2_000, 0, 380)), *steps)
    pieces = ("refunded", "2026-03-08", 2, 0, 0)
    assert shop.rows(ROWS) == [("r0", "2026-03-08", 0, 2_000, 380), pieces]
    assert shop.rows(GAPS) == []


def test_a_sum_that_grows_counts_what_it_has_more(service_engine: Engine) -> None:
    shop = after(service_engine, WooRows, of_mugs(1_190, ONE_MUG), "both")
    shop.bring(orders=shop.export(2_380))
    assert shop.rows(ROWS) == [OF_ONE, ("refunded", "2026-03-01", 1, 1_000, 190)]


def test_refunds_that_come_to_more_than_the_sum_all_count(service_engine: Engine) -> None:
    case = of_mugs(1_190, ONE_MUG, Single(1, 9, 0, 500, tax=95))
    shop = after(service_engine, WooRows, case, "export", "refunds", "export")
    assert shop.rows(ROWS) == [OF_ONE, ("r1", "2026-03-09", 0, 500, 95)]


@pytest.mark.parametrize("steps", [["both", "export"], ["export", "refunds"], ["both"]])
def test_what_a_dispute_took_of_a_payment_stays_beside_its_refund(
    service_engine: Engine, steps: list[str]
) -> None:
    """Half of 5.00 was refunded, half disputed."""
    shop = after(service_engine, Payments, of_course(500, Single(1, 8, 0, 250)), *steps)
    disputed = ("ch_1 disputed", "2026-03-01", 0, 250, 0)
    assert shop.rows(ROWS) == [disputed, ("r0", "2026-03-08", 0, 250, 0)]


class DatedDispute(Payments):
    """The export tells when the dispute was, and not when the rest was paid back."""

    def export(self, refunded: int) -> bytes:
        told = super().export(refunded).decode().splitlines()
        header, *rows = csv.reader(told)
        for row in rows:
            row[header.index("Dispute Date (UTC)")] = "2026-03-05 10:00" if refunded else ""
        out = io.StringIO()
        csv.writer(out).writerows([header, *rows])
        return out.getvalue().encode()


@pytest.mark.parametrize("steps", [["both", "export"], ["export", "refunds"], ["both"]])
@pytest.mark.parametrize(("amount", "gaps"), [(100, [150]), (250, []), (400, [])])
def test_a_dispute_with_a_day_is_no_part_of_the_gap_of_days(
    service_engine: Engine, steps: list[str], amount: int, gaps: list[int]
) -> None:
    """2.50 was refunded on days that are not known, 2.50 disputed on the 5th."""
    case = of_course(500, Single(1, 8, 0, amount))
    shop = after(service_engine, DatedDispute, case, *steps)
    assert [row[1] for row in shop.rows(GAPS)] == gaps
    disputed = ("ch_1 disputed", "2026-03-05", 0, min(250, 500 - amount), 0)
    assert shop.rows(ROWS)[0] == disputed


@pytest.mark.parametrize("steps", [["refunds", "export"], ["export", "refunds"]])
@pytest.mark.parametrize(("amount", "pieces"), [(600, 0), (1_000, 1)])
def test_two_reports_of_one_payment_count_what_went_back_once(
    service_engine: Engine, steps: list[str], amount: int, pieces: int
) -> None:
    shop = after(service_engine, Balance, of_course(amount, Single(1, 8, 0, amount)), *steps)
    assert shop.rows(ROWS) == [("txn_2", "2026-03-08", pieces, amount, 0)]


@ORDERS
def test_the_summary_of_an_export_counts_the_refunds_that_its_sum_is_of(
    service_engine: Engine, steps: list[str]
) -> None:
    """Two mugs were sold for 20.00, and one came back on the 8th."""
    shop = after(service_engine, WooRows, of_mugs(1_190, ONE_MUG), *steps)
    summary = shop.bring(orders=shop.export(1_190)).summary
    assert summary.net_sales == 1_000
    assert summary.last_at == datetime(2026, 3, 8, 12, tzinfo=UTC)


def test_it_is_said_of_which_orders_the_rest_of_a_sum_counts(service_engine: Engine) -> None:
    shop = after(service_engine, WooRows, of_mugs(1_190, ONE_MUG), "refunds")
    for step in ({"orders": shop.export(1_190)}, {"refunds": shop.refunds()}):
        said = [each for each in shop.bring(**step).notes if "of that sum the rest alone" in each]
        assert len(said) == ("orders" in step)
        assert all(each.startswith("1 order (1): ") for each in said)


@pytest.mark.parametrize("beside", [True, False])
def test_a_refund_that_the_shop_itself_calls_by_the_sums_name_is_its_own_word(
    service_engine: Engine, *, beside: bool
) -> None:
    """Of one mug, though the export tells 11.90 to be paid back; another refund is of 1.00."""
    shop = WooRows(service_engine, of_mugs(1_190))
    own = b"refunded,1,1,2026-03-08T12:00:00Z,1,10.00,0,0\nr1,1,1,2026-03-09T12:00:00Z,0,1.00,0,0\n"
    columns = b"refund_id,order_id,line_id,processed_at,quantity,amount,shipping,tax\n"
    shop.bring(orders=shop.export(1_190) if beside else None, refunds=columns + own)
    told = [("r1", "2026-03-09", 0, 100, 0), ("refunded", "2026-03-08", 1, 1_000, 0)]
    assert shop.rows(ROWS) == told


def test_a_refund_by_that_name_stays_beside_a_cancelling(service_engine: Engine) -> None:
    shop = WooRows(service_engine, of_mugs(0))
    at = datetime(2026, 3, 8, tzinfo=UTC)
    rows = [
        RefundRow(n, name, "1", "1", at, kind, 0, 500, 0, 0)  # type: ignore[arg-type] # a kind by its text
        for n, (name, kind) in enumerate([("refunded", "return"), ("cancelled", "cancel")])
    ]
    load_sales(service_engine, shop.id, refunds=rows[:1])
    for _ in range(2):
        load_sales(service_engine, shop.id, refunds=rows[1:])
        assert sum(row[3] for row in shop.rows(ROWS)) == 1_000


NOTHING = "r0,1,1,2026-03-08T12:00:00Z,0,0,0,0"
HALF = "r0,1,1,2026-03-08T12:00:00Z,0,5.00,0,0.95"


@pytest.mark.parametrize(
    ("refunded", "single", "corrected", "rows"),
    [
        (1_190, ONE_MUG, HALF, [("r0", 8, 0, 500, 95), ("refunded", 1, 0, 500, 95)]),
        (1_190, ONE_MUG, NOTHING, [("refunded", 1, 0, 1_000, 190)]),
        (2_380, ALL_MUGS, HALF, [("r0", 8, 0, 500, 95), ("refunded", 1, 2, 1_500, 285)]),
        (
            2_380,
            Single(0, 8, 0, 2_000, 0, 380),
            "r0,1,,2026-03-05T12:00:00Z,0,20.00,0,3.80",
            [("r0", 5, 0, 2_000, 380), ("refunded", 5, 2, 0, 0)],
        ),
        (
            2_380,
            Single(0, 8, 0, 2_000, 0, 380),
            "r0,1,,2026-03-05T12:00:00Z,0,10.00,0,1.90",
            [("r0", 5, 0, 1_000, 190), ("refunded", 1, 2, 1_000, 190)],
        ),
    ],
    ids=["half", "nothing", "half-of-whole", "other-day", "goodwill"],
)
def test_a_refund_that_is_corrected_leaves_the_sum_as_it_was(
    service_engine: Engine,
    refunded: int,
    single: Single,
    corrected: str,
    rows: list[tuple[str, int, int, int, int]],
) -> None:
    shop = after(service_engine, WooRows, of_mugs(refunded, single), "export", "refunds")
    shop.bring(refunds=(COLUMNS + corrected).encode())
    right = [(each, f"2026-03-{day:02}", *money) for each, day, *money in rows]
    assert shop.rows(ROWS) == right
    shop.step("export")
    assert shop.rows(ROWS) == right


def test_the_pieces_of_a_refund_that_moves_to_another_line_come_back_with_the_rest(
    service_engine: Engine,
) -> None:
    case = Case(Sold((Line("A", "A", 1, 1_000), Line("B", "B", 1, 1_000)), refunded=2_000), ())
    shop = after(service_engine, WooRows, case, "export")
    for line, other in ((1, 2), (2, 1)):
        told = f"{COLUMNS}r0,1,{line},2026-03-08T12:00:00Z,1,10.00,0,0"
        shop.bring(refunds=told.encode())
        assert [row[:5] for row in shop.rows(BACK)] == [
            ("r0", line, "2026-03-08", 1, 1_000),
            ("refunded", other, "2026-03-01", 1, 1_000),
        ]


def own_order(quantity: int = 2, price: str = "10.00", paid: str = "2026-03-01") -> bytes:
    columns = "order_id,placed_at,paid_at,line_id,product_id,quantity,unit_price,shipping,tax"
    at, of = f"{paid}T10:22:00Z", f"1,M,{quantity},{price},0,3.80,EUR"
    return f"{columns},currency\n1,2026-03-01T10:22:00Z,{at},{of}\n".encode()


@pytest.mark.parametrize("beside", [True, False])
@pytest.mark.parametrize(("quantity", "price"), [(1, "10.00"), (1, "20.00"), (2, "9.00")])
def test_an_order_that_became_cheaper_than_its_sum_is_refused_with_a_refund_as_without(
    service_engine: Engine, quantity: int, price: str, *, beside: bool
) -> None:
    """All of 23.80 came back; the order is then worth less, or has fewer pieces."""
    shop = after(service_engine, WooRows, of_mugs(2_380, Single(1, 8, 0, 300)), "export")
    if beside:
        shop.step("refunds")
    before = shop.rows(BACK)
    with pytest.raises(ImportRefusedError, match="gives back more than was sold"):
        shop.bring(orders=own_order(quantity, price))
    told = COLUMNS.encode() + b"r0,1,1,2026-03-08T12:00:00Z,0,2.00,0,0"
    with pytest.raises(ImportRefusedError, match="gives back more than was sold"):
        shop.bring(orders=own_order(quantity, price), refunds=told)
    assert shop.rows(BACK) == before


@pytest.mark.parametrize("beside", [True, False])
def test_a_payment_that_moves_behind_a_dated_refund_is_refused(
    service_engine: Engine, *, beside: bool
) -> None:
    shop = WooRows(service_engine, of_mugs(0))
    own = "refunded,1,1,2026-03-02T12:00:00Z,1,10.00,0,0\n"
    if beside:
        own += "r1,1,1,2026-03-09T12:00:00Z,0,1.00,0,0\n"
    shop.bring(orders=own_order(), refunds=(COLUMNS + own).encode())
    before = shop.rows(ROWS)
    with pytest.raises(ImportRefusedError, match="before the order was paid"):
        shop.bring(orders=own_order(paid="2026-03-05"))
    assert shop.rows(ROWS) == before


@pytest.mark.parametrize(
    "single", [ONE_MUG, ALL_MUGS, Single(0, 8, 0, 333)], ids=["one", "all", "goodwill"]
)
def test_refunds_that_are_told_again_move_nothing_of_the_sum(
    service_engine: Engine, single: Single
) -> None:
    shop = after(service_engine, WooRows, of_mugs(2_380, single), "export", "refunds")
    rests = """
        SELECT xmin::text, line_no, amount FROM refunds WHERE external_id = 'refunded' ORDER BY 2
    """
    before, all_rows = shop.rows(rests), shop.rows(BACK)
    assert before
    shop.step("refunds")
    assert shop.rows(rests) == before
    assert shop.rows(BACK) == all_rows


def test_a_refund_that_is_told_again_leaves_the_shops_own_word_on_its_line(
    service_engine: Engine,
) -> None:
    case = Case(Sold((Line("A", "A", 1, 1_000), Line("B", "B", 1, 1_000))), ())
    shop = WooRows(service_engine, case)
    r1 = "r1,1,2,2026-03-09T12:00:00Z,0,1.00,0,0\n"
    own = "refunded,1,1,2026-03-08T12:00:00Z,1,10.00,0,0\n"
    shop.bring(refunds=(COLUMNS + own + r1).encode())
    shop.bring(refunds=(COLUMNS + r1).encode())
    assert [row[:5] for row in shop.rows(BACK)] == [
        ("r1", 2, "2026-03-09", 0, 100),
        ("refunded", 1, "2026-03-08", 1, 1_000),
    ]


@pytest.mark.parametrize("analysed", [True, False])
def test_sums_beside_refunds_cost_what_they_are(
    service_engine: Engine,
    owner_engine: Engine,
    monkeypatch: pytest.MonkeyPatch,
    analysed: bool,
) -> None:
    """Twice the orders are twice the rows looked at, and other orders' refunds none."""
    looked: list[float] = []
    for many, others in ((200, 0), (400, 2_000)):
        sold = {str(n): Sold(MUGS, tax=380, refunded=1_190) for n in range(1, many + others + 1)}
        shop = WooRows(service_engine, of_mugs(1_190, ONE_MUG))
        shop.bring(orders=export_rows(sold))
        if analysed:
            as_analysed(owner_engine)
        columns, row = shop.refunds().decode().split("\n")
        told = "\n".join([columns, *(row.replace(",1,", f",{n},", 1) for n in range(1, many + 1))])
        looked.append(0)
        with monkeypatch.context() as patched:
            for each in (refund_sums, repeated_refunds, refund_sum_pieces):
                patched.setattr(each, "derive", counting(looked))
            shop.bring(refunds=told.encode())
        assert shop.rows("SELECT count(*) FROM refunds WHERE external_id = 'r0'") == [(many,)]
        sums = shop.rows("SELECT count(*) FROM refunds WHERE external_id = 'refunded'")
        assert sums == [(many + others,)]
    assert looked[0] > 200
    assert looked[1] < 3 * looked[0], looked
