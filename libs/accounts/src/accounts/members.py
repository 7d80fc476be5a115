"""Members of a tenant: who they are, their roles, and removing one.

A tenant that has an owner keeps one: whoever changes a role or removes a member locks the tenant
first, so that of two owners who demote each other at once the second is told that they are the
last.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Final

from sqlalchemy import delete, func, select, update

from accounts.errors import AccountError
from accounts.memberships import lock_tenant
from common.db.accounts import Admin, Membership, Role
from common.db.api_keys import ApiKey
from common.db.audit import Action, Author, record
from common.db.imports import Import
from common.db.ledger_writer import by_statements
from common.db.shares import Share
from common.db.tenancy import TenantDb, TenantSession
from common.http.problem import Problem

_ID: Final = re.compile(r"[1-9][0-9]{0,9}", re.ASCII)
_LARGEST_ID: Final = 2**31 - 1


class MemberError(Problem):
    """A member cannot be found or changed."""


class MemberNotFoundError(MemberError):
    """The tenant has no such member; the answer does not tell whether another has."""

    status = HTTPStatus.NOT_FOUND
    type = "member-not-found"
    title = "Member not found"

    def __init__(self, member: object) -> None:
        super().__init__("There is no such member.")
        self.member = member


class LastOwnerError(AccountError, MemberError):
    """The tenant would be left without an owner."""

    status = HTTPStatus.CONFLICT
    type = "last-owner"
    title = "Last owner"

    def __init__(self) -> None:
        super().__init__("This is the only owner: make another member an owner first.")


@dataclass(frozen=True, slots=True)
class Member:
    """A person who may act for the tenant."""

    admin_id: int
    email: str
    role: Role
    added_at: datetime


def parse_member_id(text: str) -> int:
    """The member of an id in its one spelling; anything else names none.

    Raises:
        MemberNotFoundError: nobody has that id.
    """
    if _ID.fullmatch(text) and int(text) <= _LARGEST_ID:
        return int(text)
    raise MemberNotFoundError(text)


def list_members(db: TenantDb) -> Sequence[Member]:
    """The members by e-mail address."""
    with db.transaction() as session:
        return _members(session, db.tenant_id)


def set_role(db: TenantDb, admin_id: int, role: Role, *, author: Author, at: datetime) -> Member:
    """Give a member another role, from their next request on; a no-op when they have it.

    Raises:
        MemberNotFoundError: the tenant has no such member.
        LastOwnerError: nobody else is an owner.
    """
    with db.transaction() as session:
        found = _for_change(session, db.tenant_id, admin_id, stays_owner=role is Role.OWNER)
        if found.role is not role:
            session.execute(
                update(Membership)
                .where(Membership.tenant_id == db.tenant_id, Membership.admin_id == admin_id)
                .values(role=role.value)
            )
            record(
                session,
                db.tenant_id,
                Action.ROLE_CHANGED,
                author,
                at=at,
                subject=found.email,
                before=found.role,
                after=role,
            )
    return Member(admin_id, found.email, role, found.added_at)


def remove_member(db: TenantDb, admin_id: int, *, author: Author, at: datetime) -> None:
    """End a member's right to act for the tenant, sessions under way and their keys included.

    Links they issued go on, and other tenants of theirs; their account stays.

    Raises:
        MemberNotFoundError: the tenant has no such member.
        LastOwnerError: nobody else is an owner.
    """
    with db.transaction() as session:
        found = _for_change(session, db.tenant_id, admin_id, stays_owner=False)
        for key in session.scalars(
            select(ApiKey).where(
                ApiKey.tenant_id == db.tenant_id,
                ApiKey.created_by == admin_id,
                ApiKey.revoked_at.is_(None),
            )
        ).all():
            record(
                session,
                db.tenant_id,
                Action.API_KEY_REVOKED,
                author,
                at=at,
                subject=key.id,
                name=key.name,
            )
        with by_statements(session.connection().exec_driver_sql):
            _let_go(session, db.tenant_id, admin_id)
            session.execute(
                delete(Membership).where(
                    Membership.tenant_id == db.tenant_id, Membership.admin_id == admin_id
                )
            )
        record(session, db.tenant_id, Action.MEMBER_REMOVED, author, at=at, subject=found.email)


def _let_go(session: TenantSession, tenant_id: int, admin_id: int) -> None:
    """What a member did outlives the membership, without whose it was."""
    for column in (Share.created_by, Share.revoked_by, Import.created_by):
        table = column.class_
        theirs = update(table).where(table.tenant_id == tenant_id, column == admin_id)
        session.execute(theirs.values({column: None}))


def _for_change(
    session: TenantSession, tenant_id: int, admin_id: int, *, stays_owner: bool
) -> Member:
    """The member, once nobody else changes the tenant's members."""
    lock_tenant(session, tenant_id)
    found = next((m for m in _members(session, tenant_id) if m.admin_id == admin_id), None)
    if found is None:
        raise MemberNotFoundError(admin_id)
    if found.role is Role.OWNER and not stays_owner and _count_owners(session, tenant_id) == 1:
        raise LastOwnerError
    return found


def _members(session: TenantSession, tenant_id: int) -> Sequence[Member]:
    rows = session.execute(
        select(Admin.id, Admin.email, Membership.role, Membership.created_at)
        .join(Membership, Membership.admin_id == Admin.id)
        .where(Membership.tenant_id == tenant_id)
        .order_by(Admin.email)
    )
    return [Member(admin_id, email, Role(role), at) for admin_id, email, role, at in rows]


def _count_owners(session: TenantSession, tenant_id: int) -> int:
    owners = (Membership.tenant_id == tenant_id, Membership.role == Role.OWNER.value)
    return session.scalar(select(func.count()).select_from(Membership).where(*owners)) or 0
