"""Import files: read them all, load what they say, or refuse with everything that is wrong.

What a reader finds in a file and what the loader finds on the staging tables is told in one form:
file, line, column, value and reason.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, TypeVar

from sqlalchemy import Connection, Engine, select

from common.db.accounts import Tenant
from common.db.tenancy import Access, transaction
from ingest.csv.faults import Faults, ImportRefusedError, RowFault, shortened
from ingest.csv.notes import Notes
from ingest.formats.own import OwnFormat
from ingest.formats.shopify.export import ShopifyExport
from ingest.ledger.errors import IngestError
from ingest.ledger.load import LoadSummary, load_sales
from ingest.progress import Meter, Phase
from ingest.rows import RefundRow

MOST_FAULTS: Final = 50
R = TypeVar("R")


class Format(StrEnum):
    """Whose columns the orders' file has."""

    OWN = "own"
    SHOPIFY = "shopify"


class FileKind(StrEnum):
    """What a file of an import is about."""

    ORDERS = "orders"
    REFUNDS = "refunds"
    PRODUCTS = "products"
    STOCK = "stock"


@dataclass(frozen=True, slots=True)
class ImportFile:
    """A file: the name that errors call it by, and its bytes in blocks, read once."""

    name: str
    blocks: Iterable[bytes]


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did; ``notes`` say what could not be taken as it stood.

    ``currency`` (ISO 4217) and ``timezone`` (IANA) are the shop's, to tell the summary in.
    """

    currency: str
    timezone: str
    summary: LoadSummary
    notes: tuple[str, ...]


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
_SHOPIFY_COLUMNS: Final = {
    "order_id": "Name",
    "line_id": None,
    "refund_id": None,
    "processed_at": "Cancelled at",
    "order_discount": "Discount Amount",
    "line_discount": "Lineitem discount",
}


def import_files(
    engine: Engine,
    tenant_id: int,
    files: Mapping[FileKind, ImportFile],
    *,
    layout: Format = Format.OWN,
    most_faults: int = MOST_FAULTS,
    meter: Meter | None = None,
    conclude: Callable[[Connection, Imported], None] | None = None,
) -> Imported:
    """Import ``files`` into the tenant's ledger, all or nothing.

    ``conclude`` runs last in the same transaction as the load.

    Raises:
        ImportRefusedError: rows or files that cannot be imported, up to ``most_faults`` of them.
        sqlalchemy.exc.DBAPIError, psycopg.Error: the database failed.
    """
    attempt = _Attempt(engine, tenant_id, files, layout, most_faults, meter or Meter())
    return attempt.run(conclude)


class _Attempt:
    """One attempt at an import."""

    def __init__(
        self,
        engine: Engine,
        tenant_id: int,
        files: Mapping[FileKind, ImportFile],
        layout: Format,
        most_faults: int,
        meter: Meter,
    ) -> None:
        self._engine, self._tenant_id = engine, tenant_id
        self._files, self._layout, self._meter = files, layout, meter
        self._faults, self._notes = Faults(most_faults), Notes()
        with transaction(engine, Access(tenant_id=tenant_id)) as session:
            self._currency, self._timezone = session.execute(
                select(Tenant.currency, Tenant.timezone).where(Tenant.id == tenant_id)
            ).one()
        self._own = OwnFormat(self._currency, self._faults)
        self._shopify = ShopifyExport(self._currency, self._faults, self._notes)
        meter.count_rows = self._rows

    def run(self, conclude: Callable[[Connection, Imported], None] | None) -> Imported:
        """Read and load."""
        with closing(self._shopify):
            summary = load_sales(
                self._engine,
                self._tenant_id,
                products=self._read(FileKind.PRODUCTS, self._own.products),
                order_lines=self._read(
                    FileKind.ORDERS,
                    self._shopify.order_lines
                    if self._layout is Format.SHOPIFY
                    else self._own.order_lines,
                ),
                refunds=self._refunds(),
                stock=self._read(FileKind.STOCK, self._own.stock, last=True),
                review=self._review,
                conclude=None
                if conclude is None
                else lambda connection, summary: conclude(connection, self._imported(summary)),
            )
        self._meter.enter(Phase.DONE)
        return self._imported(summary)

    def _imported(self, summary: LoadSummary) -> Imported:
        return Imported(self._currency, self._timezone, summary, self._notes.lines())

    def _rows(self) -> int:
        return sum(table.rows for table in (*self._own.tables, *self._shopify.tables))

    def _read(
        self,
        kind: FileKind,
        reader: Callable[[str, Iterable[bytes]], Iterator[R]],
        *,
        last: bool = False,
    ) -> Iterator[R]:
        file = self._files.get(kind)
        if file is not None:
            yield from reader(file.name, self._meter.watch(file.blocks))
        if last:
            self._meter.enter(Phase.CHECKING)

    def _refunds(self) -> Iterator[RefundRow]:
        """Those of the file; else, of a Shopify export, those of its cancelled orders."""
        if self._layout is Format.SHOPIFY and FileKind.REFUNDS not in self._files:
            return self._shopify.refunds()
        return self._read(FileKind.REFUNDS, self._own.refunds)

    def _review(self, errors: Sequence[IngestError]) -> None:
        """Refuse for what the readers and the loader have found.

        Raises:
            ImportRefusedError: anything at all.
        """
        for error in errors:
            self._report(error)
        self._faults.refuse()
        self._meter.enter(Phase.WRITING)

    def _report(self, error: IngestError) -> None:
        """Tell an error of the loader as rows of the files, but for what follows from another."""
        sources = {self._files[kind].name for kind in _DEPENDS[error.table] if kind in self._files}
        told = [each for each in error.faults if not self._faults.explains(each.ids, sources)]
        if len(error.faults) and not told:
            return
        untold = error.total - len(error.faults)
        for fault in told:
            column = error.column
            ids = dict(zip(error.id_names, fault.ids, strict=True))
            value = ids.get((column or "").removesuffix("_id"))
            described = " ".join(f"{name} {each!r}" for name, each in ids.items() if each)
            self._faults.add(
                RowFault(
                    self._name(error.table),
                    fault.position,
                    self._column(column),
                    None if value is None else shortened(value),
                    f"{error.reason} ({described})",
                )
            )
        if untold:
            self._faults.total += untold

    def _column(self, column: str | None) -> str | None:
        if self._layout is Format.SHOPIFY and column is not None:
            return _SHOPIFY_COLUMNS.get(column, column)
        return column

    def _name(self, table: str) -> str:
        kind = _TABLES[table]
        file = self._files.get(kind) or self._files.get(FileKind.ORDERS)
        return file.name if file is not None else f"{kind}.csv"


__all__ = ["FileKind", "Format", "ImportFile", "ImportRefusedError", "Imported", "import_files"]
