"""Notes on a file's columns: which came in another spelling, which are missing and what of."""

from collections.abc import Mapping

from common.reports.document.gaps import GapKind
from ingest.csv.notes import Notes
from ingest.csv.table import Table
from ingest.gaps import Gaps


def tell_columns(table: Table, missing: Mapping[str, str], notes: Notes) -> None:
    """Note what a table that was read lacks: ``missing`` says of each column what is not known."""
    for spelt, column in table.respelt.items():
        notes.tell(f"the column {spelt!r} was read as {column}")
    for column, unknown in missing.items():
        if table.present and column not in table.present:
            notes.tell(f"there is no column {column}: {unknown}")


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
        gaps.tell_refunds()
    elif others:
        gaps.tell_refunds(GapKind.REFUNDS_NOT_KNOWN)
    without = of_refunds if others else set()
    keep_gaps(table, {each: kind for each, kind in kinds.items() if each not in without}, gaps)
