"""Margins from the sums of products: their cost is the one that each has now.

An import brings what a unit costs, and no day since when: sums of any days are multiplied by it.
"""

from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import text
from sqlalchemy.orm import Session

from common.reports.totals.margins import Earned, Margins, ProductEarned, WindowEarned

_EARNED: Final = """
    WITH earned AS (
        SELECT p.external_id COLLATE "C" AS external_id, p.title, p.unit_cost IS NOT NULL AS known,
               CAST(coalesce(s.gross - s.discounts - s.returns, 0) AS numeric) AS net,
               CAST(coalesce(s.gross_before - s.discounts_before - s.returns_before, 0) AS numeric)
                   AS net_before,
               CAST(p.unit_cost AS numeric) * coalesce(s.sold - s.returned, 0) AS cost,
               CAST(p.unit_cost AS numeric) * coalesce(s.sold_before - s.returned_before, 0)
                   AS cost_before,
               coalesce(s.sold, 0) <> 0 OR coalesce(s.returned, 0) <> 0 AS moved,
               coalesce(s.sold_before, 0) <> 0 OR coalesce(s.returned_before, 0) <> 0
                   AS moved_before
        FROM ({sums}) s JOIN products p ON p.id = s.product_id
        WHERE p.tenant_id = :tenant_id
    )
"""
_WHOLE: Final = """
    SELECT count(*) FILTER (WHERE known),
           coalesce(sum(net) FILTER (WHERE known), 0), coalesce(sum(cost), 0),
           coalesce(sum(net_before) FILTER (WHERE known), 0), coalesce(sum(cost_before), 0),
           coalesce(sum(greatest(net, 0)) FILTER (WHERE known), 0),
           coalesce(sum(greatest(net_before, 0)) FILTER (WHERE known), 0),
           coalesce(sum(greatest(net, 0)), 0), coalesce(sum(greatest(net_before, 0)), 0),
           count(*) FILTER (WHERE NOT known AND moved),
           count(*) FILTER (WHERE NOT known AND moved_before)
    FROM earned
"""
_FRONT: Final = """
    SELECT external_id, title, net, cost, net_before, cost_before FROM earned WHERE known
    ORDER BY net - cost DESC, external_id LIMIT :front
"""


def margins(session: Session, sums: str, parameters: Mapping[str, Any], front: int) -> Margins:
    """The margins of products whose ``sums`` a statement gives, ``front`` of them by name.

    Raises:
        sqlalchemy.exc.DBAPIError: PostgreSQL did not answer.
    """
    earned = _EARNED.format(sums=sums)
    wanted = {**parameters, "front": front}
    count, net, cost, net_before, cost_before, *others = map(
        int, session.execute(text(earned + _WHOLE), wanted).one()
    )
    rows = session.execute(text(earned + _FRONT), wanted) if count else ()
    return Margins(
        front=tuple(
            ProductEarned(product_id, title, _window(*map(int, numbers)))
            for product_id, title, *numbers in rows
        ),
        count=count,
        whole=_window(net, cost, net_before, cost_before),
        covered=(others[0], others[1]),
        positive=(others[2], others[3]),
        unknown=(others[4], others[5]),
    )


def _window(net: int, cost: int, net_before: int, cost_before: int) -> WindowEarned:
    return WindowEarned(Earned(net, cost), Earned(net_before, cost_before))
