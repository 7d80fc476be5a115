"""What a report is to the system: its identity, its columns, and how a result becomes a document.

A definition is pure: it knows no database and no clock. The SQL stands beside it in ``query.py``
and is reached through ``common.reports.queries``, by the worker alone.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Generic, TypeVar
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from common.http.wording import Wording
from common.reports.comparison import Comparison
from common.reports.document.gaps import DataGap
from common.reports.document.headlines import Headline, Kpi
from common.reports.document.incomplete import incomplete
from common.reports.document.metrics import Figure
from common.reports.document.report_gaps import of_figures, without_last_year
from common.reports.document.schema import Document, Section, days_of
from common.reports.document.tables import Cell, Table, is_measure
from common.reports.money import currency_exponent
from common.reports.report_section import ReportSection
from common.reports.totals.totals import Totals
from common.reports.window import Window

R = TypeVar("R")

COUNT_DAYS: Final = 45
"""A count a month is recent until the next one, though that be two weeks late."""


class AnalyticsNotYetImplementedError(NotImplementedError):
    """The report type is registered, and not implemented yet."""

    def __init__(self, slug: str) -> None:
        super().__init__(
            Wording("report type %(report)s is not implemented yet", report=repr(slug))
        )
        self.slug = slug


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose numbers, over which window, and which state of the data they were read from.

    A stock count is recent for ``count_days``; ``gaps`` are what the data does not know of window,
    of the days of its ``comparison`` and of those a year ago; ``costs``: what goods cost may be
    told.
    """

    tenant_id: int
    tenant_name: str
    currency: str
    zone: ZoneInfo
    window: Window
    as_of: datetime
    data_version: int
    count_days: int = COUNT_DAYS
    gaps: tuple[DataGap, ...] = ()
    comparison: Comparison = Comparison.PREVIOUS
    costs: bool = False

    @property
    def previous(self) -> Window:
        """The window that this one is compared with."""
        return self.comparison.of(self.window, self.zone)

    @property
    def last_year(self) -> Window:
        """The same weekdays a year ago; see ``Window.last_year``."""
        return self.window.last_year(self.zone)

    @property
    def reach(self) -> Window:
        """The window and the days before it, as far back as those that it may be compared with."""
        return Window(self.window.previous(self.zone).start, self.window.end)

    @property
    def stretches(self) -> tuple[Window, ...]:
        """All days that are read, in order and each once: ``reach``, and those compared with."""
        previous, reach = self.previous, self.reach
        if previous.end < reach.start:
            return previous, reach
        return (Window(min(previous.start, reach.start), reach.end),)

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
    """The part of a document that differs by report: a sentence, headline figures, sections.

    ``gaps`` are those that follow from its figures, beside those of the scope.
    """

    summary: str
    headline: Headline
    kpis: tuple[Kpi, ...]
    sections: tuple[Section, ...]
    empty: bool
    gaps: tuple[DataGap, ...] = ()


@dataclass(frozen=True, slots=True)
class Presented:
    """A result as the body of a page, and as the rows of a CSV, one cell a column."""

    body: Body
    rows: Iterator[Row]


@dataclass(frozen=True, slots=True)
class Presentation(Generic[R]):
    """How an implemented report's result becomes a page and a CSV.

    Both come from one call, so that what they share is worked out once. ``of_totals`` are the
    headline figures, by key, that a shop's totals over as many days give by themselves.
    ``sections`` are those that its documents have, in their order: which a link may hide.
    """

    columns: tuple[CsvColumn, ...]
    present: Callable[[R, Scope], Presented]
    sections: tuple[ReportSection, ...] = ()
    of_totals: Callable[[Totals, int], Mapping[str, int | None]] = lambda *_: {}


@dataclass(frozen=True, slots=True)
class Definition(Generic[R]):
    """A report type. One without a presentation is a stub: calling it raises.

    ``discord`` is the subcommand of ``/report`` that shows it, if any; ``place`` orders the report
    types wherever they are listed, ties by slug.
    """

    slug: str
    title: str
    description: str
    presentation: Presentation[R] | None = None
    discord: str | None = None
    place: int = 1000

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

    @property
    def sections(self) -> tuple[ReportSection, ...]:
        """The sections that its documents have; a stub has none."""
        return () if self.presentation is None else self.presentation.sections

    def columns_without(self, sections: Collection[str]) -> tuple[CsvColumn, ...]:
        """The CSV's columns, without those that it has of ``sections`` (keys) alone.

        Raises:
            AnalyticsNotYetImplementedError: the report is a stub.
        """
        alone = [each.columns for each in self.sections if each.key in sections]
        return tuple(each for each in self.columns if not any(each in some for some in alone))

    def touched_by(self, gaps: tuple[DataGap, ...], *keys: str) -> tuple[DataGap, ...]:
        """The gaps that touch figures of the report, each with the keys of those.

        ``keys`` are of figures that it shows besides those of its columns.

        Raises:
            AnalyticsNotYetImplementedError: the report is a stub.
        """
        own = (each.key for each in self.columns if is_measure(each))
        return of_figures(gaps, frozenset((*own, *keys)))

    def present(self, result: R, scope: Scope, last_year: Totals | None = None) -> "Report":
        """A result as a document and as the rows of its CSV.

        ``last_year`` are the shop's totals over the same weekdays a year ago, where they are known:
        the document has them beside its headline figures, the CSV has not.

        Raises:
            AnalyticsNotYetImplementedError: the report is a stub.
        """
        presented = self._presented().present(result, scope)
        return Report(self._document(presented.body, scope, last_year), presented.rows)

    def _beside(self, kpis: tuple[Kpi, ...], totals: Totals | None, days: int) -> tuple[Kpi, ...]:
        """Headline figures with those that the totals of a year ago give."""
        found = {} if totals is None else self._presented().of_totals(totals, days)
        return tuple(replace(each, last_year=found.get(each.key)) for each in kpis)

    def _document(self, body: Body, scope: Scope, last_year: Totals | None) -> Document:
        tables = (each for each in body.sections if isinstance(each, Table))
        shown = (each.key for table in tables for each in table.columns if is_measure(each))
        keys = (each.key for each in body.kpis)
        found = without_last_year(scope.gaps) if last_year is None else scope.gaps
        gaps = self.touched_by((*found, *body.gaps), *keys, *shown)
        days = days_of(scope.window, scope.zone)
        known = incomplete(gaps, days=days.count)
        return Document(
            report=self.slug,
            title=self.title,
            summary=body.summary,
            tenant_name=scope.tenant_name,
            currency=scope.currency,
            money_exponent=scope.money_exponent,
            timezone=scope.zone.key,
            days=days,
            previous_days=days_of(scope.previous, scope.zone),
            as_of=scope.as_of,
            data_version=scope.data_version,
            empty=body.empty,
            headline=body.headline,
            kpis=known.kpis(self._beside(body.kpis, last_year, days.count)),
            sections=known.sections(body.sections),
            gaps=gaps,
            last_year_days=None if last_year is None else days_of(scope.last_year, scope.zone),
            comparison=scope.comparison,
        )

    def _presented(self) -> Presentation[R]:
        if self.presentation is None:
            raise AnalyticsNotYetImplementedError(self.slug)
        return self.presentation


@dataclass(frozen=True, slots=True)
class Report:
    """A finished report. ``rows`` are made as they are asked for, once."""

    document: Document
    rows: Iterator[Row]
