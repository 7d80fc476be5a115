"""Checked files: those of a check that found nothing wrong are imported, not sent again."""

from uuid import UUID

from sqlalchemy import ColumnElement, exists, select

from common import instants
from common.db.audit import Action, Author, record
from common.db.imports import Import, ImportChunk, ImportState
from common.db.tenancy import TenantDb
from share_api.imports.upload import require_room


def has_files(db: TenantDb, import_id: UUID) -> bool:
    """Whether the files of an import are still there."""
    with db.transaction() as session:
        return bool(session.scalar(select(exists().where(*_of(db, import_id)))))


def import_checked(db: TenantDb, import_id: UUID, author: Author) -> bool:
    """Have the files of a check imported: it becomes that import. Whether it was one to be.

    It is not where its files are gone, where they were refused, and where this was asked already.

    Raises:
        TooManyImportsError: the tenant has too many that are not finished.
    """
    with db.transaction() as session:
        require_room(session, db.tenant_id)
        query = select(Import).where(
            Import.tenant_id == db.tenant_id,
            Import.id == import_id,
            Import.checked,
            Import.state == ImportState.SUCCEEDED,
            exists().where(*_of(db, import_id)),
        )
        row = session.scalar(query.with_for_update())
        if row is None:
            return False
        at = instants.now()
        row.checked, row.state, row.outcome, row.finished_at = False, ImportState.QUEUED, None, None
        row.attempts = row.done_bytes = row.done_rows = 0
        row.created_at, row.created_by = at, author.admin_id
        record(
            session,
            db.tenant_id,
            Action.IMPORT_STARTED,
            author,
            at=at,
            subject=import_id,
            bytes=row.total_bytes,
        )
    return True


def _of(db: TenantDb, import_id: UUID) -> tuple[ColumnElement[bool], ...]:
    return (ImportChunk.tenant_id == db.tenant_id, ImportChunk.import_id == import_id)
