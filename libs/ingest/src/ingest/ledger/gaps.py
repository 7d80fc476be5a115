"""Data gaps of the orders of a load: kept beside the ledger, in the load's transaction.

An order's gaps are those that the source told which brought it last, as far as that source can tell
of a kind. Refunds that come with their dates settle what was said of them without. So they do where
an order's state alone says that it was paid back: all of it where its goods came back, a part where
anything did, whoever told the refund, before or after. An order that is replaced is weighed again
with its refunds, which are staged then. A sale that one source leaves out and the ledger has is no
gap, and one that nobody told waits for no refund.
"""

from typing import Any, Final

from common.reports.document.gaps import KINDS, GapKind
from ingest.gaps import Gaps
from ingest.ledger.refund_sum_ids import is_sum
from ingest.ledger.temporary_tables import Cursor, derive

_SPREADING: Final = [kind.value for kind, rule in KINDS.items() if rule.spreads]
_SETTLING: Final = [kind.value for kind, rule in KINDS.items() if rule.settles]
_NOT_KNOWN: Final = GapKind.REFUNDS_NOT_KNOWN.value
_LEFT_OUT: Final = GapKind.SALES_LEFT_OUT.value
_LEFT_OUT_REFUNDS: Final = GapKind.REFUNDS_LEFT_OUT.value

_ADD_OF_ALL = """
    INSERT INTO staged_gaps (order_id, kind, since)
    SELECT o.order_id, k.kind, o.paid_at
    FROM staged_orders o CROSS JOIN unnest(%(of_all)s::text[]) AS k (kind)
    WHERE o.paid_at IS NOT NULL
"""
# Each order is looked up by itself, whatever is known of tables that were just filled.
_STAGE_LEFT_OUT: Final = f"""
    SELECT s.order_id, o.id IS NOT NULL AS known
    FROM (SELECT DISTINCT order_id FROM staged_gaps WHERE kind = '{_LEFT_OUT}') s
    LEFT JOIN LATERAL (
        SELECT id FROM orders
        WHERE tenant_id = %(tenant_id)s AND external_id = s.order_id LIMIT 1) o ON true
"""  # noqa: S608 - words of our own
_LEAVE = f"""
    DELETE FROM staged_gaps g USING staged_left_out l
    WHERE g.order_id = l.order_id
      AND g.kind = CASE WHEN l.known THEN '{_LEFT_OUT}' ELSE '{_NOT_KNOWN}' END
"""  # noqa: S608 - words of our own
# Of what a state tells it is kept whether that was all (1) or a part (0), and no amount is open;
# beside it a missing column tells of more than it. What was said before keeps its last day unless
# it has grown since; what a state tells grows from a part to all, and where a missing column told
# before, or does now: what came back may be of any day up to this load.
_KEEP = """
    INSERT INTO data_gaps AS g (tenant_id, order_id, kind, since, until, stated, amount)
    SELECT %(tenant_id)s, order_id, kind, min(since),
           greatest(max(coalesce(until, CASE WHEN kind = ANY(%(spreading)s)
                                             THEN clock_timestamp() ELSE since END)), min(since)),
           CASE WHEN bool_and(whole IS NOT NULL) THEN bool_or(whole)::int
                ELSE (sum(amount) FILTER (WHERE whole IS NULL))::bigint END,
           (sum(amount) FILTER (WHERE whole IS NULL))::bigint
    FROM staged_gaps GROUP BY order_id, kind
    ON CONFLICT (tenant_id, order_id, kind) DO UPDATE
    SET since = excluded.since, stated = excluded.stated, amount = excluded.amount,
        until = CASE WHEN g.stated IS NOT DISTINCT FROM excluded.stated
                       OR (g.kind = %(not_known)s AND excluded.stated <= g.stated)
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
_STAGE_CONCERNED: Final = """
    SELECT order_id FROM staged_events UNION SELECT order_id FROM staged_gaps
"""
# Where the tenant's tables are taken for empty, a loop over orders would read them once an order.
# What is staged is counted, and an outer join never less than that: a hash is cheaper. It holds of
# one join a query, as the planner changes the turn of several.
_STAGE_FOUND: Final = f"""
    SELECT found.* FROM (
        SELECT g.order_id, g.kind, g.since, g.until, g.stated
        FROM staged_concerned c
        LEFT JOIN data_gaps g ON g.tenant_id = %(tenant_id)s AND g.order_id = c.order_id
             AND (g.kind = ANY('{{{",".join(_SETTLING)}}}')
                  OR (g.kind = '{_NOT_KNOWN}' AND g.stated IS NOT NULL))
        OFFSET 0) found
    WHERE found.order_id IS NOT NULL
"""  # noqa: S608 - words of our own
_STAGE_WEIGHED: Final = """
    SELECT f.*, o.id, o.shipping, o.tax
    FROM staged_found f
    LEFT JOIN orders o ON o.tenant_id = %(tenant_id)s AND o.external_id = f.order_id
"""
_STAGE_WORTHS: Final = """
    SELECT w.*, count(l.line_no) AS lines, sum(l.quantity) AS pieces,
           coalesce(sum(l.unit_price * l.quantity + l.remainder - l.line_discount
                        - l.order_discount), 0) AS worth
    FROM staged_weighed w
    LEFT JOIN order_lines l ON l.tenant_id = %(tenant_id)s AND l.order_id = w.id
    GROUP BY w.order_id, w.kind, w.since, w.until, w.stated, w.id, w.shipping, w.tax
"""
# Of refunds that came without their tax, the tax is reckoned in proportion to the order's.
# What was left out is settled by what came back about then, or by a sum of all.
# All is back by its worth: a refund of a whole order names no pieces, and one of a piece may be of
# a part of its price. Where prices include tax, each line and each refund was rounded when it was
# taken out, by half a unit at most: that may be missing where all pieces came back for money.
_SETTLE: Final = f"""
    INSERT INTO data_gaps AS g (tenant_id, order_id, kind, since, until, stated, amount)
    SELECT %(tenant_id)s, w.order_id, w.kind, w.since, w.until, w.stated, CASE
        WHEN w.kind <> %(not_known)s THEN greatest(w.stated - coalesce(
            sum(r.amount + r.shipping) + CASE
                WHEN sum(r.tax) > 0 THEN sum(r.tax)
                ELSE ceil(w.tax * sum(r.amount + r.shipping) / nullif(w.worth + w.shipping, 0))
            END, 0), 0)
        WHEN count(*) FILTER (
            WHERE r.amount > 0 OR r.shipping > 0 OR r.tax > 0 OR r.quantity > 0
               OR (w.worth = 0 AND r.amount IS NOT NULL)) = 0 THEN NULL
        WHEN w.stated = 0 OR 2 * sum(r.amount) >= 2 * w.worth
             - CASE WHEN sum(r.quantity) >= w.pieces
                    THEN w.lines + count(*) FILTER (WHERE r.amount > 0 AND r.line_no IS NOT NULL)
                    ELSE 0 END
        THEN 0
    END
    FROM staged_worths w
    LEFT JOIN refunds r ON r.tenant_id = %(tenant_id)s AND r.order_id = w.id
      AND (w.kind <> %(left_out)s OR {is_sum("r.external_id", "w.order_id")}
           OR r.processed_at BETWEEN w.since - interval '1 day' AND w.until + interval '1 day')
    GROUP BY w.order_id, w.kind, w.since, w.until, w.stated, w.shipping, w.tax, w.lines,
             w.pieces, w.worth
    ON CONFLICT (tenant_id, order_id, kind) DO UPDATE SET amount = excluded.amount
    WHERE g.amount IS DISTINCT FROM excluded.amount
"""  # noqa: S608 - words of our own


def merge_gaps(cursor: Cursor, gaps: Gaps) -> None:
    """Keep the staged gaps, forget those that are none any more, and settle those of refunds.

    Runs behind the orders and the refunds.
    """
    if gaps.of_all:
        cursor.execute(_ADD_OF_ALL, {"of_all": sorted(kind.value for kind in gaps.of_all)})
    if not _any(cursor):
        return
    given: dict[str, Any] = {
        "spreading": _SPREADING,
        "told": sorted(kind.value for kind in gaps.told),
        "not_known": _NOT_KNOWN,
        "left_out": _LEFT_OUT_REFUNDS,
    }
    if derive(cursor, "staged_left_out", _STAGE_LEFT_OUT):
        cursor.execute(_LEAVE)
    for statement in (_KEEP, _FORGET, _FORGET_NAMED):
        cursor.execute(statement, given)
    if derive(cursor, "staged_concerned", _STAGE_CONCERNED) and derive(
        cursor, "staged_found", _STAGE_FOUND
    ):
        derive(cursor, "staged_weighed", _STAGE_WEIGHED)
        derive(cursor, "staged_worths", _STAGE_WORTHS)
        cursor.execute(_SETTLE, given)


def _any(cursor: Cursor) -> bool:
    query = (
        "SELECT EXISTS (SELECT FROM staged_gaps)"
        " OR EXISTS (SELECT FROM data_gaps WHERE tenant_id = %(tenant_id)s)"
    )
    (found,) = cursor.execute(query).fetchone() or (False,)
    return bool(found)
