"""Runs uploaded imports, one at a time, and takes up what a killed worker left.

The row of an import is the job, a message only a hint. A worker at an import holds a lock of the
database's as long as its connection lives: a killed worker loses it at once, and the next sweep
finds the import still ``running`` and no worker at it. The result is written and the files are
deleted in the transaction that loads the sales, so an import is done once and wholly, or not at
all. A check is loaded the same way and taken back; its result is written after that.

One import at a time in the whole deployment: imports of one shop queue anyway, and a load keeps a
core of the database busy, which the reports need too.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from celery.exceptions import SoftTimeLimitExceeded
from sqlalchemy import Connection, Engine, delete, text

from common.db.imports import Import, ImportState
from common.db.tenancy import Access, TenantDb, transaction
from common.jobs.payloads import RunImport
from ingest.csv.faults import ImportRefusedError
from ingest.import_files import Imported, import_files
from ingest.progress import Meter
from worker.imports import outcome
from worker.imports.uploaded import Claimed, UploadedImport

logger = logging.getLogger(__name__)

_SLOT: Final = 0x1A6E58  # the key of the lock; never changes


def run_import(engine: Engine, job: RunImport) -> bool:
    """Run an import, unless it is done, another runs, or it was tried too often.

    ``engine`` needs three connections: the load's, the lock's and one for chunks and progress.
    Answers whether there may be new data to tell of: a check brings none.

    Raises:
        sqlalchemy.exc.DBAPIError, psycopg.Error: the database failed; the import stays to be done.
    """
    uploaded = UploadedImport(TenantDb(engine, job.tenant_id), job.import_id)
    with _slot(engine) as free:
        claimed = uploaded.claim() if free else None
        if claimed is not None:
            _load(uploaded, claimed)
    return claimed is None or not claimed.checked


def _load(uploaded: UploadedImport, claimed: Claimed) -> None:
    meter = Meter(uploaded.progress_writer())
    checked = claimed.checked

    def result(imported: Imported) -> dict[str, Any]:
        return outcome.result_of(imported, layout=claimed.layout.name, checked=checked)

    def succeed(connection: Connection, imported: Imported) -> None:
        uploaded.succeed(connection, result(imported), rows=meter.rows)

    db, facts = uploaded.db, {"tenant_id": uploaded.db.tenant_id, "import_id": str(uploaded.id)}
    try:
        imported = import_files(
            db.engine,
            db.tenant_id,
            uploaded.files(),
            layout=claimed.layout,
            meter=meter,
            conclude=succeed,
            check=checked,
        )
        if checked:
            uploaded.succeed_check(result(imported), rows=meter.rows)
    except (ImportRefusedError, SoftTimeLimitExceeded) as error:
        why = (
            outcome.errors_of(error)
            if isinstance(error, ImportRefusedError)
            else outcome.interrupted(None)
        )
        uploaded.fail(why, checked=checked)
        logger.info("import refused", extra=facts)
    else:
        ended = "import checked" if checked else "import done"
        logger.info(ended, extra=facts | {"lines": imported.summary.lines})


def next_import(engine: Engine) -> RunImport | None:
    """The oldest import to be done while no worker is at one; clears away what never arrived."""
    with _slot(engine) as free:
        if not free:
            return None
        with transaction(engine, Access()) as session:
            left = session.execute(text("SELECT tenant_id, id, state FROM unfinished_imports()"))
            rows = left.all()
    for tenant_id, import_id, state in rows:
        if state != ImportState.RECEIVING:
            return RunImport(tenant_id, import_id)
        with TenantDb(engine, tenant_id).transaction() as session:
            session.execute(delete(Import).where(Import.id == import_id))
    return None


@contextmanager
def _slot(engine: Engine) -> Iterator[bool]:
    """Whether no worker is at an import; no other gets at one until the block ends."""
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        free = bool(connection.scalar(text("SELECT pg_try_advisory_lock(:slot)"), {"slot": _SLOT}))
        try:
            yield free
        finally:
            if free:
                connection.execute(text("SELECT pg_advisory_unlock(:slot)"), {"slot": _SLOT})
