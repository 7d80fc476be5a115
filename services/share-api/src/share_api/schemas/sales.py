"""Request schemas of sales by JSON: orders, refunds, products and stock counts, in camelCase.

The fields are the columns of the files; an order's and a refund's lines stand inside it. A field
that may be left out may be null.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from typing import Annotated, ClassVar, Self, cast

from pydantic import (
    BeforeValidator,
    ConfigDict,
    PrivateAttr,
    ValidationInfo,
    model_validator,
)

from ingest.csv.notes import FUTURE
from ingest.formats.order_rows import without_cards, without_tax
from ingest.rows import OrderLineRow, ProductRow, RefundKind, RefundRow, StockRow
from share_api.sales.batch import Row, SalesKind
from share_api.schemas.api_model import ApiModel
from share_api.schemas.sales_values import (
    Amount,
    CurrencyCode,
    Identity,
    Moment,
    OnHand,
    OptionalAmount,
    OptionalIdentity,
    OptionalMoment,
    OptionalWords,
    RefundKindName,
    Returned,
    SalesContext,
    Sold,
    Title,
    listed,
    not_empty,
)

Placed = tuple[tuple[object, ...], Row]
"""A row, and the steps from its element to where it stands in it."""


class _Part(ApiModel):
    """An object of a batch: strict, and null is as good as left out where a field may be that."""

    model_config = ConfigDict(extra="forbid", validate_by_name=False, hide_input_in_errors=True)

    @model_validator(mode="before")
    @classmethod
    def _leave_nulls_out(cls, value: object) -> object:
        if not isinstance(value, dict) or None not in value.values():
            return value
        optional = {
            field.alias or name
            for name, field in cls.model_fields.items()
            if not field.is_required()
        }
        return {
            name: each for name, each in value.items() if each is not None or name not in optional
        }


class SalesElement(_Part, ABC):
    """An element of a batch: what it is known by, where a batch may not have it twice."""

    named_by: ClassVar[str] = ""

    def known_by(self) -> tuple[str, ...]:
        """Its ids, beginning with the order's; empty where the loader looks for them."""
        return ()

    @abstractmethod
    def rows(self, first: int) -> Iterator[Placed]:
        """Its rows; their positions count from ``first``."""


class SalesOrderLine(_Part):
    """A line of an order. `unitPrice` is without tax, `lineDiscount` the whole line's.

    A `giftCard` is a sale or not as the shop has it.
    """

    line_id: Identity
    product_id: Identity
    product_title: Title = None
    category: OptionalWords = None
    quantity: Sold
    unit_price: Amount
    line_discount: Amount = 0
    gift_card: bool | None = None

    def values(self) -> tuple[str, str, str | None, str | None, int, int, int]:
        """Its columns, in the order of the loader's row."""
        return (
            *(self.line_id, self.product_id, self.product_title, self.category),
            *(self.quantity, self.unit_price, self.line_discount),
        )


class SalesOrder(SalesElement):
    """An order with all of its lines; seen again, it replaces itself. Unpaid, it is no sale."""

    named_by: ClassVar[str] = "orderId"

    order_id: Identity
    placed_at: OptionalMoment = None
    paid_at: OptionalMoment = None
    currency: CurrencyCode
    channel: OptionalWords = None
    customer_id: OptionalIdentity = None
    country: OptionalWords = None
    region: OptionalWords = None
    coupon_code: OptionalWords = None
    order_discount: Amount = 0
    shipping: Amount = 0
    tax: Amount = 0
    lines: Annotated[tuple[SalesOrderLine, ...], BeforeValidator(not_empty)]
    _context: SalesContext = PrivateAttr()

    @model_validator(mode="after")
    def _of_some_time(self, info: ValidationInfo) -> Self:
        happened = self.paid_at or self.placed_at
        if happened is None:
            raise ValueError("has neither paidAt nor placedAt: one of them is needed")
        self._context = context = cast("SalesContext", info.context)
        if happened > context.now:
            context.notes.add(FUTURE, self.order_id)
        return self

    def known_by(self) -> tuple[str, ...]:
        """The order's id."""
        return (self.order_id,)

    def rows(self, first: int) -> Iterator[Placed]:
        """A row a line, of those that are sales, with prices without tax."""
        steps = {first + number: ("lines", number) for number in range(len(self.lines))}
        rows = list(self._as_sent(first))
        if not self._context.gift_cards_are_sales:
            cards = {first + n for n, line in enumerate(self.lines) if line.gift_card}
            rows = without_cards(rows, cards, self._context.notes)
        if self._context.prices_include_tax:
            rows = without_tax(rows)
        for number, row in enumerate(rows):
            yield steps[row.position], row._replace(position=first + number)

    def _as_sent(self, first: int) -> Iterator[OrderLineRow]:
        placed_at = self.placed_at or self.paid_at
        assert placed_at is not None  # noqa: S101 - validated
        shared = (
            *(self.order_id, placed_at, self.paid_at, self.channel, self.customer_id),
            *(self.country, self.region, self.coupon_code),
            *(self.order_discount, self.shipping, self.tax),
        )
        for number, line in enumerate(self.lines):
            yield OrderLineRow(first + number, *shared, *line.values())


class SalesRefundLine(_Part):
    """What a refund gives back of a line; `amount` is the goods' value after discounts."""

    line_id: Identity
    quantity: Returned = 0
    amount: Amount = 0


class SalesRefund(SalesElement):
    """A refund with all of its lines, or without any; seen again, it replaces itself.

    `shipping` and `tax` are the whole refund's; `amount` is goodwill, given back for no line: it is
    put on the order's lines in proportion.
    """

    named_by: ClassVar[str] = "refundId"

    refund_id: Identity
    order_id: Identity
    processed_at: Moment
    kind: RefundKindName = "return"
    amount: Amount = 0
    shipping: Amount = 0
    tax: Amount = 0
    lines: Annotated[tuple[SalesRefundLine, ...], BeforeValidator(listed)] = ()

    @model_validator(mode="after")
    def _of_its_time(self, info: ValidationInfo) -> Self:
        context = cast("SalesContext", info.context)
        if self.processed_at > context.now:
            context.notes.add(f"its refund {FUTURE}", self.order_id)
        return self

    def known_by(self) -> tuple[str, ...]:
        """The order's id and its own."""
        return (self.order_id, self.refund_id)

    def rows(self, first: int) -> Iterator[Placed]:
        """A row a line, and one for goodwill, shipping and tax."""
        if self.amount or self.shipping or self.tax or not self.lines:
            yield (), self._row(first, None, 0, self.amount, self.shipping, self.tax)
            first += 1
        for number, line in enumerate(self.lines):
            row = self._row(first + number, line.line_id, line.quantity, line.amount, 0, 0)
            yield ("lines", number), row

    def _row(
        self,
        position: int,
        line_id: str | None,
        quantity: int,
        amount: int,
        shipping: int,
        tax: int,
    ) -> RefundRow:
        kind = cast("RefundKind", self.kind)
        about = (self.refund_id, self.order_id, line_id, self.processed_at, kind)
        return RefundRow(position, *about, quantity, amount, shipping, tax)


class SalesProduct(SalesElement):
    """A product; what is left out stays as it is known."""

    product_id: Identity
    title: Title = None
    sku: OptionalWords = None
    category: OptionalWords = None
    unit_cost: OptionalAmount = None

    def rows(self, first: int) -> Iterator[Placed]:
        """Its row."""
        yield (), ProductRow(first, **dict(self))


class SalesStockCount(SalesElement):
    """Pieces of a known product on hand when they were counted; below 0 where oversold."""

    product_id: Identity
    counted_at: Moment
    on_hand: OnHand

    def rows(self, first: int) -> Iterator[Placed]:
        """Its row."""
        yield (), StockRow(first, **dict(self))


ELEMENTS: dict[SalesKind, type[SalesElement]] = {
    SalesKind.ORDERS: SalesOrder,
    SalesKind.REFUNDS: SalesRefund,
    SalesKind.PRODUCTS: SalesProduct,
    SalesKind.STOCK: SalesStockCount,
}
