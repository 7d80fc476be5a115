"""Runs uploaded imports, one at a time, and takes up what a killed worker left.

The row of an import is the job, a message only a hint. Whoever works on imports holds a lock of the
database's as long as its connection lives: a killed worker loses it at once, and the next sweep
finds the import still ``running`` and nobody at it. The result is written and the files are deleted
in the transaction that loads the sales, so an import is done once and wholly, or not at all.

One import at a time in the whole deployment: imports of one shop queue anyway, and a load keeps a
core of the database busy, which the reports need too.
"""

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final

import zstandard
from celery.exceptions import SoftTimeLimitExceeded
from sqlalchemy import Connection, Engine, delete, select, text, update

from common import instants
from common.db.audit import WORKER, Action, record
from common.db.imports import Import, ImportChunk, ImportState
from common.db.tenancy import Access, transaction
from common.jobs.payloads import RunImport
from ingest.csv.faults import ImportRefusedError
from ingest.import_files import FileKind, Format, Imported, ImportFile, import_files
from ingest.progress import Meter
from worker.imports.outcome import broken_off, refused, result_of

logger = logging.getLogger(__name__)

MOST_ATTEMPTS: Final = 3
_TELL_SECONDS: Final = 1.0
_ACTIONS: Final = {
    ImportState.SUCCEEDED: Action.IMPORT_SUCCEEDED,
    ImportState.FAILED: Action.IMPORT_FAILED,
}
_SLOT: Final = 0x1A6E58  # the key of the lock; never changes


def run(engine: Engine, job: RunImport) -> None:
    """Run an import, unless it is done, another runs, or it was tried too often.

    ``engine`` needs three connections: the load's, the lock's and one for chunks and progress.

    Raises:
        sqlalchemy.exc.DBAPIError, psycopg.Error: the database failed; the import stays to be done.
    """
    with _slot(engine) as free:
        if not free:
            return
        layout = _claim(engine, job)
        if layout is not None:
            _run(engine, job, layout)


def waiting(engine: Engine) -> RunImport | None:
    """The oldest import to be done while nobody works on one; clears away what never arrived."""
    with _slot(engine) as free:
        if not free:
            return None
        with transaction(engine, Access()) as session:
            left = session.execute(text("SELECT tenant_id, id, state FROM unfinished_imports()"))
            rows = left.all()
    for tenant_id, import_id, state in rows:
        if state != ImportState.RECEIVING:
            return RunImport(tenant_id, import_id)
        with transaction(engine, Access(tenant_id=tenant_id)) as session:
            session.execute(delete(Import).where(Import.id == import_id))
    return None


@contextmanager
def _slot(engine: Engine) -> Iterator[bool]:
    """Whether nobody works on an import; nobody else does until the block ends."""
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        free = bool(connection.scalar(text("SELECT pg_try_advisory_lock(:slot)"), {"slot": _SLOT}))
        try:
            yield free
        finally:
            if free:
                connection.execute(text("SELECT pg_advisory_unlock(:slot)"), {"slot": _SLOT})


def _claim(engine: Engine, job: RunImport) -> Format | None:
    """Count an attempt at the import; None when there is none to make."""
    with transaction(engine, Access(tenant_id=job.tenant_id)) as session:
        row = session.scalar(select(Import).where(Import.id == job.import_id).with_for_update())
        if row is None or row.state not in {ImportState.QUEUED, ImportState.RUNNING}:
            return None
        if row.attempts >= MOST_ATTEMPTS:
            _end(session.connection(), job, ImportState.FAILED, broken_off(row.attempts))
            return None
        row.state, row.attempts = ImportState.RUNNING, row.attempts + 1
        row.done_bytes = row.done_rows = 0
        return Format(row.format)


def _run(engine: Engine, job: RunImport, layout: Format) -> None:
    meter = Meter(_teller(engine, job))

    def succeed(connection: Connection, imported: Imported) -> None:
        _end(connection, job, ImportState.SUCCEEDED, result_of(imported), rows=meter.rows)

    try:
        imported = import_files(
            engine,
            job.tenant_id,
            _files(engine, job),
            layout=layout,
            meter=meter,
            conclude=succeed,
        )
    except (ImportRefusedError, SoftTimeLimitExceeded) as error:
        outcome = refused(error) if isinstance(error, ImportRefusedError) else broken_off(None)
        with transaction(engine, Access(tenant_id=job.tenant_id)) as session:
            _end(session.connection(), job, ImportState.FAILED, outcome)
        logger.info("import refused", extra=_facts(job))
    else:
        logger.info("import done", extra=_facts(job) | {"lines": imported.summary.lines})


def _facts(job: RunImport) -> dict[str, Any]:
    return {"tenant_id": job.tenant_id, "import_id": str(job.import_id)}


def _end(
    connection: Connection,
    job: RunImport,
    state: ImportState,
    outcome: dict[str, Any],
    *,
    rows: int | None = None,
) -> None:
    """Write how the import ended, and let the files go; ``rows`` when all were read."""
    connection.execute(delete(ImportChunk).where(ImportChunk.import_id == job.import_id))
    values: dict[str, Any] = {"state": state, "outcome": outcome, "finished_at": instants.now()}
    if rows is not None:
        values |= {"done_bytes": Import.total_bytes, "done_rows": rows}
    connection.execute(update(Import).where(Import.id == job.import_id).values(values))
    record(
        connection,
        job.tenant_id,
        _ACTIONS[state],
        WORKER,
        at=values["finished_at"],
        subject=job.import_id,
        rows=rows,
        errors=outcome.get("errorCount"),
    )


def _files(engine: Engine, job: RunImport) -> dict[FileKind, ImportFile]:
    """The files that came, in the form the importer reads."""
    query = select(ImportChunk.file).where(ImportChunk.import_id == job.import_id).distinct()
    with transaction(engine, Access(tenant_id=job.tenant_id)) as session:
        kinds = [FileKind(kind) for kind in session.scalars(query)]
    return {kind: ImportFile(f"{kind}.csv", _blocks(engine, job, kind)) for kind in kinds}


def _blocks(engine: Engine, job: RunImport, kind: FileKind) -> Iterator[bytes]:
    """The chunks of a file in turn, each in a transaction of its own."""
    number = 0
    while (content := _chunk(engine, job, kind, number)) is not None:
        yield zstandard.decompress(content)
        number += 1


def _chunk(engine: Engine, job: RunImport, kind: FileKind, number: int) -> bytes | None:
    with transaction(engine, Access(tenant_id=job.tenant_id)) as session:
        return session.scalar(
            select(ImportChunk.content).where(
                ImportChunk.import_id == job.import_id,
                ImportChunk.file == kind,
                ImportChunk.number == number,
            )
        )


def _teller(engine: Engine, job: RunImport) -> Callable[[Meter], None]:
    """Writes the progress where clients look, about once a second."""
    told = time.monotonic()

    def tell(meter: Meter) -> None:
        nonlocal told
        if time.monotonic() - told < _TELL_SECONDS:
            return
        told = time.monotonic()
        with transaction(engine, Access(tenant_id=job.tenant_id)) as session:
            session.execute(
                update(Import)
                .where(Import.id == job.import_id)
                .values(done_bytes=meter.done_bytes, done_rows=meter.rows)
            )

    return tell
