"""Comparing of a frozen report with the one of its days now: which figures differ, and by how much.

Both are what their readers may see: what a link hides is in neither. Amounts that are an index are
not compared: each side's is of its own net sales, so that one moves where nothing did but those.
Nor is a row's figure that one of both does not know: a 0 by ignorance is no figure.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from heapq import nlargest
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from common.reports import registry
from common.reports.document.incomplete import Incomplete, incomplete_document
from common.reports.document.metrics import Figure, Unit
from common.reports.document.schema import Days, Document
from common.reports_cache.report_fields import UnreadableReportError
from report_pages.since.rows import (
    Compared,
    NotComparableError,
    Rows,
    days_of,
    keys,
    measured,
    of_days,
    read,
)

KEPT: Final = 1_000
"""How many rows of a figure are told, those that changed most."""


class Side(NamedTuple):
    """A report: its document, and its rows as they are cached."""

    document: Document
    csv: bytes


class FigureThen(NamedTuple):
    """A figure of the whole, as it was and as it is; None where it is not there."""

    label: str
    definition: str
    key: str
    unit: Unit
    then: int | None
    now: int | None

    @property
    def changed(self) -> bool:
        """Whether it is another one now."""
        return self.then != self.now

    @property
    def difference(self) -> int | None:
        """By how much it is more now; None where one of both is not there."""
        return None if self.then is None or self.now is None else self.now - self.then


class RowThen(NamedTuple):
    """A figure of one row. ``name`` is what the row is called now, or was then."""

    key: str
    name: str
    then: int | None
    now: int | None

    @property
    def difference(self) -> int:
        """By how much it is more now, of a row that is not there counted as nothing."""
        return (self.now or 0) - (self.then or 0)


@dataclass(frozen=True, slots=True)
class FigureRows:
    """The rows whose figure changed, the largest difference first: ``count`` of them in all."""

    figure: Figure
    rows: tuple[RowThen, ...]
    count: int


@dataclass(frozen=True, slots=True)
class Since:
    """What has changed. ``amounts`` are compared unless they are an index, or of two currencies.

    ``redefined`` are the labels of figures whose definition is another one than then, ``days`` says
    that rows are of days.
    """

    then: Document
    now: Document
    figures: tuple[FigureThen, ...]
    rows: tuple[FigureRows, ...]
    compared: Compared
    amounts: bool
    redefined: tuple[str, ...]
    days: bool = False

    @property
    def changed(self) -> bool:
        """Whether anything of what is compared is another one than then."""
        return bool(self.rows) or any(each.changed for each in self.figures)

    @property
    def whole(self) -> bool:
        """Whether all there is was compared."""
        return self.amounts and self.compared is Compared.YES


def compare(then: Side, now: Side) -> Since:
    """What has changed from one report to another of the same days.

    Raises:
        UnknownReportError, AnalyticsNotYetImplementedError: the report type is none any more.
        UnreadableReportError: what is cached cannot be read.
    """
    amounts = then.document.currency == now.document.currency and not now.document.indexed
    amounts = amounts and then.document.money_exponent == now.document.money_exponent
    compared, rows = _rows(then, now, amounts=amounts)
    return Since(
        then.document,
        now.document,
        figures=tuple(sorted(_figures(then.document, now.document, amounts), key=_size)),
        rows=rows,
        compared=compared,
        amounts=amounts,
        redefined=tuple(_redefined(then.document, now.document)),
        days=of_days(registry.find(now.document.report)),
    )


def _figures(then: Document, now: Document, amounts: bool) -> Iterator[FigureThen]:
    before = {each.key: each for each in then.kpis}
    after = {each.key: each for each in now.kpis}
    for key, found in after.items():
        was = before.get(key)
        if was is None or (found.unit is Unit.MONEY and not amounts):
            continue
        if not (was.clear or found.clear):
            continue  # neither report tells it as a number
        yield FigureThen(
            found.label,
            found.definition,
            key,
            found.unit,
            was.value if was.clear else None,
            found.value if found.clear else None,
        )


def _size(figure: FigureThen) -> tuple[bool, Fraction]:
    """The order of figures: the greatest change for what it was comes first, no change last."""
    if figure.difference is None:
        return (not figure.changed, Fraction(0))
    size = Fraction(abs(figure.difference), abs(figure.then or 0) or 1)
    return (not figure.changed, -size)


def _rows(then: Side, now: Side, *, amounts: bool) -> tuple[Compared, tuple[FigureRows, ...]]:
    if not (then.document.csv and now.document.csv):
        return Compared.HIDDEN, ()
    if then.csv == now.csv:
        return Compared.YES, ()
    definition = registry.find(now.document.report)
    try:
        before, after = read(then.csv, definition), read(now.csv, definition)
    except NotComparableError as error:
        return error.why, ()
    if of_days(definition) and then.document.timezone != now.document.timezone:
        return Compared.OTHER_DAYS, ()
    shared = before.columns & after.columns
    first = now.document.headline.kpi
    figures = [
        each
        for each in measured(definition)
        if each.key in shared and (amounts or each.unit is not Unit.MONEY)
    ]
    figures.sort(key=lambda each: each.key != first)
    known = (incomplete_document(then.document), incomplete_document(now.document))
    found = (_changed(each, before, after, now.document, known) for each in figures)
    return Compared.YES, tuple(each for each in found if each.count)


def _changed(
    figure: Figure,
    then: Rows,
    now: Rows,
    document: Document,
    known: tuple[Incomplete, Incomplete],
) -> FigureRows:
    """The rows of which a figure is another one."""
    exponent = document.exponent(figure.unit)
    changed = [
        RowThen(
            key,
            (now if key in now.cells else then).name(key),
            _number(was, exponent),
            _number(found, exponent),
        )
        for key in keys(then, now)
        if (was := _text(then, key, figure.key)) != (found := _text(now, key, figure.key))
        and _is_known(was, figure, known[0], days_of(key, document.report))
        and _is_known(found, figure, known[1], days_of(key, document.report))
    ]
    # What is not there and what is 0 are the same to a row that has come or gone.
    told = [
        each
        for each in changed
        if each.difference or (each.key in then.cells) == (each.key in now.cells)
    ]
    rows = nlargest(KEPT, told, key=lambda each: abs(each.difference))
    return FigureRows(figure, tuple(rows), len(told))


def _text(rows: Rows, key: str, column: str) -> str:
    cells = rows.cells.get(key)
    return "" if cells is None else cells[column]


def _is_known(text: str, figure: Figure, known: Incomplete, days: Days | None) -> bool:
    """Whether a cell that is 0 says so by knowledge; any other does."""
    return not text or bool(text.strip("-0.")) or known.knows(figure.key, days=days)


def _number(text: str, exponent: int) -> int | None:
    """The scaled integer behind a cell, as ``decimal_text`` wrote it.

    Raises:
        UnreadableReportError: it is none.
    """
    if not text:
        return None
    whole, _, decimals = text.partition(".")
    digits = whole.removeprefix("-") + decimals
    if len(decimals) != exponent or not (digits.isascii() and digits.isdigit()):
        raise UnreadableReportError("a cell of its CSV is no number")
    return int(whole + decimals)


def _redefined(then: Document, now: Document) -> Iterable[str]:
    """Figures that were reckoned by another definition, by what their kind says of itself."""
    frozen = then.as_of.astimezone(ZoneInfo(then.timezone)).date()
    before = {each.key: each.definition for each in then.kpis}
    labels = {
        each.label: None
        for each in now.kpis
        if before.get(each.key, each.definition) != each.definition
    }
    labels |= {
        each.label: None
        for each in measured(registry.find(now.report))
        if any(date.fromisoformat(revision.since) > frozen for revision in each.revisions)
    }
    return labels
