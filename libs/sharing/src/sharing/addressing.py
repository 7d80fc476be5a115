"""The address of a link that was issued, told again to an admin.

Nothing of it is stored: the ledger holds the claims and names the key, and the same claims under
the same key are the same token. That it was told is in the audit log.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from common.db.audit import Action, Author, record
from common.db.shares import Share
from common.db.tenancy import TenantDb
from common.links.link_claims import LinkClaims
from common.links.token import KeyRing
from common.reports.window import Window
from sharing.issue_errors import LinkOverError, SigningNotConfiguredError
from sharing.issuing import whole_second
from sharing.issuing_context import IssuingContext
from sharing.link_address import base_url_of
from sharing.listing import ShareNotFoundError


def show_address(
    db: TenantDb, share_id: UUID, author: Author, using: IssuingContext, *, now: datetime
) -> str:
    """The address of a link that opens, as it was issued; told to ``author``.

    Raises:
        ShareNotFoundError: the tenant has no such entry.
        LinkOverError: it was revoked, has expired, or its key is no longer in use.
        SigningNotConfiguredError: there is no signing secret.
    """
    if using.ring is None:
        raise SigningNotConfiguredError
    base_url = base_url_of(db, using)
    with db.transaction() as session:
        share = session.scalar(
            select(Share).where(Share.tenant_id == db.tenant_id, Share.id == share_id)
        )
        if share is None:
            raise ShareNotFoundError(share_id)
        if share.revoked_at is not None or share.expires_at <= now:
            raise LinkOverError
        address = address_of(share, using.ring, base_url)
        record(
            session,
            db.tenant_id,
            Action.LINK_SHOWN,
            author,
            at=now,
            subject=share.id,
            report=share.report,
        )
    return address


def address_of(share: Share, ring: KeyRing, public_base_url: str) -> str:
    """The address of a link, from its entry.

    Raises:
        LinkOverError: the key that signed it is no longer in use.
    """
    claims = LinkClaims(
        link_id=share.link_id,
        tenant_id=share.tenant_id,
        report=share.report,
        window=Window(share.window_from, share.window_to),
        issued_at=whole_second(share.issued_at),
        expires_at=share.expires_at,
        redacted=bool(share.hide),
    )
    try:
        token = ring.issue(claims, key_id=share.key_id)
    except LookupError:
        raise LinkOverError from None
    return f"{public_base_url}/api/reports/{token}"
