"""What was revoked, as the database and Redis have it: for the file, and for a restored copy."""

import re
from collections.abc import Iterator
from datetime import datetime
from itertools import islice
from typing import Final
from uuid import UUID

from redis import Redis
from sqlalchemy import Connection, or_, select, text

from analytics.admin.tenant_tables import on_behalf_of
from analytics.restoring.revocation_file import (
    Fact,
    Head,
    InvitationFact,
    KeyFact,
    LinkFact,
    PersonFact,
    TenantFact,
)
from common.db.accounts import Admin, Membership, Tenant
from common.db.api_keys import ApiKey
from common.db.discord import DiscordConnection
from common.db.invitations import Invitation
from common.db.shares import Share, SharingStop
from common.infra.nodes import scan
from common.links.state import LinkState

_AT_ONCE: Final = 1000
_STATE: Final = re.compile(rb"\{(\d+)\}:link:([0-9a-f]{32})")


def head_of(connection: Connection) -> Head:
    """The head of a file that is made in this transaction."""
    at, shops = connection.execute(text("SELECT now(), (SELECT count(*) FROM tenants)")).one()
    return Head(at=at, shops=shops)


def facts_of(connection: Connection, at: datetime) -> Iterator[Fact]:
    """Everything that is revoked at that moment, in a transaction that sees one moment."""
    for person in connection.execute(
        select(Admin.id, Admin.email, Admin.password_hash, Admin.session_generation)
    ):
        yield PersonFact(
            id=person.id,
            email=person.email,
            password_hash=person.password_hash,
            generation=person.session_generation,
        )
    tenants = connection.execute(select(Tenant.id, Tenant.slug).order_by(Tenant.id)).all()
    for tenant in tenants:
        on_behalf_of(connection, tenant.id)
        yield _tenant(connection, tenant.id, tenant.slug)
        yield from _links(connection, tenant.id, at)
        yield from _keys(connection, tenant.id)


def _tenant(connection: Connection, tenant_id: int, slug: str) -> TenantFact:
    members = connection.execute(
        select(Membership.admin_id, Membership.role).where(Membership.tenant_id == tenant_id)
    )
    guilds = connection.scalars(
        select(DiscordConnection.guild_id).where(DiscordConnection.tenant_id == tenant_id)
    )
    keys = connection.scalars(
        select(ApiKey.id).where(ApiKey.tenant_id == tenant_id, ApiKey.revoked_at.is_(None))
    )
    return TenantFact(
        tenant=tenant_id,
        slug=slug,
        members={row.admin_id: row.role for row in members},
        guilds=sorted(guilds),
        keys=list(keys),
        off_since=connection.scalar(
            select(SharingStop.since).where(SharingStop.tenant_id == tenant_id)
        ),
    )


def _links(connection: Connection, tenant_id: int, at: datetime) -> Iterator[LinkFact]:
    found = connection.execute(
        select(
            Share.link_id, Share.revoked_at, Share.revision, Share.changed_at, Share.password_hash
        )
        .where(
            Share.tenant_id == tenant_id,
            Share.expires_at > at,
            or_(Share.revoked_at.is_not(None), Share.changed_at.is_not(None)),
        )
        .order_by(Share.link_id)
    )
    for row in found:
        yield LinkFact(
            tenant=tenant_id,
            link=row.link_id,
            revoked_at=row.revoked_at,
            revision=row.revision,
            changed_at=row.changed_at,
            password_hash=row.password_hash,
        )


def _keys(connection: Connection, tenant_id: int) -> Iterator[KeyFact | InvitationFact]:
    keys = select(ApiKey.id, ApiKey.revoked_at).where(
        ApiKey.tenant_id == tenant_id, ApiKey.revoked_at.is_not(None)
    )
    for key in connection.execute(keys):
        yield KeyFact(tenant=tenant_id, id=key.id, revoked_at=key.revoked_at)
    invitations = select(Invitation.id, Invitation.used_at, Invitation.revoked_at).where(
        Invitation.tenant_id == tenant_id,
        or_(Invitation.used_at.is_not(None), Invitation.revoked_at.is_not(None)),
    )
    for each in connection.execute(invitations):
        yield InvitationFact(
            tenant=tenant_id, id=each.id, used_at=each.used_at, revoked_at=each.revoked_at
        )


def surviving(redis: Redis, at: datetime) -> tuple[int, list[LinkFact]]:
    """How many states of links Redis has, and the links it knows as revoked.

    That of a link which was in no ledger lapses after an hour, and not with the link.
    """
    count = 0
    facts: list[LinkFact] = []
    names = filter(_STATE.fullmatch, scan(redis, "*:link:*", count=_AT_ONCE))
    while part := list(islice(names, _AT_ONCE)):
        count += len(part)
        with redis.pipeline(transaction=False) as pipe:
            for name in part:
                pipe.get(name)
                pipe.expiretime(name.decode("ascii"))
            answers = pipe.execute()
        for name, value, expires in zip(part, answers[::2], answers[1::2], strict=True):
            if value == LinkState.REVOKED.value.encode("ascii"):
                facts.append(_revoked(name, at, expires))
    return count, facts


def _revoked(name: bytes, at: datetime, expires: int) -> LinkFact:
    found = _STATE.fullmatch(name)
    if found is None:  # pragma: no cover - names are looked at before
        raise ValueError(name)
    link_id = UUID(found[2].decode("ascii"))
    return LinkFact(tenant=int(found[1]), link=link_id, revoked_at=at, expires=expires)
