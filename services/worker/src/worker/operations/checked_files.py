"""Files of checks: let go only while nobody has them imported.

"Import what was checked" makes a check an import, whose files are the check's. Who deletes files
therefore holds the checks first, as they are then: one that has become an import is none any more.
"""

from sqlalchemy import ColumnElement, Connection, delete, exists, select
from sqlalchemy.orm import Session

from common.db.imports import Import, ImportChunk


def let_go(connection: Connection | Session, tenant_id: int, *of: ColumnElement[bool]) -> int:
    """Delete the files of a tenant's checks that have ended, of such as ``of`` says; how many."""
    has_files = exists().where(
        ImportChunk.tenant_id == Import.tenant_id, ImportChunk.import_id == Import.id
    )
    ended = select(Import.id).where(
        Import.tenant_id == tenant_id,
        Import.checked,
        Import.finished_at.is_not(None),
        has_files,
        *of,
    )
    held = list(connection.scalars(ended.order_by(Import.id).with_for_update()))
    files = delete(ImportChunk).where(
        ImportChunk.tenant_id == tenant_id, ImportChunk.import_id.in_(held)
    )
    connection.execute(files)
    return len(held)
