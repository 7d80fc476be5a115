"""Recalling links: they stop opening, and the ledger says since when and by whom.

The order is ledger, commit, Redis: what is committed is carried out for certain. When Redis does
not take it, the caller hears that the links are to be taken for alive until it does, and the
workers' sweep (``worker.links.revocation_sweep``) brings it there. Asking again hastens that.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from redis import RedisError
from sqlalchemy import Engine, select, text, update

from common.db.audit import Action, Author, record
from common.db.shares import Share
from common.db.tenancy import Access, TenantSession, transaction
from common.links.state import LinkRef, LinkStates
from common.reports import registry
from sharing.listing import ShareNotFoundError

BATCH = 1000
_WRITTEN_AGAIN = timedelta(hours=1)
_LINKS_OF_A_TENANT = 0x11A5  # the class of the locks; never changes
_ALONE = text(f"SELECT pg_advisory_xact_lock({_LINKS_OF_A_TENANT}, :tenant_id)")
_TOGETHER = text(f"SELECT pg_advisory_xact_lock_shared({_LINKS_OF_A_TENANT}, :tenant_id)")


class RecallUnavailableError(Exception):
    """The recall stands in the ledger, and could not yet be written where viewers look."""

    retry_after = 5

    def __init__(self) -> None:
        super().__init__(
            "The recall is recorded and will be carried out, but Redis does not answer now:"
            " take the links for still alive until it does."
        )


@dataclass(frozen=True, slots=True)
class Recall:
    """Whose links are recalled, by whom and when."""

    tenant_id: int
    author: Author
    at: datetime


@dataclass(frozen=True, slots=True)
class Recalled:
    """How many links a recall ended, and those whose state has to be written to Redis."""

    count: int
    links: list[LinkRef]


def revoke(recall: Recall, share_id: UUID, engine: Engine, states: LinkStates) -> None:
    """Recall one link; recalling it again changes nothing in the ledger and heals Redis.

    Raises:
        ShareNotFoundError: the tenant has no such entry.
        RecallUnavailableError: Redis did not take it yet.
    """
    with transaction(engine, Access(tenant_id=recall.tenant_id)) as session:
        share = session.scalar(
            select(Share)
            .where(Share.tenant_id == recall.tenant_id, Share.id == share_id)
            .with_for_update()
        )
        if share is None:
            raise ShareNotFoundError(share_id)
        if share.revoked_at is None:
            share.revoked_at = recall.at
            share.revoked_by = recall.author.admin_id
            record(
                session,
                recall.tenant_id,
                Action.LINK_REVOKED,
                recall.author,
                at=recall.at,
                subject=share.id,
                report=share.report,
            )
        link = LinkRef(share.tenant_id, share.link_id, share.expires_at)
    if link.expires_at > recall.at:
        write(states, [link])


def revoke_all(
    recall: Recall, engine: Engine, states: LinkStates, *, report: str | None = None
) -> int:
    """Recall every active link of the tenant, or of one of its report types; how many it were.

    Those recalled within the last hour are written to Redis again.

    Raises:
        UnknownReportError: no such report type.
        RecallUnavailableError: Redis did not take all of them yet.
    """
    slug = None if report is None else registry.find(report).slug
    with transaction(engine, Access(tenant_id=recall.tenant_id)) as session:
        recalled = recall_active(session, recall, report=slug)
        if recalled.count:
            record(
                session,
                recall.tenant_id,
                Action.LINKS_REVOKED,
                recall.author,
                at=recall.at,
                links=recalled.count,
                report=slug,
            )
    write(states, recalled.links)
    return recalled.count


def recall_active(session: TenantSession, recall: Recall, *, report: str | None = None) -> Recalled:
    """Recall in the ledger what is active; ``write`` the links once that is committed.

    Recalls of a tenant and issues of links to it wait for each other.
    """
    session.execute(_ALONE, {"tenant_id": recall.tenant_id})
    chosen = [Share.tenant_id == recall.tenant_id, Share.expires_at > recall.at]
    if report is not None:
        chosen.append(Share.report == report)
    # Locked in one order: whoever else writes to several links cannot meet us half-way.
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
            .where(Share.tenant_id == recall.tenant_id, Share.id.in_(select(active.c.id)))
            .values(revoked_at=recall.at, revoked_by=recall.author.admin_id)
            .returning(Share.id)
        ).all()
    )
    rows = session.execute(
        select(Share.link_id, Share.expires_at).where(
            *chosen, Share.revoked_at >= recall.at - _WRITTEN_AGAIN
        )
    ).all()
    links = [LinkRef(recall.tenant_id, row.link_id, row.expires_at) for row in rows]
    return Recalled(count, links)


def hold_recalls(session: TenantSession, tenant_id: int) -> None:
    """No recall of several links of the tenant begins before this transaction has ended."""
    session.execute(_TOGETHER, {"tenant_id": tenant_id})


def write(states: LinkStates, links: list[LinkRef]) -> None:
    """Write recalled links where viewers look.

    Raises:
        RecallUnavailableError: Redis did not take all of them yet.
    """
    try:
        for start in range(0, len(links), BATCH):
            states.revoke(links[start : start + BATCH])
    except (RedisError, OSError) as error:
        raise RecallUnavailableError from error
