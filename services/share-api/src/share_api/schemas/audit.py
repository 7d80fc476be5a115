"""Response schemas of the sharing switch and of the audit log."""

from typing import Any, Self
from uuid import UUID

from pydantic import Field

from common.db.audit import Action, AuditEntry
from common.db.pagination import Page
from share_api.schemas.api_model import ApiModel
from share_api.schemas.responses import Instant
from sharing.switch import Sharing


class SharingView(ApiModel):
    """Whether the tenant shares: links can be issued, and those that are active open."""

    enabled: bool
    off_since: Instant | None

    @classmethod
    def of(cls, sharing: Sharing) -> Self:
        """As clients see it."""
        return cls(enabled=sharing.off_since is None, off_since=sharing.off_since)


class SharingChangedView(SharingView):
    """Whether the tenant shares from now on, and how many links that revoked."""

    revoked: int

    @classmethod
    def of(cls, sharing: Sharing) -> Self:
        """As clients see it."""
        off_since = sharing.off_since
        return cls(enabled=off_since is None, off_since=off_since, revoked=sharing.revoked)


class AuditEntryView(ApiModel):
    """Something that was done."""

    id: UUID
    at: Instant
    action: str = Field(json_schema_extra={"enum": list(Action)})
    actor: str = Field(description="E-mail address of an admin, or who else it was.")
    subject: str | None = Field(description="The id of what it was done to, such as a share.")
    address: str | None = Field(description="The network address it came from, if from one.")
    details: dict[str, Any]

    @classmethod
    def of(cls, entry: AuditEntry) -> Self:
        """As clients see it."""
        return cls(
            id=entry.id,
            at=entry.at,
            action=entry.action,
            actor=entry.actor,
            subject=entry.subject,
            address=entry.address,
            details=entry.details or {},
        )


class AuditView(ApiModel):
    """A page of the audit log, newest first."""

    items: tuple[AuditEntryView, ...]
    next_cursor: str | None = Field(description="Where the next page begins; null on the last.")

    @classmethod
    def of(cls, page: Page[AuditEntry]) -> Self:
        """As clients see it."""
        return cls(
            items=tuple(map(AuditEntryView.of, page.items)),
            next_cursor=page.next.encode() if page.next else None,
        )
