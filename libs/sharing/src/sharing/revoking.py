"""Revoking links: they stop opening, and the ledger says since when and by whom.

The order is ledger, commit, Redis: what is committed is carried out for certain. When Redis does
not take it, the caller hears that the links are to be taken for alive until it does, and the
workers' sweep (``worker.links.revocation_sweep``) brings it there. Asking again hastens that.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus
from uuid import UUID

from redis import RedisError
from sqlalchemy import Engine, select, text, update

from common.db.audit import Action, Author, record
from common.db.shares import Share
from common.db.tenancy import Access, TenantSession, transaction
from common.http.problem import UNAVAILABLE_RETRY_SECONDS, Problem
from common.http.wording import Wording
from common.infra.refusals import told_of
from common.links.state import LinkRef, LinkStateStore
from common.reports import registry
from sharing.boards import shows
from sharing.listing import ShareNotFoundError

BATCH = 1000
_WRITTEN_AGAIN = timedelta(hours=1)
_LINKS_OF_A_TENANT = 0x11A5  # the class of the locks; never changes
_ALONE = text(f"SELECT pg_advisory_xact_lock({_LINKS_OF_A_TENANT}, :tenant_id)")
_TOGETHER = text(f"SELECT pg_advisory_xact_lock_shared({_LINKS_OF_A_TENANT}, :tenant_id)")


class RevocationUnavailableError(Problem):
    """The revocation stands in the ledger, and could not yet be written where viewers look."""

    status = HTTPStatus.SERVICE_UNAVAILABLE
    type = "recall-unavailable"
    title = "Links not revoked yet"
    retry_after = UNAVAILABLE_RETRY_SECONDS

    def __init__(self, cause: BaseException | None = None) -> None:
        super().__init__(
            Wording(
                "The revocation is recorded and will be carried out, but not yet: %(cause)s"
                " Treat the links as still live until it does.",
                cause=told_of(cause),
            )
        )


@dataclass(frozen=True, slots=True)
class Revocation:
    """Whose links are revoked, by whom and when."""

    tenant_id: int
    author: Author
    at: datetime


@dataclass(frozen=True, slots=True)
class RevokedLinks:
    """How many links a revocation ended, and those whose state has to be written to Redis."""

    count: int
    links: list[LinkRef]


def revoke(revocation: Revocation, share_id: UUID, engine: Engine, states: LinkStateStore) -> None:
    """Revoke one link; revoking it again changes nothing in the ledger and heals Redis.

    Raises:
        ShareNotFoundError: the tenant has no such entry.
        RevocationUnavailableError: Redis did not take it yet.
    """
    with transaction(engine, Access(tenant_id=revocation.tenant_id)) as session:
        share = session.scalar(
            select(Share)
            .where(Share.tenant_id == revocation.tenant_id, Share.id == share_id)
            .with_for_update()
        )
        if share is None:
            raise ShareNotFoundError(share_id)
        if share.revoked_at is None:
            share.revoked_at = revocation.at
            share.revoked_by = revocation.author.admin_id
            record(
                session,
                revocation.tenant_id,
                Action.LINK_REVOKED,
                revocation.author,
                at=revocation.at,
                subject=share.id,
                report=share.report,
            )
        link = LinkRef(share.tenant_id, share.link_id, share.expires_at)
    if link.expires_at > revocation.at:
        write(states, [link])


def revoke_all(
    revocation: Revocation, engine: Engine, states: LinkStateStore, *, report: str | None = None
) -> int:
    """Revoke every active link of the tenant, or those that show a report type; how many it were.

    Those revoked within the last hour are written to Redis again.

    Raises:
        UnknownReportError: no such report type.
        RevocationUnavailableError: Redis did not take all of them yet.
    """
    slug = None if report is None else registry.find(report).slug
    with transaction(engine, Access(tenant_id=revocation.tenant_id)) as session:
        revoked = revoke_active(session, revocation, report=slug)
        if revoked.count:
            record(
                session,
                revocation.tenant_id,
                Action.LINKS_REVOKED,
                revocation.author,
                at=revocation.at,
                links=revoked.count,
                report=slug,
            )
    write(states, revoked.links)
    return revoked.count


def revoke_active(
    session: TenantSession, revocation: Revocation, *, report: str | None = None
) -> RevokedLinks:
    """Revoke in the ledger what is active; ``write`` the links once that is committed.

    Revocations of a tenant and issues of links to it wait for each other.
    """
    session.execute(_ALONE, {"tenant_id": revocation.tenant_id})
    chosen = [Share.tenant_id == revocation.tenant_id, Share.expires_at > revocation.at]
    if report is not None:
        chosen.append(shows(report))
    # Locked in one order: another writer of several links cannot meet us half-way.
    active = (
        select(Share.id)
        .where(*chosen, Share.revoked_at.is_(None))
        .order_by(Share.id)
        .with_for_update()
        .cte()
    )
    count = len(
        session.execute(
            update(Share)
            .where(Share.tenant_id == revocation.tenant_id, Share.id.in_(select(active.c.id)))
            .values(revoked_at=revocation.at, revoked_by=revocation.author.admin_id)
            .returning(Share.id)
        ).all()
    )
    rows = session.execute(
        select(Share.link_id, Share.expires_at).where(
            *chosen, Share.revoked_at >= revocation.at - _WRITTEN_AGAIN
        )
    ).all()
    links = [LinkRef(revocation.tenant_id, row.link_id, row.expires_at) for row in rows]
    return RevokedLinks(count, links)


def hold_revocations(session: TenantSession, tenant_id: int) -> None:
    """No revocation of several links of the tenant begins before this transaction has ended."""
    session.execute(_TOGETHER, {"tenant_id": tenant_id})


def write(states: LinkStateStore, links: list[LinkRef]) -> None:
    """Write revoked links where viewers look.

    Raises:
        RevocationUnavailableError: Redis did not take all of them yet.
    """
    try:
        for start in range(0, len(links), BATCH):
            states.revoke(links[start : start + BATCH])
    except (RedisError, OSError) as error:
        raise RevocationUnavailableError(error) from error
