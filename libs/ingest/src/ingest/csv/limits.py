"""How large a file may be in each direction: what is larger is said to be, and read no further."""

import csv
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """The most columns, characters of a line and of a cell, and rows of a file.

    The length of a cell is the CSV reader's own limit.
    """

    columns: int = 1_000
    line: int = 4 * 1024 * 1024
    cell: int = csv.field_size_limit()
    rows: int = 50_000_000


LIMITS = Limits()
