"""Batches of sales: rows for the loader, each with its place in the body."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from http import HTTPStatus
from typing import Any, Final

from common.http.problem import Problem
from ingest.csv.notes import Notes
from ingest.ledger.reader_settings import Basis
from ingest.rows import OrderLineRow, ProductRow, RefundRow, StockRow
from share_api.http.json_body import FieldError, InvalidBodyError

Row = OrderLineRow | RefundRow | ProductRow | StockRow
MOST_FAULTS: Final = 50


class SalesKind(StrEnum):
    """What a batch is of; the name of its list in the body too."""

    ORDERS = "orders"
    REFUNDS = "refunds"
    PRODUCTS = "products"
    STOCK = "stock"


class BatchTooLargeError(Problem):
    """More than a batch may have."""

    status = HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    type = "batch-too-large"
    title = "Batch too large"

    def __init__(self, most: int, what: str) -> None:
        super().__init__(f"A batch has at most {most} {what}: send it in parts.")
        self.most = most


class InvalidBatchError(InvalidBodyError):
    """Elements of a batch that cannot be taken, and so none was; ``total`` counts the faults."""

    def __init__(self, faults: Sequence[FieldError], total: int) -> None:
        super().__init__(*faults[:MOST_FAULTS])
        self.total = total

    @property
    def detail(self) -> str:
        """How many faults there are, as not all of them are listed."""
        listed = "" if self.total <= len(self.faults) else f", the first {len(self.faults)} listed"
        counted = "1 fault" if self.total == 1 else f"{self.total} faults"
        return f"Nothing was taken: {counted}{listed}."


@dataclass(frozen=True, slots=True)
class Place:
    """Where a row stands in the body: steps of a JSON pointer to its element, and on to its line.

    ``line`` is empty where the row is the element itself.
    """

    element: tuple[object, ...]
    line: tuple[object, ...] = ()


@dataclass(slots=True)
class SalesBatch:
    """The rows of a batch, read by ``basis``; ``places`` are theirs, in turn.

    A row's position counts the rows from 0. ``elements`` are the places of the elements by what
    they are known by.
    """

    kind: SalesKind
    basis: Basis
    notes: Notes
    rows: list[Row] = field(default_factory=list)
    places: list[Place] = field(default_factory=list)
    elements: dict[tuple[str, ...], tuple[object, ...]] = field(default_factory=dict)
    count: int = 0
    faults: list[FieldError] = field(default_factory=list)
    total_faults: int = 0

    def refuse(self, *faults: FieldError) -> None:
        """Note what is wrong with an element; no more is kept than is told."""
        self.total_faults += len(faults)
        self.faults += faults[: MOST_FAULTS - len(self.faults)]

    def check(self) -> None:
        """Raise what was noted.

        Raises:
            InvalidBatchError: unless nothing was.
        """
        if self.total_faults:
            raise InvalidBatchError(self.faults, self.total_faults)

    def columns(self) -> dict[str, Any]:
        """The rows as the loader names them."""
        name = "order_lines" if self.kind is SalesKind.ORDERS else self.kind.value
        return {name: self.rows}
