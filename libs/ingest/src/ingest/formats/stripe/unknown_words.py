"""Words of a report that are not known, said by name: of a column with many, the first few."""

from typing import Final

from ingest.csv.faults import shortened
from ingest.csv.notes import Notes

MOST_NAMED: Final = 10


class UnknownWords:
    """Says them."""

    def __init__(self, notes: Notes) -> None:
        self._notes = notes
        self._named: set[str] = set()

    def tell(self, column: str, word: str, taken: str, payment_id: str) -> None:
        """Note of a payment that ``column`` has a ``word`` that is not known, and how it is
        ``taken``.
        """
        remark = f"its {column} is {shortened(word)!r}, which is not known; {taken}"
        if remark not in self._named and len(self._named) >= MOST_NAMED:
            remark = f"its {column} is a further word that is not known; {taken}"
        else:
            self._named.add(remark)
        self._notes.add(remark, payment_id)
