"""Notes on a file's columns: which came in another spelling, which are missing and what of."""

from collections.abc import Mapping

from ingest.csv.notes import Notes
from ingest.csv.table import Table


def tell_columns(table: Table, missing: Mapping[str, str], notes: Notes) -> None:
    """Note what a table that was read lacks: ``missing`` says of each column what is not known."""
    for spelt, column in table.respelt.items():
        notes.tell(f"the column {spelt!r} was read as {column}")
    for column, unknown in missing.items():
        if table.present and column not in table.present:
            notes.tell(f"there is no column {column}: {unknown}")
