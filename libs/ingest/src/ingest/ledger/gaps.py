"""Data gaps of the orders of a load: kept beside the ledger, in the load's transaction.

An order's gaps are those that the source told which brought it last, as far as that source can tell
of a kind. Refunds that come with their dates settle what was said of them without. So they do where
an order's state alone says that it was paid back: all of it where its goods came back, a part where
anything did, whoever told the refund, before or after.
"""

from typing import Any, Final

from common.reports.document.gaps import KINDS, GapKind
from ingest.gaps import Gaps
from ingest.ledger.staging import Cursor

_SPREADING: Final = [kind.value for kind, rule in KINDS.items() if rule.spreads]
_SETTLING: Final = [kind.value for kind, rule in KINDS.items() if rule.settles]

_RENAME = """
    UPDATE staged_gaps g SET order_id = n.renamed FROM staged_namesakes n
    WHERE g.order_id = n.order_id AND g.platform_id = n.platform_id
"""
# The least of goods that came back by the order's state: of a part nobody knows how much.
_STATE_LEAST = """
    UPDATE staged_gaps s SET amount = CASE WHEN s.whole THEN w.worth ELSE 0 END
    FROM orders o CROSS JOIN LATERAL (
        SELECT sum(l.unit_price * l.quantity + l.remainder - l.line_discount - l.order_discount)
               AS worth
        FROM order_lines l WHERE l.tenant_id = %(tenant_id)s AND l.order_id = o.id) w
    WHERE s.whole IS NOT NULL AND o.tenant_id = %(tenant_id)s AND o.external_id = s.order_id
"""
_ADD_OF_ALL = """
    INSERT INTO staged_gaps (order_id, kind, since)
    SELECT o.order_id, k.kind, o.paid_at
    FROM staged_orders o CROSS JOIN unnest(%(of_all)s::text[]) AS k (kind)
    WHERE o.paid_at IS NOT NULL
"""
# What was said before keeps its last day: it has not grown since. What a state tells has no amount
# that is open; beside it a missing column tells of more than it.
_KEEP = """
    INSERT INTO data_gaps AS g (tenant_id, order_id, kind, since, until, stated, amount)
    SELECT %(tenant_id)s, order_id, kind, min(since),
           greatest(max(coalesce(until, CASE WHEN kind = ANY(%(spreading)s)
                                             THEN clock_timestamp() ELSE since END)), min(since)),
           CASE WHEN bool_and(whole IS NOT NULL) THEN max(amount)
                ELSE (sum(amount) FILTER (WHERE whole IS NULL))::bigint END,
           (sum(amount) FILTER (WHERE whole IS NULL))::bigint
    FROM staged_gaps GROUP BY order_id, kind
    ON CONFLICT (tenant_id, order_id, kind) DO UPDATE
    SET since = excluded.since, stated = excluded.stated, amount = excluded.amount,
        until = CASE WHEN g.stated IS NOT DISTINCT FROM excluded.stated
                     THEN greatest(least(g.until, excluded.until), excluded.since)
                     ELSE excluded.until END
"""
_FORGET = """
    DELETE FROM data_gaps g USING staged_orders o
    WHERE g.tenant_id = %(tenant_id)s AND g.order_id = o.order_id AND g.kind = ANY(%(told)s)
      AND NOT EXISTS (SELECT FROM staged_gaps s WHERE s.order_id = g.order_id AND s.kind = g.kind)
"""
_FORGET_NAMED = """
    DELETE FROM data_gaps g USING staged_refunds r
    WHERE g.tenant_id = %(tenant_id)s AND g.order_id = r.order_id AND g.kind = %(not_known)s
      AND g.stated IS NULL
      AND NOT EXISTS (SELECT FROM staged_gaps s WHERE s.order_id = g.order_id AND s.kind = g.kind)
"""
# Of refunds that came without their tax, the tax is reckoned in proportion to the order's.
_SETTLE = """
    WITH concerned AS (
        SELECT order_id FROM staged_events UNION SELECT order_id FROM staged_gaps
    ), goods AS (
        SELECT o.id, o.external_id AS order_id, o.shipping, o.tax,
               sum(l.unit_price * l.quantity + l.remainder - l.line_discount - l.order_discount)
               AS worth
        FROM concerned c JOIN orders o ON o.tenant_id = %(tenant_id)s AND o.external_id = c.order_id
        JOIN order_lines l ON l.tenant_id = %(tenant_id)s AND l.order_id = o.id
        GROUP BY o.tenant_id, o.id
    ), back AS (
        SELECT g.order_id, sum(r.amount + r.shipping) + CASE
                   WHEN sum(r.tax) > 0 THEN sum(r.tax)
                   ELSE ceil(g.tax * sum(r.amount + r.shipping) / nullif(g.worth + g.shipping, 0))
               END AS paid
        FROM goods g JOIN refunds r ON r.tenant_id = %(tenant_id)s AND r.order_id = g.id
        GROUP BY g.order_id, g.worth, g.shipping, g.tax
    )
    UPDATE data_gaps g SET amount = greatest(g.stated - coalesce(b.paid, 0), 0)
    FROM concerned c LEFT JOIN back b USING (order_id)
    WHERE g.tenant_id = %(tenant_id)s AND g.order_id = c.order_id AND g.kind = ANY(%(settling)s)
"""
_SETTLE_STATES = """
    WITH concerned AS (
        SELECT order_id FROM staged_events UNION SELECT order_id FROM staged_gaps
    )
    UPDATE data_gaps g SET amount = CASE WHEN b.goods >= g.stated THEN 0 END
    FROM concerned c
    JOIN orders o ON o.tenant_id = %(tenant_id)s AND o.external_id = c.order_id
    CROSS JOIN LATERAL (
        SELECT sum(r.amount) AS goods FROM refunds r
        WHERE r.tenant_id = %(tenant_id)s AND r.order_id = o.id) b
    WHERE g.tenant_id = %(tenant_id)s AND g.order_id = c.order_id AND g.kind = %(not_known)s
      AND g.stated IS NOT NULL
"""


def merge_gaps(cursor: Cursor, gaps: Gaps) -> None:
    """Keep the staged gaps, forget those that are none any more, and settle those of refunds.

    Runs behind the orders and the refunds.
    """
    cursor.execute(_RENAME)
    if gaps.by_state:
        cursor.execute(_STATE_LEAST)
    if gaps.of_all:
        cursor.execute(_ADD_OF_ALL, {"of_all": sorted(kind.value for kind in gaps.of_all)})
    if not _any(cursor):
        return
    given: dict[str, Any] = {
        "spreading": _SPREADING,
        "settling": _SETTLING,
        "told": sorted(kind.value for kind in gaps.told),
        "not_known": GapKind.REFUNDS_NOT_KNOWN.value,
    }
    for statement in (_KEEP, _FORGET, _FORGET_NAMED, _SETTLE, _SETTLE_STATES):
        cursor.execute(statement, given)


def _any(cursor: Cursor) -> bool:
    query = (
        "SELECT EXISTS (SELECT FROM staged_gaps)"
        " OR EXISTS (SELECT FROM data_gaps WHERE tenant_id = %(tenant_id)s)"
    )
    (found,) = cursor.execute(query).fetchone() or (False,)
    return bool(found)
