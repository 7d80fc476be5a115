"""The imports of a tenant, and the state and result of each."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Final
from uuid import UUID

from sqlalchemy import select

from common.db.imports import Import, ImportState
from common.db.tenancy import TenantDb
from common.http.problem import Problem

LISTED: Final = 100


class ImportNotFoundError(Problem):
    """The tenant has no import of that id; the answer does not tell whether another has."""

    status = HTTPStatus.NOT_FOUND
    type = "import-not-found"
    title = "Import not found"

    def __init__(self, import_id: object) -> None:
        super().__init__("There is no such import.")
        self.import_id = import_id


def get_import(db: TenantDb, import_id: UUID) -> Import:
    """One import of the tenant.

    Raises:
        ImportNotFoundError: the tenant has none of that id, or it is not all there yet.
    """
    query = select(Import).where(
        Import.tenant_id == db.tenant_id,
        Import.id == import_id,
        Import.state != ImportState.RECEIVING,
    )
    with db.transaction() as session:
        found = session.scalar(query)
    if found is None:
        raise ImportNotFoundError(import_id)
    return found


def list_imports(db: TenantDb) -> Sequence[Import]:
    """The tenant's latest imports, newest first."""
    query = (
        select(Import)
        .where(Import.tenant_id == db.tenant_id, Import.state != ImportState.RECEIVING)
        .order_by(Import.created_at.desc(), Import.id.desc())
        .limit(LISTED)
    )
    with db.transaction() as session:
        return session.scalars(query).all()
