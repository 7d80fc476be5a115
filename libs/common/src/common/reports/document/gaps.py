"""Data gaps: what is not known of sales, or was changed, by kind, and the figures it touches.

The registry ``KINDS`` is the only list: storage, documents, pages, headers and messages go by it.
A sentence is English and has a form for one and for many; pages find them in their catalogs.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from types import MappingProxyType
from typing import Final

import msgspec


class GapKind(StrEnum):
    """What is not known; the value is stored and sent, so it never changes."""

    UNDATED_REFUNDS = "undated-refunds"
    ASSUMED_REFUND_DATES = "assumed-refund-dates"
    REFUNDS_LEFT_OUT = "refunds-left-out"
    REFUNDS_NOT_KNOWN = "refunds-not-known"
    SALES_LEFT_OUT = "sales-left-out"
    UNRECONCILED_ORDERS = "unreconciled-orders"
    SHIPPING_NOT_KNOWN = "shipping-not-known"
    TAX_NOT_KNOWN = "tax-not-known"
    DISCOUNTS_NOT_KNOWN = "discounts-not-known"
    PAYMENTS_ONLY = "payments-only"
    NO_SALES_YET = "no-sales-yet"
    HISTORY_BEGINS = "history-begins"
    DAYS_NOT_COVERED = "days-not-covered"
    COSTS_NOT_KNOWN = "costs-not-known"
    CLOSED_DAYS_CHANGED = "closed-days-changed"


class Side(StrEnum):
    """Days that a report tells of: a gap's field of that name is how far it reaches into them."""

    NOW = "now"
    BEFORE = "before"
    LAST_YEAR = "last_year"


class Extent(msgspec.Struct, frozen=True):
    """How far a gap reaches into some days: how many things it is about, and the days it touches.

    ``amount`` is in the minor unit, None where there is none or it is not known. A refund without a
    date touches every day on which it may have been.
    """

    count: int
    first: date
    last: date
    amount: int | None = None


class DataGap(msgspec.Struct, frozen=True):
    """A gap in a report: of its window (``now``), of the days compared with (``before``), of those
    a year ago that stand beside (``last_year``).

    ``touches`` are the keys of the report's figures that are incomplete by it, or other than they
    were; ``day`` is the one that its sentence names, if any. ``kind`` is text: a reader passes over
    kinds it does not know.
    """

    kind: str
    touches: tuple[str, ...]
    now: Extent | None = None
    before: Extent | None = None
    day: date | None = None
    last_year: Extent | None = None

    def reach(self, side: Side) -> Extent | None:
        """How far it reaches into the days of a side."""
        found: Extent | None = getattr(self, side.value)
        return found

    @property
    def extent(self) -> Extent | None:
        """How far it reaches, into the first of those days that it touches."""
        return self.now or self.before or self.last_year


NOT_KNOWN: Final = "Not known"
UNKNOWN: Final = "What is not known"
CHANGED: Final = "Changed afterwards"
INCOMPLETE: Final = "Not compared: incomplete"
NO_HISTORY: Final = "Not compared: earlier sales are not known"
NOT_COVERED: Final = "Not compared: sales of some days are missing"

_REVERSALS: Final = frozenset(
    {
        "returns",
        "reversals_returned",
        "reversals_cancelled",
        "reversals_edited",
        "units_returned",
        "refund_rate_percent",
        "come_back_rate_percent",
    }
)
_NET: Final = frozenset(
    {"net_sales", "net_sales_per_day", "total_sales", "gross_profit", "gross_margin_percent"}
)
_EARNED: Final = frozenset({"cost_of_units", "gross_profit", "gross_margin_percent"})
"""What is reckoned with the cost of the units kept, which those that came back are not."""
_SOLD: Final = frozenset({"gross_sales", "average_order_value"})
_CHARGED: Final = frozenset({"shipping", "tax"})


@dataclass(frozen=True, slots=True)
class GapRule:
    """What a kind of gap does to figures, and its sentence for one and for many.

    ``unknown`` are the figures it is about: a 0 of theirs says nothing. ``derived`` are those they
    go into. With ``everything`` it touches every figure, and nothing of its days can be compared;
    ``note`` then says why. ``of_refunds``: only a source that tells refunds can tell of it.
    ``settles``: refunds of the order that come with their dates make it smaller. ``spreads``: it
    touches every day from the order's to that of the import. ``known``: nothing is missing, but
    figures were others before.
    """

    one: str
    many: str
    unknown: frozenset[str] = frozenset()
    derived: frozenset[str] = frozenset()
    everything: bool = False
    note: str = INCOMPLETE
    of_refunds: bool = False
    settles: bool = False
    spreads: bool = False
    known: bool = False

    def touched(self, figures: frozenset[str]) -> frozenset[str]:
        """Which of ``figures`` are incomplete by it."""
        return figures if self.everything else figures & (self.unknown | self.derived)

    @property
    def heading(self) -> str:
        """What readers are told of it under."""
        return CHANGED if self.known else UNKNOWN


KINDS: Final[Mapping[GapKind, GapRule]] = MappingProxyType(
    {
        GapKind.UNDATED_REFUNDS: GapRule(
            one="Returns are incomplete: %(count)s refund has no date.",
            many="Returns are incomplete: %(count)s refunds have no date.",
            unknown=_REVERSALS,
            derived=_NET | _EARNED | _CHARGED,
            of_refunds=True,
            settles=True,
            spreads=True,
        ),
        GapKind.REFUNDS_LEFT_OUT: GapRule(
            one="Returns are incomplete: %(count)s refund matches no imported sale.",
            many="Returns are incomplete: %(count)s refunds match no imported sales.",
            unknown=_REVERSALS,
            derived=_NET | _EARNED | _CHARGED,
            of_refunds=True,
            settles=True,
        ),
        GapKind.REFUNDS_NOT_KNOWN: GapRule(
            one="Returns are not known: %(count)s order came without refund data.",
            many="Returns are not known: %(count)s orders came without refund data.",
            unknown=_REVERSALS,
            derived=_NET | _EARNED | _CHARGED,
            of_refunds=True,
            spreads=True,
        ),
        GapKind.ASSUMED_REFUND_DATES: GapRule(
            one="The day of %(count)s refund is not known: it counts on the day of its sale.",
            many=(
                "The days of %(count)s refunds are not known: they count on the days of their"
                " sales."
            ),
            derived=_REVERSALS | _NET | _EARNED | _CHARGED,
            of_refunds=True,
            spreads=True,
        ),
        GapKind.SALES_LEFT_OUT: GapRule(
            one="Sales are incomplete: what %(count)s payment came to is not known.",
            many="Sales are incomplete: what %(count)s payments came to is not known.",
            derived=_SOLD | _NET | {"orders", "units_sold"},
        ),
        GapKind.UNRECONCILED_ORDERS: GapRule(
            one="%(count)s order does not add up to its total: its lines are counted.",
            many="%(count)s orders do not add up to their totals: their lines are counted.",
            derived=_SOLD | _NET | _CHARGED | {"discounts"},
        ),
        GapKind.SHIPPING_NOT_KNOWN: GapRule(
            one="Shipping is not known: %(count)s order came without it.",
            many="Shipping is not known: %(count)s orders came without it.",
            unknown=frozenset({"shipping"}),
            derived=frozenset({"total_sales"}),
        ),
        GapKind.TAX_NOT_KNOWN: GapRule(
            one="Tax is not known: %(count)s order came without it.",
            many="Tax is not known: %(count)s orders came without it.",
            unknown=frozenset({"tax"}),
            derived=frozenset({"total_sales"}),
        ),
        GapKind.DISCOUNTS_NOT_KNOWN: GapRule(
            one="Discounts are not known: %(count)s order came without them.",
            many="Discounts are not known: %(count)s orders came without them.",
            unknown=frozenset({"discounts"}),
            derived=_SOLD | _NET,
        ),
        GapKind.PAYMENTS_ONLY: GapRule(
            one="%(count)s payment came without tax, shipping or discounts: it counts in full.",
            many="%(count)s payments came without tax, shipping or discounts: they count in full.",
            unknown=_CHARGED | {"discounts"},
            derived=_SOLD | _NET,
        ),
        GapKind.NO_SALES_YET: GapRule(
            one="No sales have come in yet: nothing is known of %(count)s day.",
            many="No sales have come in yet: nothing is known of %(count)s days.",
            everything=True,
            note=NO_HISTORY,
        ),
        GapKind.HISTORY_BEGINS: GapRule(
            one="The shop's history begins on %(day)s: nothing is known of %(count)s earlier day.",
            many=(
                "The shop's history begins on %(day)s: nothing is known of %(count)s earlier days."
            ),
            everything=True,
            note=NO_HISTORY,
        ),
        GapKind.DAYS_NOT_COVERED: GapRule(
            one="No sales came in after %(day)s: %(count)s day is not fully covered.",
            many="No sales came in after %(day)s: %(count)s days are not fully covered.",
            everything=True,
            note=NOT_COVERED,
        ),
        GapKind.COSTS_NOT_KNOWN: GapRule(
            one="The cost of %(count)s product is not known: it is not in any profit or margin.",
            many=(
                "The costs of %(count)s products are not known: they are not in any profit or"
                " margin."
            ),
            derived=_EARNED,
        ),
        GapKind.CLOSED_DAYS_CHANGED: GapRule(
            one="%(count)s order of a closed day changed on %(day)s.",
            many="%(count)s orders of closed days changed, last on %(day)s.",
            everything=True,
            known=True,
        ),
    }
)
"""Every kind of gap, in the order in which readers are told."""


def rule_of(gap: DataGap) -> GapRule | None:
    """The rule of a gap's kind; None for a kind of another version."""
    try:
        return KINDS[GapKind(gap.kind)]
    except ValueError:
        return None
