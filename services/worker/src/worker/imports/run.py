"""Runs uploaded imports, one of a shop at a time, and takes up what a killed worker left.

The row of an import is the job, a message only a hint. A worker at an import holds its shop's slot
(``worker.imports.slots``) as long as its connection lives: a killed worker loses it at once, and
the next sweep finds the import still ``running`` and no worker at it. The result is written and the
files are deleted in the transaction that loads the sales, so an import is done once and wholly, or
not at all. A check is loaded the same way and taken back; its result is written after that.

A few imports at a time in the whole deployment: a load keeps a core of the database busy, which
the reports need too. Which goes next is by turns: the shop whose last import ended longest ago.
"""

import logging
from functools import partial
from typing import Any, Final
from uuid import UUID

from celery.exceptions import SoftTimeLimitExceeded
from sqlalchemy import Connection, Engine, delete, text

from common.db.across import rows_of_all
from common.db.imports import Import, ImportState
from common.db.rounds import Round
from common.db.tenancy import TenantDb
from common.jobs.payloads import RunImport
from ingest.csv.faults import ImportRefusedError
from ingest.formats.model import TaxFoundOutError
from ingest.import_files import BasisChangedError, Imported, import_files
from ingest.progress import Meter
from worker.imports import outcome
from worker.imports.slots import is_free, slot
from worker.imports.uploaded import Claimed, UploadedImport
from worker.settings import IMPORTS_AT_ONCE

logger = logging.getLogger(__name__)

_UNFINISHED: Final = text("SELECT tenant_id, id, state FROM unfinished_imports()")
_ENDED = (ImportRefusedError, BasisChangedError, TaxFoundOutError)


def run_import(engine: Engine, job: RunImport, slots: int = IMPORTS_AT_ONCE) -> bool:
    """Run an import, unless it is done, was tried too often, or its shop or all slots are busy.

    ``engine`` needs three connections: the load's, the slot's and one for chunks and progress.
    Answers whether there may be new data to tell of: a check brings none.

    Raises:
        sqlalchemy.exc.DBAPIError, psycopg.Error: the database failed; the import stays to be done.
    """
    uploaded = UploadedImport(TenantDb(engine, job.tenant_id), job.import_id)
    with slot(engine, job.tenant_id, slots) as free:
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
        closed = imported.summary.closed_days
        uploaded.succeed(connection, result(imported), rows=meter.rows, closed=closed)

    db, facts = uploaded.db, {"tenant_id": uploaded.db.tenant_id, "import_id": str(uploaded.id)}
    try:
        if claimed.prices_include_tax:
            claimed.layout.require_prices_with_tax()
        read = partial(
            import_files,
            db.engine,
            db.tenant_id,
            layout=claimed.layout,
            meter=meter,
            conclude=succeed,
            check=checked,
            prices_include_tax=claimed.prices_include_tax,
        )
        try:
            imported = read(uploaded.files())
        except BasisChangedError:  # once more, by what holds now
            imported = read(uploaded.files())
        if checked:
            uploaded.succeed_check(result(imported), rows=meter.rows)
    except (*_ENDED, SoftTimeLimitExceeded) as error:
        uploaded.fail(outcome.failure_of(error), checked=checked)
        logger.info("import refused", extra=facts)
    else:
        ended = "import checked" if checked else "import done"
        logger.info(ended, extra=facts | {"lines": imported.summary.lines})


def next_import(engine: Engine, slots: int = IMPORTS_AT_ONCE) -> RunImport | None:
    """The import whose turn it is while a slot is free; clears away what never arrived."""
    this = Round(engine)
    for tenant_id, import_id, state in rows_of_all(engine, _UNFINISHED, {}):
        if state == ImportState.RECEIVING:
            this.work(tenant_id, partial(_clear_away, TenantDb(engine, tenant_id), import_id))
        elif is_free(engine, tenant_id, slots):
            return RunImport(tenant_id, import_id)
    return None


def _clear_away(db: TenantDb, import_id: UUID) -> None:
    with db.transaction() as session:
        session.execute(
            delete(Import).where(
                Import.tenant_id == db.tenant_id,
                Import.id == import_id,
                Import.state == ImportState.RECEIVING,  # its last file may have come meanwhile
            )
        )
