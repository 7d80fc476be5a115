"""Changes of a chart's measure: those that come with it, or those between its values."""

from collections.abc import Callable

from common.reports.document.changes import Change, change_of
from common.reports.document.metrics import Unit
from common.reports.document.schema import Series


def changes_of(series: Series, *, weekly: bool = False) -> tuple[Change | None, ...]:
    """The changes of a measure by day or by week, or of each thing it is of."""
    exact = series.weekly_changes if weekly else series.changes
    if exact:
        return exact
    values = (series.weekly if weekly else series.values) or ()
    previous = (series.weekly_previous if weekly else series.previous) or (None,) * len(values)
    return tuple(map(_change(series), values, previous))


def _change(series: Series) -> Callable[[int | None, int | None], Change | None]:
    sign = -1 if series.reduction else 1

    def of(now: int | None, before: int | None) -> Change | None:
        if now is None or before is None:
            return None
        return change_of(sign * now, sign * before, in_points=series.unit is Unit.PERCENT)

    return of
