"""What a source of sales data hands to the loader, in the database's terms.

A source (a file importer, the demo shop) reads its own format and yields these tuples; nothing
later guesses, parses or rounds. The order's columns repeat on its lines because that is what
streams: a source need not hold an order together, and one COPY carries both.

In every row ``position`` is where it stands in its source (a line number, a count): it grows from
row to row, decides the order of an order's lines and of ties, and is what an error points at.
Ids are the shop's own, as text. Instants are aware datetimes. Money is an integer in the minor unit
of the tenant's currency.
"""

from datetime import datetime
from typing import Final, Literal, NamedTuple

RefundKind = Literal["return", "cancel", "edit"]

REFUNDED: Final = "refunded"
"""The id of a refund that is all that was paid back of an order, where only the sum is known."""

DATED: Final = f"{REFUNDED} "
"""What the ids of refunds begin with that an export tells one by one, by their minutes: it tells no
ids of them.
"""

SUMS_OF_PAYMENTS: Final = ("refunded", "disputed")
"""What follows a payment's own id and a space in the ids of all that was refunded of it, and of all
that a dispute took, where only the sums are known.
"""

CANCELLED: Final = "cancelled"
"""The id of what a cancelling takes back: all that was paid back of the order, where only the sum
is known, else what the refunds that are known leave.
"""

CANCELLED_SUM: Final = f" {CANCELLED}"
"""The id in the input of what is to be ``CANCELLED`` less the refunds that are known."""

TOLD: Final = f" {REFUNDED}:"
"""What the ids of refunds begin with that events told one by one, and an export only the sum of.

A space begins no id of an input (``ingest.csv.values.identity``), so that no shop can bring one.
"""


OF_PAYMENT: Final = "\t"
"""The line of a refund of a payment that is not in the input: the one line that it has."""

LINE_UNTOLD: Final = " "
"""The line of a refund of an order of which the input tells no lines: of money that is put on what
the ledger has of it, or, with a product's id behind it, of the line of that product.
"""


class ProductRow(NamedTuple):
    """A product. None keeps what is known of it already; ``unit_cost`` is money."""

    position: int
    product_id: str
    title: str | None
    sku: str | None
    category: str | None
    unit_cost: int | None


class OrderLineRow(NamedTuple):
    """A line of an order, with its order's columns repeated: they agree on all of its lines.

    ``paid_at`` is None while the order is not paid. ``order_discount``, ``shipping`` and ``tax``
    are the whole order's; ``line_discount`` is the whole line's; ``unit_price`` is ex tax.
    ``product_title``, ``category`` and ``product_sku`` are None where the source does not say.
    The line is worth ``unit_price * quantity + remainder`` before discounts, and ``remainder`` is
    less than ``quantity``. ``platform_id`` tells orders of the same ``order_id`` apart. ``stands``
    is whether the source states that the order is not cancelled, None where it states neither or
    where the order is unpaid for no reason of the source's. With ``paid_assumed`` the source
    does not say when it was paid, and ``paid_at`` is when it was placed.
    """

    position: int
    order_id: str
    placed_at: datetime
    paid_at: datetime | None
    channel: str | None
    customer_id: str | None
    country: str | None
    region: str | None
    coupon_code: str | None
    order_discount: int
    shipping: int
    tax: int
    line_id: str
    product_id: str
    product_title: str | None
    category: str | None
    quantity: int
    unit_price: int
    line_discount: int
    product_sku: str | None = None
    remainder: int = 0
    platform_id: str | None = None
    stands: bool | None = None
    paid_assumed: bool = False


class RefundRow(NamedTuple):
    """What one refund gives back of one line, or, with no line, of shipping, tax and goodwill.

    Goodwill is an ``amount`` without a line and a quantity: it is put on the order's lines.

    A refund is known by its order and its id, and may have a row for each of the order's lines.
    ``amount`` is the goods' value after discounts, ex tax and shipping; all money is positive.
    ``platform_id`` is the order's, where the source has such an id. With ``first_alone`` it is a
    sum, and ``processed_at`` is when the first of what it sums was.
    """

    position: int
    refund_id: str
    order_id: str
    line_id: str | None
    processed_at: datetime
    kind: RefundKind
    quantity: int
    amount: int
    shipping: int
    tax: int
    platform_id: str | None = None
    first_alone: bool = False


class StockRow(NamedTuple):
    """Pieces of a known product on hand when they were counted; below 0 where oversold."""

    position: int
    product_id: str
    counted_at: datetime
    on_hand: int


class GapRow(NamedTuple):
    """What the source does not know of an order; see ``ingest.gaps``. ``amount`` is money.

    It touches the instants from ``since`` to ``until``; where that is None, to the one that its
    kind says. ``platform_id`` is the order's, where the source has such an id. ``whole`` is of a
    refund that the order's state alone tells: whether that says that all of it was paid back.
    """

    position: int
    order_id: str
    kind: str
    since: datetime
    until: datetime | None
    amount: int | None
    platform_id: str | None = None
    whole: bool | None = None
