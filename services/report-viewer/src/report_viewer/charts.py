"""What the script gets to draw the charts: the document's integers, and the texts beside them.

The script draws and spells from these integers; it knows no definition and no locale. A series
that refines another (the 7-day average of units) is drawn together with it: it has no previous
window of its own, and its key extends the other's.
"""

from typing import Any, Final

import msgspec
from markupsafe import Markup

from common.reports.document import BarChart, Document, LineChart, Series
from common.reports.figures import Unit
from report_viewer.wording import NOTHING, short_day, weekday

_ESCAPES: Final = (
    (b"<", b"\\u003c"),
    (b">", b"\\u003e"),
    (b"&", b"\\u0026"),
    ("\u2028".encode(), b"\\u2028"),
    ("\u2029".encode(), b"\\u2029"),
)


def island(document: Document) -> Markup:
    """The charts as JSON that may stand inside a ``script`` element."""
    return embeddable(
        {
            "nothing": NOTHING,
            "charts": [
                _chart(section, document)
                for section in document.sections
                if isinstance(section, LineChart | BarChart)
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


def _chart(chart: LineChart | BarChart, document: Document) -> dict[str, Any]:
    refines = accompanied(chart.series)
    common = {
        "key": chart.key,
        "title": chart.title,
        "series": [_series(each, document, refines) for each in chart.series],
    }
    if isinstance(chart, BarChart):
        return common | {
            "kind": "bar",
            "labels": chart.labels,
            "horizontal": chart.horizontal,
        }
    return common | {
        "kind": "line",
        "together": chart.together,
        "labels": [weekday(each) for each in chart.labels],
        "ticks": [short_day(each) for each in chart.labels],
        "previousLabels": [weekday(each) for each in chart.previous_labels],
    }


def _series(series: Series, document: Document, refines: dict[str, str]) -> dict[str, Any]:
    return {
        "key": series.key,
        "label": series.label,
        "unit": series.unit,
        "exponent": document.exponent(series.unit),
        "prefix": f"{document.currency}\u00a0" if series.unit is Unit.MONEY else "",
        "suffix": "%" if series.unit is Unit.PERCENT else "",
        "values": series.values,
        "previous": series.previous,
        "refines": refines.get(series.key),
    }
