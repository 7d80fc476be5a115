"""Reads a batch of sales: a JSON object with a list, or NDJSON with an element a line.

Programs write both into files first: a byte order mark before them is passed over (RFC 8259, 8.1).
"""

from codecs import BOM_UTF8
from typing import Any, Final

from pydantic import ValidationError

from ingest.csv.notes import Notes
from ingest.formats import registry
from ingest.formats.order_rows import TaxBeyondPricesError
from ingest.ledger.reader_settings import Basis
from share_api.http.json_body import (
    FieldError,
    InvalidBodyError,
    Literal,
    decode,
    field_errors,
    pointer,
)
from share_api.http.ndjson import LineSplitter
from share_api.sales.batch import (
    BatchTooLargeError,
    Place,
    SalesBatch,
    SalesKind,
)
from share_api.schemas.sales import ELEMENTS, SalesElement
from share_api.schemas.sales_values import SalesContext

MOST_BYTES: Final = 1024 * 1024
MOST_ELEMENTS: Final = 1_000
MOST_BYTES_OF_LINES: Final = 16 * 1024 * 1024
MOST_LINES: Final = 10_000
_BLANK: Final = b" \t\r"


class BatchReader:
    """Reads the elements of one batch of ``kind`` for a shop of the settings ``basis``.

    Whatever is wrong is noted with its place, and reading goes on, so that one attempt shows all.
    """

    def __init__(self, kind: SalesKind, basis: Basis, *, prices_include_tax: bool = False) -> None:
        self.prices_include_tax = prices_include_tax
        notes = Notes(basis.currency)
        self.batch = SalesBatch(kind, basis, notes)
        self._model = ELEMENTS[kind]
        self._context = SalesContext(
            basis.currency,
            notes,
            gift_cards_are_sales=basis.gift_cards_are_sales(
                by_default=registry.FALLBACK.gift_cards_are_sales
            ),
            prices_include_tax=prices_include_tax,
        )
        self._lines = LineSplitter()
        self._line = -1
        self._total = 0

    def read_object(self, body: bytes) -> None:
        """Take a whole body.

        Raises:
            BatchTooLargeError: it has more than ``MOST_ELEMENTS``.
            InvalidBodyError: it is no object with the one list.
        """
        name = self.batch.kind.value
        content = decode(body.removeprefix(BOM_UTF8), parse_float=Literal)
        if not isinstance(content, dict):
            raise InvalidBodyError(FieldError("", "is not a JSON object"))
        unknown = [FieldError(pointer([each]), "Unknown field") for each in content if each != name]
        if unknown:
            raise InvalidBodyError(*unknown[:1])
        elements = content.get(name)
        if not isinstance(elements, list):
            reason = "is not a list" if name in content else "Field required"
            raise InvalidBodyError(FieldError(f"/{name}", reason))
        if len(elements) > MOST_ELEMENTS:
            raise BatchTooLargeError(MOST_ELEMENTS, "elements")
        for number, element in enumerate(elements):
            self._take(number, element)

    def feed(self, data: bytes) -> None:
        """Take the next piece of NDJSON.

        Raises:
            BatchTooLargeError, LineTooLongError: it is too much.
        """
        self._total += len(data)
        if self._total > MOST_BYTES_OF_LINES:
            raise BatchTooLargeError(MOST_BYTES_OF_LINES, "bytes")
        for line in self._lines.feed(data):
            self._take_line(line)

    def end(self) -> SalesBatch:
        """All is there."""
        for line in self._lines.end():
            self._take_line(line)
        if not self.batch.count:
            self.batch.refuse(FieldError(f"/{self.batch.kind.value}", "is empty"))
        return self.batch

    def _take_line(self, line: bytes) -> None:
        self._line += 1
        if not self._line:
            line = line.removeprefix(BOM_UTF8)
        if not line.strip(_BLANK):
            return
        if self.batch.count >= MOST_LINES:
            raise BatchTooLargeError(MOST_LINES, "lines")
        try:
            content = decode(line, parse_float=Literal)
        except InvalidBodyError as error:
            at = pointer(self._place(self._line))
            self.batch.count += 1
            self.batch.refuse(
                *(FieldError(at + each.pointer, each.detail) for each in error.faults)
            )
        else:
            self._take(self._line, content)

    def _place(self, number: int) -> tuple[object, ...]:
        return (self.batch.kind.value, number)

    def _take(self, number: int, content: Any) -> None:
        batch, place = self.batch, self._place(number)
        batch.count += 1
        if not isinstance(content, dict):
            batch.refuse(FieldError(pointer(place), "is not a JSON object"))
            return
        try:
            element = self._model.model_validate(content, context=self._context)
        except ValidationError as error:
            batch.refuse(*field_errors(error, place))
            return
        if not self._is_twice(element, place):
            self._add(element, place)

    def _is_twice(self, element: SalesElement, place: tuple[object, ...]) -> bool:
        """Whether the batch had the element before; says so."""
        known_by = element.known_by()
        if not known_by:
            return False
        before = self.batch.elements.setdefault(known_by, place)
        if before is place:
            return False
        reason = f"is that of {pointer(before)} too: once a batch"
        self.batch.refuse(FieldError(pointer((*place, element.named_by)), reason))
        return True

    def _add(self, element: SalesElement, place: tuple[object, ...]) -> None:
        try:
            placed = list(element.rows(len(self.batch.rows)))
        except TaxBeyondPricesError as error:
            self.batch.refuse(FieldError(pointer((*place, "tax")), str(error)))
            return
        for steps, row in placed:
            self.batch.rows.append(row)
            self.batch.places.append(Place(place, steps))
