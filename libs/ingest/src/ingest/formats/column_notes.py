"""Notes on a file's columns: which came in another spelling, which are missing and what of."""

from collections.abc import Mapping

from common.reports.document.gaps import GapKind
from ingest.csv.notes import Notes
from ingest.csv.table import Table
from ingest.gaps import OF_REFUNDS, Gaps

Missing = Mapping[str | tuple[str, ...], str]
"""Columns that may be missing, and what cannot be known then. Those that stand for one another are
together in a tuple: what it says where all are missing is said in place of what each would say.
"""


def tell_columns(table: Table, missing: Missing, notes: Notes) -> None:
    """Note what a table that was read lacks: ``missing`` says what is not known then."""
    for spelt, column in table.respelt.items():
        notes.tell(f"the column {spelt!r} was read as {column}")
    if not table.present:
        return
    together = [each for each in missing if not isinstance(each, str)]
    gone = [each for each in together if table.present.isdisjoint(each)]
    told = {column for each in gone for column in each}
    alone = [each for each in missing if isinstance(each, str)]
    for each in (*gone, *((one,) for one in alone if one not in table.present | told)):
        columns = " and no column ".join(each)
        notes.tell(f"there is no column {columns}: {missing[each if len(each) > 1 else each[0]]}")


def keep_gaps(table: Table, kinds: Mapping[str, GapKind], gaps: Gaps) -> None:
    """Note the gaps of every order of a table that lacks a column; ``kinds`` are theirs."""
    if table.present:
        gaps.of_all.update(kind for column, kind in kinds.items() if column not in table.present)


def keep_order_gaps(
    table: Table, kinds: Mapping[str, GapKind], gaps: Gaps, *, others: bool
) -> None:
    """As ``keep_gaps``, of a table that tells refunds unless a column for them is missing.

    ``others`` says that a file of refunds comes with it, which tells them then.
    """
    of_refunds = {each for each, kind in kinds.items() if kind is GapKind.REFUNDS_NOT_KNOWN}
    if of_refunds & set(table.present):
        # What another file left out is of other days, or of other refunds.
        gaps.tell_refunds(*OF_REFUNDS - {GapKind.REFUNDS_LEFT_OUT})
    elif others:
        gaps.tell_refunds(GapKind.REFUNDS_NOT_KNOWN)
    without = of_refunds if others else set()
    keep_gaps(table, {each: kind for each, kind in kinds.items() if each not in without}, gaps)
