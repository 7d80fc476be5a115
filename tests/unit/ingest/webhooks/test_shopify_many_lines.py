"""Orders of very many lines at Shopify: nothing is compared with everything else."""

from datetime import UTC, datetime
from typing import Any

from ingest.csv.notes import Notes
from ingest.formats.shopify.columns import LineColumns, OrderColumns
from ingest.formats.shopify.order import order_of
from ingest.formats.shopify.webhook_payload import refund_content

MANY = 300
AT = datetime(2026, 3, 1, tzinfo=UTC)


class _CountedLine(LineColumns):
    """Counts how often lines are compared."""

    compared = 0

    def __eq__(self, other: object) -> bool:
        type(self).compared += 1
        return super().__eq__(other)

    __hash__ = LineColumns.__hash__


class _CountedPart(dict[str, Any]):
    """Counts how often parts of a payload are compared."""

    compared = 0

    def __eq__(self, other: object) -> bool:
        type(self).compared += 1
        return super().__eq__(other)

    __hash__ = None


class _Passed(str):
    """A text that counts how often it is compared."""

    compared = 0
    __slots__ = ()

    def strip(self, _: str | None = None, /) -> "_Passed":
        return self

    def __eq__(self, other: object) -> bool:
        _Passed.compared += 1
        return super().__eq__(other)

    __hash__ = str.__hash__


def test_lines_that_are_no_goods_are_told_by_their_places() -> None:
    whole = 100 * MANY
    head = OrderColumns(
        **dict.fromkeys(OrderColumns._fields[:24])  # type: ignore[arg-type]
        | {"name": "#1", "currency": "EUR", "subtotal": whole, "total": whole + 300}
        | {"shipping": 0, "taxes": 0, "discount": 0, "refunded": 0, "duties": 0, "outstanding": 0}
    )
    goods = [_CountedLine(n, 1, f"T{n}", 100, f"S{n}", 0, product_id=f"S{n}") for n in range(MANY)]
    tip = _CountedLine(MANY, 1, "Tip", 300, None, 0, product_id="Tip")
    order = order_of(head, [*goods, tip], AT, Notes("EUR"), gift_cards_are_sales=True)
    assert (len(order.lines), [line.title for line in order.left_out]) == (MANY, ["Tip"])
    assert _CountedLine.compared <= MANY


def test_a_refunds_parts_are_sorted_by_what_they_are() -> None:
    adjustments = [
        _CountedPart(kind=kind, amount="-1.00")
        for kind in ("shipping_refund", "refund_discrepancy")
        for _ in range(MANY)
    ]
    transactions = [
        {"kind": "refund", "status": "", "amount": "1.00", "currency": _Passed(f"X{n}")}
        for n in range(MANY)
    ]
    told = {"id": "1", "created_at": "2026-03-05T10:00:00Z", "order_adjustments": adjustments}
    content = refund_content(told | {"transactions": transactions})
    assert (content["shipping"], content["discrepancy"]) == (f"{MANY}.00", f"-{MANY}.00")
    assert (content["money"], len(content["moved"])) == (f"{MANY}.00", MANY)
    assert _CountedPart.compared <= MANY
    assert _Passed.compared <= 20 * MANY
