"""What a report says first: its headline figures, and what of them makes its one sentence."""

from datetime import date

import msgspec

from common.reports.document.metrics import Better, Unit


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
    """What a reader in a hurry wants to know: a headline figure, by its key, and what stood out."""

    kpi: str
    best: BestDay | BestProduct | None = None
