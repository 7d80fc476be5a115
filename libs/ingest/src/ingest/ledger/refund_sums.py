"""Sums of what was paid back of an order, beside refunds that are known one by one.

An export may tell of an order what was paid back in all, and not when each part was nor what for.
Refunds that a file tells one by one are parts of that sum: they stay as they are, and of the sum
the rest alone counts, whichever of them came first. So what comes back of the order is the larger
of the two. What the sum was is known of the ledger: it is the rest with the refunds beside it, and
where they reach the sum its rest stays as a row of nothing, on the sum's day. An order of which the
input tells nothing new stays as it is.
"""

from typing import Final

from common.reports.document.gaps import GapKind
from ingest.ledger.noted_orders import NONE_NOTED, NotedOrders, noted
from ingest.ledger.refund_sum_ids import is_sum
from ingest.ledger.refund_sum_pieces import stage_pieces
from ingest.ledger.repeated_refunds import leave_same
from ingest.ledger.temporary_tables import Cursor, derive
from ingest.rows import CANCELLED, TOLD

# The shop's own word has the sum's place; the export's rows of it stand before that.
_LEAVE_TO_OWN_WORD: Final = f"""
    DELETE FROM staged_refunds r
    WHERE r.position < %(exported_before)s AND {is_sum("r.refund_id", "r.order_id")}
      AND (r.order_id, r.refund_id) IN (
          SELECT order_id, refund_id FROM staged_refunds
          WHERE position >= %(exported_before)s AND {is_sum("refund_id", "order_id")})
"""  # noqa: S608 - words of our own, as below
# Cancelled orders and refunds that events told have rules of their own; a sum that is the shop's
# own word stays.
_STAGE_SUMMED: Final = f"""
    SELECT order_key, order_id, bool_or(sums AND position IS NOT NULL) AS told,
           bool_or(sums AND moves) AS replaced
    FROM (
        SELECT *, {is_sum("refund_id", "order_id")} AS sums,
               refund_id = '{CANCELLED}' OR starts_with(refund_id, '{TOLD}') AS ruled
        FROM staged_events WHERE order_key IS NOT NULL AND paid_at IS NOT NULL) e
    GROUP BY order_key, order_id
    HAVING bool_or(sums) AND bool_or(NOT sums) AND NOT bool_or(ruled)
       AND NOT bool_or(sums AND position >= {{exported_before:d}})
"""  # noqa: S608 - words of our own
_STAGE_SUMS: Final = f"""
    SELECT e.* FROM staged_events e JOIN staged_summed_up o USING (order_key)
    WHERE {is_sum("e.refund_id", "e.order_id")}
"""  # noqa: S608 - words of our own
_TAKE_OUT: Final = (
    f"""
    DELETE FROM staged_events e USING staged_summed_up o
    WHERE e.order_key = o.order_key AND {is_sum("e.refund_id", "e.order_id")}
    """,  # noqa: S608 - words of our own
    """
    INSERT INTO staged_superseded (order_key, refund_id)
    SELECT DISTINCT order_key, refund_id FROM staged_sums
    """,
)
# Of what the sum gives back of shipping and tax, what is left of it; the goods take all else.
_STAGE_LEFT: Final = f"""
    WITH known AS (
        SELECT order_key, sum(amount) AS goods, sum(shipping) AS shipping, sum(tax) AS tax,
               max(processed_at) AS last
        FROM staged_events JOIN staged_summed_up USING (order_key) GROUP BY order_key
    ), told AS (
        SELECT order_key, sum(amount) AS goods, sum(shipping) AS shipping, sum(tax) AS tax
        FROM staged_sums GROUP BY order_key
    ), stated AS (
        SELECT order_key, goods, shipping, tax
        FROM told WHERE order_key IN (SELECT order_key FROM staged_summed_up WHERE told)
        UNION ALL
        SELECT o.order_key, b.* FROM staged_summed_up o CROSS JOIN LATERAL (
            SELECT sum(amount) AS goods, sum(shipping) AS shipping, sum(tax) AS tax FROM refunds
            WHERE tenant_id = %(tenant_id)s AND order_id = o.order_key
              AND NOT starts_with(external_id, '{TOLD}')
            OFFSET 0) b
        WHERE NOT o.told
    ), lefts AS (
        SELECT order_key, k.last, greatest(s.tax - k.tax, 0) AS tax,
               greatest(s.shipping - k.shipping, 0) AS shipping,
               greatest(s.goods + s.shipping + s.tax - k.goods - k.shipping - k.tax, 0) AS money,
               s.goods + s.shipping + s.tax AS stated,
               s.goods + s.shipping + s.tax >= k.goods + k.shipping + k.tax AS remembered
        FROM stated s JOIN known k USING (order_key)
    )
    SELECT order_key, last, least(tax, money) AS tax,
           least(shipping, money - least(tax, money)) AS shipping,
           greatest(money - tax - shipping, 0) AS goods, stated, remembered
    FROM lefts
"""  # noqa: S608 - words of our own
# In proportion to what is left of each line, by largest remainder: as goodwill is. What has no room
# is of no line, and refused like any money that the order is not worth.
_STAGE_PARTS: Final = """
    WITH exact AS (
        SELECT r.*, w.whole, least(l.goods, w.whole) AS goods
        FROM staged_pieces_of_sums r JOIN staged_left l USING (order_key)
        JOIN (
            SELECT order_key, sum(room) AS whole FROM staged_pieces_of_sums GROUP BY order_key) w
        USING (order_key)
    ), shares AS (
        SELECT *, coalesce(div(goods * room, nullif(whole, 0)), 0) AS share,
               row_number() OVER (PARTITION BY order_key
                   ORDER BY mod(goods * room, nullif(whole, 0)) DESC NULLS LAST, line_no) AS turn
        FROM exact
    ), lines AS (
        SELECT order_key, line_no AS place, line_id, taken,
               share + (turn <= goods - sum(share) OVER (PARTITION BY order_key))::int AS amount
        FROM shares
    ), parts AS (
        SELECT order_key, place, 'goods' AS part, line_id, taken, amount FROM lines
        UNION ALL
        SELECT order_key, NULL, p.part, NULL, 0, p.amount
        FROM staged_left l
        LEFT JOIN (SELECT order_key, sum(amount) AS given FROM lines GROUP BY order_key) g
        USING (order_key)
        CROSS JOIN LATERAL (VALUES ('goods', l.goods - coalesce(g.given, 0)),
                                   ('shipping', l.shipping), ('tax', l.tax)) AS p (part, amount)
    )
    SELECT *, sum(amount) OVER (PARTITION BY order_key ORDER BY place NULLS LAST, part) AS until
    FROM parts
"""
# Of two sums of a payment the refunds are parts of what was refunded first, and then of what a
# dispute took, which is before it by the alphabet: what is left is counted from the front.
_STAGE_TURNS: Final = """
    WITH each_one AS (
        SELECT order_key, order_id, refund_id, min(position) AS position, min(kind) AS kind,
               min(processed_at) AS at, min(paid_at) AS paid_at,
               sum(amount) + sum(shipping) + sum(tax) AS back
        FROM staged_sums GROUP BY order_key, order_id, refund_id
    ), turns AS (
        SELECT *, sum(back) OVER (PARTITION BY order_key ORDER BY refund_id) AS until,
               lead(refund_id) OVER (PARTITION BY order_key ORDER BY refund_id) IS NULL AS the_last
        FROM each_one
    )
    SELECT t.*, t.until - t.back AS since, l.last, l.remembered,
           CASE WHEN the_last THEN money ELSE least(until, money) END AS ends
    FROM turns t JOIN staged_left l USING (order_key)
    CROSS JOIN LATERAL (SELECT l.goods + l.shipping + l.tax AS money) m
"""
_GIVE_RESTS: Final = """
    WITH given AS (
        SELECT t.order_key, t.refund_id, p.part, p.line_id,
               greatest(
                   least(p.until, t.ends) - greatest(p.until - p.amount, t.since), 0) AS amount,
               greatest(coalesce(s.quantity, 0)
                        - CASE WHEN t.the_last THEN p.taken ELSE greatest(p.taken, 0) END, 0)
               AS pieces
        FROM staged_turns_of_sums t JOIN staged_parts_of_sums p USING (order_key)
        LEFT JOIN (
            SELECT order_key, refund_id, line_id, sum(quantity) AS quantity FROM staged_sums
            WHERE line_id IS NOT NULL GROUP BY order_key, refund_id, line_id) s
          USING (order_key, refund_id, line_id)
    ), by_line AS (
        SELECT order_key, refund_id, line_id, sum(pieces) AS quantity,
               coalesce(sum(amount) FILTER (WHERE part = 'goods'), 0) AS amount,
               coalesce(sum(amount) FILTER (WHERE part = 'shipping'), 0) AS shipping,
               coalesce(sum(amount) FILTER (WHERE part = 'tax'), 0) AS tax
        FROM given GROUP BY order_key, refund_id, line_id
    )
    INSERT INTO staged_events (position, refund_id, order_id, line_id, processed_at, kind, quantity,
                               amount, shipping, tax, order_key, paid_at, moves)
    SELECT t.position, t.refund_id, t.order_id, g.line_id,
           CASE WHEN t.ends > t.since OR g.quantity = 0 THEN t.at ELSE greatest(t.at, t.last) END,
           t.kind, g.quantity, g.amount, g.shipping, g.tax, t.order_key, t.paid_at, true
    FROM by_line g JOIN staged_turns_of_sums t USING (order_key, refund_id)
    WHERE g.quantity > 0 OR g.amount > 0 OR g.shipping > 0 OR g.tax > 0
       OR (g.line_id IS NULL AND t.remembered AND t.ends <= t.since)
"""
# Of several sums those have their own day that are not on the payment's.
_SETTLE_DATES: Final = f"""
    UPDATE data_gaps g SET amount = least(g.stated, r.rest)
    FROM (
        SELECT order_id, coalesce(sum(greatest(ends - since, 0)) FILTER (
                   WHERE alone OR at < paid_at + interval '1 minute'), 0) AS rest
        FROM (
            SELECT *, count(*) OVER (PARTITION BY order_key) = 1 AS alone
            FROM staged_turns_of_sums) t
        GROUP BY order_id) r
    WHERE g.tenant_id = %(tenant_id)s AND g.order_id = r.order_id
      AND g.kind = '{GapKind.ASSUMED_REFUND_DATES.value}'
"""  # noqa: S608 - words of our own


def leave_to_own_word(cursor: Cursor, exported_before: int) -> None:
    """Leave out an export's sums (before the position ``exported_before``) where a file of the
    shop's own has a refund of the same id.
    """
    if exported_before:
        cursor.execute(_LEAVE_TO_OWN_WORD, {"exported_before": exported_before})


def take_sums(cursor: Cursor, exported_before: int) -> NotedOrders:
    """Take the sums out of ``staged_events`` beside which refunds are known one by one.

    Runs when ``staged_events`` and ``staged_goods`` are made; the goods have room then for what is
    to be spread over them. Answers of which orders; ``give_rests`` puts back what is left.
    """
    query = _STAGE_SUMMED.format(exported_before=exported_before)
    if not derive(cursor, "staged_summed_up", query):
        return NONE_NOTED
    leave_same(cursor)
    summed = noted(cursor, "staged_summed_up", by="order_key")
    if not summed.orders:
        return NONE_NOTED
    derive(cursor, "staged_sums", _STAGE_SUMS)
    for statement in _TAKE_OUT:
        cursor.execute(statement)
    return summed


def give_rests(cursor: Cursor) -> None:
    """Put back of the sums that ``take_sums`` took what the refunds beside them leave."""
    derive(cursor, "staged_left", _STAGE_LEFT)
    stage_pieces(cursor)
    derive(cursor, "staged_parts_of_sums", _STAGE_PARTS)
    derive(cursor, "staged_turns_of_sums", _STAGE_TURNS)
    cursor.execute(_GIVE_RESTS)


def settle_assumed_dates(cursor: Cursor) -> None:
    """Leave of gaps of assumed dates the rests of the sums: refunds known one by one have theirs.

    Runs behind ``give_rests`` and when the gaps are merged.
    """
    cursor.execute(_SETTLE_DATES)
