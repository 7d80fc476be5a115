"""What the loader finds in the rows of a batch, as places of its body."""

from pydantic.alias_generators import to_camel

from ingest.ledger.errors import Fault, IngestError
from share_api.http.json_body import FieldError, pointer
from share_api.sales.batch import InvalidBatchError, SalesBatch

_OF_LINES = frozenset(
    {"line_id", "product_id", "quantity", "unit_price", "line_discount", "amount"}
)
"""Columns that a line has; the others are its order's or its refund's."""


def refusal(batch: SalesBatch, error: IngestError) -> InvalidBatchError:
    """The problem that an error of the loader is."""
    found = [
        FieldError(_pointer(batch, each, fault), _detail(each, fault))
        for each in error.errors
        for fault in each.faults
    ]
    untold = [FieldError("", each.reason) for each in error.errors if not each.faults]
    total = sum(max(each.total, len(each.faults), 1) for each in error.errors)
    return InvalidBatchError([*found, *untold], total)


def _pointer(batch: SalesBatch, error: IngestError, fault: Fault) -> str:
    column = error.column
    if fault.position is None:  # the ledger's own row, of an order that is seen again
        order = dict(zip(error.id_names, fault.ids, strict=True)).get("order")
        return pointer(batch.elements.get((order or "",), ()))
    place = batch.places[fault.position]
    steps = place.element
    if place.line and (column is None or column in _OF_LINES):
        steps = (*steps, *place.line)
    return pointer(steps if column is None else (*steps, to_camel(column)))


def _detail(error: IngestError, fault: Fault) -> str:
    ids = zip(error.id_names, fault.ids, strict=True)
    return f"{error.reason} ({' '.join(f'{name} {each!r}' for name, each in ids if each)})"
