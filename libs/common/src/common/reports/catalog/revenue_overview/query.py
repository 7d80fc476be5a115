"""From the ledger to a revenue overview."""

from sqlalchemy.orm import Session

from common.reports import ledger
from common.reports.catalog.revenue_overview.definition import RevenueOverview
from common.reports.model import Scope


def query(session: Session, scope: Scope) -> RevenueOverview:
    """The daily totals of both windows."""
    days, previous_days = ledger.by_day(session, scope)
    return RevenueOverview(days=days, previous_days=previous_days)
