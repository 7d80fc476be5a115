"""Sentences: the page's headline in words, and what charts of many kinds say of a series.

A figure, what it is compared with and what stood out are each a message of its own, so that a
language can put the parts of each in its own order.
"""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Final, NamedTuple

from common.reports.comparison import Comparison
from common.reports.document.changes import Change, ChangeKind
from common.reports.document.headlines import BestDay, BestProduct, Kpi
from common.reports.document.metrics import Unit
from common.reports.document.schema import Series
from common.reports.money import part_told
from report_pages.formatting import DocumentFormatter, isolated


class Told(NamedTuple):
    """The messages on how a figure has changed; a pair is one that goes by the count of weeks."""

    up: str | tuple[str, str]
    down: str | tuple[str, str]
    same: str | tuple[str, str]
    times: str | tuple[str, str]


def _(message: str) -> str:
    """Marks a message for the catalogs; it is translated where it is used."""
    return message


def counted(one: str, many: str) -> tuple[str, str]:
    """Marks a message with a form for one and a form for many."""
    return one, many


_ANY: Final = _("%(label)s: %(value)s")
_FIGURES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "net_sales": _("Net sales were %(value)s"),
        "units_per_day": _("%(value)s units were sold a day"),
    }
)
_COMPARED: Final[Mapping[Comparison, Told]] = MappingProxyType(
    {
        Comparison.PREVIOUS: Told(
            up=counted(
                "up %(change)s on the same weekdays %(count)s week earlier",
                "up %(change)s on the same weekdays %(count)s weeks earlier",
            ),
            down=counted(
                "down %(change)s on the same weekdays %(count)s week earlier",
                "down %(change)s on the same weekdays %(count)s weeks earlier",
            ),
            same=counted(
                "the same as on the same weekdays %(count)s week earlier",
                "the same as on the same weekdays %(count)s weeks earlier",
            ),
            times=counted(
                "%(change)s times as much as on the same weekdays %(count)s week earlier",
                "%(change)s times as much as on the same weekdays %(count)s weeks earlier",
            ),
        ),
        Comparison.LAST_YEAR: Told(
            up=_("up %(change)s on the same weekdays a year before"),
            down=_("down %(change)s on the same weekdays a year before"),
            same=_("the same as on the same weekdays a year before"),
            times=_("%(change)s times as much as on the same weekdays a year before"),
        ),
    }
)


def headline(figures: DocumentFormatter) -> str:
    """The document in one sentence; empty where its figure is not known."""
    document = figures.document
    found = next((each for each in document.kpis if each.key == document.headline.kpi), None)
    if found is None or found.value is None:
        return ""
    figure, stood_out = _figure(figures, found), _best(figures, document.headline.best)
    if stood_out:
        return figures.text("%(figure)s; %(best)s.", figure=figure, best=stood_out)
    return figures.text("%(figure)s.", figure=figure)


def best(figures: DocumentFormatter) -> str:
    """What stood out in the document, in a sentence; empty where nothing did."""
    told = _best(figures, figures.document.headline.best)
    return figures.text("%(figure)s.", figure=told) if told else ""


def _figure(figures: DocumentFormatter, kpi: Kpi) -> str:
    figure = figures.text(
        _FIGURES.get(kpi.key, _ANY),
        label=figures.text(kpi.label),
        value=figures.brief(kpi.value, kpi.unit),
    )
    if kpi.change is None or kpi.previous is None:
        return figure
    compared = _compared(figures, kpi.change, kpi.unit)
    return figures.text("%(figure)s, %(compared)s", figure=figure, compared=compared)


def _compared(figures: DocumentFormatter, change: Change, unit: Unit) -> str:
    told = _told(change, _COMPARED[figures.document.comparison])
    said = figures.change(change, unit)
    if isinstance(told, str):
        return figures.text(told, change=said)
    return figures.wording.counted(*told, figures.weeks_earlier, change=said)


def _told(change: Change, told: Told) -> str | tuple[str, str]:
    if change.kind is ChangeKind.MULTIPLE:
        return told.times
    if change.value == 0:
        return told.same
    return told.up if change.value > 0 else told.down


def _best(figures: DocumentFormatter, found: BestDay | BestProduct | None) -> str:
    match found:
        case None:
            return ""
        case BestDay():
            return figures.text(
                "%(day)s was the best day, with %(value)s",
                day=figures.wording.calendar.full_day(found.day),
                value=figures.brief(found.value, found.unit),
            )
        case BestProduct(share=int(share)):
            message = (
                _("%(product)s leads with %(value)s, %(share)s of the total")
                if _is_of_total(figures, found, share)
                else _("%(product)s leads with %(value)s, %(share)s of all positive net sales")
            )
            return figures.text(
                message,
                product=isolated(found.name),
                value=figures.brief(found.value, found.unit),
                share=figures.brief(share, Unit.PERCENT),
            )
        case BestProduct(unit=Unit.RATE):
            return figures.text(
                "%(product)s sold fastest, with %(value)s a day",
                product=isolated(found.name),
                value=figures.brief(found.value, found.unit),
            )
    return figures.text(
        "%(product)s leads with %(value)s",
        product=isolated(found.name),
        value=figures.brief(found.value, found.unit),
    )


def _is_of_total(figures: DocumentFormatter, found: BestProduct, share: int) -> bool:
    """Whether a share of what is positive is that of the figure beside it too."""
    kpis = figures.document.kpis
    whole = next((each.value for each in kpis if each.key == found.key), None)
    return whole is not None and 0 < found.value <= whole and part_told(found.value, whole) == share


def extent(figures: DocumentFormatter, series: Series, names: Sequence[str]) -> str:
    """Where there is most of a series and where least, of a reduction by its size.

    Empty where nothing is known, and where all that is known is alike but not all is known.
    """
    known = [
        (value, name) for value, name in zip(series.values, names, strict=True) if value is not None
    ]
    if not known:
        return ""
    sign = -1 if series.reduction else 1

    def size(told: tuple[int, str]) -> int:
        return sign * told[0]

    (high, highest), (low, lowest) = max(known, key=size), min(known, key=size)
    label = figures.text(series.label)
    if high == low and len(known) < len(series.values):
        return ""
    if high == low:
        same = figures.brief(high, series.unit)
        return figures.text("%(label)s: %(value)s throughout.", label=label, value=same)
    return figures.text(
        "%(label)s: most on %(highest)s (%(high)s), least on %(lowest)s (%(low)s).",
        label=label,
        highest=highest,
        high=figures.brief(high, series.unit),
        lowest=lowest,
        low=figures.brief(low, series.unit),
    )
