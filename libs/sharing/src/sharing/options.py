"""Options of a link as its entry in the share ledger has them."""

from common.db.shares import Share
from common.links.options import LinkKind, LinkOptions
from common.links.ranges import Range
from common.reports.comparison import Comparison
from common.reports.window import Period
from sharing.boards import board_of
from sharing.hiding import hidden_by


def comparison_of(share: Share) -> Comparison:
    """What the link shows its days beside."""
    return Comparison(share.compare or Comparison.PREVIOUS)


def options_of(share: Share) -> LinkOptions:
    """What the link's state has to say beside that it opens."""
    return LinkOptions(
        live=Period(share.period) if share.kind == LinkKind.LIVE else None,
        ranges=tuple(map(Range, share.ranges or ())),
        embed=tuple(share.embed or ()),
        compare=comparison_of(share),
        hide=hidden_by(share),
        board=board_of(share),
        changes=bool(share.changes),
        frozen=share.kind == LinkKind.FROZEN,
        password=share.password_hash,
        revision=share.revision or 0,
    )
