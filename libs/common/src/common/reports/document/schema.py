"""What a finished report is: figures, charts and tables, with what they were computed from.

The worker writes a document, the viewer draws it; neither needs the other's libraries. Every
number is an integer scaled by its unit (see ``Document.exponent``), so nothing is rounded twice.
"""

from datetime import date, datetime
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo

import msgspec

from common.reports.comparison import Comparison
from common.reports.document.changes import Change
from common.reports.document.gaps import DataGap
from common.reports.document.headlines import Headline, Kpi
from common.reports.document.metrics import Better, Unit
from common.reports.document.tables import Table
from common.reports.money import PERCENT_EXPONENT, RATE_EXPONENT
from common.reports.window import Window

SCHEMA: Final = 7
"""Raised when the document's shape changes, or what it said was wrong; part of every cache key."""


class Days(msgspec.Struct, frozen=True):
    """Calendar days in a row as a person names them: the first and the last, and how many."""

    first: date
    last: date
    count: int


def days_of(window: Window, zone: ZoneInfo) -> Days:
    """The days of a window as a document names them."""
    dates = window.dates(zone)
    return Days(first=dates[0], last=dates[-1], count=len(dates))


class Series(msgspec.Struct, frozen=True):
    """One measure over a chart's labels; ``previous`` runs beside it, day by day.

    ``weekly`` is the measure over the weeks of a line chart, taken from the sums of their days, and
    ``total`` that over the whole window; None where they have no meaning. A series that is not
    ``drawn`` is told beside those that are; a ``reduction`` is shown negative, and its change is
    its growth. ``changes`` are there for rounded values, whose changes cannot be taken from them;
    ``total_change`` is that between the totals.
    """

    key: str
    label: str
    unit: Unit
    definition: str
    values: tuple[int | None, ...]
    previous: tuple[int | None, ...] | None = None
    weekly: tuple[int | None, ...] | None = None
    weekly_previous: tuple[int | None, ...] | None = None
    total: int | None = None
    total_previous: int | None = None
    drawn: bool = True
    reduction: bool = False
    changes: tuple[Change | None, ...] | None = None
    weekly_changes: tuple[Change | None, ...] | None = None
    total_change: Change | None = None
    better: Better | None = None


class LineChart(msgspec.Struct, frozen=True, tag="line"):
    """Measures over the days of the window.

    ``weeks`` are its calendar weeks, from Monday on, the first and the last perhaps shorter;
    ``previous_weeks`` are the days as far into the previous window. Short windows have none.
    """

    key: str
    title: str
    description: str
    labels: tuple[date, ...]
    previous_labels: tuple[date, ...]
    series: tuple[Series, ...]
    weeks: tuple[Days, ...] = ()
    previous_weeks: tuple[Days, ...] = ()


class Naming(StrEnum):
    """What the labels of bars are: names that the shop gave, or weekdays from Monday on."""

    NAMES = "names"
    WEEKDAYS = "weekdays"


class BarChart(msgspec.Struct, frozen=True, tag="bar"):
    """Measures over named things: weekdays, products. ``diverging``: to both sides of zero."""

    key: str
    title: str
    description: str
    labels: tuple[str, ...]
    series: tuple[Series, ...]
    naming: Naming = Naming.NAMES
    horizontal: bool = False
    diverging: bool = False


class Movement(StrEnum):
    """What a step of a waterfall does: show where the sum stands, or change it by its value."""

    LEVEL = "level"
    ADD = "add"
    SUBTRACT = "subtract"


class Step(msgspec.Struct, frozen=True):
    """One figure on the way from one sum to another, signed as everywhere else; None: not known."""

    key: str
    label: str
    unit: Unit
    definition: str
    movement: Movement
    value: int | None
    previous: int | None
    change: Change | None
    better: Better | None = None
    reduction: bool = False


class Waterfall(msgspec.Struct, frozen=True, tag="waterfall"):
    """How one sum becomes another, step by step."""

    key: str
    title: str
    description: str
    steps: tuple[Step, ...]


class Band(msgspec.Struct, frozen=True):
    """A class of all things together: up to which cumulative share, how many, and what they bring.

    Shares are hundredths of a percent; ``share`` is None where nothing positive is shared. The one
    without a name is what is in no class.
    """

    name: str
    up_to: int
    products: int
    net_sales: int
    share: int | None


class Pareto(msgspec.Struct, frozen=True, tag="pareto"):
    """The things in front as bars, the share they reach together as a line, and their classes.

    ``series`` are the bars' measure and the cumulative share, ``classes`` those of the labels;
    ``bands`` cover everything, also what has no bar.
    """

    key: str
    title: str
    description: str
    labels: tuple[str, ...]
    series: tuple[Series, ...]
    classes: tuple[str, ...]
    bands: tuple[Band, ...]
    naming: Naming = Naming.NAMES


Chart = LineChart | BarChart | Waterfall | Pareto
Section = Chart | Table


class Document(msgspec.Struct, frozen=True):
    """A report of one tenant over one window, ready to be drawn.

    ``as_of`` is the moment of the sales data that was read and ``data_version`` its version.
    ``gaps`` are what that data does not know, at most one a kind: a document of before has none.
    ``last_year_days`` are those of the headline figures' ``last_year``, None without any, as where
    ``comparison`` says that they are the ``previous_days``. Of one without a ``currency`` amounts
    are an index: net sales of ``days`` are 100. ``csv``: whether its rows may be had as files.
    """

    report: str
    title: str
    summary: str
    tenant_name: str
    currency: str
    money_exponent: int
    timezone: str
    days: Days
    previous_days: Days
    as_of: datetime
    data_version: int
    empty: bool
    headline: Headline
    kpis: tuple[Kpi, ...]
    sections: tuple[Section, ...]
    gaps: tuple[DataGap, ...] = ()
    last_year_days: Days | None = None
    comparison: Comparison = Comparison.PREVIOUS
    csv: bool = True

    @property
    def indexed(self) -> bool:
        """Whether amounts are an index."""
        return not self.currency

    def exponent(self, unit: Unit) -> int:
        """By what power of ten a figure of ``unit`` is scaled."""
        return exponent(unit, self.money_exponent)


def exponent(unit: Unit, money_exponent: int) -> int:
    """By what power of ten a figure of ``unit`` is scaled, given the currency's exponent."""
    match unit:
        case Unit.MONEY:
            return money_exponent
        case Unit.PERCENT | Unit.POINTS:
            return PERCENT_EXPONENT
        case Unit.RATE:
            return RATE_EXPONENT
        case _:
            return 0


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
