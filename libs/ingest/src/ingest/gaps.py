"""Data gaps of an import: what its source cannot know, noted while its orders are read.

Notes say it once, in the import's summary; gaps stay with the orders' days, and every report of
those days says it again.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from common.reports.document.gaps import KINDS, GapKind
from ingest.row_spool import RowSpool
from ingest.rows import GapRow

OF_SALES: Final = frozenset(kind for kind, rule in KINDS.items() if not rule.of_refunds)
OF_REFUNDS: Final = frozenset(KINDS) - OF_SALES


class Gaps:
    """Collects them, order by order; close it.

    Attributes:
        told: the kinds that the source can tell of. What it does not say again of an order that it
            brings is no gap any more.
        of_all: the kinds that every paid order of the source has.
    """

    def __init__(self) -> None:
        self.told: frozenset[GapKind] = OF_SALES
        self.of_all: set[GapKind] = set()
        self._spool: RowSpool[GapRow] | None = None
        self._count = 0

    def add(
        self,
        kind: GapKind,
        order_id: str,
        since: datetime,
        amount: int | None = None,
        *,
        until: datetime | None = None,
        platform_id: str | None = None,
        whole: bool | None = None,
    ) -> None:
        """Note a gap of an order that touches the days from ``since`` to ``until``.

        Without ``until`` it touches the day of ``since`` alone, or all days from then to that of
        the import, as its kind has it. ``amount`` is in minor units; for ``whole`` see
        ``add_untold``.
        """
        self._count += 1
        row = GapRow(self._count, order_id, kind.value, since, until, amount, platform_id, whole)
        self._spool = self._spool or RowSpool()
        self._spool.put([row])

    def add_untold(
        self, order_id: str, since: datetime, *, whole: bool, platform_id: str | None = None
    ) -> None:
        """Note an order that was paid back by its state alone, as far as the source can tell.

        ``whole`` says that all of it was. The ledger's refunds close it, whoever brought them when.
        """
        kind = GapKind.REFUNDS_NOT_KNOWN
        self.add(kind, order_id, since, platform_id=platform_id, whole=whole)

    def tell_refunds(self, *kinds: GapKind) -> None:
        """Note that the source tells what was paid back of each order: all of it, or ``kinds``."""
        self.told |= frozenset(kinds) or OF_REFUNDS

    def rows(self) -> Iterator[GapRow]:
        """All that were noted; read it once the orders were."""
        return iter(()) if self._spool is None else self._spool.rows()

    def close(self) -> None:
        """Give the space back."""
        if self._spool is not None:
            self._spool.close()
