"""What a report says first: its headline figures, and what of them makes its one sentence."""

from datetime import date

import msgspec

from common.reports.document.changes import Change
from common.reports.document.metrics import Better, Unit


class Kpi(msgspec.Struct, frozen=True):
    """One headline figure with its previous value and the change.

    ``uncertainty`` is how far off an estimate may be either way, in its unit, with a confidence of
    95 %; what is not ``clear`` cannot be told from 0 by the data. ``note`` says why there is none.
    ``last_year`` is the figure of the same weekdays a year ago, None where that is not known.
    ``measure`` is the key of the chart's measure that it sums up, where that is not its own.
    """

    key: str
    label: str
    unit: Unit
    definition: str
    value: int | None
    previous: int | None
    change: Change | None
    better: Better | None = None
    reduction: bool = False
    uncertainty: int | None = None
    clear: bool = True
    note: str = ""
    measure: str = ""
    last_year: int | None = None


class BestDay(msgspec.Struct, frozen=True, tag="day"):
    """The day with the highest ``value`` of the figure ``key``."""

    key: str
    unit: Unit
    day: date
    value: int


class BestProduct(msgspec.Struct, frozen=True, tag="product"):
    """The product in front by the figure ``key``; its share in hundredths of a percent, if any."""

    key: str
    unit: Unit
    name: str
    value: int
    share: int | None = None


class Headline(msgspec.Struct, frozen=True):
    """What a reader in a hurry wants to know: a headline figure, by its key, and what stood out.

    ``tiles`` are the figures beside it, by their keys; the page chooses where none are named.
    """

    kpi: str
    best: BestDay | BestProduct | None = None
    tiles: tuple[str, ...] = ()
