"""Labels of links: what the admins of a shop call them, changed at any time."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from common.db.audit import Action, Author, record
from common.db.shares import Share
from common.db.tenancy import TenantDb
from sharing.listing import ShareNotFoundError


def set_label(
    db: TenantDb, share_id: UUID, label: str | None, *, author: Author, at: datetime
) -> None:
    """Call a link something else, or nothing (None); the same again changes nothing.

    Raises:
        ShareNotFoundError: the tenant has no such entry.
    """
    with db.transaction() as session:
        share = session.scalar(
            select(Share)
            .where(Share.tenant_id == db.tenant_id, Share.id == share_id)
            .with_for_update()
        )
        if share is None:
            raise ShareNotFoundError(share_id)
        if share.label == label:
            return
        before, share.label = share.label, label
        record(
            session,
            db.tenant_id,
            Action.LINK_LABELLED,
            author,
            at=at,
            subject=share.id,
            before=before,
            after=label,
        )
