"""Invitations: a one-time link makes whoever has it a member of the shop, under one e-mail address.

``inv_``, the tenant, the invitation's id and a secret of 256 random bits, whose digest alone is
kept. It works once, until it expires or is revoked; which of these ended it is not told. Of two who
use it at once the second waits for the first, and finds it used. Whoever looks at it waits too, or
they would see the account that the first has just made, and be asked for its password.
"""

import hashlib
import hmac
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Final, Literal
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, Engine, func, select, update
from sqlalchemy.dialects.postgresql import insert

from accounts.admin_copies import accounts_beside, copy_admin
from accounts.errors import InvalidAccountError
from accounts.members import list_members
from accounts.memberships import lock_tenant
from accounts.validation import stored_address
from common.db.accounts import Admin, Membership, Role, Tenant
from common.db.audit import Action, Author, record
from common.db.invitations import Invitation
from common.db.tenancy import Access, TenantDb, TenantSession, transaction
from common.http.problem import Problem
from common.http.wording import Wording

LASTS: Final = timedelta(days=7)
MOST_OPEN: Final = 100
_GRAMMAR: Final = re.compile(r"inv_([1-9][0-9]{0,8})_([0-9a-f]{32})_[A-Za-z0-9_-]{43}", re.ASCII)


class InvitationError(Problem):
    """An invitation cannot be made or used."""


class InvitationOverError(InvitationError):
    """No such invitation, or used, revoked or expired: which of them is not told."""

    status = HTTPStatus.NOT_FOUND
    type = "invitation-over"
    title = "This invitation does not work"

    def __init__(self) -> None:
        super().__init__("It has been used or revoked, or has expired: ask for another one.")


class TooManyInvitationsError(InvitationError):
    """The shop has as many open invitations as it may."""

    status = HTTPStatus.CONFLICT
    type = "too-many-invitations"
    title = "Too many invitations"

    def __init__(self) -> None:
        super().__init__(
            Wording(
                "There are %(most)s open invitations already: revoke some first.", most=MOST_OPEN
            )
        )


@dataclass(frozen=True, slots=True)
class Invited:
    """Whom an invitation is for; ``admin_id`` is their account, if they have one already."""

    tenant_id: int
    invitation_id: UUID
    email: str
    role: Role
    shop: str
    admin_id: int | None


def invite(
    db: TenantDb, email: str, role: Role, *, author: Author, at: datetime
) -> tuple[Invitation, str]:
    """Invite an address; the row, and the token, which is kept nowhere. It replaces an open one.

    Raises:
        InvalidAccountError: it is no address, or that of a member.
        TooManyInvitationsError: there are as many open ones as there may be.
    """
    email = stored_address(email)
    if any(member.email == email for member in list_members(db)):
        raise InvalidAccountError("email", email, "is a member already")
    invitation_id = uuid4()
    token = f"inv_{db.tenant_id}_{invitation_id.hex}_{secrets.token_urlsafe(32)}"
    made = Invitation(
        tenant_id=db.tenant_id,
        id=invitation_id,
        digest=_digest(token),
        email=email,
        role=role.value,
        created_at=at,
        maker=author.name,
        expires_at=at + LASTS,
    )
    with db.transaction() as session:
        lock_tenant(session, db.tenant_id)
        ours = (Invitation.tenant_id == db.tenant_id, Invitation.email == email)
        session.execute(update(Invitation).where(*ours, *_open(at)).values(revoked_at=at))
        of_tenant = Invitation.tenant_id == db.tenant_id
        count = select(func.count(Invitation.id)).where(of_tenant, *_open(at))
        if (session.scalar(count) or 0) >= MOST_OPEN:
            raise TooManyInvitationsError
        session.add(made)
        session.flush()
        record(
            session, db.tenant_id, Action.MEMBER_INVITED, author, at=at, subject=email, role=role
        )
    return made, token


def list_invitations(db: TenantDb, *, now: datetime) -> Sequence[Invitation]:
    """The open invitations, the latest first."""
    query = select(Invitation).where(Invitation.tenant_id == db.tenant_id, *_open(now))
    with db.transaction() as session:
        return session.scalars(query.order_by(Invitation.created_at.desc(), Invitation.id)).all()


def revoke_invitation(db: TenantDb, invitation_id: UUID, *, author: Author, at: datetime) -> None:
    """End an open invitation.

    Raises:
        InvitationOverError: there is no open one of that id.
    """
    mine = (Invitation.tenant_id == db.tenant_id, Invitation.id == invitation_id, *_open(at))
    with db.transaction() as session:
        email = session.scalar(
            update(Invitation).where(*mine).values(revoked_at=at).returning(Invitation.email)
        )
        if email is None:
            raise InvitationOverError
        record(session, db.tenant_id, Action.INVITATION_REVOKED, author, at=at, subject=email)


def find_invitation(engine: Engine, token: str, *, now: datetime) -> Invited:
    """Whom a token is for, as long as it works.

    Raises:
        InvitationOverError: it does not.
    """
    named = _parsed(token)
    with transaction(engine, Access(tenant_id=named[0])) as session:
        return _invited(engine, session, _row(session, named, token, now, locked="shared"))


def accept_invitation(
    engine: Engine,
    token: str,
    *,
    password_hash: str | None,
    verified: int | None,
    address: str | None,
    at: datetime,
) -> int:
    """Use a token: its address is a member from now on; the admin's id.

    ``password_hash`` is that of a new account; ``verified`` the account that has shown
    its password.

    Raises:
        InvitationOverError: the token does not work, or the account is another than was verified.
    """
    named = _parsed(token)
    with transaction(engine, Access(tenant_id=named[0])) as session:
        row = _row(session, named, token, at, locked="exclusive")
        with accounts_beside(engine, session) as accounts:
            if password_hash is not None:
                account = insert(Admin).values(email=row.email, password_hash=password_hash)
                admin_id = accounts.scalar(account.on_conflict_do_nothing().returning(Admin.id))
            else:
                known = select(Admin.id).where(Admin.email == row.email, Admin.id == verified)
                admin_id = accounts.scalar(known)
        if admin_id is None:
            raise InvitationOverError
        copy_admin(session, engine, admin_id, row.email)
        row.used_at = at
        member = insert(Membership).values(tenant_id=named[0], admin_id=admin_id, role=row.role)
        session.execute(member.on_conflict_do_nothing())
        author = Author(row.email, admin_id, address)
        record(
            session,
            named[0],
            Action.MEMBER_ADDED,
            author,
            at=at,
            subject=row.email,
            role=row.role,
            invitedBy=row.maker,
        )
    return int(admin_id)


def _row(
    session: TenantSession,
    named: tuple[int, UUID],
    token: str,
    now: datetime,
    *,
    locked: Literal["shared", "exclusive"],
) -> Invitation:
    query = select(Invitation).where(
        Invitation.tenant_id == named[0], Invitation.id == named[1], *_open(now)
    )
    row = session.scalar(query.with_for_update(read=locked == "shared"))
    if row is None or not hmac.compare_digest(row.digest, _digest(token)):
        raise InvitationOverError
    return row


def _invited(engine: Engine, session: TenantSession, row: Invitation) -> Invited:
    shop = session.scalars(select(Tenant.name).where(Tenant.id == row.tenant_id)).one()
    with accounts_beside(engine, session) as accounts:
        admin_id = accounts.scalar(select(Admin.id).where(Admin.email == row.email))
    return Invited(row.tenant_id, row.id, row.email, Role(row.role), shop, admin_id)


def _open(now: datetime) -> tuple[ColumnElement[bool], ...]:
    return (
        Invitation.used_at.is_(None),
        Invitation.revoked_at.is_(None),
        Invitation.expires_at > now,
    )


def _parsed(token: str) -> tuple[int, UUID]:
    match = _GRAMMAR.fullmatch(token)
    if match is None:
        raise InvitationOverError
    return int(match[1]), UUID(match[2])


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode("ascii")).digest()
