"""The elements of a document, named and defined as the figure is that they show."""

from common.reports.document.headlines import Kpi
from common.reports.document.metrics import Figure
from common.reports.document.schema import Column, Movement, Series, Step


def kpi(
    figure: Figure,
    value: int | None,
    previous: int | None,
    *,
    exact: tuple[int, int] | None = None,
) -> Kpi:
    """A headline figure beside its previous value, with the change between them.

    ``exact`` are the unrounded amounts behind the two, where the change is to be taken from those.
    """
    base = exact or (value, previous)
    return Kpi(
        key=figure.key,
        label=figure.label,
        unit=figure.unit,
        definition=figure.definition,
        value=value,
        previous=previous,
        change=figure.compare(*base),
        better=figure.better,
    )


def series(
    figure: Figure,
    values: tuple[int | None, ...],
    previous: tuple[int | None, ...] | None = None,
    *,
    drawn: bool = True,
) -> Series:
    """A chart's measure, drawn or told beside what is."""
    return Series(
        key=figure.key,
        label=figure.label,
        unit=figure.unit,
        definition=figure.definition,
        values=values,
        previous=previous,
        drawn=drawn,
        reduction=figure.shown_negative,
    )


def column(figure: Figure, *, bar: bool = False, minor: bool = False) -> Column:
    """A table's column, with bars in its cells or without."""
    return Column(
        key=figure.key,
        label=figure.label,
        unit=figure.unit,
        definition=figure.definition,
        bar=bar,
        minor=minor,
    )


def step(figure: Figure, movement: Movement, value: int, previous: int) -> Step:
    """A step of a waterfall."""
    return Step(
        key=figure.key,
        label=figure.label,
        unit=figure.unit,
        definition=figure.definition,
        movement=movement,
        value=value,
        previous=previous,
        change=figure.compare(value, previous),
        better=figure.better,
    )
