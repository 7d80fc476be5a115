"""What was sold on the day on which sales last came in: a part of a day is in no rate of days."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Final

from sqlalchemy import text
from sqlalchemy.orm import Session

from common.reports.document.known_days import known_days
from common.reports.model import Scope
from common.reports.sales.protocol import Uncovered
from common.reports.window import start_of_day

_DAY: Final = timedelta(days=1)
_SOLD_ON: Final = text(
    """
    SELECT p.external_id, sum(l.units_sold)::bigint
    FROM ledger l JOIN products p ON p.tenant_id = l.tenant_id AND p.id = l.product_id
    WHERE l.tenant_id = :tenant_id AND l.occurred_at >= :since AND l.occurred_at < :until
      AND l.units_sold > 0
    GROUP BY p.external_id
    """
)


def units(session: Session, scope: Scope) -> Mapping[str, Uncovered]:
    """The units of that day by the shop's product ids, in the window that it lies in."""
    day, zone = known_days(scope.gaps).past, scope.zone
    if day is None:
        return {}
    in_window, in_previous = (
        day in window.dates(zone) for window in (scope.window, scope.previous)
    )
    if not (in_window or in_previous):
        return {}
    facts = {
        "tenant_id": scope.tenant_id,
        "since": start_of_day(day, zone),
        "until": start_of_day(day + _DAY, zone),
    }
    return {
        product: Uncovered(sold if in_window else 0, sold if in_previous else 0)
        for product, sold in session.execute(_SOLD_ON, facts)
    }
