"""What is left of an order of Shopify is what the platform says that it comes to now."""

from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support import hypothesis_profiles
from tests.support.shopify_json import LATER, line, money, order, refund
from tests.support.shopify_orders import money as euros
from tests.support.shopify_state import Heard, Parts, heard

from ingest.formats.shopify.dated_refunds import NOT_LEFT

D3, D6 = "2026-03-03T10:00:00Z", "2026-03-06T10:00:00Z"
MUG, VASE = line(1, "Mug", "20.00"), line(2, "Vase", "15.00")
PAID = ("orders/paid", order([MUG], "20.00", total_outstanding="0.00"))
BOTH = [("EUR", "5.00"), ("USD", "5.40")]
CUT = line(1, "Mug", "20.00", allocated=["5.00"])
OFF = {"subtotal_price": "15.00", "total_discounts": "5.00", "current_total_price": "15.00"}


def said(found: Heard, words: str = NOT_LEFT) -> bool:
    return any(words in note for note in found.notes)


def after(
    lines: list[dict[str, Any]], total: str, now: str, *refunds: Any, **change: Any
) -> dict[str, Any]:
    """The order's last word."""
    sums = {"current_total_price": now, "total_outstanding": "0.00", **change}
    status = "partially_refunded" if refunds else "paid"
    given = {"financial_status": status, "refunds": list(refunds), "at": D6}
    return order(lines, total, **(given | sums))


def paid_back(moved: str, currency: str = "EUR", **change: Any) -> dict[str, Any]:
    return refund(1, moved=moved, currency=currency, at=LATER, **change)


@pytest.mark.parametrize(("currency", "moved"), BOTH)
def test_a_discount_by_an_edit_is_not_given_again_when_it_is_paid_back(
    currency: str, moved: str
) -> None:
    owed = order([CUT], "15.00", at=D3, total_outstanding="-5.00", **OFF)
    back = paid_back(moved, currency)
    stories: list[list[Any]] = [
        [PAID, owed, after([CUT], "15.00", "15.00", back, **OFF)],
        [PAID, owed, back],
    ]
    for events in stories:
        found = heard(events)
        assert found.net == Parts(1500, 0, 0)
        assert not said(found)


@pytest.mark.parametrize(("currency", "moved"), BOTH)
def test_a_refund_that_the_total_lacks_already_is_no_gap(currency: str, moved: str) -> None:
    found = heard([PAID, after([CUT], "15.00", "15.00", paid_back(moved, currency), **OFF)])
    assert not found.state.refunds_untold


def test_shipping_that_an_edit_lowered_is_not_given_again() -> None:
    def shipped(amount: str) -> dict[str, Any]:
        return {"total_shipping_price_set": money(amount), "subtotal_price": "20.00"}

    first = ("orders/paid", order([MUG], "30.00", **shipped("10.00")))
    last = after([MUG], "25.00", "25.00", paid_back("5.00"), **shipped("5.00"))
    assert heard([first, last]).net == Parts(2000, 500, 0)


@pytest.mark.parametrize("last", [True, False])
def test_what_was_paid_too_much_takes_nothing_off_when_it_goes_back(last: bool) -> None:
    first = order([MUG], "20.00", total_outstanding="-5.00")
    back = paid_back("5.00")
    events = [first, after([MUG], "20.00", "20.00", back) if last else back]
    assert heard(events).net == Parts(2000, 0, 0)


@pytest.mark.parametrize(("currency", "moved"), BOTH)
@pytest.mark.parametrize("kept", [None, "15.00"])
def test_what_was_taken_in_exchange_is_not_kept_of_what_came_back(
    currency: str, moved: str, kept: str | None
) -> None:
    """35.00 sold, 20.00 back; a fee with the same moves keeps 5.00 of 20.00."""
    back = refund(1, [(1, 1, "20.00")], moved, currency=currency, at=LATER, discrepancy=kept)
    found = heard([PAID, after([MUG, VASE], "35.00", "15.00", back)])
    assert (found.charged, found.back) == (Parts(3500, 0, 0), Parts(2000, 0, 0))
    assert sum(row.quantity for row in found.state.refunds) == 1
    fee = refund(1, [(1, 1, "20.00")], "15.00", at=LATER, discrepancy=kept and "5.00")
    assert heard([PAID, after([MUG], "20.00", "5.00", fee)]).net == Parts(500, 0, 0)


def test_an_exchange_takes_back_the_tax_of_what_came_back() -> None:
    """Two mugs of 20.00 and a vase of 10.00 at 10 %: 50.00 + 5.00, less 20.00 + 2.00."""
    mugs = line(1, "Mug", "20.00", 2, tax_lines=[{"price": "4.00"}])
    vase = line(2, "Vase", "10.00", tax_lines=[{"price": "1.00"}])
    back = refund(1, [(1, 1, "20.00")], "11.00", at=LATER)
    back["refund_line_items"][0] |= {"total_tax": 2.0, "total_tax_set": money("2.00")}
    taxed = {"subtotal_price": "50.00", "total_tax": "5.00"}
    found = heard([after([mugs, vase], "55.00", "33.00", back, **taxed)])
    assert found.net == Parts(3000, 0, 300)


ROUND = "total_cash_rounding_refund_adjustment_set"


@pytest.mark.parametrize(
    ("told", "moved"),
    [
        ({"current_total_price": "0.00", ROUND: money("-0.03")}, "10.00"),
        ({"current_total_price": "0.00"}, "10.00"),
        ({"current_total_price": None, ROUND: money("-0.03")}, "10.00"),
        ({"current_total_price": None, ROUND: money("0.03")}, "10.00"),
        ({"current_total_price": "0.00", ROUND: money("0.02")}, "10.05"),
        ({"current_total_price": "0.00"}, "10.05"),
        ({"current_total_price": None, ROUND: money("0.02")}, "10.05"),
    ],
)
def test_cash_that_is_rounded_gives_all_of_it_back(told: dict[str, Any], moved: str) -> None:
    mug = line(1, "Mug", "10.03")
    back = refund(1, [(1, 1, "10.03")], moved, at=LATER)
    found = heard([after([mug], "10.03", "0.00", back, financial_status="refunded", **told)])
    assert found.back == Parts(1003, 0, 0)
    assert not said(found, "more was paid back")


def test_cash_that_is_rounded_on_cancelling_gives_all_of_it_back() -> None:
    mug = line(1, "Mug", "10.03")
    back = refund(1, [(1, 1, "10.03")], "10.00", at=LATER)
    called_off = {"cancelled_at": LATER, "financial_status": "refunded", ROUND: money("-0.03")}
    found = heard([order([mug], "10.03"), after([mug], "10.03", "0.00", back, **called_off)])
    assert found.back == Parts(1003, 0, 0)


def test_cash_that_was_rounded_up_is_not_more_than_was_charged() -> None:
    """Before the order's next word."""
    rounded = {"total_cash_rounding_payment_adjustment_set": money("0.02")}
    mug = line(1, "Mug", "10.03")
    back = refund(1, [(1, 1, "10.03")], "10.05", at=LATER)
    found = heard([order([mug], "10.03", **rounded), back])
    assert found.back == Parts(1003, 0, 0)
    assert not said(found, "more was paid back")
    assert said(heard([order([mug], "10.03"), back]), "more was paid back")


@pytest.mark.parametrize(("currency", "moved"), BOTH)
def test_goodwill_that_the_total_does_not_show_counts_and_is_said(
    currency: str, moved: str
) -> None:
    back = paid_back(moved, currency, discrepancy="-5.00")
    shown = heard([PAID, after([MUG], "20.00", "15.00", back)])
    assert (shown.net, said(shown)) == (Parts(1500, 0, 0), False)
    found = heard([PAID, after([MUG], "20.00", "20.00", back)])
    assert (found.net, said(found)) == (Parts(1500, 0, 0), True)


def test_money_of_another_currency_that_nothing_tells_is_what_the_total_came_down_by() -> None:
    back = paid_back("5.40", "USD")
    found = heard([PAID, after([MUG], "20.00", "15.00", back)])
    assert (found.net, found.state.refunds_untold) == (Parts(1500, 0, 0), False)
    assert heard([PAID, back]).state.refunds_untold
    assert heard([PAID, after([MUG], "20.00", "", back)]).state.refunds_untold


@dataclass
class Life:
    """A paid order whose lines are worth so many euros each, with ``rate`` percent of tax that is
    ``included`` in the prices or on top."""

    rate: int
    included: bool
    shipping: int
    worth: list[int]
    there: list[int]
    off: dict[int, int] = field(default_factory=dict)
    now: int = 0
    owed: int = 0
    off_shipping: int = 0
    refunds: list[dict[str, Any]] = field(default_factory=list)

    def gross(self, number: int) -> int:
        """A line's worth with tax, in cents."""
        return (self.worth[number] - self.off.get(number, 0)) * (100 + self.rate)

    def price(self, worth: int) -> str:
        """What so many euros are in prices."""
        return euros(worth * (100 + self.rate * self.included))

    def word(self) -> dict[str, Any]:
        """The order as it is now."""
        numbers = range(len(self.worth))
        off = sum(self.off.values())
        goods = sum(self.worth) - off
        lines = [
            line(
                *(number + 1, f"P{number}", self.price(self.worth[number])),
                allocated=[self.price(self.off[number])] if number in self.off else [],
                tax_lines=[{"price": euros(self.gross(number) * self.rate // (100 + self.rate))}],
            )
            for number in numbers
        ]
        total = sum(map(self.gross, numbers)) + self.shipping
        moved = any(each["transactions"] for each in self.refunds)
        return order(
            *(lines, euros(total)),
            at=f"2026-03-{4 + len(self.refunds):02}T12:00:00Z",
            subtotal_price=self.price(goods),
            total_discounts=self.price(off),
            taxes_included=self.included,
            total_tax=euros(goods * self.rate),
            total_shipping_price_set=money(euros(self.shipping)),
            current_total_price=euros(self.now),
            total_outstanding=f"-{euros(self.owed)}",
            financial_status="partially_refunded" if moved else "paid",
            refunds=list(self.refunds),
        )

    def pay_back(
        self, numbers: list[int], moved: int | None, currency: str, kept: int = 0, shipping: int = 0
    ) -> None:
        """Lines and money; the platform states what was ``kept``, or given where below nothing."""
        left = [(each, self.worth[each] - self.off.get(each, 0)) for each in numbers]
        parts = [(each + 1, 1, self.price(worth)) for each, worth in left]
        cents = None if moved is None else euros(moved if currency == "EUR" else moved * 2)
        at = f"2026-03-{4 + len(self.refunds):02}T10:00:00Z"
        stated = {"discrepancy": euros(kept) if kept > 0 else f"-{euros(-kept)}"} if kept else {}
        told = refund(len(self.refunds) + 1, parts, cents, at=at, currency=currency, **stated)
        for each, number in zip(told["refund_line_items"], numbers, strict=True):
            tax = euros(self.gross(number) * self.rate // (100 + self.rate))
            each |= {"total_tax": float(tax), "total_tax_set": money(tax)}
        if shipping:
            told["refund_shipping_lines"] = [{"subtotal_amount_set": money(euros(shipping))}]
        self.refunds.append(told)


@st.composite
def lives(draw: st.DrawFn) -> Life:
    """Returns, fees, exchanges, edits and their payment, discounts by edits, goodwill, cents."""
    worth = draw(st.lists(st.integers(2, 40), min_size=1, max_size=3))
    rate, included = draw(st.sampled_from([0, 10])), draw(st.booleans())
    life = Life(rate, included, draw(st.sampled_from([0, 500])), worth, [])
    life.there = list(range(len(worth)))
    life.now = sum(map(life.gross, life.there)) + life.shipping
    for _ in range(draw(st.integers(1, 5))):
        step = draw(st.sampled_from([*_STEPS]))
        number = draw(st.sampled_from(life.there)) if life.there else None
        _STEPS[step](draw, life, number, draw(st.sampled_from(["EUR", "USD"])))
    return life


def _come_back(draw: st.DrawFn, life: Life, number: int | None, currency: str) -> None:
    """All of a line's money, or all but a fee."""
    if number is None or life.gross(number) > life.now:
        return
    fee = draw(st.integers(0, life.gross(number) // 2))
    life.pay_back([number], life.gross(number) - fee, currency, fee)
    life.there.remove(number)
    life.now -= life.gross(number) - fee


def _exchange(draw: st.DrawFn, life: Life, number: int | None, currency: str) -> None:
    """A line for one that is cheaper; the difference goes back."""
    if number is None or life.gross(number) > life.now:
        return
    life.worth.append(draw(st.integers(1, max(life.worth[number] - life.off.get(number, 0), 1))))
    new = len(life.worth) - 1
    moved = max(life.gross(number) - life.gross(new), 0)
    kept = draw(st.sampled_from([0, life.gross(new)]))
    life.pay_back([number], moved or None, currency, kept if moved else 0)
    life.there.remove(number)
    life.there.append(new)
    life.now -= life.gross(number) - life.gross(new)


def _edit(_: st.DrawFn, life: Life, number: int | None, __: str) -> None:
    """A line is taken out, and its money is owed."""
    if number is None or life.gross(number) > life.now:
        return
    life.pay_back([number], None, "EUR")
    life.there.remove(number)
    life.now -= life.gross(number)
    life.owed += life.gross(number)


def _pay(draw: st.DrawFn, life: Life, _: int | None, currency: str) -> None:
    if life.owed:
        part = draw(st.integers(1, life.owed))
        life.pay_back([], part, currency, draw(st.sampled_from([0, -part])))
        life.owed -= part


def _discount(draw: st.DrawFn, life: Life, number: int | None, currency: str) -> None:
    """Part of a line's price is let off by an edit, and goes back at once."""
    if number is None or life.owed or number in life.off or life.worth[number] < 2:
        return
    before = life.gross(number)
    if before > life.now:
        return
    life.off[number] = draw(st.integers(1, life.worth[number] - 1))
    life.now -= before - life.gross(number)
    life.pay_back([], before - life.gross(number), currency)


def _shipping(draw: st.DrawFn, life: Life, _: int | None, currency: str) -> None:
    """Some of the shipping: what is left of it, as often as it is told."""
    if most := min(life.shipping - life.off_shipping, life.now):
        part = draw(st.integers(1, most))
        life.pay_back([], part, currency, shipping=part)
        life.off_shipping += part
        life.now -= part


def _goodwill(draw: st.DrawFn, life: Life, _: int | None, currency: str) -> None:
    if not life.owed and life.now:
        part = draw(st.integers(1, life.now))
        life.pay_back([], part, currency, -part)
        life.now -= part


_STEPS = {
    "return": _come_back, "exchange": _exchange, "edit": _edit,
    "pay": _pay, "discount": _discount, "goodwill": _goodwill, "shipping": _shipping,
}  # fmt: skip


@settings(max_examples=hypothesis_profiles.examples(300), deadline=None)
@given(data=st.data(), life=lives())
def test_goods_shipping_and_tax_less_refunds_are_what_the_order_comes_to_now(
    data: st.DataObject, life: Life
) -> None:
    """Events in any order."""
    events = data.draw(st.permutations([life.word(), *life.refunds]))
    found = heard(events)
    assert sum(found.net) == life.now
    assert min(found.net) >= 0
    assert not said(found)
    assert not found.state.refunds_untold
