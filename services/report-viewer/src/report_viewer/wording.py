"""Figures, dates and instants as a reader sees them, exact to the last digit.

Numbers are spelled from the scaled integers; no float and no process-wide locale is involved.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from zoneinfo import ZoneInfo

from common.reports.document import Cell, Days, Document
from common.reports.figures import Unit
from common.reports.money import decimal_text

NOTHING: Final = "–"
"""Stands where a figure has no value."""

_MINUS: Final = "−"
_WEEKDAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
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
_TEXTUAL: Final = frozenset({Unit.TEXT, Unit.DATE})


def number(value: int, exponent: int) -> str:
    """``value`` × 10^-exponent with grouped digits: ``number(-123456, 2)`` is ``−1,234.56``."""
    whole, point, fraction = decimal_text(abs(value), exponent).partition(".")
    return f"{_MINUS if value < 0 else ''}{int(whole):,}{point}{fraction}"


def day(value: date) -> str:
    """A calendar day: ``1 Apr 2026``."""
    return f"{value.day} {_MONTHS[value.month - 1]} {value.year}"


def short_day(value: date) -> str:
    """A calendar day where the year is plain: ``1 Apr``."""
    return f"{value.day} {_MONTHS[value.month - 1]}"


def weekday(value: date) -> str:
    """A calendar day with its weekday: ``Wed 1 Apr 2026``."""
    return f"{_WEEKDAYS[value.weekday()]} {day(value)}"


def span(days: Days) -> str:
    """First to last day, saying a common month or year once: ``1 – 30 Apr 2026``."""
    first, last = days.first, days.last
    if first == last:
        return day(last)
    start = f"{first.day}"
    if (first.year, first.month) != (last.year, last.month):
        start += f" {_MONTHS[first.month - 1]}"
    if first.year != last.year:
        start += f" {first.year}"
    return f"{start} – {day(last)}"


def instant(value: datetime, zone: ZoneInfo) -> str:
    """An instant on the wall clock of ``zone``: ``1 May 2026, 06:00 CEST``."""
    local = value.astimezone(zone)
    return f"{day(local.date())}, {local:%H:%M} {local.tzname()}"


@dataclass(frozen=True, slots=True)
class Figures:
    """Spells the figures of one document."""

    document: Document

    def cell(self, value: Cell, unit: Unit) -> str:
        """A cell of ``unit``; money without its currency, which the heading names."""
        if value is None:
            return NOTHING
        if isinstance(value, str):
            return _date(value) if unit is Unit.DATE else value
        if unit in _TEXTUAL:
            return str(value)
        text = number(value, self.document.exponent(unit))
        return f"{text}%" if unit is Unit.PERCENT else text

    def change(self, value: int | None) -> str:
        """A change in hundredths of a percent, without its sign: an arrow and a word give that."""
        return NOTHING if value is None else self.cell(abs(value), Unit.PERCENT)

    def currency_of(self, unit: Unit) -> str:
        """The currency of figures of ``unit``; empty for what is no money."""
        return self.document.currency if unit is Unit.MONEY else ""


def is_number(unit: Unit) -> bool:
    """Whether cells of ``unit`` are numbers, and so align on the right."""
    return unit not in _TEXTUAL


def _date(value: str) -> str:
    """A date cell; what is no date (a footer's label) as it stands."""
    try:
        return weekday(date.fromisoformat(value))
    except ValueError:
        return value
