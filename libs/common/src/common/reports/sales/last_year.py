"""The shop's sums over the same weekdays a year ago, where its history reaches back so far."""

from datetime import timedelta
from typing import Final

from sqlalchemy import text
from sqlalchemy.orm import Session

from common.reports.model import Scope
from common.reports.totals.totals import Totals
from common.reports.window import start_of_day

_DAY: Final = timedelta(days=1)

_SUMS: Final = """
    SELECT coalesce(bigint_sum(orders), 0), coalesce(bigint_sum(units_sold), 0),
           coalesce(bigint_sum(units_returned), 0), coalesce(bigint_sum(gross), 0),
           coalesce(bigint_sum(discounts), 0), coalesce(bigint_sum(returns), 0),
           coalesce(bigint_sum(shipping), 0), coalesce(bigint_sum(tax), 0)
"""
_KEPT: Final = text(
    f"{_SUMS} FROM daily_sales WHERE tenant_id = :tenant_id AND day BETWEEN :first AND :last"
)
_EVENTS: Final = text(
    f"""
    {_SUMS} FROM ledger
    WHERE tenant_id = :tenant_id AND occurred_at >= :start AND occurred_at < :end
    """
)
_BEGUN: Final = text(
    "SELECT EXISTS (SELECT FROM orders WHERE tenant_id = :tenant_id AND paid_at < :first_end)"
)


def totals(session: Session, scope: Scope, *, kept: bool) -> Totals | None:
    """The sums of ``scope.last_year``; None where sales begin after its first day.

    None, too, where they would say the same twice: it is what the scope is compared with.

    ``kept`` says that sums are kept of its days, and that none of them is marked.
    """
    window, zone = scope.last_year, scope.zone
    if window == scope.previous:
        return None
    first, last = (days := window.dates(zone))[0], days[-1]
    begun = {"tenant_id": scope.tenant_id, "first_end": start_of_day(days[0] + _DAY, zone)}
    if not session.scalar(_BEGUN, begun):
        return None
    wanted = {"tenant_id": scope.tenant_id}
    if kept:
        row = session.execute(_KEPT, {**wanted, "first": first, "last": last}).one()
    else:
        row = session.execute(_EVENTS, {**wanted, "start": window.start, "end": window.end}).one()
    return Totals(*row)
