"""Recalling links: they stop opening, and the ledger says since when and by whom.

The order is ledger, Redis, commit. When Redis fails nothing is committed and the caller hears that
the links are to be taken for alive. When the commit fails after Redis was written, the links no
longer open although the ledger calls them active: that fails closed, and asking again sets the
ledger right. Viewers refuse by Redis; a Redis that forgot is restored from the ledger.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from redis import RedisError
from sqlalchemy import Engine, select, update

from common.db.shares import Share
from common.db.tenancy import Access, transaction
from common.links import LinkRef, LinkStates
from common.reports import registry
from share_api.ledger import ShareNotFoundError

BATCH = 1000


class RecallUnavailableError(Exception):
    """The recall could not be written where viewers look: the links are to be taken for alive."""

    retry_after = 5

    def __init__(self) -> None:
        super().__init__(
            "The recall could not be completed: take the links for still alive and try again."
        )


@dataclass(frozen=True, slots=True)
class Recall:
    """On whose behalf links are recalled; ``admin_id`` is None on the command line."""

    tenant_id: int
    admin_id: int | None
    at: datetime


def revoke(recall: Recall, share_id: UUID, engine: Engine, states: LinkStates) -> None:
    """Recall one link; recalling it again changes nothing in the ledger and heals Redis.

    Raises:
        ShareNotFoundError: the tenant has no such entry.
        RecallUnavailableError: Redis did not take it.
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
            share.revoked_by = recall.admin_id
            session.flush()
        if share.expires_at > recall.at:
            _write(states, [LinkRef(share.tenant_id, share.link_id, share.expires_at)])


def revoke_all(
    recall: Recall, engine: Engine, states: LinkStates, *, report: str | None = None
) -> int:
    """Recall every active link of the tenant, or of one of its report types; how many it were.

    Raises:
        UnknownReportError: no such report type.
        RecallUnavailableError: Redis did not take all of them; none is recalled in the ledger.
    """
    conditions = [
        Share.tenant_id == recall.tenant_id,
        Share.revoked_at.is_(None),
        Share.expires_at > recall.at,
    ]
    if report is not None:
        conditions.append(Share.report == registry.find(report).slug)
    with transaction(engine, Access(tenant_id=recall.tenant_id)) as session:
        rows = session.execute(
            update(Share)
            .where(*conditions)
            .values(revoked_at=recall.at, revoked_by=recall.admin_id)
            .returning(Share.link_id, Share.expires_at)
        ).all()
        _write(states, [LinkRef(recall.tenant_id, row.link_id, row.expires_at) for row in rows])
    return len(rows)


def _write(states: LinkStates, links: list[LinkRef]) -> None:
    try:
        for start in range(0, len(links), BATCH):
            states.revoke(links[start : start + BATCH])
    except (RedisError, OSError) as error:
        raise RecallUnavailableError from error
