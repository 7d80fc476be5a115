"""The elements of a document, named and defined as the figure is that they show."""

from collections.abc import Sequence

from common.reports.document.headlines import Kpi
from common.reports.document.metrics import Figure
from common.reports.document.schema import Movement, Series, Step
from common.reports.document.tables import Column
from common.reports.money import Exact


def kpi(
    figure: Figure,
    value: int | None,
    previous: int | None,
    *,
    exact: tuple[Exact | None, Exact | None] | None = None,
) -> Kpi:
    """A headline figure beside its previous value, with the change between them.

    ``exact`` are the two before they were rounded, for the change is taken from those.
    """
    base = exact or (value, previous)
    return Kpi(
        key=figure.key,
        label=figure.label,
        unit=figure.unit,
        definition=figure.definition,
        value=value,
        previous=previous,
        change=figure.change_of(*base),
        better=figure.better,
        reduction=figure.shown_negative,
    )


def series(
    figure: Figure,
    values: tuple[int | None, ...],
    previous: tuple[int | None, ...] | None = None,
    *,
    drawn: bool = True,
    exact: tuple[Sequence[Exact | None], Sequence[Exact | None]] | None = None,
) -> Series:
    """A chart's measure, drawn or told beside what is.

    ``exact`` are the values and the previous ones before they were rounded.
    """
    return Series(
        key=figure.key,
        label=figure.label,
        unit=figure.unit,
        definition=figure.definition,
        values=values,
        previous=previous,
        drawn=drawn,
        reduction=figure.shown_negative,
        changes=tuple(map(figure.change_of, *exact)) if exact else None,
        better=figure.better,
    )


def column(figure: Figure, *, beside: bool = False) -> Column:
    """A table's column."""
    return Column(
        key=figure.key,
        label=figure.label,
        unit=figure.unit,
        definition=figure.definition,
        beside=beside,
        reduction=figure.shown_negative,
        better=figure.better,
    )


def step(figure: Figure, movement: Movement, value: int, previous: int) -> Step:
    """A step of a waterfall; what is subtracted is told by its size, also where it is negative."""
    sign = -1 if figure.shown_negative and movement is Movement.SUBTRACT else 1
    return Step(
        key=figure.key,
        label=figure.label,
        unit=figure.unit,
        definition=figure.definition,
        movement=movement,
        value=sign * value,
        previous=sign * previous,
        change=figure.change_of(value, previous),
        better=figure.better,
        reduction=figure.shown_negative,
    )
