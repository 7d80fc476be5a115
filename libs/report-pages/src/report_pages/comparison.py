"""Comparison: a measure beside that of the days before, row by row, as its table shows it.

Each row is the value, the one before, their difference, the change, and a bar with a tick where the
one before would end. The page's script makes the same rows of the other measures (``compared.js``).
"""

from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from common.reports.document.changes import Change, ChangeKind
from common.reports.document.metrics import Better
from common.reports.document.schema import Series
from common.reports.document.series_changes import changes_of
from common.reports.money import divide_half_even
from report_pages.formatting import DocumentFormatter

_THOUSAND: Final = 1_000
_DIFFERENCES: Final = frozenset({ChangeKind.DIFFERENCE, ChangeKind.POINTS})
NEW: Final = "new"
"""The change of a thing that there was nothing of in the days compared with."""


class Bar(NamedTuple):
    """How long a bar is and where its tick stands, in tenths of a percent; None for none."""

    length: int
    tick: int | None

    @property
    def width(self) -> str:
        """The length as an attribute of SVG."""
        return svg_percent(self.length)

    @property
    def tick_at(self) -> str:
        """The tick's place as an attribute of SVG."""
        return svg_percent(self.tick or 0)


class Compared(NamedTuple):
    """A row, spelled out; ``tone`` is whether the change is good news: ``good``, ``bad`` or none.

    ``bar`` is None for a sum of rows.
    """

    now: str
    before: str
    difference: str
    change: str
    tone: str
    bar: Bar | None = None


def compared(
    figures: DocumentFormatter, series: Series, *, weekly: bool = False, things: bool = False
) -> tuple[Compared, ...]:
    """The rows of a measure by day or by week, or of things: one of those may be new."""
    values = (series.weekly if weekly else series.values) or ()
    previous = (series.weekly_previous if weekly else series.previous) or (None,) * len(values)
    changes = changes_of(series, weekly=weekly)
    bars = bars_of(values, previous, reduction=series.reduction)
    return tuple(
        _row(figures, series, *each, thing=things)
        for each in zip(values, previous, changes, bars, strict=True)
    )


def compared_values(
    figures: DocumentFormatter,
    series: Series,
    changes: Sequence[Change | None],
    bars: Sequence[Bar | None],
) -> tuple[Compared, ...]:
    """The rows of a measure of things, with these changes and bars; a sum of rows has none."""
    previous = series.previous or (None,) * len(series.values)
    return tuple(
        _row(figures, series, *each, thing=each[-1] is not None)
        for each in zip(series.values, previous, changes, bars, strict=True)
    )


def any_before(series: Iterable[Series], *, weekly: bool = False) -> bool:
    """Whether any of the measures has a figure of before."""
    before = (each.weekly_previous if weekly else each.previous for each in series)
    return any(value is not None for values in before for value in values or ())


def whole(figures: DocumentFormatter, series: Series) -> Compared:
    """The row of the whole window; without figures where a sum has no meaning."""
    return _row(figures, series, series.total, series.total_previous, series.total_change, None)


def bars_of(
    values: Sequence[int | None], previous: Sequence[int | None], *, reduction: bool = False
) -> tuple[Bar, ...]:
    """Bars of one scale: the longest of the values, and of those before, is all there is room for.

    A reduction is as long as its size; what is below nothing has no length.
    """
    sign = -1 if reduction else 1
    longest = max((sign * each for each in (*values, *previous) if each is not None), default=0)

    def length(value: int | None) -> int:
        if value is None or sign * value <= 0:
            return 0
        return divide_half_even(sign * value * _THOUSAND, longest)

    return tuple(
        Bar(length(now), None if was is None else length(was))
        for now, was in zip(values, previous, strict=True)
    )


def tone(change: Change | None, better: Better | None) -> str:
    """Whether a change is good news; empty for none, and for what is neither."""
    if change is None or better is None or not change.value:
        return ""
    grew = change.kind is ChangeKind.MULTIPLE or change.value > 0
    return "good" if grew == (better is Better.UP) else "bad"


def _row(
    figures: DocumentFormatter,
    series: Series,
    now: int | None,
    before: int | None,
    change: Change | None,
    bar: Bar | None,
    *,
    thing: bool = False,
) -> Compared:
    difference = _difference(series, now, before, change)
    return Compared(
        now=figures.cell(now, series.unit),
        before=figures.cell(before, series.unit),
        difference=figures.signed(difference, series.unit),
        change=figures.text(NEW)
        if thing and is_new(change, before)
        else figures.signed_change(_signed(change, series), series.unit),
        tone=tone(change, series.better),
        bar=bar,
    )


def is_new(change: Change | None, before: int | None) -> bool:
    """Whether there is some of what there was nothing of."""
    return (
        change is not None and change.kind is ChangeKind.DIFFERENCE and change.value > 0 == before
    )


def _signed(change: Change | None, series: Series) -> Change | None:
    """A change as it stands beside the two: a mere difference is one of what is shown."""
    if change is None or change.kind is not ChangeKind.DIFFERENCE or not series.reduction:
        return change
    return Change(change.kind, -change.value)


def _difference(
    series: Series, now: int | None, before: int | None, change: Change | None
) -> int | None:
    """What is shown less what is shown of before: of a reduction below 0 where it grew.

    It is the change where that is a difference, taken before the two were rounded.
    """
    if now is None or before is None:
        return None
    if change is not None and change.kind in _DIFFERENCES:
        return -change.value if series.reduction else change.value
    return now - before


def svg_percent(thousandths: int) -> str:
    """Tenths of a percent as an attribute of SVG."""
    return f"{thousandths // 10}.{thousandths % 10}%"
