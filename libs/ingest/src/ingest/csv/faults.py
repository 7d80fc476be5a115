"""What is wrong with the files of an import, row by row, and how much of it is told.

Reading goes on behind a bad row, so that one attempt shows everything. The rows that were left out
make others look wrong (a refund of an order whose line could not be read): who suspects that a
finding follows from another one asks ``Faults.explains``.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

MOST_SUSPECTS = 10_000
_SHOWN = 60


@dataclass(frozen=True, slots=True)
class RowFault:
    """A finding. ``line`` is where the row begins in the file, from 1; ``value`` is shortened.

    ``line``, ``column`` and ``value`` are None where there is none to name.
    """

    file: str
    line: int | None
    column: str | None
    value: str | None
    reason: str

    def __str__(self) -> str:
        place = self.file if self.line is None else f"{self.file}, line {self.line}"
        column = f", {self.column}" if self.column else ""
        value = f" {self.value!r}" if self.value is not None else ""
        return f"{place}{column}:{value} {self.reason}"


class ImportRefusedError(Exception):
    """The files are not imported, and nothing has changed.

    ``faults`` are the first findings by file and line, ``total`` is how many there are.
    """

    def __init__(self, faults: tuple[RowFault, ...], total: int) -> None:
        more = f" and {total - len(faults)} more" if total > len(faults) else ""
        super().__init__("; ".join(map(str, faults[:3])) + more)
        self.faults = faults
        self.total = total


@dataclass(slots=True)
class Faults:
    """Collects findings: the first ``limit`` as they are, and how many there were."""

    limit: int
    total: int = 0
    found: list[RowFault] = field(default_factory=list)
    blind: set[str] = field(default_factory=set)
    """Files of which rows were left out whose ids are not known."""
    _suspects: set[str] = field(default_factory=set)

    def add(self, fault: RowFault, count: int = 1) -> None:
        """Note ``fault``, which stands for ``count`` of its kind."""
        self.total += count
        if len(self.found) < self.limit:
            self.found.append(fault)

    def suspect(self, file: str, identity: str) -> None:
        """Remember that a row of the order or product ``identity`` was left out."""
        if not identity or len(self._suspects) >= MOST_SUSPECTS:
            self.blind.add(file)
        else:
            self._suspects.add(identity)

    def explains(self, identities: Iterable[str | None], files: Iterable[str]) -> bool:
        """Whether a finding about any of the orders or products may follow from a row left out.

        ``files`` are those that the finding depends on.
        """
        return not (self.blind.isdisjoint(files) and self._suspects.isdisjoint(identities))

    def refuse(self) -> None:
        """Raise what was found.

        Raises:
            ImportRefusedError: unless nothing was.
        """
        if self.total:
            raise ImportRefusedError(tuple(self.found), self.total)


def shortened(value: str) -> str:
    """``value`` short enough for a message."""
    return value if len(value) <= _SHOWN else f"{value[: _SHOWN - 1]}…"
