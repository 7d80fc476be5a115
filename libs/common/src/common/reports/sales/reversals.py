"""Sales reversals by day and kind, read from the refunds: the rollups keep their sum alone.

There are few of them beside the sales, and an index finds those of some days.
"""

from collections.abc import Mapping
from datetime import date
from typing import Final

from sqlalchemy import text
from sqlalchemy.orm import Session

from common.reports.model import Scope
from common.reports.sales import calendar
from common.reports.sales.dimensions import DAY
from common.reports.totals.reversals import Reversals

_LOCAL_DAY: Final = DAY.expression
_BY_DAY: Final = text(
    f"""
    SELECT {_LOCAL_DAY} AS day,
           coalesce(bigint_sum(e.amount) FILTER (WHERE e.kind = 'return'), 0),
           coalesce(bigint_sum(e.amount) FILTER (WHERE e.kind = 'cancel'), 0),
           coalesce(bigint_sum(e.amount) FILTER (WHERE e.kind = 'edit'), 0)
    FROM (
        SELECT processed_at AS occurred_at, kind, amount FROM refunds
        WHERE tenant_id = :tenant_id AND processed_at >= :start AND processed_at < :end
          AND (processed_at < :previous_end OR processed_at >= :middle)
    ) e
    GROUP BY 1
    """  # noqa: S608 - the dimension's own expression
)


def by_day(session: Session, scope: Scope) -> Mapping[date, Reversals]:
    """The reversals of each day of both windows; a day without any may be left out."""
    bounds = {
        **calendar.parameters(scope),
        "tenant_id": scope.tenant_id,
        "start": scope.previous.start,
        "previous_end": scope.previous.end,
        "middle": scope.window.start,
        "end": scope.window.end,
    }
    return {day: Reversals(*sums) for day, *sums in session.execute(_BY_DAY, bounds)}
