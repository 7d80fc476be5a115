"""Daily views: how often links were looked at on each of their last days, in one query for many.

Days are those of the tenant's zone; what viewers counted comes some seconds later.
"""

from collections.abc import Collection, Mapping
from datetime import date, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import func, select

from common.db.shares import DAILY_VIEWS_SHOWN, DailyViews
from common.db.tenancy import TenantDb

WEEK_DAYS: Final = 7


def daily_views(
    db: TenantDb, link_ids: Collection[UUID], today: date
) -> Mapping[UUID, tuple[int, ...]]:
    """The views of links on each of the last 30 days, ``today`` last.

    A link that nobody looked at in them, or that is another tenant's, is not there.
    """
    first = _first(today, DAILY_VIEWS_SHOWN)
    query = select(DailyViews.link_id, DailyViews.day, DailyViews.views).where(
        DailyViews.tenant_id == db.tenant_id,
        DailyViews.link_id.in_(link_ids),
        DailyViews.day.between(first, today),
    )
    found: dict[UUID, list[int]] = {}
    with db.transaction() as session:
        for link_id, day, views in session.execute(query):
            found.setdefault(link_id, [0] * DAILY_VIEWS_SHOWN)[(day - first).days] = views
    return {link_id: tuple(days) for link_id, days in found.items()}


def views_of_week(db: TenantDb, today: date) -> int:
    """The views of all links of the tenant in seven days, ``today`` among them."""
    query = select(func.coalesce(func.sum(DailyViews.views), 0)).where(
        DailyViews.tenant_id == db.tenant_id,
        DailyViews.day.between(_first(today, WEEK_DAYS), today),
    )
    with db.transaction() as session:
        return int(session.scalar(query) or 0)


def _first(today: date, days: int) -> date:
    return today - timedelta(days=days - 1)
