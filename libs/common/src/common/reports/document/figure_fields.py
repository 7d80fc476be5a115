"""Figure fields: what each field of a figure tells, and of which days, for all that hold some.

This is the only list: who leaves out what is not known goes by it, and a test holds that no field
with a number of days is missing.
"""

from collections.abc import Mapping
from enum import Enum, auto
from types import MappingProxyType
from typing import Final, NamedTuple

import msgspec

from common.reports.document.headlines import Kpi
from common.reports.document.schema import Series, Step
from common.reports.document.tables import BEFORE, CHANGES, is_before


class Tells(Enum):
    """What a number tells of a figure."""

    VALUE = auto()
    """What it is in days of the window."""
    BEFORE = auto()
    """What it was in the days compared with; its change is told apart."""
    BESIDE = auto()
    """The same where readers take the difference: it is there to be compared, or not at all."""
    CHANGE = auto()
    """How it changed."""
    LAST_YEAR = auto()
    """What it was a year ago, beside the days compared with."""


class Over(Enum):
    """Over which days."""

    WHOLE = auto()
    """All of them."""
    PLACES = auto()
    """The days of a line chart, one after another; of all other charts all days, at each place."""
    WEEKS = auto()
    """The weeks of a line chart, one after another."""


class Field(NamedTuple):
    """What a field tells, over which days."""

    tells: Tells
    over: Over = Over.WHOLE


FIELDS: Final[Mapping[type[msgspec.Struct], Mapping[str, Field]]] = MappingProxyType(
    {
        Kpi: {
            "value": Field(Tells.VALUE),
            "previous": Field(Tells.BEFORE),
            "change": Field(Tells.CHANGE),
            "uncertainty": Field(Tells.VALUE),
            "last_year": Field(Tells.LAST_YEAR),
        },
        Series: {
            "values": Field(Tells.VALUE, Over.PLACES),
            "previous": Field(Tells.BESIDE, Over.PLACES),
            "weekly": Field(Tells.VALUE, Over.WEEKS),
            "weekly_previous": Field(Tells.BESIDE, Over.WEEKS),
            "total": Field(Tells.VALUE),
            "total_previous": Field(Tells.BESIDE),
            "changes": Field(Tells.CHANGE, Over.PLACES),
            "weekly_changes": Field(Tells.CHANGE, Over.WEEKS),
            "total_change": Field(Tells.CHANGE),
        },
        Step: {
            "value": Field(Tells.VALUE),
            "previous": Field(Tells.BEFORE),
            "change": Field(Tells.CHANGE),
        },
    }
)

_OF_CHANGE: Final = (*CHANGES, "rank_change", "_difference")


def tells(key: str, told: Tells = Tells.VALUE) -> Tells:
    """What a column or a measure of that key tells where others tell ``told``."""
    if told is Tells.VALUE and key.endswith(_OF_CHANGE):
        return Tells.CHANGE
    return Tells.BESIDE if told is Tells.VALUE and is_before(key) else told


def figure_of(key: str) -> str:
    """The figure that a key compares: ``returns`` of ``returns_change_percent``; else its own."""
    name = key.removeprefix(BEFORE).removesuffix("_change_percent").removesuffix("_difference")
    return f"{name.removesuffix('_change_points')}_percent" if "_points" in name else name
