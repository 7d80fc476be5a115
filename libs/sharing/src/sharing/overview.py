"""The share ledger at a glance: how many links open, how many have ended, which were looked at."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from sqlalchemy import func, select

from common.db.shares import Share
from common.db.tenancy import TenantDb
from sharing.boards import shows
from sharing.listing import ShareState, StateContext, in_state

WEEK: Final = timedelta(days=7)
SOON: Final = timedelta(hours=48)


@dataclass(frozen=True, slots=True)
class LedgerOverview:
    """Counts of a tenant's links.

    ``opened`` were looked at within a week; ``ending`` open now and expire within 48 hours.
    ``views`` are those of the links that open.
    """

    live: int
    ended: int
    opened: int
    ending: int
    views: int


def overview_of(db: TenantDb, *, given: StateContext, report: str | None = None) -> LedgerOverview:
    """What the ledger of the tenant says now, of all links or of those to one report."""
    live = in_state(ShareState.ACTIVE, given)
    count = func.count
    query = select(
        count().filter(live),
        count(),
        count().filter(Share.last_viewed_at >= given.now - WEEK),
        count().filter(live, Share.expires_at < given.now + SOON),
        func.coalesce(func.sum(Share.views).filter(live), 0),
    ).where(Share.tenant_id == db.tenant_id)
    if report is not None:
        query = query.where(shows(report))
    with db.transaction() as session:
        opens, every, opened, ending, views = session.execute(query).one()
    return LedgerOverview(opens, every - opens, opened, ending, int(views))
