"""An uploaded import in the database: claimed, read in chunks, followed, and ended once.

Each step is a transaction of its own, but for a success: that is written, and the files are
deleted, in the transaction that loads the sales. The files of a check that found nothing wrong stay
for a day, so that they can be imported; a shop has those of its last one.
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

import zstandard
from sqlalchemy import ColumnElement, Connection, delete, exists, select, update

from common import instants
from common.db.audit import WORKER, Action, record
from common.db.imports import Import, ImportChunk, ImportState
from common.db.tenancy import TenantDb, TenantSession
from ingest.formats import registry
from ingest.formats.model import ImportFormat
from ingest.import_files import FileKind, ImportFile
from ingest.ledger.closed_days import ClosedDays
from ingest.progress import Meter
from worker.imports import outcome
from worker.operations import checked_files

MOST_ATTEMPTS: Final = 3
_PROGRESS_SECONDS: Final = 1.0


@dataclass(frozen=True, slots=True)
class Claimed:
    """An import to be run: the format of its files, whether it is a check, and how it was meant."""

    layout: ImportFormat
    checked: bool
    prices_include_tax: bool = False


@dataclass(frozen=True, slots=True)
class UploadedImport:
    """An import of a tenant, by its id."""

    db: TenantDb
    id: UUID

    def _mine(self) -> tuple[ColumnElement[bool], ...]:
        return (Import.tenant_id == self.db.tenant_id, Import.id == self.id)

    def _of_mine(self) -> tuple[ColumnElement[bool], ...]:
        return (ImportChunk.tenant_id == self.db.tenant_id, ImportChunk.import_id == self.id)

    def claim(self) -> Claimed | None:
        """Count an attempt; None when there is none to make.

        It is done, tried too often, its files are not there, or its format is not installed here.
        """
        with self.db.transaction() as session:
            row = session.scalar(select(Import).where(*self._mine()).with_for_update())
            if row is None or row.state not in {ImportState.QUEUED, ImportState.RUNNING}:
                return None
            claimed = self._claimed(session, row)
            if isinstance(claimed, Claimed):
                row.state, row.attempts = ImportState.RUNNING, row.attempts + 1
                row.done_bytes = row.done_rows = 0
                return claimed
            self._end(session.connection(), claimed, checked=row.checked)
            return None

    def _claimed(self, session: TenantSession, row: Import) -> Claimed | dict[str, Any]:
        """What is to be run, or why nothing can be."""
        if row.attempts >= MOST_ATTEMPTS:
            return outcome.interrupted(row.attempts)
        if not session.scalar(select(exists().where(*self._of_mine()))):
            return outcome.files_gone()
        try:
            return Claimed(registry.find(row.format), row.checked, row.prices_include_tax)
        except registry.UnknownFormatError as error:
            return outcome.not_installed(error.name)

    def files(self) -> dict[FileKind, ImportFile]:
        """The files that came, in the form the importer reads."""
        query = select(ImportChunk.file).where(*self._of_mine()).distinct()
        with self.db.transaction() as session:
            kinds = [FileKind(kind) for kind in session.scalars(query)]
        return {kind: ImportFile(kind.plain_name, self._chunks(kind)) for kind in kinds}

    def _chunks(self, kind: FileKind) -> Iterator[bytes]:
        """The chunks of a file in turn; no transaction is open while one is worked on."""
        query = (
            select(ImportChunk.number, ImportChunk.content)
            .where(*self._of_mine(), ImportChunk.file == kind)
            .order_by(ImportChunk.number)
            .limit(1)
        )
        last = -1
        while True:
            with self.db.transaction() as session:
                row = session.execute(query.where(ImportChunk.number > last)).one_or_none()
            if row is None:
                return
            last = row.number
            yield zstandard.decompress(row.content)

    def progress_writer(self) -> Callable[[Meter], None]:
        """Writes the progress where clients look, about once a second."""
        written = time.monotonic()

        def write(meter: Meter) -> None:
            nonlocal written
            if time.monotonic() - written < _PROGRESS_SECONDS:
                return
            written = time.monotonic()
            values = {"done_bytes": meter.done_bytes, "done_rows": meter.rows}
            with self.db.transaction() as session:
                session.execute(update(Import).where(*self._mine()).values(values))

        return write

    def succeed(
        self,
        connection: Connection,
        result: dict[str, Any],
        *,
        rows: int,
        closed: ClosedDays | None = None,
    ) -> None:
        """Write the result in the transaction of the load; ``rows`` were read.

        The audit log tells which ``closed`` days changed.
        """
        self._end(connection, result, rows=rows, closed=closed)

    def succeed_check(self, result: dict[str, Any], *, rows: int) -> None:
        """Write the result of a check, after what it did was taken back."""
        with self.db.transaction() as session:
            self._end(session.connection(), result, rows=rows, checked=True)

    def fail(self, why: dict[str, Any], *, checked: bool = False) -> None:
        """Write why it was not done."""
        with self.db.transaction() as session:
            self._end(session.connection(), why, checked=checked)

    def _end(
        self,
        connection: Connection,
        content: dict[str, Any],
        *,
        rows: int | None = None,
        checked: bool = False,
        closed: ClosedDays | None = None,
    ) -> None:
        """Write how it ended, and let files go; with ``rows`` it was a success.

        Of a check the audit log tells nothing: nothing was imported.
        """
        done = rows is not None
        values: dict[str, Any] = {
            "state": ImportState.SUCCEEDED if done else ImportState.FAILED,
            "outcome": content,
            "finished_at": instants.now(),
        }
        if done:
            values |= {"done_bytes": Import.total_bytes, "done_rows": rows}
        if done and checked:
            checked_files.let_go(connection, self.db.tenant_id, Import.id != self.id)
        else:
            connection.execute(delete(ImportChunk).where(*self._of_mine()))
        connection.execute(update(Import).where(*self._mine()).values(values))
        if checked:
            return
        record(
            connection,
            self.db.tenant_id,
            Action.IMPORT_SUCCEEDED if done else Action.IMPORT_FAILED,
            WORKER,
            at=values["finished_at"],
            subject=self.id,
            rows=rows,
            errors=content.get("errorCount"),
            closedDayOrders=closed.orders or None if closed else None,
            closedDays=closed.sentence() or None if closed else None,
        )
