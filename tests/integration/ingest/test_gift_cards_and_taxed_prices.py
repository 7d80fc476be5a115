"""Gift cards by the shop's setting, prices with tax, and goodwill: in files as in the ledger."""

import csv
import io
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine
from tests.support import hypothesis_profiles
from tests.unit.ingest.formats.shopify.shopify_shop import Line, Sold, export, rows

from accounts.tenant_settings import set_gift_cards
from common.db.accounts import GiftCards
from common.db.audit import COMMAND_LINE
from common.db.tenancy import Access, transaction
from common.reports.money import decimal_text
from ingest.csv.faults import ImportRefusedError
from ingest.formats import registry
from ingest.import_files import FileKind, ImportFile, import_files

NET = "SELECT coalesce(sum(gross - discounts - returns), 0)::bigint FROM ledger"
PAID = "SELECT external_id FROM orders WHERE paid_at IS NOT NULL ORDER BY 1"
MONEY = """
    SELECT coalesce(sum(gross - discounts), 0)::bigint, coalesce(sum(shipping), 0)::bigint,
           coalesce(sum(tax), 0)::bigint FROM ledger
"""
LAMP = Line("Lamp", "LAMP", 1, 10_000)
CARD = Line("Geschenkgutschein 50", "", 1, 5_000)
HEAD = "order_id,paid_at,currency,line_id,product_id,quantity,unit_price,tax,gift_card\n"
AT = "2026-03-01T10:00:00Z"


@pytest.fixture
def bring(service_engine: Engine, tenant_id: int) -> Any:
    def run(orders: str, layout: str = "own", **given: Any) -> Any:
        others = {kind: given.pop(kind) for kind in ("refunds",) if kind in given}
        files = {
            FileKind(kind): ImportFile(f"{kind}.csv", iter([content.encode()]))
            for kind, content in {"orders": orders, **others}.items()
        }
        return import_files(service_engine, tenant_id, files, layout=registry.find(layout), **given)

    return run


@pytest.fixture
def cards_are(service_engine: Engine, tenant_id: int, read: Any) -> Any:
    def say(meaning: GiftCards) -> None:
        ((slug,),) = read("SELECT slug FROM tenants")
        set_gift_cards(service_engine, tenant=slug, gift_cards=meaning, author=COMMAND_LINE)

    return say


def mixed_and_alone() -> str:
    return export([*rows(Sold((LAMP, CARD)), "#1"), *rows(Sold((CARD,)), "#2")])


def test_a_card_is_what_the_platform_takes_it_for_until_the_shop_says_otherwise(
    bring: Any, read: Any, cards_are: Any
) -> None:
    imported = bring(mixed_and_alone(), "shopify")
    assert read(NET) == [(10_000,)], "a liability in Shopify"
    assert imported.reconciled.gift_cards == 10_000
    assert imported.reconciled.unexplained == ()
    assert any("(50.00 EUR)" in each and "left out" in each for each in imported.notes)
    cards_are(GiftCards.SALE)
    bring(mixed_and_alone(), "shopify")
    assert read(NET) == [(20_000,)]
    assert read(PAID) == [("#1",), ("#2",)]
    cards_are(GiftCards.LIABILITY)
    bring(mixed_and_alone(), "shopify")
    assert read(NET) == [(10_000,)], "an order of nothing else counts no more"
    assert read(PAID) == [("#1",)]


def test_what_was_paid_back_of_cards_that_are_no_sale_is_said_and_not_asked_for(
    bring: Any, read: Any, cards_are: Any
) -> None:
    """A refund that a file brought of it would be one of an order that is not paid, and refused."""
    cancelled = export(rows(Sold((CARD,), refunded=5_000), "#1"))
    written = rows(Sold((CARD,)), "#1")
    written[0] |= {"Financial Status": "refunded", "Refunded Amount": "50.00"}
    refunds, gaps = "SELECT count(*) FROM refunds", "SELECT kind FROM data_gaps"
    cards_are(GiftCards.SALE)
    bring(cancelled, "shopify")
    assert read(refunds) == [(1,)]
    cards_are(GiftCards.LIABILITY)
    for content in (cancelled, export(written)):
        imported = bring(content, "shopify")
        assert (
            "1 order (#1): has a Refunded Amount and is no sale; nothing was taken back (50.00"
            in (" ".join(imported.notes))
        )
        assert not any("a refunds.csv can bring it" in each for each in imported.notes)
        assert (read(refunds), read(gaps)) == ([(0,)], [])


def test_a_card_in_our_own_columns_is_a_sale_until_the_shop_says_otherwise(
    bring: Any, read: Any, cards_are: Any
) -> None:
    file = HEAD + (
        f"O1,{AT},EUR,1,LAMP,1,100.00,0,\nO1,{AT},EUR,2,CARD,1,50.00,0,TRUE\n"
        f"O2,{AT},EUR,1,CARD,1,50.00,0,true\nO3,{AT},EUR,1,LAMP,2,100.00,0,false\n"
    )
    bring(file)
    assert read(NET) == [(40_000,)]
    cards_are(GiftCards.LIABILITY)
    imported = bring(file)
    assert read(NET) == [(30_000,)]
    assert read(PAID) == [("O1",), ("O3",)]
    assert [each.split(":")[0] for each in imported.notes] == ["1 order (O1)", "1 order (O2)"]
    with pytest.raises(ImportRefusedError, match="neither true nor false"):
        bring(HEAD + f"O1,{AT},EUR,1,LAMP,1,100.00,0,perhaps\n")


def test_paid_with_a_card_goods_are_counted_and_said_where_cards_are_sales(
    bring: Any, read: Any, cards_are: Any
) -> None:
    written = rows(Sold((LAMP,)), "#1")
    written[0]["Payment Method"] = "Gift Card + Shopify Payments"
    assert bring(export(written), "shopify").notes == ()
    cards_are(GiftCards.SALE)
    (note,) = bring(export(written), "shopify").notes
    assert "paid with a gift card" in note
    assert read(NET) == [(10_000,)]


AMOUNT = st.integers(0, 50_000)


@st.composite
def taxed_orders(draw: st.DrawFn) -> dict[str, Any]:
    lines = draw(st.lists(st.tuples(st.integers(1, 4), AMOUNT, AMOUNT), min_size=1, max_size=4))
    priced = [(pieces, price, min(off, pieces * price)) for pieces, price, off in lines]
    paid = sum(pieces * price - off for pieces, price, off in priced)
    discount = draw(st.integers(0, paid))
    shipping = draw(AMOUNT)
    tax = draw(st.integers(0, paid - discount + shipping))
    return {"lines": priced, "discount": discount, "shipping": shipping, "tax": tax}


def as_file(orders: list[dict[str, Any]]) -> str:
    written = io.StringIO()
    into = csv.writer(written)
    columns = "order_id,paid_at,currency,line_id,product_id,quantity,unit_price,line_discount"
    into.writerow([*columns.split(","), "order_discount", "shipping", "tax"])
    for number, order in enumerate(orders):
        head = [decimal_text(order[name], 2) for name in ("discount", "shipping", "tax")]
        for line, (pieces, price, off) in enumerate(order["lines"], 1):
            own = [line, f"P{line}", pieces, decimal_text(price, 2), decimal_text(off, 2)]
            into.writerow([f"O{number}", AT, "EUR", *own, *head])
    return written.getvalue()


@settings(
    max_examples=hypothesis_profiles.examples(25),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(orders=st.lists(taxed_orders(), min_size=1, max_size=3))
def test_what_was_paid_stays_when_the_tax_is_taken_out_of_prices(
    bring: Any, read: Any, service_engine: Engine, tenant_id: int, orders: list[dict[str, Any]]
) -> None:
    with transaction(service_engine, Access(tenant_id=tenant_id)) as session:
        session.connection().exec_driver_sql("DELETE FROM order_lines")
        session.connection().exec_driver_sql("DELETE FROM orders")
    bring(as_file(orders), prices_include_tax=True)
    ((goods, shipping, tax),) = read(MONEY)
    assert tax == sum(order["tax"] for order in orders)
    charged = sum(
        sum(pieces * price - off for pieces, price, off in order["lines"])
        - order["discount"]
        + order["shipping"]
        for order in orders
    )
    assert goods + shipping + tax == charged
    assert 0 <= shipping <= sum(order["shipping"] for order in orders)


def test_lines_apart_and_more_tax_than_was_paid_are_named(bring: Any, read: Any) -> None:
    head = "order_id,paid_at,currency,line_id,product_id,quantity,unit_price,tax\n"
    file = head + (
        f"O1,{AT},EUR,1,P,1,11.90,1.90\nO2,{AT},EUR,1,P,1,1.00,1.01\nO1,{AT},EUR,2,P,1,11.90,1.90\n"
    )
    with pytest.raises(ImportRefusedError) as refused:
        bring(file, prices_include_tax=True)
    told = [str(fault) for fault in refused.value.faults]
    assert "line 3" in told[0]
    assert "more than the prices that are to include it" in told[0]
    assert "line 4" in told[1]
    assert "stand together" in told[1]
    assert read(NET) == [(0,)]
    bring(file.replace("1.01", "0.16").replace("O1", "O3", 1), prices_include_tax=True)
    assert read(NET) == [(2084,)]


REFUNDS = "refund_id,order_id,line_id,processed_at,quantity,amount,shipping\n"
TWO = (
    "order_id,paid_at,currency,line_id,product_id,quantity,unit_price,shipping\n"
    f"O1,{AT},EUR,1,A,1,30.00,5.00\nO1,{AT},EUR,2,B,1,10.00,5.00\n"
)
BACK = "SELECT line_no, sum(quantity)::int, sum(amount)::int FROM refunds GROUP BY 1 ORDER BY 1"


def test_goodwill_is_put_on_the_lines_by_what_is_left_of_them(bring: Any, read: Any) -> None:
    later = "2026-03-05T10:00:00Z"
    bring(TWO, refunds=REFUNDS + f"G1,O1,,{later},,8.00,5.00\n")
    assert read(BACK) == [(1, 0, 600), (2, 0, 200), (None, 0, 0)]
    bring(TWO, refunds=REFUNDS + f"G1,O1,,{later},,8.00,5.00\n")
    assert read(BACK) == [(1, 0, 600), (2, 0, 200), (None, 0, 0)], "seen again, it replaces itself"
    bring(TWO, refunds=REFUNDS + f"R1,O1,2,{later},1,8.00,\nG2,O1,,{later},,0.01,\n")
    assert read(BACK) == [(1, 0, 601), (2, 1, 1000), (None, 0, 0)], "nothing is left of the second"


@pytest.mark.parametrize("parts", [["40.00"], ["0.01"] * 3 + ["39.97"], ["20.00", "20.00"]])
def test_goodwill_takes_no_more_than_is_left(bring: Any, read: Any, parts: list[str]) -> None:
    later = "2026-03-05T10:00:00Z"
    given_back = "".join(f"G{n},O1,,{later},,{part},\n" for n, part in enumerate(parts))
    bring(TWO, refunds=REFUNDS + given_back)
    assert read(NET) == [(0,)]
    with pytest.raises(ImportRefusedError, match="more"):
        bring(TWO, refunds=REFUNDS + f"X,O1,,{later},,0.01,\n")
    with pytest.raises(ImportRefusedError, match="is needed for a quantity"):
        bring(TWO, refunds=REFUNDS + f"X,O1,,{later},1,0.01,\n")
