"""Numbers and days as the page spells them in English, for messages and images.

Numbers are spelled from the scaled integers. Money stands with its ISO code: a message may be read
beside one of another shop, and a sign is shared by currencies.
"""

from datetime import date
from typing import Final

from common.i18n.shown_decimals import times_as_shown
from common.reports.document.changes import Change, ChangeKind
from common.reports.document.gaps import DataGap, rule_of
from common.reports.document.headlines import Kpi
from common.reports.document.metrics import Unit
from common.reports.document.schema import Days, Document
from common.reports.document.tables import Cell
from common.reports.money import PERCENT_EXPONENT, decimal_text

NOTHING: Final = "–"
_MINUS: Final = "−"
_SPACE: Final = "\u00a0"


def number(value: int, exponent: int) -> str:
    """``value`` × 10^-exponent with grouped digits: ``number(-123456, 2)`` is ``−1,234.56``."""
    return ("" if value >= 0 else _MINUS) + _size(value, exponent)


def figure(value: Cell, unit: Unit, document: Document) -> str:
    """A figure that stands by itself."""
    if value is None:
        return NOTHING
    if isinstance(value, str):
        return value
    sign = "" if value >= 0 else _MINUS
    size = _size(value, document.exponent(unit))
    if unit is Unit.MONEY:
        return f"{sign}{document.currency}{_SPACE}{size}"
    return f"{sign}{size}%" if unit is Unit.PERCENT else f"{sign}{size}"


def change(kpi: Kpi, document: Document) -> str:
    """How a figure moved against the previous window."""
    if kpi.uncertainty is not None:
        return f"± {figure(kpi.uncertainty, kpi.unit, document)}"
    if kpi.note:
        return kpi.note
    if kpi.previous is None:
        return "no previous figure"
    was = figure(kpi.previous, kpi.unit, document)
    if kpi.change is None:
        return f"was {was}"
    if kpi.change.value == 0:
        return "unchanged"
    return f"{'▲' if kpi.change.value > 0 else '▼'} {_moved(kpi, kpi.change, document)} from {was}"


def headline(kpi: Kpi, document: Document) -> str:
    """A headline figure, or that there is none to be trusted."""
    return figure(kpi.value, kpi.unit, document) if kpi.clear else "No clear trend"


def _moved(kpi: Kpi, change: Change, document: Document) -> str:
    size = abs(change.value)
    match change.kind:
        case ChangeKind.DIFFERENCE:
            return figure(size, kpi.unit, document)
        case ChangeKind.MULTIPLE:
            return f"{_size(*times_as_shown(change))} times"
        case ChangeKind.POINTS:
            return f"{_size(size, PERCENT_EXPONENT)} points"
        case ChangeKind.PERCENT:
            return f"{_size(size, PERCENT_EXPONENT)}%"


def gap_sentence(gap: DataGap) -> str:
    """A gap of the document as the page says it; empty for a kind of another version.

    So it is for one of days a year ago alone, whose figures a message has not.
    """
    rule, extent = rule_of(gap), gap.now or gap.before
    if rule is None or extent is None:
        return ""
    message = rule.one if extent.count == 1 else rule.many
    text = message % {"count": number(extent.count, 0), "day": day(gap.day) if gap.day else ""}
    return text if gap.now else f"Compared with: {text}"


def day(value: date) -> str:
    """A calendar day: ``1 Apr 2026``."""
    return f"{short_day(value)} {value.year}"


def short_day(value: date) -> str:
    """A calendar day where the year is plain: ``1 Apr``."""
    return f"{value.day} {_MONTHS[value.month - 1]}"


def days_in_words(days: Days) -> str:
    """How many days: ``1 day``, ``30 days``."""
    return "1 day" if days.count == 1 else f"{number(days.count, 0)} days"


def span(days: Days) -> str:
    """First to last day: ``1 Apr – 30 Apr 2026``."""
    if days.first == days.last:
        return day(days.last)
    same_year = days.first.year == days.last.year
    return f"{short_day(days.first) if same_year else day(days.first)} – {day(days.last)}"


def _size(value: int, exponent: int) -> str:
    whole, point, fraction = decimal_text(abs(value), exponent).partition(".")
    return f"{int(whole):,}{point}{fraction}"


# Not strftime: it follows the locale of the process.
_MONTHS: Final = (
    "Jan",
    "Feb",
    "Mar",
    "Apr",
    "May",
    "Jun",
    "Jul",
    "Aug",
    "Sep",
    "Oct",
    "Nov",
    "Dec",
)
