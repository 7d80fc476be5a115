"""Why sales data was refused: one tree, each error with the rows at fault.

A load that raises has changed nothing. The facts name rows by the shop's own ids and by their
position in the source, so that a caller can say file and line.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from common.http.wording import Wording

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

    ``table`` is ``products``, ``order_lines``, ``refunds`` or ``stock_counts``, ``column`` the one
    at fault, if it is one; ``faults`` are the first ``MAX_FAULTS`` rows by position, and ``total``
    is how many there are. ``errors`` are this one, or those that were found together.
    """

    reason: ClassVar[str] = Wording("cannot be loaded")
    _ID_NAMES: ClassVar[dict[str, tuple[str, ...]]] = {
        "products": ("product",),
        "order_lines": ("order", "line"),
        "refunds": ("refund", "order", "line"),
        "stock_counts": ("product",),
    }

    def __init__(
        self, table: str, faults: Sequence[Fault], total: int, column: str | None = None
    ) -> None:
        self.table = table
        self.column = column
        self.faults = tuple(faults)
        self.total = total
        self.errors: tuple[IngestError, ...] = (self,)
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

    reason = Wording("a value cannot be stored")


class InvalidAmountError(IngestError):
    """An amount or a quantity that cannot be: negative, or beyond what money can hold."""

    reason = Wording("an amount or a quantity is out of range")


class DuplicateRowError(IngestError):
    """The same product, order line, or line of a refund stands twice in one input."""

    reason = Wording("stands more than once in the input")


class ContradictingRowError(IngestError):
    """The lines of an order (or the rows of a refund) disagree on what they share."""

    reason = Wording("disagrees with an earlier row of the same order or refund")


class TooManyLinesError(IngestError):
    """An order has more lines than the ledger can number."""

    reason = Wording("the order has too many lines")


class DiscountTooLargeError(IngestError):
    """A discount is larger than the value of the goods it reduces."""

    reason = Wording("the discount is larger than the value of the goods")


class UnknownProductError(IngestError):
    """A stock count of a product that is neither in the input nor in the ledger."""

    reason = Wording("the product is not known")


class UnknownOrderError(IngestError):
    """A refund of an order that is neither in the input nor in the ledger."""

    reason = Wording("the order is not known")


class UnknownLineError(IngestError):
    """A refund of a line that its order does not have."""

    reason = Wording("the order has no such line")


class RefundedLineVanishedError(IngestError):
    """An order seen again lacks a line that a refund in the ledger is for."""

    reason = Wording("the order seen again lacks the line of this refund")


class RefundOfUnpaidOrderError(IngestError):
    """Goods of an order never paid cannot come back for money."""

    reason = Wording("the order was never paid")


class RefundBeforePaymentError(IngestError):
    """A refund processed before its order was paid."""

    reason = Wording("was processed before the order was paid")


class RefundTooLargeError(IngestError):
    """More given back (pieces, value of goods, shipping, tax) than sold and not yet returned."""

    reason = Wording("gives back more than was sold and not yet returned")


class TwoNamedRefundError(RefundTooLargeError):
    """Too much is given back, and a refund of a file may be one that webhooks told by another id;
    the fault's refund names both.
    """

    reason = Wording(
        "gives back more than was sold and not yet returned; a file and webhooks may tell one"
        " refund by two ids: give it the platform's"
    )


class SeveralFaultsError(IngestError):
    """Rows break more than one rule: ``errors`` are all of them, at least two.

    ``table``, ``column`` and ``faults`` are the first one's, ``total`` counts the rows of all.
    """

    def __init__(self, errors: Sequence[IngestError]) -> None:
        first = errors[0]
        total = sum(error.total for error in errors)
        super().__init__(first.table, first.faults, total, first.column)
        self.errors = tuple(errors)
        self.args = ("; ".join(map(str, errors)),)


def refuse(errors: Sequence[IngestError]) -> None:
    """Raise what was found, if anything was.

    Raises:
        IngestError: the one of ``errors``, or a ``SeveralFaultsError`` of them.
    """
    if len(errors) > 1:
        raise SeveralFaultsError(errors)
    for error in errors:
        raise error
