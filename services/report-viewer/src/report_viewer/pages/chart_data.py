"""Chart data: the JSON that the page's script draws from, with its number formats and words.

It draws and spells from these; it knows no definition and no language. A series that refines
another (the 7-day average of units) is drawn together with it: it has no previous window of its
own, and its key extends the other's.
"""

from typing import Any, Final

import msgspec
from markupsafe import Markup

from common.reports.document.metrics import Unit
from common.reports.document.schema import (
    BarChart,
    Chart,
    LineChart,
    Naming,
    Pareto,
    Series,
    Step,
    Waterfall,
)
from report_viewer.i18n.formatting import NOTHING, DocumentFormatter
from report_viewer.pages.script_strings import words

_ESCAPES: Final = (
    (b"<", b"\\u003c"),
    (b">", b"\\u003e"),
    (b"&", b"\\u0026"),
    ("\u2028".encode(), b"\\u2028"),
    ("\u2029".encode(), b"\\u2029"),
)
_EXACT_IN_SCRIPTS: Final = 2**53 - 1
_WEEK: Final = 7


def island(figures: DocumentFormatter) -> Markup:
    """The charts as JSON that may stand inside a ``script`` element."""
    document = figures.document
    return embeddable(
        {
            "words": words(figures),
            "figures": {
                "symbols": figures.symbols(),
                "exponents": {unit: document.exponent(unit) for unit in Unit},
                "nothing": NOTHING,
                "currency": document.currency,
            },
            "charts": [
                _chart(section, figures)
                for section in document.sections
                if isinstance(section, Chart)
            ],
        }
    )


def embeddable(value: object) -> Markup:
    """``value`` as JSON in which nothing can end the element or be read as markup."""
    data = msgspec.json.encode(value)
    for character, escape in _ESCAPES:
        data = data.replace(character, escape)
    return Markup(data.decode("utf-8"))  # noqa: S704 - every special character is escaped above


def accompanied(series: tuple[Series, ...]) -> dict[str, str]:
    """By the key of each series that refines another, the key of that other."""
    return {
        each.key: other.key
        for each in series
        for other in series
        if each.previous is None
        and other.previous is not None
        and each.key.startswith(f"{other.key}_")
    }


def _chart(chart: Chart, figures: DocumentFormatter) -> dict[str, Any]:
    told = {"key": chart.key, "title": figures.text(chart.title)}
    match chart:
        case LineChart():
            return told | _line(chart, figures)
        case BarChart():
            return told | {
                "kind": "bar",
                "labels": figures.labels(chart),
                "ordered": chart.naming is Naming.WEEKDAYS,
                "series": _all(chart.series, figures),
                "horizontal": chart.horizontal,
                "diverging": chart.diverging,
            }
        case Pareto():
            class_of = figures.text("ABC class")
            return told | {
                "kind": "pareto",
                "labels": figures.labels(chart),
                "series": _all(chart.series, figures),
                "classes": chart.classes,
                "notes": [f"{class_of}: {each}" for each in chart.classes],
            }
        case Waterfall():
            return told | {
                "kind": "waterfall",
                "steps": [_step(each, figures) for each in chart.steps],
            }


def _line(chart: LineChart, figures: DocumentFormatter) -> dict[str, Any]:
    day = figures.wording.calendar.weekday
    return {
        "kind": "line",
        "ordered": True,
        "labels": figures.labels(chart),
        "ticks": figures.short_labels(chart),
        "previousLabels": tuple(map(day, chart.previous_labels)),
        "series": _all(chart.series, figures),
        "weeks": _weeks(chart, figures) if chart.weeks else None,
    }


def _weeks(chart: LineChart, figures: DocumentFormatter) -> dict[str, Any]:
    spans = figures.week_labels(chart.weeks)
    return {
        "titles": [
            span if week.count == _WEEK else f"{span} ({_part(week.count, figures)})"
            for span, week in zip(spans, chart.weeks, strict=True)
        ],
        "ticks": [figures.wording.calendar.short_day(week.first) for week in chart.weeks],
        "parts": [week.count < _WEEK for week in chart.weeks],
        "previousTitles": figures.week_labels(chart.previous_weeks),
    }


def _part(count: int, figures: DocumentFormatter) -> str:
    return figures.wording.counted("%(count)s day", "%(count)s days", count)


def _all(series: tuple[Series, ...], figures: DocumentFormatter) -> list[dict[str, Any]]:
    refines = accompanied(series)
    return [_series(each, figures) | {"refines": refines.get(each.key)} for each in series]


def _series(series: Series, figures: DocumentFormatter) -> dict[str, Any]:
    return {
        "key": series.key,
        "label": figures.text(series.label),
        "unit": series.unit,
        "drawn": series.drawn,
        "reduction": series.reduction,
        "values": _exact(series.values),
        "previous": _exact(series.previous),
        "weekly": _exact(series.weekly),
        "weeklyPrevious": _exact(series.weekly_previous),
    }


def _step(step: Step, figures: DocumentFormatter) -> dict[str, Any]:
    value, previous, change = _exact((step.value, step.previous, step.change)) or (None, None, None)
    return {
        "key": step.key,
        "label": figures.text(step.label),
        "unit": step.unit,
        "movement": step.movement,
        "value": value,
        "previous": previous,
        "change": change,
    }


def _exact(values: tuple[int | None, ...] | None) -> list[int | str | None] | None:
    """The integers; as text where a script's numbers would round them."""
    if values is None:
        return None
    return [
        each if each is None or abs(each) <= _EXACT_IN_SCRIPTS else str(each) for each in values
    ]
