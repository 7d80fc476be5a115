"""Ids that a spreadsheet or a program took for numbers.

One that was rounded, ``4.06E+12``, stands for ten thousand ids, and says not which: as long as each
such text names one thing it is taken as it stands, and said. Where it names two, they would become
one. One that was made a float, ``1001.0``, as columns with an empty cell are, is the number it was;
one that an apostrophe keeps as a text, ``'1001`` or ``'#1001``, is that text.
"""

import re
from typing import TypeVar

from ingest.csv.notes import Notes

_ROUNDED = re.compile(r"[0-9](?:[.,][0-9]+)?[Ee]\+[0-9]{1,3}")
_FLOAT = re.compile(r"([0-9]+)\.0")
_GUARD = re.compile(r"'(?=[0-9#=+@-])")
_REMEMBERED = 100_000

Id = TypeVar("Id", str, str | None)


class DamagedIds:
    """Those of one column: what each of them has named so far."""

    def __init__(self, column: str, notes: Notes) -> None:
        self._column = column
        self._notes = notes
        self._named: dict[str, str] = {}

    def clash(self, identity: str, thing: str) -> str | None:
        """Why ``identity`` cannot name ``thing``; None where it can."""
        if not self.tell(identity) or len(self._named) >= _REMEMBERED:
            return None
        before = self._named.setdefault(identity, thing)
        if before == thing:
            return None
        return f"was rounded by a spreadsheet, and names {before!r} too: export again"

    def tell(self, identity: str) -> bool:
        """Whether an id was rounded, which is said."""
        if not rounded(identity):
            return False
        self._notes.tell(
            f"{self._column} holds ids that a spreadsheet rounded, as {identity};"
            " they were taken as they are: export again and keep ids as text"
        )
        return True


def rounded(identity: str) -> bool:
    """Whether a text is a long number as a spreadsheet shortens it."""
    return "+" in identity and _ROUNDED.fullmatch(identity) is not None


def undamaged(identity: Id) -> Id:
    """An id or a name of a platform as it gave it: without an apostrophe that keeps it as a text,
    and of digits and ``.0``, the digits.
    """
    if identity is None:
        return identity
    text = identity[1:] if _GUARD.match(identity) else identity
    match = _FLOAT.fullmatch(text)
    return text if match is None else match.group(1)
