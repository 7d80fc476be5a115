"""Data gaps as the value of ``X-Data-Notes``: a list of RFC 9651, one item a kind, ASCII alone.

``undated-refunds;window=17;compared=3;amount=340.00;first="2026-11-01";last="2026-11-30"`` says how
many in the window and in the days compared with. The amount and the days are those of the window,
or of the other where it has none. There are as many items as kinds at most. The CSV has nothing of
a year ago beside the days compared with, so neither has this.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from common.reports.document.gaps import DataGap, Extent
from common.reports.money import decimal_text

NAME: Final = "X-Data-Notes"
LONGEST: Final = 2000
"""More is never sent: items that do not fit are left out, the last ones first."""
_MOST_WHOLE: Final = 10**12
"""The decimals of RFC 9651 have twelve digits before the point."""
_ITEM: Final = (
    r"[a-z][a-z-]{0,40}(;window=\d{1,15})?(;compared=\d{1,15})?(;amount=-?\d{1,12}(\.\d{1,3})?)?"
    r'(;first="\d{4}-\d\d-\d\d";last="\d{4}-\d\d-\d\d")?'
)
GRAMMAR: Final = re.compile(rf"({_ITEM}(, {_ITEM})*)?", re.ASCII)
"""What a value is, or it is none of ours; empty where there is no gap."""


def header_value(gaps: Sequence[DataGap], money_exponent: int) -> str:
    """The value; empty without gaps, for which no header is sent."""
    value = ""
    for gap in gaps:
        if gap.now is None and gap.before is None:
            continue
        item = "".join((gap.kind, *_parameters(gap, money_exponent)))
        longer = f"{value}, {item}" if value else item
        if len(longer) > LONGEST:
            break
        value = longer
    return value


def is_value(text: str) -> bool:
    """Whether ``text`` is one that ``header_value`` writes."""
    return len(text) <= LONGEST and GRAMMAR.fullmatch(text) is not None


def _parameters(gap: DataGap, money_exponent: int) -> Iterator[str]:
    for name, extent in (("window", gap.now), ("compared", gap.before)):
        if extent is not None:
            yield f";{name}={extent.count}"
    extent = gap.now or gap.before
    if extent is not None:
        yield from _of(extent, money_exponent)


def _of(extent: Extent, money_exponent: int) -> Iterator[str]:
    if extent.amount is not None and abs(extent.amount) < _MOST_WHOLE * 10**money_exponent:
        yield f";amount={decimal_text(extent.amount, money_exponent)}"
    yield f';first="{extent.first.isoformat()}";last="{extent.last.isoformat()}"'
