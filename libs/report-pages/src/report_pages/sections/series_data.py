"""Series data: the integers of a chart's series, as the page's script gets them."""

from collections.abc import Sequence
from typing import Any, Final

from common.reports.document.changes import Change
from common.reports.document.schema import Series
from report_pages.formatting import DocumentFormatter
from report_pages.sections.protocol import is_compared

_EXACT_IN_SCRIPTS: Final = 2**53 - 1


def accompanied(series: Sequence[Series]) -> dict[str, str]:
    """By the key of each series that refines another, the key of that other.

    A series that refines another (the 7-day average of units) is drawn together with it: it has no
    previous window of its own, and its key extends the other's.
    """
    return {
        each.key: other.key
        for each in series
        for other in series
        if each.previous is None
        and other.previous is not None
        and each.key.startswith(f"{other.key}_")
    }


def series_data(series: Sequence[Series], figures: DocumentFormatter) -> list[dict[str, Any]]:
    """All series of a chart, each with the key of the one that it refines."""
    refines = accompanied(series)
    return [_series(each, figures) | {"refines": refines.get(each.key)} for each in series]


def _series(series: Series, figures: DocumentFormatter) -> dict[str, Any]:
    return {
        "key": series.key,
        "label": figures.text(series.label),
        "unit": series.unit,
        "drawn": series.drawn,
        "reduction": series.reduction,
        "values": exact(series.values),
        "previous": exact(series.previous) if is_compared(series.previous) else None,
        "better": series.better,
        "total": exact((series.total, series.total_previous)),
        "totalChange": change_data(series.total_change),
        "weekly": exact(series.weekly),
        "weeklyPrevious": exact(series.weekly_previous),
        "changes": series.changes and tuple(map(change_data, series.changes)),
        "weeklyChanges": series.weekly_changes and tuple(map(change_data, series.weekly_changes)),
    }


def change_data(change: Change | None) -> dict[str, Any] | None:
    """A change: its kind and its number."""
    if change is None:
        return None
    (value,) = exact((change.value,)) or (None,)
    return {"kind": change.kind, "value": value}


def exact(values: tuple[int | None, ...] | None) -> list[int | str | None] | None:
    """The integers; as text where a script's numbers would round them."""
    if values is None:
        return None
    return [
        each if each is None or abs(each) <= _EXACT_IN_SCRIPTS else str(each) for each in values
    ]
