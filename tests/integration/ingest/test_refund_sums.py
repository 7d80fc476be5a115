"""Sums of what was paid back beside refunds that are told one by one: the larger of both counts."""

from abc import ABC, abstractmethod
from dataclasses import dataclass, replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, text
from tests.integration.ingest.test_webhook_law import new_shop
from tests.support import hypothesis_profiles
from tests.unit.ingest.formats.stripe import test_reader as stripe
from tests.unit.ingest.formats.woocommerce.woocommerce_shop import (
    Line,
    Sold,
    export_items,
    export_rows,
)

from common.db.tenancy import Access, transaction
from common.reports.money import decimal_text
from ingest.formats import registry
from ingest.formats.detect import format_of
from ingest.import_files import FileKind, Imported, ImportFile, import_files

COLUMNS = "refund_id,order_id,line_id,processed_at,quantity,amount,shipping,tax\n"
BACK = """
    SELECT external_id, line_no, processed_at::date::text, quantity, amount, shipping, tax
    FROM refunds WHERE quantity > 0 OR amount + shipping + tax > 0 ORDER BY 1, 2
"""
GAPS = "SELECT kind, amount FROM data_gaps WHERE kind = 'assumed-refund-dates' AND amount > 0"


@dataclass(frozen=True)
class Single:
    """A refund that a file tells; ``line`` 0 is of no line."""

    line: int
    day: int
    quantity: int
    amount: int
    shipping: int = 0
    tax: int = 0

    @property
    def back(self) -> int:
        return self.amount + self.shipping + self.tax

    @property
    def corrected(self) -> "Single":
        """Half of its money, rounded up, and no pieces."""
        halves = (self.amount, self.shipping, self.tax)
        return Single(self.line, self.day, 0, *(each - each // 2 for each in halves))


@dataclass(frozen=True)
class Case:
    """An order as a platform tells it, what its export has of refunds, and those of a file."""

    sold: Sold
    singles: tuple[Single, ...]

    @property
    def known(self) -> int:
        return sum(each.back for each in self.singles)

    @property
    def corrected(self) -> "Case":
        """The same whose file told too much of the first refund."""
        return replace(self, singles=(self.singles[0].corrected, *self.singles[1:]))


class Shop(ABC):
    """A shop of one order at a platform, whose files it imports."""

    order = "1"

    def __init__(self, engine: Engine, case: Case) -> None:
        self.engine, self.case = engine, case
        self.id = new_shop(engine)
        self.bring(orders=self.export(0))

    @abstractmethod
    def export(self, refunded: int) -> bytes:
        """What the platform exports of the order, of which so much was paid back."""

    def refunds(self) -> bytes:
        rows = [
            f"r{n},{self.order},{each.line or ''},2026-03-{each.day:02}T12:00:00Z,{each.quantity},"
            + ",".join(decimal_text(amount, 2) for amount in (each.amount, each.shipping, each.tax))
            for n, each in enumerate(self.case.singles)
        ]
        return (COLUMNS + "\n".join(rows)).encode()

    def step(self, name: str) -> None:
        export = self.export(self.case.sold.refunded)
        match name:
            case "export":
                self.bring(orders=export)
            case "refunds":
                self.bring(refunds=self.refunds())
            case "both":
                self.bring(orders=export, refunds=self.refunds())
            case "corrected":
                told, self.case = self.case, self.case.corrected
                self.step("refunds")
                self.case = told

    def bring(self, *, orders: bytes | None = None, refunds: bytes | None = None) -> Imported:
        files, layout = {}, registry.FALLBACK
        if orders is not None:
            layout, files[FileKind.ORDERS] = format_of(ImportFile("orders.csv", [orders]))
        if refunds is not None:
            files[FileKind.REFUNDS] = ImportFile("refunds.csv", [refunds])
        return import_files(self.engine, self.id, files, layout=layout)

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        with transaction(self.engine, Access(tenant_id=self.id)) as session:
            return [tuple(row) for row in session.execute(text(query))]

    @property
    def back(self) -> int:
        return sum(row[4] + row[5] + row[6] for row in self.rows(BACK))

    @property
    def pieces(self) -> int:
        return sum(row[3] for row in self.rows(BACK))


class WooRows(Shop):
    def export(self, refunded: int) -> bytes:
        sold = self.case.sold
        told = Sold(sold.lines, sold.shipping, sold.fees, sold.tax, refunded)
        content: bytes = export_rows({self.order: told})
        return content


class WooItems(Shop):
    def export(self, refunded: int) -> bytes:
        sold = self.case.sold
        told = Sold(sold.lines, sold.shipping, sold.fees, sold.tax, refunded)
        content: bytes = export_items({self.order: told})
        return content


class Payments(Shop):
    """The payments export of Stripe: a payment, all of it goods; half of what went was disputed."""

    order = "ch_1"

    def export(self, refunded: int) -> bytes:
        disputed = refunded // 2
        cells = {
            "Amount": decimal_text(self.case.sold.total, 2),
            "Amount Refunded": decimal_text(refunded - disputed, 2),
            "Disputed Amount": decimal_text(disputed, 2),
            "Dispute Status": "lost" if disputed else "",
        }
        payment = stripe.payment(id=self.order, **cells)
        content: bytes = stripe.written(stripe.PAYMENTS, [payment])
        return content


class Balance(Payments):
    """The same beside Stripe's itemised report, which tells each refund by its transaction."""

    def step(self, name: str) -> None:
        if name != "refunds":
            super().step(name)
            return
        rows = [stripe.row(1, gross=decimal_text(self.case.sold.total, 2), charge=self.order)]
        rows += [
            stripe.row(2 + n, "refund", decimal_text(-each.back, 2), self.order)
            | {"created_utc": f"2026-03-{each.day:02} 12:00:00"}
            for n, each in enumerate(self.case.singles)
        ]
        self.bring(orders=stripe.written(stripe.BALANCE, rows))


@st.composite
def cases(draw: st.DrawFn, *, of_payments: bool = False) -> Case:
    """An order whose export tells a part, all or more of what its refunds come to, or less."""
    prices = draw(st.lists(st.integers(1, 3_000), min_size=1, max_size=1 if of_payments else 3))
    lines = tuple(
        Line(f"T{n}", f"T{n}", 1 if of_payments else draw(st.integers(1, 3)), price)
        for n, price in enumerate(prices)
    )
    shipping, tax = (0, 0) if of_payments else (draw(st.sampled_from([0, 490])), 199)
    left = [[line.total, line.quantity] for line in lines] + [[shipping, 0], [tax, 0]]
    singles = []
    for day in draw(st.lists(st.integers(2, 9), min_size=1, max_size=3)):
        number = draw(st.integers(0, len(lines) - 1))
        amounts = [draw(st.integers(0, left[each][0])) for each in (number, -2, -1)]
        pieces = draw(st.integers(0, left[number][1]))
        if not sum(amounts):
            continue
        for each, amount in zip((number, -2, -1), amounts, strict=True):
            left[each][0] -= amount
        left[number][1] -= pieces
        singles.append(Single(number + 1, day, pieces, *amounts))
    goods = sum(each for each, _ in left[:-2])
    if goods and (not singles or draw(st.booleans())):
        singles.append(Single(0, 5, 0, draw(st.integers(1, goods))))
    case = Case(Sold(lines, shipping, 0, tax), tuple(singles))
    whole = case.sold.total
    refunded = draw(st.sampled_from([whole, case.known, draw(st.integers(1, whole))]))
    return Case(Sold(lines, shipping, 0, tax, refunded), tuple(singles))


STEPS = st.lists(
    st.sampled_from(["export", "refunds", "both", "corrected"]), min_size=1, max_size=5
)


def told_by(case: Case, steps: list[str]) -> tuple[int, int | None, Case]:
    """What comes back after ``steps``, the sum that is known (none that refunds have outgrown),
    and the order with its refunds as they were told last.
    """
    stated, known, last = None, 0, case
    for step in steps:
        if step in ("export", "both"):
            stated = case.sold.refunded
        if step != "export":
            last = case.corrected if step == "corrected" else case
            known = last.known
        if stated is not None and known > stated:
            stated = None
    return max(stated or 0, known), stated, last


@pytest.mark.parametrize("platform", [WooRows, WooItems, Payments, Balance])
@settings(
    max_examples=hypothesis_profiles.examples(60),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(data=st.data())
def test_in_any_order_the_larger_of_the_sum_and_its_refunds_comes_back(
    service_engine: Engine, platform: type[Shop], data: st.DataObject
) -> None:
    case = data.draw(cases(of_payments=issubclass(platform, Payments)))
    steps = [
        "refunds" if platform is Balance and each == "both" else each for each in data.draw(STEPS)
    ]
    shop = platform(service_engine, case)
    for step in steps:
        shop.step(step)
    back, stated, last = told_by(case, steps)
    assert shop.back == back
    exported, listed = {"export", "both"} & set(steps), set(steps) - {"export"}
    if stated == case.sold.total:
        assert shop.pieces == sum(line.quantity for line in case.sold.lines)
    elif listed and platform is not Balance:
        assert shop.pieces == sum(each.quantity for each in last.singles)
    if exported and listed:
        at_once = platform(service_engine, last)
        for step in ("refunds", "export") if platform is Balance else ("both",):
            at_once.step(step)
        if "corrected" in steps:
            shop.step("export")
        assert shop.rows(BACK) == at_once.rows(BACK)
        assert platform is Balance or shop.rows(GAPS) == at_once.rows(GAPS)
