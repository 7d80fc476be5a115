"""The numbers worked out slowly and obviously, to hold the SQL against.

Plain Python over plain rows: no SQL, no shared code but the row types. A discount is spread by
handing out one minor unit at a time; days are found by looking at the wall clock of the zone.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

from ingest.rows import OrderLineRow, RefundRow

SUMS = (
    "orders",
    "units_sold",
    "units_returned",
    "gross",
    "discounts",
    "returns",
    "shipping",
    "tax",
)


@dataclass
class Book:
    """Sums by day and by product, over everything that happened in some days."""

    days: dict[date, dict[str, int]] = field(default_factory=lambda: defaultdict(_zeros))
    products: dict[str, dict[str, int]] = field(default_factory=lambda: defaultdict(_zeros))

    def net(self) -> int:
        """Net sales of all days."""
        return sum(d["gross"] - d["discounts"] - d["returns"] for d in self.days.values())


def _zeros() -> dict[str, int]:
    return dict.fromkeys(SUMS, 0)


def spread(discount: int, values: list[int]) -> list[int]:
    """A discount over lines by largest remainder, ties to the earlier line."""
    if discount == 0:
        return [0] * len(values)
    exact = [Fraction(discount * value, sum(values)) for value in values]
    shares = [int(share) for share in exact]
    left = discount - sum(shares)
    order = sorted(range(len(values)), key=lambda n: (-(exact[n] - shares[n]), n))
    for n in order[:left]:
        shares[n] += 1
    return shares


def keep_books(
    lines: Iterable[OrderLineRow], refunds: Iterable[RefundRow], zone: ZoneInfo, days: set[date]
) -> Book:
    """Everything that happened on ``days`` of the zone's calendar."""
    book = Book()
    orders: dict[str, list[OrderLineRow]] = defaultdict(list)
    for line in lines:
        orders[line.order_id].append(line)
    for order in orders.values():
        day = _day_of(order[0].paid_at, zone)
        if day in days:
            _sell(book, day, order)
    for refund in refunds:
        day = _day_of(refund.processed_at, zone)
        order = orders[refund.order_id]
        if day in days and order[0].paid_at is not None:
            _take_back(book, day, refund, order)
    return book


def days_compared(days: set[date], *, last_year: bool = False) -> set[date]:
    """The days that a window of ``days`` is compared with: a week earlier, until none is in it.

    Those of last year are 52 weeks earlier at least.
    """
    earlier = {day - timedelta(weeks=52 if last_year else 1) for day in days}
    while earlier & days:
        earlier = {day - timedelta(weeks=1) for day in earlier}
    return earlier


def _day_of(instant: datetime | None, zone: ZoneInfo) -> date:
    return date.max if instant is None else instant.astimezone(zone).date()


def _sell(book: Book, day: date, order: list[OrderLineRow]) -> None:
    book.days[day]["orders"] += 1
    book.days[day]["shipping"] += order[0].shipping
    book.days[day]["tax"] += order[0].tax
    values = [line.unit_price * line.quantity - line.line_discount for line in order]
    for line, share in zip(order, spread(order[0].order_discount, values), strict=True):
        for sums in (book.days[day], book.products[line.product_id]):
            sums["units_sold"] += line.quantity
            sums["gross"] += line.unit_price * line.quantity
            sums["discounts"] += line.line_discount + share


def _take_back(book: Book, day: date, refund: RefundRow, order: list[OrderLineRow]) -> None:
    book.days[day]["shipping"] -= refund.shipping
    book.days[day]["tax"] -= refund.tax
    for line in order:
        if line.line_id == refund.line_id:
            for sums in (book.days[day], book.products[line.product_id]):
                sums["units_returned"] += refund.quantity
                sums["returns"] += refund.amount


def pieces_left(
    counts: Iterable[tuple[datetime, int]],
    sold: Iterable[tuple[datetime, int]],
    back: Iterable[tuple[datetime, int]],
    end: datetime,
    *,
    recent: timedelta,
) -> int | None:
    """What is on hand at ``end``: the last count before it, less what was sold since, plus returns.

    None without a count, with one that is not ``recent``, and where more was sold than it said.
    """
    before = sorted((at, pieces) for at, pieces in counts if at < end)
    if not before or end - before[-1][0] > recent:
        return None
    at, left = before[-1]
    gone = sum(pieces for instant, pieces in sold if at <= instant < end)
    left += sum(pieces for instant, pieces in back if at <= instant < end) - gone
    return None if gone and left < 0 else left


def days_without_stock(
    counts: Iterable[tuple[datetime, int]],
    sales: Iterable[datetime],
    days: Iterable[date],
    zone: ZoneInfo,
    end: datetime,
) -> int:
    """How many of ``days`` lie whole in a time without stock: all that happened, one by one.

    It begins with a count of 0 or less, and ends with a count above it or a sale. After a sale
    counts of 0 are not believed until there was one above it.
    """
    happened = [(at, 0, pieces) for at, pieces in counts if at < end]
    happened += [(at, 1, 0) for at in sales if at < end]
    times: list[tuple[datetime, datetime]] = []
    empty_since: datetime | None = None
    doubted = False
    for at, is_sale, pieces in [*sorted(happened), (end, 1, 0)]:
        goods = bool(is_sale) or pieces > 0
        if goods and empty_since is not None:
            times.append((empty_since, at))
            empty_since, doubted = None, bool(is_sale)
        elif not goods and empty_since is None and not doubted:
            empty_since = at
        if not is_sale and pieces > 0:
            doubted = False
    midnights = {day: datetime.combine(day, datetime.min.time(), zone) for day in days}
    nexts = {
        day: datetime.combine(day + timedelta(days=1), datetime.min.time(), zone)
        for day in midnights
    }
    return sum(
        any(start <= midnights[day] and nexts[day] <= past for start, past in times)
        for day in midnights
    )
