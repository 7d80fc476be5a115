"""What a link is asked for as, and what an issued one is."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from common.db.audit import Author
from common.links.options import LinkKind
from common.links.ranges import Range
from common.reports.comparison import Comparison
from common.reports.redaction import NOTHING, Redaction
from common.reports.window import Dates, Period, Window

CALENDAR: Final = "dates"
"""What the ledger calls days that the calendar names; its window says which."""


@dataclass(frozen=True, slots=True)
class LinkRequest:
    """What is asked for, and by whom. ``expires_in`` is in seconds; None takes the default.

    ``days`` are the last complete ones of a period, or such as the calendar names. Those of a
    period stay, or move with the days, as ``kind`` says. With a ``password`` the link asks for it,
    or for that whose hash is ``password_hash``, another link's. ``ranges`` are what its readers may
    choose in place of its days, ``embed`` the origins that may frame it, ``compare`` what it shows
    its days beside unless its reader chooses otherwise, ``hide`` what it leaves out of its report.
    ``reports`` are those of its board, the ``report`` that opens first among them, in the order of
    their tabs; none is a link to that one alone. Readers of a frozen one may see ``changes`` since
    then. ``label`` is for admins, ``template`` the name of the template that it was issued from.
    """

    tenant_id: int
    zone: ZoneInfo
    report: str
    days: Period | Dates
    author: Author
    expires_in: int | None = None
    kind: LinkKind = LinkKind.FIXED
    password: str | None = field(default=None, repr=False)
    password_hash: str | None = field(default=None, repr=False)
    label: str | None = None
    ranges: tuple[Range, ...] = ()
    embed: tuple[str, ...] = ()
    compare: Comparison = Comparison.PREVIOUS
    hide: Redaction = NOTHING
    changes: bool = False
    reports: tuple[str, ...] = ()
    template: str | None = None

    @property
    def board(self) -> tuple[str, ...]:
        """The reports of its board; a board of one report is none."""
        return self.reports if len(self.reports) > 1 else ()

    @property
    def shown(self) -> tuple[str, ...]:
        """Every report that it shows."""
        return self.board or (self.report,)

    @property
    def period(self) -> str:
        """The name that the ledger and the audit log have for the days."""
        return self.days.value if isinstance(self.days, Period) else CALENDAR

    @property
    def calendar(self) -> dict[str, str]:
        """The days that the calendar names, as the audit log tells them; none of a period."""
        if isinstance(self.days, Period):
            return {}
        return {"first": self.days.first.isoformat(), "last": self.days.last.isoformat()}


@dataclass(frozen=True, slots=True)
class IssuedLink:
    """A link. ``share_id`` manages it and opens nothing; ``url`` opens it and manages nothing.

    ``notes`` are the gaps of what it shows now, see ``common.reports.document.gap_header``.
    """

    share_id: UUID
    url: str
    report: str
    window: Window
    expires_at: datetime
    notes: str = ""
