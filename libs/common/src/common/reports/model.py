"""What a report is to the system: its identity, its columns, and how a result becomes a document.

A definition is pure: it knows no database and no clock. The SQL stands beside it in ``query.py``
and is reached through ``common.reports.queries``, by the worker alone.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, NoReturn, TypeVar
from zoneinfo import ZoneInfo

from common.reports.document import Cell, Days, Document, Kpi, Section
from common.reports.figures import Figure
from common.reports.money import currency_exponent
from common.reports.window import Window

R = TypeVar("R")


class AnalyticsNotYetImplementedError(NotImplementedError):
    """The report type is registered, and not implemented yet."""

    def __init__(self, slug: str) -> None:
        super().__init__(f"report type {slug!r} is not implemented yet")
        self.slug = slug


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose numbers, over which window, and which state of the data they were read from."""

    tenant_id: int
    tenant_name: str
    currency: str
    zone: ZoneInfo
    window: Window
    as_of: datetime
    data_version: int

    @property
    def previous(self) -> Window:
        """The window of as many days right before."""
        return self.window.previous(self.zone)

    @property
    def money_exponent(self) -> int:
        """The decimals of the currency's minor unit."""
        return currency_exponent(self.currency)


CsvColumn = Figure
"""A CSV column is a figure; its key is the header."""

Row = tuple[Cell, ...]


def select(
    columns: tuple[Figure, ...], wanted: tuple[Figure, ...], rows: Iterable[Row]
) -> tuple[Row, ...]:
    """``rows`` of ``columns`` with the ``wanted`` ones only, in their order."""
    places = tuple(columns.index(figure) for figure in wanted)
    return tuple(tuple(row[place] for place in places) for row in rows)


@dataclass(frozen=True, slots=True)
class Body:
    """The part of a document that differs by report: a sentence, headline figures, sections."""

    summary: str
    kpis: tuple[Kpi, ...]
    sections: tuple[Section, ...]
    empty: bool


@dataclass(frozen=True, slots=True)
class Presentation(Generic[R]):
    """How an implemented report's result becomes a page and a CSV.

    ``rows`` yields the CSV's rows lazily, one cell a column, as scaled integers or text.
    """

    columns: tuple[CsvColumn, ...]
    body: Callable[[R, Scope], Body]
    rows: Callable[[R, Scope], Iterable[Row]]


@dataclass(frozen=True, slots=True)
class Definition(Generic[R]):
    """A report type. One without a presentation is a stub: calling it raises.

    ``discord`` is the subcommand of ``/report`` that shows it, if any.
    """

    slug: str
    title: str
    description: str
    presentation: Presentation[R] | None = None
    discord: str | None = None

    @property
    def implemented(self) -> bool:
        """Whether the report can be computed."""
        return self.presentation is not None

    @property
    def columns(self) -> tuple[CsvColumn, ...]:
        """The CSV's columns.

        Raises:
            AnalyticsNotYetImplementedError: the report is a stub.
        """
        return self._presented().columns

    def document(self, result: R, scope: Scope) -> Document:
        """Present a result.

        Raises:
            AnalyticsNotYetImplementedError: the report is a stub.
        """
        body = self._presented().body(result, scope)
        return Document(
            report=self.slug,
            title=self.title,
            summary=body.summary,
            tenant_name=scope.tenant_name,
            currency=scope.currency,
            money_exponent=scope.money_exponent,
            timezone=scope.zone.key,
            window_start=scope.window.start,
            window_end=scope.window.end,
            days=_days(scope.window, scope.zone),
            previous_days=_days(scope.previous, scope.zone),
            as_of=scope.as_of,
            data_version=scope.data_version,
            empty=body.empty,
            kpis=body.kpis,
            sections=body.sections,
        )

    def rows(self, result: R, scope: Scope) -> Iterator[Row]:
        """The CSV's rows, one cell a column.

        Raises:
            AnalyticsNotYetImplementedError: the report is a stub.
        """
        return iter(self._presented().rows(result, scope))

    def _presented(self) -> Presentation[R]:
        return self.presentation or self._not_yet()

    def _not_yet(self) -> NoReturn:
        raise AnalyticsNotYetImplementedError(self.slug)


def _days(window: Window, zone: ZoneInfo) -> Days:
    dates = window.dates(zone)
    return Days(first=dates[0], last=dates[-1], count=len(dates))
