"""What the loader finds in the staged rows, as findings about the rows of the files."""

from collections.abc import Mapping
from typing import Final

from common.http.wording import Wording
from ingest.csv.faults import Faults, RowFault, shortened
from ingest.formats.model import ImportFormat
from ingest.ledger.errors import DuplicateRowError, Fault, IngestError
from ingest.sources import FileKind, ImportFile

BEHIND: Final = 1 << 40
"""Added to the lines of a file of refunds: refunds come from the orders' file too, before them."""

_TABLES: Final = {
    "order_lines": FileKind.ORDERS,
    "refunds": FileKind.REFUNDS,
    "products": FileKind.PRODUCTS,
    "stock_counts": FileKind.STOCK,
}
_DEPENDS: Final = {
    "order_lines": (FileKind.ORDERS,),
    "refunds": (FileKind.ORDERS,),
    "products": (),
    "stock_counts": (FileKind.ORDERS, FileKind.PRODUCTS),
}
"""Files whose rows left out may make a finding about a table wrong."""


def report(
    error: IngestError, faults: Faults, files: Mapping[FileKind, ImportFile], layout: ImportFormat
) -> None:
    """Tell an error of the loader as rows of the files, but for what follows from another one."""
    sources = {files[kind].name for kind in _DEPENDS[error.table] if kind in files}
    told = [each for each in error.faults if not faults.explains(each.ids, sources)]
    if len(error.faults) and not told:
        return
    for fault in told:
        faults.add(_row_fault(error, fault, files, layout))
    faults.total += error.total - len(error.faults)


def _row_fault(
    error: IngestError, fault: Fault, files: Mapping[FileKind, ImportFile], layout: ImportFormat
) -> RowFault:
    position, kind = fault.position, _TABLES[error.table]
    if kind is FileKind.REFUNDS and position is not None:
        if position > BEHIND:
            position -= BEHIND
        else:
            kind = FileKind.ORDERS
    if kind is FileKind.ORDERS and position is not None:
        position //= layout.rows_a_line
    file = files.get(kind) or files.get(FileKind.ORDERS)
    column = error.column
    ids = dict(zip(error.id_names, fault.ids, strict=True))
    value = ids.get((column or "").removesuffix("_id"))
    reason = error.reason
    if kind is FileKind.ORDERS and isinstance(error, DuplicateRowError):
        column, value, reason = _twice(column, value, layout, ids)
    described = " ".join(f"{name} {each!r}" for name, each in ids.items() if each)
    if kind is FileKind.ORDERS and column is not None:
        column = layout.columns.get(column, column)
    return RowFault(
        file.name if file is not None else kind.plain_name,
        position,
        column,
        None if value is None else shortened(value),
        Wording("%(reason)s (%(described)s)", reason=reason, described=described),
    )


def _twice(
    column: str | None, value: str | None, layout: ImportFormat, ids: Mapping[str, str | None]
) -> tuple[str | None, str | None, str]:
    """Column, value and reason of a line that is there twice: where the file has no column for the
    line's number, which is counted, it is the order that is.
    """
    reason = DuplicateRowError.reason
    if column is None or layout.columns.get(column, column) is not None:
        return column, value, reason
    why = Wording("%(reason)s: the order is there twice, or its rows stand apart", reason=reason)
    return "order_id", ids.get("order"), why
