"""Why sales data was refused: one tree, each error with the rows at fault.

A load that raises has changed nothing. The facts name rows by the shop's own ids and by their
position in the source, so that a caller can say file and line.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

MAX_FAULTS = 100
"""How many faulty rows an error names; ``total`` counts them all."""

_IN_MESSAGE = 3


@dataclass(frozen=True, slots=True)
class Fault:
    """A row at fault: its ids (see the error's ``id_names``) and its position in its source.

    ``position`` is None where the row is not in this input but in the ledger already.
    """

    ids: tuple[str | None, ...]
    position: int | None


class IngestError(Exception):
    """Rows that cannot enter the ledger.

    ``table`` is ``products``, ``order_lines`` or ``refunds``; ``faults`` are the first
    ``MAX_FAULTS`` rows by position, and ``total`` is how many there are.
    """

    reason: ClassVar[str] = "cannot be loaded"
    _ID_NAMES: ClassVar[dict[str, tuple[str, ...]]] = {
        "products": ("product",),
        "order_lines": ("order", "line"),
        "refunds": ("refund", "order", "line"),
    }

    def __init__(self, table: str, faults: Sequence[Fault], total: int) -> None:
        self.table = table
        self.faults = tuple(faults)
        self.total = total
        named = "; ".join(self._describe(fault) for fault in self.faults[:_IN_MESSAGE])
        more = f" and {total - _IN_MESSAGE} more" if total > _IN_MESSAGE else ""
        super().__init__(": ".join(filter(None, (table, self.reason, f"{named}{more}"))))

    @property
    def id_names(self) -> tuple[str, ...]:
        """What the ids of a fault are, in their order."""
        return self._ID_NAMES[self.table]

    def _describe(self, fault: Fault) -> str:
        ids = " ".join(
            f"{name} {value!r}"
            for name, value in zip(self.id_names, fault.ids, strict=True)
            if value is not None
        )
        return ids if fault.position is None else f"{ids} (row {fault.position})"


class UnstorableRowError(IngestError):
    """A value does not fit its column: a number beyond 64 bits, a NUL character.

    ``faults`` is empty for what only the server notices (the NUL).
    """

    reason = "a value cannot be stored"


class InvalidAmountError(IngestError):
    """An amount or a quantity that cannot be: negative, or beyond what money can hold."""

    reason = "an amount or a quantity is out of range"


class DuplicateRowError(IngestError):
    """The same product, order line, or line of a refund stands twice in one input."""

    reason = "stands more than once in the input"


class ContradictingRowError(IngestError):
    """The lines of an order (or the rows of a refund) disagree on what they share."""

    reason = "disagrees with an earlier row of the same order or refund"


class TooManyLinesError(IngestError):
    """An order has more lines than the ledger can number."""

    reason = "the order has too many lines"


class DiscountTooLargeError(IngestError):
    """A discount is larger than the value of the goods it reduces."""

    reason = "the discount is larger than the value of the goods"


class UnknownOrderError(IngestError):
    """A refund of an order that is neither in the input nor in the ledger."""

    reason = "the order is not known"


class UnknownLineError(IngestError):
    """A refund of a line that its order does not have."""

    reason = "the order has no such line"


class RefundedLineVanishedError(IngestError):
    """An order seen again lacks a line that a refund in the ledger is for."""

    reason = "the order seen again lacks the line of this refund"


class RefundOfUnpaidOrderError(IngestError):
    """Goods of an order never paid cannot come back for money."""

    reason = "the order was never paid"


class RefundBeforePaymentError(IngestError):
    """A refund processed before its order was paid."""

    reason = "was processed before the order was paid"


class RefundTooLargeError(IngestError):
    """More given back (pieces, value of goods, shipping, tax) than sold and not yet returned."""

    reason = "gives back more than was sold and not yet returned"
