"""The audit log: who did what to a tenant's links, accounts and data, and when.

Append-only: the services may write and read entries, and change none. An entry keeps its author as
they were called then, so that it outlives the account. It is written in the transaction of what it
tells of.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final
from uuid import UUID, uuid4

from sqlalchemy import JSON, Connection, DateTime, ForeignKey, Text, Uuid, insert
from sqlalchemy.orm import Mapped, Session, mapped_column

from common.db.metadata import Model, TenantId, Words


class Action(StrEnum):
    """What was done. The names are stored, and stable."""

    LINK_ISSUED = "link.issued"
    LINK_LABELLED = "link.labelled"
    LINK_SHOWN = "link.shown"
    LINK_REVOKED = "link.revoked"
    LINKS_REVOKED = "links.revoked"
    LINK_PASSWORD_SET = "link.password-set"  # noqa: S105 - an action
    LINK_PASSWORD_REMOVED = "link.password-removed"  # noqa: S105 - an action
    SHARING_OFF = "sharing.off"
    SHARING_ON = "sharing.on"
    LINK_LIFE_CHANGED = "link-life.changed"
    TEMPLATE_CREATED = "template.created"
    TEMPLATE_CHANGED = "template.changed"
    TEMPLATE_DELETED = "template.deleted"
    KEY_RETIRED = "key.retired"
    LOGIN_SUCCEEDED = "login.succeeded"
    PASSKEY_LOGIN = "login.passkey"
    LOGIN_FAILED = "login.failed"
    LOGIN_LOCKED = "login.locked"
    LOGOUT = "logout"
    LOGOUT_EVERYWHERE = "logout.everywhere"
    PASSWORD_CHANGED = "password.changed"  # noqa: S105 - an action
    PASSKEY_ADDED = "passkey.added"
    PASSKEY_REMOVED = "passkey.removed"
    MEMBER_ADDED = "member.added"
    MEMBER_REMOVED = "member.removed"
    MEMBER_INVITED = "member.invited"
    INVITATION_REVOKED = "invitation.revoked"
    RESET_LINK_MADE = "reset-link.made"
    ROLE_CHANGED = "role.changed"
    API_KEY_CREATED = "api-key.created"
    API_KEY_REVOKED = "api-key.revoked"
    NAME_CHANGED = "name.changed"
    TIMEZONE_CHANGED = "timezone.changed"
    CURRENCY_CHANGED = "currency.changed"
    GIFT_CARDS_CHANGED = "gift-cards.changed"
    BRAND_CHANGED = "brand.changed"
    LINK_ADDRESS_CHANGED = "link-address.changed"
    TENANT_MOVED = "tenant.moved"
    DISCORD_CONNECTED = "discord.connected"
    DISCORD_DISCONNECTED = "discord.disconnected"
    IMPORT_STARTED = "import.started"
    IMPORT_SUCCEEDED = "import.succeeded"
    IMPORT_FAILED = "import.failed"
    SALES_RECEIVED = "sales.received"
    CONNECTION_CREATED = "connection.created"
    CONNECTION_ROTATED = "connection.rotated"
    CONNECTION_PAUSED = "connection.paused"
    CONNECTION_RESUMED = "connection.resumed"
    EVENTS_REPLAYED = "events.replayed"


@dataclass(frozen=True, slots=True)
class Author:
    """Who does something: ``name`` is what the audit log calls them.

    ``admin_id`` is set where it is an admin, ``address`` where it came over the network.
    """

    name: str
    admin_id: int | None = None
    address: str | None = None


COMMAND_LINE: Final = Author("command line")
WORKER: Final = Author("worker")


class AuditEntry(Model):
    """Something that was done. ``subject`` names what it was done to, never by a token or link id.

    ``details`` is a JSON object of what else a reader wants to know, by camelCase names.
    """

    __tablename__ = "audit_entries"

    tenant_id: Mapped[TenantId] = mapped_column(ForeignKey("tenants.id", ondelete="CASCADE"))
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True), primary_key=True)
    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    action: Mapped[Words]
    actor: Mapped[Words]
    subject: Mapped[str | None] = mapped_column(Text)
    address: Mapped[str | None] = mapped_column(Text)
    details: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))


def record(
    into: Session | Connection,
    tenant_id: int,
    action: Action,
    author: Author,
    *,
    at: datetime,
    subject: object = None,
    **details: object,
) -> None:
    """Write an entry in the transaction of what it tells of; details without a value are left out.

    The transaction runs on behalf of the tenant.
    """
    written = insert(AuditEntry).values(
        tenant_id=tenant_id,
        at=at,
        id=uuid4(),
        action=action.value,
        actor=author.name,
        subject=None if subject is None else str(subject),
        address=author.address,
        details={name: value for name, value in details.items() if value is not None} or None,
    )
    into.execute(written)
