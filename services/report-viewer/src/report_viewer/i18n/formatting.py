"""Formatting: words, numbers and dates of a document in one locale.

Every word of a page goes through ``Formatter.text``, also those that come with the document.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any, Final
from zoneinfo import ZoneInfo

from babel import Locale

from common.reports.document.metrics import Unit
from common.reports.document.schema import Cell, Days, Document
from report_viewer.i18n.dates import DateFormatter
from report_viewer.i18n.numbers import NumberFormatter
from report_viewer.i18n.translations import translations

NOTHING: Final = "–"
"""Stands where a figure has no value."""

_ISOLATE: Final = "\u2068"
_END: Final = "\u2069"
_LONGEST_NAME: Final = 80
_JOINS: Final = " \u200d"
"""Left at the end of a name that was cut, these would join it with what follows."""


class Formatter:
    """One language: its words, numbers and dates. See ``formatter_of``."""

    def __init__(self, locale: Locale) -> None:
        self._translations = translations(locale)
        self.locale = locale
        self.tag = str(locale).replace("_", "-")
        self.direction: str = locale.text_direction
        self.numerals = NumberFormatter(locale)
        self.calendar = DateFormatter(locale)

    def text(self, message: str, **values: object) -> str:
        """``message`` in this language, its ``%(names)s`` replaced by ``values``."""
        words = self._translations.gettext(message) if message else ""
        return words % values if values else words

    def counted(self, one: str, many: str, count: int, **values: object) -> str:
        """The form of a message that goes with ``count``, which is ``%(count)s`` in it."""
        words = self._translations.ngettext(one, many, count)
        return words % {"count": self.numerals.number(count, 0), **values}

    def instant(self, value: datetime, zone: ZoneInfo) -> str:
        """An instant on the wall clock of ``zone``."""
        return self.calendar.instant(value, zone)


@cache
def formatter_of(locale: Locale) -> Formatter:
    """The formatter of a locale, made once."""
    return Formatter(locale)


def instant(value: datetime, zone: ZoneInfo, locale: Locale) -> str:
    """An instant on the wall clock of ``zone``: ``1 May 2026, 06:00 CEST``."""
    return formatter_of(locale).instant(value, zone)


def isolated(name: str) -> str:
    """A name that the shop gave, as part of a sentence: not too long, and in its own direction."""
    short = name if len(name) <= _LONGEST_NAME else f"{name[: _LONGEST_NAME - 1].rstrip(_JOINS)}…"
    return f"{_ISOLATE}{short}{_END}"


@dataclass(frozen=True, slots=True)
class DocumentFormatter:
    """Formats the metrics and names of one document in one locale."""

    document: Document
    wording: Formatter

    def text(self, message: str, **values: object) -> str:
        """``message`` in the reader's language; see ``Formatter.text``."""
        return self.wording.text(message, **values)

    def cell(self, value: Cell, unit: Unit) -> str:
        """A cell of ``unit``; money without its currency, which the heading names."""
        if value is None:
            return NOTHING
        if isinstance(value, str):
            return self._day(value) if unit is Unit.DATE else value
        exponent = self.document.exponent(unit)
        if unit is Unit.PERCENT:
            return self.wording.numerals.percent(value, exponent)
        return self.wording.numerals.number(value, exponent)

    def cells(self, values: Iterable[Cell], unit: Unit) -> tuple[str, ...]:
        """Cells of one column."""
        return tuple(self.cell(value, unit) for value in values)

    def amount(self, value: Cell, unit: Unit) -> str:
        """A figure that stands by itself: as ``cell``, and money with its currency."""
        if unit is Unit.MONEY and isinstance(value, int):
            exponent, currency = self.document.money_exponent, self.document.currency
            return self.wording.numerals.money(value, exponent, currency)
        return self.cell(value, unit)

    def change(self, value: int | None) -> str:
        """A change in hundredths of a percent, without its sign: an arrow and a word give that."""
        return NOTHING if value is None else self.cell(abs(value), Unit.PERCENT)

    def currency_of(self, unit: Unit) -> str:
        """The currency of figures of ``unit``; empty for what is no money."""
        return self.document.currency if unit is Unit.MONEY else ""

    def symbols(self) -> dict[str, Any]:
        """What it takes to spell the document's figures elsewhere, to the same letter."""
        return self.wording.numerals.symbols(self.document.currency)

    def week_labels(self, weeks: tuple[Days, ...]) -> tuple[str, ...]:
        """Weeks as the days that they span."""
        return tuple(map(self.wording.calendar.short_span, weeks))

    def _day(self, value: str) -> str:
        try:
            return self.wording.calendar.weekday(date.fromisoformat(value))
        except ValueError:
            return value


def is_number(unit: Unit) -> bool:
    """Whether cells of ``unit`` are numbers, and so align on the right."""
    return unit is not Unit.TEXT and unit is not Unit.DATE
