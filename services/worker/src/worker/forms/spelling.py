"""Spelling: cells of a printed report as the page spells them in the reader's language."""

from datetime import date
from typing import Final

from common.i18n.formatter import Formatter
from common.reports.document.metrics import Unit
from worker.forms.grids import Typed
from worker.forms.source import Source

NOTHING: Final = "–"


def spelled(cell: Typed, source: Source) -> str:
    """A cell; money without its currency, which the facts name."""
    match cell.value:
        case None:
            return NOTHING
        case date():
            return day(cell.value, source.words)
        case str() if cell.unit is Unit.DATE:
            return day(date.fromisoformat(cell.value), source.words)
        case str():
            return cell.value
        case value:
            return _number(value, cell.unit, source)


def amount(value: int, unit: Unit, source: Source) -> str:
    """A figure that stands by itself: money with its currency."""
    if unit is Unit.MONEY:
        document = source.document
        return source.words.numerals.money(value, document.money_exponent, document.currency)
    return _number(value, unit, source)


def day(value: date, words: Formatter) -> str:
    """A day."""
    return words.calendar.day(value)


def _number(value: int, unit: Unit, source: Source) -> str:
    exponent, numerals = source.document.exponent(unit), source.words.numerals
    if unit is Unit.PERCENT:
        return numerals.percent(value, exponent)
    told = numerals.number(value, exponent)
    return source.words.text("%(number)s points", number=told) if unit is Unit.POINTS else told
