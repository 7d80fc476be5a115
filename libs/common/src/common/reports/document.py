"""What a finished report is: figures, charts and tables, with what they were computed from.

The worker writes a document, the viewer draws it; neither needs the other's libraries. Every
number is an integer scaled by its unit (see ``Document.exponent``), so nothing is rounded twice.
"""

from datetime import date, datetime
from typing import Final

import msgspec

from common.reports.figures import Better, Figure, Unit
from common.reports.money import PERCENT_EXPONENT, RATE_EXPONENT

SCHEMA: Final = 1
"""Raised when the document's shape changes; part of every cache key."""

Cell = int | str | None


class Kpi(msgspec.Struct, frozen=True):
    """One headline figure with its previous value and the change in hundredths of a percent."""

    key: str
    label: str
    unit: Unit
    definition: str
    value: int | None
    previous: int | None
    change: int | None
    better: Better | None = None


class Series(msgspec.Struct, frozen=True):
    """One measure over a chart's labels; ``previous`` runs beside it, day by day."""

    key: str
    label: str
    unit: Unit
    definition: str
    values: tuple[int | None, ...]
    previous: tuple[int | None, ...] | None = None


class LineChart(msgspec.Struct, frozen=True, tag="line"):
    """Measures over the days of the window."""

    key: str
    title: str
    description: str
    labels: tuple[date, ...]
    previous_labels: tuple[date, ...]
    series: tuple[Series, ...]
    together: bool = False
    """Whether the series share one unit and are drawn at once, or are a choice of measures."""


class BarChart(msgspec.Struct, frozen=True, tag="bar"):
    """Measures over named things: weekdays, products."""

    key: str
    title: str
    description: str
    labels: tuple[str, ...]
    series: tuple[Series, ...]
    horizontal: bool = False


class Column(msgspec.Struct, frozen=True):
    """A table's column; ``key`` is the CSV's column of the same numbers."""

    key: str
    label: str
    unit: Unit
    definition: str


class Table(msgspec.Struct, frozen=True, tag="table"):
    """Rows of cells in the order of the columns; ``note`` says what is left out."""

    key: str
    title: str
    description: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    footer: tuple[tuple[Cell, ...], ...] = ()
    note: str | None = None


Section = LineChart | BarChart | Table


class Days(msgspec.Struct, frozen=True):
    """A window as a person names it: its first and last day, and how many."""

    first: date
    last: date
    count: int


class Document(msgspec.Struct, frozen=True):
    """A report of one tenant over one window, ready to be drawn.

    ``as_of`` is the moment of the sales data that was read and ``data_version`` its version;
    ``window_start`` and ``window_end`` are the half-open window's instants.
    """

    report: str
    title: str
    summary: str
    tenant_name: str
    currency: str
    money_exponent: int
    timezone: str
    window_start: datetime
    window_end: datetime
    days: Days
    previous_days: Days
    as_of: datetime
    data_version: int
    empty: bool
    kpis: tuple[Kpi, ...]
    sections: tuple[Section, ...]

    def exponent(self, unit: Unit) -> int:
        """By what power of ten a figure of ``unit`` is scaled."""
        return exponent(unit, self.money_exponent)


def exponent(unit: Unit, money_exponent: int) -> int:
    """By what power of ten a figure of ``unit`` is scaled, given the currency's exponent."""
    return {
        Unit.MONEY: money_exponent,
        Unit.PERCENT: PERCENT_EXPONENT,
        Unit.RATE: RATE_EXPONENT,
    }.get(unit, 0)


def kpi(
    figure: Figure,
    value: int | None,
    previous: int | None,
    *,
    exact: tuple[int, int] | None = None,
) -> Kpi:
    """A headline figure beside its previous value, with the change between them.

    ``exact`` are the unrounded amounts behind the two, where the change is to be taken from those.
    """
    base = exact or (value, previous)
    return Kpi(
        key=figure.key,
        label=figure.label,
        unit=figure.unit,
        definition=figure.definition,
        value=value,
        previous=previous,
        change=figure.compare(*base),
        better=figure.better,
    )


def series(
    figure: Figure,
    values: tuple[int | None, ...],
    previous: tuple[int | None, ...] | None = None,
) -> Series:
    """A chart's measure, named and defined as ``figure`` is."""
    return Series(
        key=figure.key,
        label=figure.label,
        unit=figure.unit,
        definition=figure.definition,
        values=values,
        previous=previous,
    )


def column(figure: Figure) -> Column:
    """A table's column, named and defined as ``figure`` is."""
    return Column(
        key=figure.key, label=figure.label, unit=figure.unit, definition=figure.definition
    )


_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(Document)


def encode(document: Document) -> bytes:
    """The document as JSON."""
    return _encoder.encode(document)


def decode(data: bytes) -> Document:
    """The document behind ``encode``'s bytes.

    Raises:
        msgspec.DecodeError: not a document of this schema.
    """
    return _decoder.decode(data)
