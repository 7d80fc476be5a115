"""Sentences: the page's headline in words, and what charts of many kinds say of a series.

The sentences are whole messages, so that a language can put their parts in its own order.
"""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Final, NamedTuple

from common.reports.document.changes import ChangeKind
from common.reports.document.headlines import BestDay, BestProduct, Kpi
from common.reports.document.metrics import Unit
from common.reports.document.schema import Series
from report_pages.formatting import DocumentFormatter, isolated


class Told(NamedTuple):
    """The messages on one headline figure, by how it has changed."""

    up: str
    down: str
    same: str
    alone: str
    times: str


def _(message: str) -> str:
    """Marks a message for the catalogs; it is translated where it is used."""
    return message


_ANY: Final = Told(
    up=_("%(label)s: %(value)s, up %(change)s on the %(count)s days before"),
    down=_("%(label)s: %(value)s, down %(change)s on the %(count)s days before"),
    same=_("%(label)s: %(value)s, the same as in the %(count)s days before"),
    alone=_("%(label)s: %(value)s"),
    times=_("%(label)s: %(value)s, %(change)s times as much as in the %(count)s days before"),
)
_TOLD: Final[Mapping[str, Told]] = MappingProxyType(
    {
        "net_sales": Told(
            up=_("Net sales were %(value)s, up %(change)s on the %(count)s days before"),
            down=_("Net sales were %(value)s, down %(change)s on the %(count)s days before"),
            same=_("Net sales were %(value)s, the same as in the %(count)s days before"),
            alone=_("Net sales were %(value)s"),
            times=_(
                "Net sales were %(value)s, %(change)s times those of the %(count)s days before"
            ),
        ),
        "units_per_day": Told(
            up=_("%(value)s units were sold a day, up %(change)s on the %(count)s days before"),
            down=_("%(value)s units were sold a day, down %(change)s on the %(count)s days before"),
            same=_("%(value)s units were sold a day, the same as in the %(count)s days before"),
            alone=_("%(value)s units were sold a day"),
            times=_(
                "%(value)s units were sold a day, %(change)s times as many as in the %(count)s days"
                " before"
            ),
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
    told = _TOLD.get(kpi.key, _ANY)
    if kpi.change is None or kpi.previous is None:
        message = told.alone
    elif kpi.change.kind is ChangeKind.MULTIPLE:
        message = told.times
    elif kpi.change.value == 0:
        message = told.same
    else:
        message = told.up if kpi.change.value > 0 else told.down
    return figures.text(
        message,
        label=figures.text(kpi.label),
        value=figures.brief(kpi.value, kpi.unit),
        change=figures.change(kpi.change, kpi.unit) if kpi.change else "",
        count=figures.cell(figures.document.previous_days.count, Unit.COUNT),
    )


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
            return figures.text(
                "%(product)s is in front with %(value)s, %(share)s of the whole",
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
        "%(product)s is in front with %(value)s",
        product=isolated(found.name),
        value=figures.brief(found.value, found.unit),
    )


def extent(figures: DocumentFormatter, series: Series, names: Sequence[str]) -> str:
    """Where a series is highest and where lowest; empty where nothing is known."""
    known = [
        (value, name) for value, name in zip(series.values, names, strict=True) if value is not None
    ]
    if not known:
        return ""
    (high, highest), (low, lowest) = max(known, key=_value), min(known, key=_value)
    label = figures.text(series.label)
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


def _value(known: tuple[int, str]) -> int:
    return known[0]
