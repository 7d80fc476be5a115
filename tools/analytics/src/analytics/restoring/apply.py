"""Brings revocations into a restored copy: it takes away, and gives nobody anything.

What the copy does not know stays unknown (a link issued after the dump opens no more); what it
knows as revoked stays so. Of two passwords the later one counts.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from analytics.admin.tenant_tables import on_behalf_of
from analytics.restoring.revocation_file import (
    Fact,
    InvitationFact,
    KeyFact,
    LinkFact,
    PersonFact,
    TenantFact,
)
from common.db.accounts import Admin, Membership, Role, Tenant
from common.db.api_keys import ApiKey
from common.db.audit import COMMAND_LINE, Action, AuditEntry, record
from common.db.discord import DiscordConnection
from common.db.invitations import Invitation
from common.db.shares import Share, SharingStop

_AT_ONCE: Final = 1000
_RANK: Final = {Role.VIEWER.value: 0, Role.EDITOR.value: 1, Role.OWNER.value: 2}


@dataclass(slots=True)
class Applied:
    """How much was taken away."""

    links: int = 0
    passwords: int = 0
    members: int = 0
    keys: int = 0
    people: int = 0
    erased: list[str] = field(default_factory=list)
    """Slugs of tenants that were erased after the dump: closed here, and to be erased again."""


def apply(
    connection: Connection, facts: Iterable[Fact], *, made: datetime, now: datetime, whole: bool
) -> Applied:
    """Take away in a copy what ``facts`` of that moment say, in one transaction.

    ``whole`` says that they are all there were: a tenant that they do not name was erased.
    """
    done = Applied()
    by_tenant: defaultdict[int, list[Fact]] = defaultdict(list)
    with Session(connection) as session:
        for fact in facts:
            if isinstance(fact, PersonFact):
                done.people += _change_person(session, fact)
            else:
                by_tenant[fact.tenant].append(fact)
        known = session.execute(select(Tenant.id, Tenant.slug))
        slugs = {row.id: row.slug for row in known}
        for tenant_id, of_tenant in sorted(by_tenant.items()):
            on_behalf_of(connection, tenant_id)
            named = {each.slug for each in of_tenant if isinstance(each, TenantFact)}
            if named <= {slugs.get(tenant_id)}:
                _apply_to(session, tenant_id, of_tenant, done, made=made, now=now)
                session.flush()
        if whole:
            _close_erased(session, by_tenant.keys(), done, made=made)
    return done


def _close_erased(
    session: Session, known: Collection[int], done: Applied, *, made: datetime
) -> None:
    """Close the tenants that were there before the file was made, and that it does not know.

    One that has come from another server since did not have to be in it.
    """
    gone = select(Tenant.id, Tenant.slug).where(
        Tenant.created_at <= made, Tenant.id.not_in(known), ~Tenant.arriving
    )
    for tenant in session.execute(gone).all():
        on_behalf_of(session.connection(), tenant.id)
        if _came_after(session, tenant.id, made):
            continue
        for share in session.scalars(select(Share).where(Share.tenant_id == tenant.id)):
            done.links += share.revoked_at is None
            share.revoked_at = _first(share.revoked_at, made)
        session.execute(delete(Membership).where(Membership.tenant_id == tenant.id))
        _stop_sharing(session, tenant.id, made)
        session.flush()
        done.erased.append(tenant.slug)


def _came_after(session: Session, tenant_id: int, made: datetime) -> bool:
    """Whether a move brought the tenant here after the file was made."""
    moves = select(func.max(AuditEntry.at)).where(
        AuditEntry.tenant_id == tenant_id, AuditEntry.action == Action.TENANT_MOVED.value
    )
    newest = session.scalar(moves)
    return newest is not None and newest > made


def _stop_sharing(session: Session, tenant_id: int, since: datetime) -> None:
    stop = insert(SharingStop).values(tenant_id=tenant_id, since=since)
    session.execute(
        stop.on_conflict_do_update(
            index_elements=["tenant_id"],
            set_={"since": func.least(SharingStop.since, stop.excluded.since)},
        )
    )


def _change_person(session: Session, fact: PersonFact) -> int:
    admin = session.scalar(select(Admin).where(Admin.id == fact.id, Admin.email == fact.email))
    if admin is None:
        return 0
    known = (admin.session_generation, admin.password_hash)
    if (fact.generation, fact.password_hash) <= known:
        return 0
    admin.session_generation, admin.password_hash = fact.generation, fact.password_hash
    return 1


def _apply_to(
    session: Session,
    tenant_id: int,
    facts: Sequence[Fact],
    done: Applied,
    *,
    made: datetime,
    now: datetime,
) -> None:
    links = {fact.link: fact for fact in facts if isinstance(fact, LinkFact)}
    revoked = 0
    for start in range(0, len(links), _AT_ONCE):
        part = list(links)[start : start + _AT_ONCE]
        known = select(Share).where(Share.tenant_id == tenant_id, Share.link_id.in_(part))
        for share in session.scalars(known):
            revoked += _revoke(share, links[share.link_id])
            done.passwords += _change_password(share, links[share.link_id])
    if revoked:
        record(session, tenant_id, Action.LINKS_REVOKED, COMMAND_LINE, at=now, links=revoked)
    done.links += revoked
    for fact in facts:
        if isinstance(fact, TenantFact):
            done.members += _narrow(session, fact, made)
            done.keys += _end_other_keys(session, fact, made)
        elif isinstance(fact, KeyFact):
            done.keys += _end_key(session, fact)
        elif isinstance(fact, InvitationFact):
            _end_invitation(session, fact)


def _revoke(share: Share, fact: LinkFact) -> int:
    if fact.revoked_at is None:
        return 0
    if fact.expires is not None and fact.expires != int(share.expires_at.timestamp()):
        return 0
    alive = share.revoked_at is None
    share.revoked_at = _first(share.revoked_at, fact.revoked_at)
    return int(alive)


def _change_password(share: Share, fact: LinkFact) -> int:
    if (fact.revision, fact.password_hash or "") <= (share.revision, share.password_hash or ""):
        return 0
    share.password_hash, share.revision = fact.password_hash, fact.revision
    share.changed_at = fact.changed_at
    return 1


def _narrow(session: Session, fact: TenantFact, made: datetime) -> int:
    """Members and guilds that are gone go, roles that were lowered are lowered."""
    changed = 0
    for member in session.scalars(select(Membership).where(Membership.tenant_id == fact.tenant)):
        role = fact.members.get(member.admin_id)
        if role is None and member.created_at <= made:
            session.delete(member)
            changed += 1
        elif role is not None and _RANK[role] < _RANK[member.role]:
            member.role = role
            changed += 1
    session.execute(
        delete(DiscordConnection).where(
            DiscordConnection.tenant_id == fact.tenant,
            DiscordConnection.connected_at <= made,
            DiscordConnection.guild_id.not_in(fact.guilds),
        )
    )
    if fact.off_since is not None:
        _stop_sharing(session, fact.tenant, fact.off_since)
    return changed


def _end_other_keys(session: Session, fact: TenantFact, made: datetime) -> int:
    """Keys that were there before, and were not any more: revoked and forgotten, or deleted."""
    gone = (
        ApiKey.tenant_id == fact.tenant,
        ApiKey.created_at <= made,
        ApiKey.id.not_in(fact.keys),
    )
    alive = select(func.count()).select_from(ApiKey).where(*gone, ApiKey.revoked_at.is_(None))
    count = session.scalar(alive) or 0
    first = func.least(ApiKey.revoked_at, made)
    session.execute(update(ApiKey).where(*gone).values(revoked_at=first))
    return count


def _end_key(session: Session, fact: KeyFact) -> int:
    key = session.get(ApiKey, (fact.tenant, fact.id))
    if key is None:
        return 0
    alive = key.revoked_at is None
    key.revoked_at = _first(key.revoked_at, fact.revoked_at)
    return int(alive)


def _end_invitation(session: Session, fact: InvitationFact) -> None:
    invitation = session.get(Invitation, (fact.tenant, fact.id))
    if invitation is not None:
        invitation.used_at = _first(invitation.used_at, fact.used_at)
        invitation.revoked_at = _first(invitation.revoked_at, fact.revoked_at)


def _first(one: datetime | None, other: datetime | None) -> datetime | None:
    given = [each for each in (one, other) if each is not None]
    return min(given, default=None)
