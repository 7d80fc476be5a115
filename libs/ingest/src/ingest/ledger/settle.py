"""What a load brings, settled beside what was told of its orders before, by whichever source."""

from typing import Final

from ingest.ledger.cancelled_sums import settle_cancelled_sums, settle_told_sums
from ingest.ledger.known_payments import book_known
from ingest.ledger.known_refund_days import keep_known_days
from ingest.ledger.lesser_sums import leave_lesser_sums
from ingest.ledger.load_summary import LoadSummary
from ingest.ledger.noted_orders import NONE_NOTED, noted
from ingest.ledger.number_signs import with_other_sign
from ingest.ledger.older_exports import told_otherwise
from ingest.ledger.refund_sums import leave_to_own_word
from ingest.ledger.refunds_of_two_ids import leave_two_named
from ingest.ledger.refunds_untold import book_untold
from ingest.ledger.stated_refunds import settle_stated_refunds
from ingest.ledger.temporary_tables import Cursor
from ingest.ledger.told_edits import supersede_edits, told_with_edits

_PAID_KNOWN: Final = (
    "staged_known_payments JOIN staged_orders USING (position, order_id) WHERE other_day"
)


def settle(cursor: Cursor, exported_before: int) -> LoadSummary:
    """Settle what is staged; says of which orders there is something to tell.

    Refunds before the position ``exported_before`` are an export's. Runs when orders are staged,
    and before their refunds are put to them.
    """
    elsewhere = book_known(cursor)
    untold = book_untold(cursor)
    leave_to_own_word(cursor, exported_before)
    keep_known_days(cursor, exported_before)
    less_older, less_told = leave_lesser_sums(cursor, exported_before)
    kept, newer = settle_stated_refunds(cursor, exported_before)
    two_named, alike = leave_two_named(cursor)
    beside = edited = held = lacking = NONE_NOTED
    if exported_before:
        supersede_edits(cursor)
        edited, held = told_with_edits(cursor)
        lacking = noted(cursor, "staged_lacking", by="head")
        beside = settle_cancelled_sums(cursor)
    else:
        beside = settle_told_sums(cursor)
    return LoadSummary(
        kept_refunds=kept,
        known_beside=beside,
        newer_told=newer,
        told_otherwise=told_otherwise(cursor),
        edited=edited,
        held=held,
        lacking=lacking,
        two_named=two_named,
        alike=alike,
        less_older=less_older,
        less_told=less_told,
        untold=untold,
        moved=noted(cursor, "staged_orders WHERE moved"),
        other_sign=with_other_sign(cursor),
        elsewhere=elsewhere,
        paid_known=noted(cursor, _PAID_KNOWN, by="position"),
    )
