"""Import files: read them all, load what they say, or refuse with everything that is wrong.

What a reader finds in a file and what the loader finds on the staging tables is told in one form:
file, line, column, value and reason.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from typing import Any, Final

from sqlalchemy import Connection, Engine

from common.db.tenancy import Access, transaction
from ingest.csv.faults import Faults, ImportRefusedError
from ingest.csv.notes import Notes
from ingest.formats import registry
from ingest.formats.model import ImportFormat, Read, Reading
from ingest.formats.reconciliation import Reconciled
from ingest.gaps import Gaps
from ingest.ledger.errors import IngestError
from ingest.ledger.load import load_sales
from ingest.ledger.load_summary import LoadSummary
from ingest.ledger.reader_settings import BasisChangedError, basis_of
from ingest.load_notes import load_notes
from ingest.progress import Meter, Phase
from ingest.row_faults import BEHIND, report
from ingest.rows import RefundRow
from ingest.sources import FileKind, ImportFile

MOST_FAULTS: Final = 50


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did; ``notes`` say what could not be taken as it stood.

    ``currency`` (ISO 4217) and ``timezone`` (IANA) are the shop's, to tell the summary in.
    ``reconciled`` says what became of the totals of a platform's orders.
    """

    currency: str
    timezone: str
    summary: LoadSummary
    notes: tuple[str, ...]
    reconciled: Reconciled


def import_files(
    engine: Engine,
    tenant_id: int,
    files: Mapping[FileKind, ImportFile],
    *,
    layout: ImportFormat = registry.FALLBACK,
    most_faults: int = MOST_FAULTS,
    meter: Meter | None = None,
    conclude: Callable[[Connection, Imported], None] | None = None,
    check: bool = False,
    prices_include_tax: bool = False,
) -> Imported:
    """Import ``files`` into the tenant's ledger, all or nothing.

    The orders have the columns of ``layout``; so have the other files that it takes.
    ``conclude`` runs last in the same transaction as the load. With ``check`` nothing changes and
    nothing is concluded: what would be done is done, and taken back. ``prices_include_tax`` says so
    of the orders, for a ``layout`` that cannot tell by itself.

    Raises:
        BasisChangedError: the tenant's zone, currency or gift cards were set while it was read.
        ImportRefusedError: rows or files that cannot be imported, up to ``most_faults`` of them.
        sqlalchemy.exc.DBAPIError, psycopg.Error: the database failed.
    """
    attempt = _Attempt(
        engine, tenant_id, files, layout, most_faults, meter or Meter(), prices_include_tax
    )
    return _taken_back(attempt) if check else attempt.run(conclude)


def _taken_back(attempt: "_Attempt") -> Imported:
    """What an attempt did before it was taken back."""

    def take_back(_: Connection, imported: Imported) -> None:
        raise _TakenBackError(imported)

    try:
        return attempt.run(take_back)
    except _TakenBackError as taken:
        return replace(taken.imported, summary=replace(taken.imported.summary, version=None))


class _TakenBackError(Exception):
    """Ends the transaction of a check."""

    def __init__(self, imported: Imported) -> None:
        super().__init__()
        self.imported = imported


class _Attempt:
    """One attempt at an import."""

    def __init__(
        self,
        engine: Engine,
        tenant_id: int,
        files: Mapping[FileKind, ImportFile],
        layout: ImportFormat,
        most_faults: int,
        meter: Meter,
        prices_include_tax: bool,
    ) -> None:
        self._engine, self._tenant_id = engine, tenant_id
        self._files, self._layout, self._meter = files, layout, meter
        self._faults = Faults(most_faults)
        with transaction(engine, Access(tenant_id=tenant_id)) as session:
            self._basis = basis_of(session, tenant_id)
        currency, by_default = self._basis.currency, layout.gift_cards_are_sales
        self._notes, self._gaps = Notes(currency), Gaps()
        reading = Reading(
            *(currency, self._faults, self._notes, frozenset(files), registry.KINDS),
            timezone=self._basis.timezone,
            gift_cards_are_sales=self._basis.gift_cards_are_sales(by_default=by_default),
            prices_include_tax=prices_include_tax,
            gaps=self._gaps,
        )
        self._source = registry.open_reader(layout, reading)
        self._fallback = registry.open_reader(registry.FALLBACK, reading)
        meter.count_rows = self._rows

    def run(self, conclude: Callable[[Connection, Imported], None] | None) -> Imported:
        """Read and load."""
        with closing(self._source), closing(self._fallback), closing(self._gaps):
            summary = load_sales(
                self._engine,
                self._tenant_id,
                products=self._read(FileKind.PRODUCTS),
                order_lines=self._read(FileKind.ORDERS),
                refunds=self._refunds(),
                stock=self._read(FileKind.STOCK, last=True),
                gaps=self._gaps,
                products_by_title=self._layout.products_by_title,
                events_know_more=True,
                exported_before=0 if self._layout is registry.FALLBACK else BEHIND,
                export_of=None if self._layout is registry.FALLBACK else self._layout.name,
                review=self._review,
                read_by=self._basis,
                conclude=None
                if conclude is None
                else lambda connection, summary: conclude(connection, self._imported(summary)),
            )
        self._meter.enter(Phase.DONE)
        return self._imported(summary)

    def _imported(self, summary: LoadSummary) -> Imported:
        return Imported(
            self._basis.currency,
            self._basis.timezone,
            summary,
            (*self._notes.lines(), *load_notes(summary)),
            self._source.reconciliation.result(),
        )

    def _rows(self) -> int:
        return sum(table.rows for table in (*self._source.tables, *self._fallback.tables))

    def _reader(self, kind: FileKind) -> Read:
        """The format's reader of a kind of file, or the fallback's where it takes none."""
        return self._source.files.get(kind) or self._fallback.files[kind]

    def _read(self, kind: FileKind, *, last: bool = False) -> Iterator[Any]:
        file = self._files.get(kind)
        if file is not None:
            yield from self._reader(kind)(file.name, self._meter.watch(file.blocks))
        if last:
            self._meter.enter(Phase.CHECKING)

    def _refunds(self) -> Iterator[RefundRow]:
        """Those that the orders' file tells, and those of the file of refunds."""
        yield from self._source.refunds_of_orders()
        for row in self._read(FileKind.REFUNDS):
            yield row._replace(position=BEHIND + row.position)

    def _review(self, errors: Sequence[IngestError]) -> None:
        """Refuse for what the readers and the loader have found.

        Raises:
            ImportRefusedError: anything at all.
        """
        for error in errors:
            report(error, self._faults, self._files, self._layout)
        self._faults.refuse()
        self._meter.enter(Phase.WRITING)


__all__ = [
    "BasisChangedError",
    "FileKind",
    "ImportFile",
    "ImportRefusedError",
    "Imported",
    "import_files",
]
