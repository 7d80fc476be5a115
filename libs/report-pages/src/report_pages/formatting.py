"""Formatting: words, numbers and dates of a document in one locale.

Every word of a page goes through ``Formatter.text``, also those that come with the document.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from babel import Locale

from common.i18n.formatter import Formatter
from common.i18n.report_words import formatter_of
from common.i18n.shown_decimals import as_shown, change_as_shown, times_as_shown, unit_of
from common.reports.comparison import Comparison
from common.reports.document.changes import Change, ChangeKind
from common.reports.document.metrics import Unit
from common.reports.document.schema import Days, Document
from common.reports.document.tables import Cell, Table
from common.reports.money import PERCENT_EXPONENT
from common.reports.window import WEEK

NOTHING: Final = "–"
"""Stands where a figure has no value."""

_ISOLATE: Final = "\u2068"
_END: Final = "\u2069"
_LONGEST_NAME: Final = 80
_JOINS: Final = " \u200d"
"""Left at the end of a name that was cut, these would join it with what follows."""


def instant(value: datetime, zone: ZoneInfo, locale: Locale) -> str:
    """An instant on the wall clock of ``zone``: ``1 May 2026, 06:00 CEST``."""
    return formatter_of(locale).instant(value, zone)


def isolated(name: str) -> str:
    """A name that the shop gave, as part of a sentence: not too long, and in its own direction."""
    short = name if len(name) <= _LONGEST_NAME else f"{name[: _LONGEST_NAME - 1].rstrip(_JOINS)}…"
    return f"{_ISOLATE}{short}{_END}"


def earlier(wording: Formatter, weeks: int) -> str:
    """Days so many weeks before others, in brief; they need not be the days right before."""
    return wording.counted("%(count)s week earlier", "%(count)s weeks earlier", weeks)


@dataclass(frozen=True, slots=True)
class DocumentFormatter:
    """Formats the metrics and names of one document in one locale."""

    document: Document
    wording: Formatter

    @property
    def compared_days(self) -> str:
        """What the days compared with are called: in legends, in heads, beside points of charts."""
        if self.document.comparison is Comparison.LAST_YEAR:
            return self.text("Last year")
        return earlier(self.wording, self.weeks_earlier)

    @property
    def weeks_earlier(self) -> int:
        """By how many weeks the days compared with lie earlier, each the same weekday."""
        document = self.document
        return (document.days.first - document.previous_days.first).days // WEEK

    def text(self, message: str, **values: object) -> str:
        """``message`` in the reader's language; see ``Formatter.text``."""
        return self.wording.text(message, **values)

    def cell(self, value: Cell, unit: Unit) -> str:
        """A cell of ``unit``; money without its currency, which the heading names."""
        if value is None:
            return NOTHING
        if isinstance(value, str):
            return self._day(value) if unit is Unit.DATE else value
        return self._spelling(unit)(value, self.document.exponent(unit))

    def cells(self, values: Iterable[Cell], unit: Unit) -> tuple[str, ...]:
        """Cells of one column."""
        spell, exponent = self._spelling(unit), self.document.exponent(unit)
        return tuple(
            spell(value, exponent) if isinstance(value, int) else self.cell(value, unit)
            for value in values
        )

    def amount(self, value: Cell, unit: Unit) -> str:
        """A figure that stands by itself: as ``cell``, and money with its currency."""
        if unit is Unit.MONEY and isinstance(value, int):
            exponent, currency = self.document.money_exponent, self.document.currency
            return self.wording.numerals.money(value, exponent, currency)
        return self.cell(value, unit)

    def brief(self, value: Cell, unit: Unit) -> str:
        """As ``amount``, with the digits that are read and no others: in sentences and on tiles.

        No decimals from 1,000 on; of percents one below 100, and none from there on.
        """
        if not isinstance(value, int):
            return self.amount(value, unit)
        return self._short(as_shown(value, unit, self.document.exponent(unit)), unit)

    def _short(self, shown: tuple[int, int], unit: Unit) -> str:
        short, decimals = shown
        if unit is Unit.MONEY:
            return self.wording.numerals.money(short, decimals, self.document.currency)
        if unit is Unit.PERCENT:
            return self.wording.numerals.percent(short, decimals)
        return self.wording.numerals.number(short, decimals)

    def change(self, change: Change, unit: Unit) -> str:
        """A change of a figure of ``unit`` in brief: an arrow and a word give its sign."""
        if change.kind is ChangeKind.MULTIPLE:
            return self.wording.numerals.number(*times_as_shown(change))
        of = unit_of(change, unit)
        said = self._short(change_as_shown(change, of, self.document.exponent(of)), of)
        return self.text("%(number)s points", number=said) if of is Unit.POINTS else said

    def exact_change(self, change: Change | None, unit: Unit) -> str:
        """A change of a figure of ``unit`` with its sign and all its digits, as in tables."""
        if change is None:
            return NOTHING
        match change.kind:
            case ChangeKind.PERCENT:
                return self.cell(change.value, Unit.PERCENT)
            case ChangeKind.DIFFERENCE:
                return self.amount(change.value, unit)
        number = self.wording.numerals.number(change.value, PERCENT_EXPONENT)
        if change.kind is ChangeKind.POINTS:
            return self.text("%(number)s points", number=number)
        return self.text("%(number)s times", number=number)

    def signed(self, value: int | None, unit: Unit) -> str:
        """A difference of two figures of ``unit`` as a cell, with its sign; percents in points."""
        told = self.cell(value, Unit.POINTS if unit is Unit.PERCENT else unit)
        return f"+{told}" if value is not None and value > 0 else told

    def signed_change(self, change: Change | None, unit: Unit) -> str:
        """As ``exact_change``, growth with its sign, too."""
        told = self.exact_change(change, unit)
        grew = change is not None and change.value > 0 and change.kind is not ChangeKind.MULTIPLE
        return f"+{told}" if grew else told

    def currency_of(self, unit: Unit) -> str:
        """The currency of figures of ``unit``; empty for what is no money."""
        return self.document.currency if unit is Unit.MONEY else ""

    def symbols(self) -> dict[str, Any]:
        """What it takes to spell the document's figures elsewhere, to the same letter."""
        return self.wording.numerals.symbols(self.document.currency)

    def dates(self) -> dict[str, Any] | None:
        """What it takes to write days as cells elsewhere; None where no table has any."""
        tables = (each for each in self.document.sections if isinstance(each, Table))
        if not any(column.unit is Unit.DATE for table in tables for column in table.columns):
            return None
        return self.wording.calendar.weekday_parts()

    def week_labels(self, weeks: Sequence[Days], beside: Sequence[Days] = ()) -> tuple[str, ...]:
        """Weeks as the days that they span, with their years where they and others have several."""
        years = {day.year for week in (*weeks, *beside) for day in (week.first, week.last)}
        calendar = self.wording.calendar
        return tuple(map(calendar.span if len(years) > 1 else calendar.short_span, weeks))

    def _spelling(self, unit: Unit) -> Callable[[int, int], str]:
        """How cells of numbers are spelled, from their value and exponent."""
        numerals = self.wording.numerals
        return numerals.percent if unit is Unit.PERCENT else numerals.number

    def _day(self, value: str) -> str:
        try:
            return self.wording.calendar.weekday(date.fromisoformat(value))
        except ValueError:
            return value


def is_number(unit: Unit) -> bool:
    """Whether cells of ``unit`` are numbers, and so align on the right."""
    return unit is not Unit.TEXT and unit is not Unit.DATE
