"""What an order's state alone tells of its refunds is weighed against the order as it is now."""

from collections.abc import Callable

import pytest
from sqlalchemy import Engine, text
from tests.integration.ingest.test_told_by_events import Rows, export, sold
from tests.integration.ingest.test_webhook_law import bring_in
from tests.support.webhook_shop import WebhookShop

from common.db.tenancy import Access, transaction
from ingest.import_files import FileKind

ORDERS = "order_id,placed_at,paid_at,currency,line_id,product_id,quantity,unit_price\n"
REFUNDS = "refund_id,order_id,line_id,processed_at,quantity,amount\n"
DAYS = "SELECT until FROM data_gaps"
LONG_AGO = "UPDATE data_gaps SET until = since + interval '2 days'"
AS_WORTH = "UPDATE data_gaps SET stated = 2500"


class Told(WebhookShop):
    """A shop with an order of 25.00 whose export says by its state alone that it was paid back."""

    def __init__(self, engine: Engine, state: str = "refunded") -> None:
        super().__init__(engine, "shopify")
        self.say(state)

    def say(self, state: str) -> None:
        self.bring(sold(0, **{"Financial Status": state}))

    def bring(self, rows: Rows, refunds: str = "") -> None:
        files = export(rows)
        if refunds:
            files[FileKind.REFUNDS] = (REFUNDS + refunds).encode()
        bring_in(self.engine, self.id, "shopify", files)

    def own(self, *, price: str = "", back: tuple[str, ...] = (), line: str = "1") -> None:
        """The order again, a mug at ``price`` and a cup for nothing, and what was paid back."""
        files = {}
        if price:
            each = "#1001,2026-03-02T10:00:00Z,2026-03-02T10:00:00Z,EUR,{},S-{},1,{}\n"
            rows = [each.format(1, 1, price), each.format(2, 2, "0.00")]
            files[FileKind.ORDERS] = (ORDERS + "".join(rows)).encode()
        if back:
            each = "r{},#1001,{},2026-03-05T10:00:00Z,{},{}\n"
            rows = [
                each.format(number, line, "0" if line else "", amount)
                for number, amount in enumerate(back)
            ]
            files[FileKind.REFUNDS] = (REFUNDS + "".join(rows)).encode()
        bring_in(self.engine, self.id, "own", files)

    def run(self, *statements: str) -> None:
        with transaction(self.engine, Access(tenant_id=self.id)) as session:
            for statement in statements:
                session.execute(text(statement))

    @property
    def known(self) -> bool:
        ((amount,),) = self.rows("SELECT amount FROM data_gaps")
        assert amount in (None, 0)
        return amount is not None


Steps = list[Callable[[Told], None]]


@pytest.mark.parametrize("price", ["20.00", "30.00"])
def test_an_order_that_is_replaced_is_back_by_its_worth_now(
    service_engine: Engine, price: str
) -> None:
    """By one load or two, before the refund or behind it."""
    steps: list[Steps] = [
        [lambda of: of.own(price=price, back=(price,))],
        [lambda of: of.own(price=price), lambda of: of.own(back=(price,))],
        [lambda of: of.own(back=("20.00",)), lambda of: of.own(price=price, back=(price,))],
    ]
    for each in steps:
        of = Told(service_engine)
        for step in each:
            assert not of.known
            step(of)
        assert of.known


def test_an_order_that_comes_to_be_worth_what_came_back_is_back(service_engine: Engine) -> None:
    """No refund is in that load, and one more line opens it again."""
    of = Told(service_engine)
    of.own(back=("20.00",))
    assert not of.known
    of.own(price="20.00")
    assert of.known
    of.own(price="30.00")
    assert not of.known


def test_a_worth_that_was_kept_says_that_all_was_paid_back(service_engine: Engine) -> None:
    of = Told(service_engine)
    of.run(AS_WORTH)
    of.own(price="20.00", back=("19.00",))
    assert not of.known
    of.own(back=("20.00",))
    assert of.known


def test_an_order_of_a_part_stays_known_whatever_it_comes_to_be_worth(
    service_engine: Engine,
) -> None:
    of = Told(service_engine, "partially_refunded")
    assert not of.known
    of.own(back=("1.00",))
    assert of.known
    of.own(price="30.00")
    assert of.known


def test_pieces_that_came_back_for_nothing_are_not_what_rounding_leaves(
    service_engine: Engine,
) -> None:
    of = Told(service_engine)
    at = "2026-03-05T10:00:00Z"
    rows = "".join(f"#1001,{at},{at},EUR,{n},S-{n},1,0.01\n" for n in (1, 2))
    back = "".join(f"r1,#1001,{n},{at},1,0.00\n" for n in (1, 2))
    files = {FileKind.ORDERS: ORDERS + rows, FileKind.REFUNDS: REFUNDS + back}
    bring_in(of.engine, of.id, "own", {kind: each.encode() for kind, each in files.items()})
    assert not of.known


@pytest.mark.parametrize(
    ("amount", "pieces", "known"),
    [("8.40", 1, True), ("8.39", 1, True), ("8.38", 1, False), ("8.40", 0, False)],
)
def test_all_is_back_but_for_what_rounding_leaves_of_all_pieces(
    service_engine: Engine, amount: str, pieces: int, known: bool
) -> None:
    """Half a unit for each line and each refund: two of 16.81 here."""
    of = Told(service_engine)
    at = "2026-03-05T10:00:00Z"
    rows = [
        f"#1001,{at},{at},EUR,{n},S-{n},1,{price}\n" for n, price in enumerate(("8.41", "8.40"))
    ]
    back = f"r1,#1001,0,{at},{pieces},{amount}\nr1,#1001,1,{at},1,8.40\n"
    files = {FileKind.ORDERS: ORDERS + "".join(rows), FileKind.REFUNDS: REFUNDS + back}
    given = {kind: content.encode() for kind, content in files.items()}
    bring_in(of.engine, of.id, "own", given)
    assert of.known is known


def test_pieces_that_came_back_one_by_one_without_their_tax_are_all(
    service_engine: Engine,
) -> None:
    """Three of 30.00 with 4.79 of tax in it, each without 1.60: a cent is missing."""
    of = Told(service_engine)
    at = "2026-03-05T10:00:00Z"
    whole = {"Lineitem quantity": "3", "Lineitem price": "10.00", "Taxes": "4.79"}
    sums = {"Subtotal": "30.00", "Total": "30.00", "Discount Amount": "0.00"}
    head, _ = sold(0, **whole, **sums, **{"Financial Status": "refunded"})
    of.bring([head], "".join(f"r{n},#1001,1,{at},1,8.40\n" for n in range(3)))
    assert of.rows("SELECT sum(amount) FROM refunds") == [(2520,)]
    assert of.rows("SELECT unit_price * quantity + remainder FROM order_lines") == [(2521,)]
    assert of.known


def test_what_comes_out_the_same_is_not_written_again(service_engine: Engine) -> None:
    of = Told(service_engine)
    of.own(back=("10.00",))
    before = of.rows("SELECT ctid FROM data_gaps")
    of.own(back=("12.00",))
    assert not of.known
    assert of.rows("SELECT ctid FROM data_gaps") == before


@pytest.mark.parametrize(("back", "known"), [(("0.00",), True), ((), False)])
def test_an_order_worth_nothing_is_back_by_any_refund_and_by_none_it_is_not(
    service_engine: Engine, back: tuple[str, ...], known: bool
) -> None:
    of = Told(service_engine)
    of.own(price="0.00", back=back)
    assert of.known is known


def test_an_order_without_lines_is_back_by_any_refund(service_engine: Engine) -> None:
    of = Told(service_engine)
    of.run("DELETE FROM order_lines")
    of.say("refunded")
    of.run("DELETE FROM order_lines")
    assert not of.known
    of.own(back=("0.00",), line="")
    assert of.known


def again(of: Told) -> None:
    of.say("refunded")


def as_worth(of: Told) -> None:
    of.run(AS_WORTH)
    of.say("refunded")


def edited(of: Told) -> None:
    rows = sold(0, **{"Financial Status": "refunded"})
    of.bring(
        [rows[0] | {"Lineitem price": "30.00", "Subtotal": "35.00", "Total": "35.00"}, rows[1]]
    )


def less(of: Told) -> None:
    of.say("partially_refunded")


@pytest.mark.parametrize("news", [again, as_worth, edited, less])
def test_the_last_day_of_what_has_not_grown_stays(
    service_engine: Engine, news: Callable[[Told], None]
) -> None:
    """Also of a row that an earlier version kept with a worth."""
    of = Told(service_engine)
    of.run(LONG_AGO)
    before = of.rows(DAYS)
    news(of)
    assert of.rows(DAYS) == before


def test_the_last_day_grows_where_all_came_back_and_a_part_was_told(
    service_engine: Engine,
) -> None:
    of = Told(service_engine, "partially_refunded")
    of.run(LONG_AGO)
    before = of.rows(DAYS)
    of.say("refunded")
    assert of.rows(DAYS) > before


def by_state(of: Told) -> None:
    of.say("refunded")


def by_column(of: Told) -> None:
    files = export(sold(0, **{"Financial Status": "paid"}), without="Refunded Amount")
    bring_in(of.engine, of.id, "shopify", files)


@pytest.mark.parametrize(
    ("one", "other"), [(by_state, by_column), (by_column, by_state)], ids=["column", "state"]
)
def test_the_last_day_grows_where_another_source_tells_that_refunds_are_not_known(
    service_engine: Engine, one: Callable[[Told], None], other: Callable[[Told], None]
) -> None:
    """A refund may have come since. A row of the version before grows once: too much is told."""
    of = Told(service_engine)
    one(of)
    of.run(LONG_AGO)
    before = of.rows(DAYS)
    other(of)
    assert of.rows(DAYS) > before
