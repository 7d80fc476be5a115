"""Options of a link: what it shows beside what its token says, as its state in Redis has it.

The share ledger decides them; the state carries them to the viewers, which reach no SQL. A viewer
that does not know an option takes the whole state for unknown: it opens no link that another
version has restricted.
"""

from enum import StrEnum
from typing import Final

import msgspec

from common.links.ranges import Range
from common.reports.comparison import Comparison
from common.reports.redaction import NOTHING, Redaction
from common.reports.window import Period


class LinkKind(StrEnum):
    """How a link's window stands to the days that pass."""

    FIXED = "fixed"
    """The window of the issue, and the figures as they are known now."""
    LIVE = "live"
    """The last complete days of today, in the tenant's zone of today."""
    FROZEN = "frozen"
    """The window of the issue, and the figures as they were known then."""


class BoardReport(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """A report of a link's board, and what of that report the link leaves out."""

    report: str
    hide: Redaction = NOTHING


class LinkOptions(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """What a link is beside its token.

    ``live`` is the period whose window moves with the days; a ``frozen`` one has a report of its
    own (``common.db.frozen_reports``), of the moment of its issue, and ``changes`` lets its readers
    see what has changed since. ``ranges`` are what its readers may choose in place of its days,
    ``embed`` the origins whose pages may frame it. ``compare`` is what it shows its days beside,
    unless its reader chooses otherwise, ``hide`` what it leaves out of its report. ``board`` are
    the reports that its readers choose from, the one of its token among them, in the order of their
    tabs; a link to a single report has none. ``password`` is the argon2 hash of the one that the
    link asks for. Of two states the one with the higher ``revision`` holds: the ledger counts up
    with each change.
    """

    live: Period | None = None
    frozen: bool = False
    ranges: tuple[Range, ...] = ()
    embed: tuple[str, ...] = ()
    compare: Comparison = Comparison.PREVIOUS
    hide: Redaction = NOTHING
    board: tuple[BoardReport, ...] = ()
    changes: bool = False
    password: str | None = None
    revision: int = 0

    @property
    def kind(self) -> LinkKind:
        """How its window stands to the days that pass."""
        if self.frozen:
            return LinkKind.FROZEN
        return LinkKind.FIXED if self.live is None else LinkKind.LIVE

    @property
    def reports(self) -> tuple[str, ...]:
        """The report types of its board."""
        return tuple(each.report for each in self.board)

    def hidden_of(self, report: str) -> Redaction:
        """What it leaves out of one of its reports."""
        return next((each.hide for each in self.board if each.report == report), self.hide)


PLAIN: Final = LinkOptions()
"""A link that shows what its token says."""


def encode(options: LinkOptions) -> bytes:
    """The options as a state carries them."""
    return msgspec.json.encode(options)


def decode(data: bytes) -> LinkOptions:
    """The options that a state carries.

    Raises:
        msgspec.DecodeError: they are none, or of a version that this one does not know.
    """
    return msgspec.json.decode(data, type=LinkOptions)
