"""Public document: a report as JSON, with stable names and words in the reader's language.

It is the cached document made public: what is of use for drawing alone is left out. Numbers stand
in major units with all their decimals, as in the CSV; nothing passes through a float.
"""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

import msgspec

from common.i18n.gap_sentences import gap_sentence
from common.instants import iso
from common.reports.document.changes import Change, ChangeKind
from common.reports.document.gaps import DataGap
from common.reports.document.metrics import Unit
from common.reports.document.schema import BarChart, Naming, Pareto
from common.reports.document.tables import Table
from common.reports.money import PERCENT_EXPONENT, decimal_text
from report_pages.formatting import DocumentFormatter

VERSION: Final = 1
"""Raised when a name goes away or means something else; names are added without."""

FOR_DRAWING: Final = frozenset(
    {"beside", "diverging", "drawn", "horizontal", "measure", "rest", "tiles"}
)
"""Fields that say how something is drawn or shortened; they are no part of the data."""
FIELD_UNITS: Final = {
    ("Band", "net_sales"): Unit.MONEY,
    ("Band", "share"): Unit.PERCENT,
    ("Band", "up_to"): Unit.PERCENT,
    ("BestProduct", "share"): Unit.PERCENT,
    ("Extent", "amount"): Unit.MONEY,
}
"""The units of scaled fields that are not in the unit of their struct."""
_TRANSLATED: Final = frozenset({"label", "definition", "title", "description", "summary", "note"})

_encoder = msgspec.json.Encoder(decimal_format="number")


def encode(figures: DocumentFormatter, board: Sequence[str] = ()) -> bytes:
    """The document of ``figures`` as JSON, in the language of ``figures``.

    ``board`` are the report types of the link that shows it, where it is one to several.
    """
    return _encoder.encode(public(figures, board))


def public(figures: DocumentFormatter, board: Sequence[str] = ()) -> dict[str, Any]:
    """What ``encode`` writes: dictionaries, lists, texts and exact numbers."""
    found = _Public(figures).struct(figures.document)
    said = {"schemaVersion": VERSION, "language": figures.wording.tag}
    return {**said, **found, "board": list(board)}


def camel(name: str) -> str:
    """A field's public name: ``last_year_days`` is ``lastYearDays``."""
    first, *rest = name.split("_")
    return first + "".join(map(str.capitalize, rest))


class _Public:
    """Turns structs of one document into what is public of them."""

    def __init__(self, figures: DocumentFormatter) -> None:
        self._figures = figures

    def struct(self, value: msgspec.Struct) -> dict[str, Any]:
        tag = value.__struct_config__.tag
        found: dict[str, Any] = {"type": tag} if isinstance(tag, str) else {}
        for name in value.__struct_fields__:
            if name not in FOR_DRAWING:
                found[camel(name)] = self._field(value, name)
        match value:
            case Table():
                found |= self._cells(value)
            case DataGap():
                found["sentence"] = gap_sentence(value, self._figures.wording)
        return found

    def _field(self, owner: msgspec.Struct, name: str) -> Any:
        value = getattr(owner, name)
        if name in _TRANSLATED:
            return self._figures.text(value)
        if (
            name == "labels"
            and isinstance(owner, BarChart | Pareto)
            and owner.naming is Naming.WEEKDAYS
        ):
            return list(self._figures.wording.calendar.weekdays())
        unit = FIELD_UNITS.get((type(owner).__name__, name), getattr(owner, "unit", None))
        return self._value(value, unit)

    def _value(self, value: Any, unit: Unit | None) -> Any:
        match value:
            case bool() | str() | None:
                return value
            case int():
                return value if unit is None else self._number(value, unit)
            case date():
                return iso(value) if isinstance(value, datetime) else value.isoformat()
            case tuple():
                return [self._value(each, unit) for each in value]
            case Change():
                return self._change(value, unit)
            case msgspec.Struct():
                return self.struct(value)
        raise TypeError(f"a document has no {type(value).__name__}")

    def _number(self, value: int, unit: Unit) -> int | Decimal:
        return _scaled(value, self._figures.document.exponent(unit))

    def _change(self, change: Change, unit: Unit | None) -> dict[str, Any]:
        if change.kind is ChangeKind.DIFFERENCE:
            return {"kind": change.kind.value, "value": self._value(change.value, unit)}
        return {"kind": change.kind.value, "value": _scaled(change.value, PERCENT_EXPONENT)}

    def _cells(self, table: Table) -> dict[str, Any]:
        units = [column.unit for column in table.columns]
        return {
            "rows": [list(map(self._value, row, units)) for row in table.rows],
            "footer": [
                {
                    "label": self._figures.text(each.label),
                    "count": each.count,
                    "cells": list(map(self._value, each.cells, units)),
                }
                for each in table.footer
            ],
        }


def _scaled(value: int, exponent: int) -> int | Decimal:
    return Decimal(decimal_text(value, exponent)) if exponent else value
