"""Audit log: reading it, and writing what concerns a person rather than a tenant."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, Final

from sqlalchemy import Engine, Text, event, func, insert, literal, select, text
from sqlalchemy.orm import Session

from common.db.accounts import Membership
from common.db.audit import Action, AuditEntry, Author
from common.db.pagination import Cursor, Order, Page, Paging, page_of
from common.db.shards import HOME, Directory, directory_of
from common.db.tenancy import Access, TenantDb, TenantSession, transaction
from common.instants import iso

_log = logging.getLogger(__name__)

_ORDER: Final = Order(AuditEntry.at, AuditEntry.id)
_ENTER: Final = text(
    "SELECT enter_tenant(tenant_id) FROM memberships WHERE admin_id = :admin_id ORDER BY tenant_id"
)
_UNHURRIED: Final = text("SET LOCAL synchronous_commit = off")


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """Which entries are wanted, from ``start`` to before ``end``; None takes all."""

    action: Action | None = None
    actor: str | None = None
    subject: str | None = None
    start: datetime | None = None
    end: datetime | None = None


def list_audit(db: TenantDb, paging: Paging, wanted: AuditFilter) -> Page[AuditEntry]:
    """The tenant's entries that are wanted, newest first."""
    query = select(AuditEntry).where(AuditEntry.tenant_id == db.tenant_id)
    for column, value in (
        (AuditEntry.action, wanted.action),
        (AuditEntry.actor, wanted.actor),
        (AuditEntry.subject, wanted.subject),
    ):
        if value is not None:
            query = query.where(column == value)
    if wanted.start is not None:
        query = query.where(AuditEntry.at >= wanted.start)
    if wanted.end is not None:
        query = query.where(AuditEntry.at < wanted.end)
    with db.transaction() as session:
        rows = session.scalars(_ORDER.select(query, paging)).all()
    return page_of(rows, paging, lambda each: each, lambda each: Cursor(each.at, each.id))


def entry_json(entry: AuditEntry) -> dict[str, Any]:
    """An entry as a JSON object, as the API spells it."""
    return {
        "id": str(entry.id),
        "at": iso(entry.at),
        "action": entry.action,
        "actor": entry.actor,
        "subject": entry.subject,
        "address": entry.address,
        "details": entry.details or {},
    }


def record_for_person(
    session: TenantSession,
    action: Action,
    author: Author,
    *,
    at: datetime,
    subject: str | None = None,
) -> None:
    """Write what an admin did, or what was tried in their name, for each of their tenants.

    ``session`` runs on behalf of that admin; ``subject`` names what it was done to. Without an
    admin the same statement writes nothing: its time does not tell whether there is an account.
    Tenants of further servers are told once it is committed and its connection is given back; a
    server that is away, or does not answer within seconds, is not told.
    """
    directory = directory_of(session.get_bind().engine)
    _write(session, action, author, at, subject, fenced=directory is not None)
    if directory is None:
        return

    def write(server: Engine) -> None:
        with transaction(server, Access(admin_id=author.admin_id)) as further:
            _write(further, action, author, at, subject, fenced=True)

    def tell(*_: object) -> None:
        _tell_further(directory, write, action)

    def committed(_: Session) -> None:
        event.listen(session, "after_transaction_end", tell, once=True)

    event.listen(session, "after_commit", committed, once=True)


def _tell_further(directory: Directory, write: Callable[[Engine], None], action: Action) -> None:
    servers = directory.servers.items()
    asks = {name: partial(write, server) for name, server in servers if name != HOME}
    for name, error in directory.ask(asks).away.items():
        facts = {"server": name, "action": action.value, "error": type(error).__name__}
        _log.warning("an entry may be missing in the audit log of a server", extra=facts)


def _write(
    session: TenantSession,
    action: Action,
    author: Author,
    at: datetime,
    subject: str | None,
    *,
    fenced: bool,
) -> None:
    """``fenced`` holds moves of the tenants off, and leaves out those that are arriving."""
    if fenced:
        session.execute(_ENTER, {"admin_id": author.admin_id})
    theirs = select(
        Membership.tenant_id,
        literal(at),
        func.gen_random_uuid(),
        literal(action.value),
        literal(author.name),
        literal(author.address, Text()),
        literal(subject, Text()),
    ).where(Membership.admin_id == author.admin_id)
    if fenced:
        theirs = theirs.where(func.holds_tenant(Membership.tenant_id))
    columns = ["tenant_id", "at", "id", "action", "actor", "address", "subject"]
    session.execute(insert(AuditEntry).from_select(columns, theirs))


def record_refusal(engine: Engine, action: Action, author: Author, *, at: datetime) -> None:
    """Write that a login was refused; the disk is not waited for, which would take time."""
    with transaction(engine, Access(admin_id=author.admin_id)) as session:
        session.execute(_UNHURRIED)
        record_for_person(session, action, author, at=at)
