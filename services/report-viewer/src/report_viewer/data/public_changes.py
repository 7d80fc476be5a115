"""Public changes: what has changed since a report was frozen, as JSON and as CSV.

Numbers stand in major units with all their decimals, as in the report's own forms.
"""

from decimal import Decimal
from typing import Any, Final

import msgspec

from common.csv_text import BOM, END, text_cell, text_row
from common.instants import iso
from common.reports.document.metrics import Unit
from common.reports.money import decimal_text
from report_pages.since.comparing import FigureThen, RowThen, Since
from report_pages.since.telling import Told

VERSION: Final = 1
"""Raised when a name goes away or means something else; names are added without."""
_HEAD: Final = ("figure", "row", "name", "frozen", "now", "difference")

_encoder = msgspec.json.Encoder(decimal_format="number")


def encode(told: Told, tenant_name: str) -> bytes:
    """What has changed as JSON, words in the reader's language; the tenant as its brand says."""
    since = told.since
    return _encoder.encode(
        {
            "schemaVersion": VERSION,
            "language": told.figures.wording.tag,
            "report": since.now.report,
            "title": told.figures.text(since.now.title),
            "tenantName": tenant_name,
            "days": {"first": since.now.days.first, "last": since.now.days.last},
            "timezone": since.now.timezone,
            "currency": since.now.currency,
            "frozenAt": iso(told.frozen_at),
            "asOf": iso(since.now.as_of),
            "changed": since.changed,
            "amountsCompared": since.amounts,
            "rowsCompared": since.compared.value,
            "notes": list(told.notes),
            "redefined": list(map(told.figures.text, since.redefined)),
            "figures": [
                {"key": each.key, "label": told.figures.text(each.label), "unit": each.unit.value}
                | _numbers(since, each, each.unit)
                for each in since.figures
            ],
            "rows": [
                {
                    "key": of.figure.key,
                    "label": told.figures.text(of.figure.label),
                    "unit": of.figure.unit.value,
                    "count": of.count,
                    "rows": [
                        {"key": each.key, "name": each.name} | _numbers(since, each, of.figure.unit)
                        for each in of.rows
                    ],
                }
                for of in since.rows
            ],
        }
    )


def csv(since: Since) -> bytes:
    """What has changed as CSV: the totals, then the rows of each figure."""
    lines = [text_row(_HEAD)]
    lines += [_line(each.key, ("", ""), _spelled(since, each, each.unit)) for each in since.figures]
    for of in since.rows:
        key, unit = of.figure.key, of.figure.unit
        lines += [
            _line(key, (text_cell(each.key), text_cell(each.name)), _spelled(since, each, unit))
            for each in of.rows
        ]
    return (BOM + "".join(lines)).encode()


def _line(figure: str, row: tuple[str, str], numbers: tuple[str, ...]) -> str:
    return ",".join((figure, *row, *numbers)) + END


def _spelled(since: Since, of: FigureThen | RowThen, unit: Unit) -> tuple[str, ...]:
    exponent = since.now.exponent(unit)
    told = (of.then, of.now, of.difference)
    return tuple("" if each is None else decimal_text(each, exponent) for each in told)


def _numbers(since: Since, of: FigureThen | RowThen, unit: Unit) -> dict[str, Any]:
    then, now, difference = (
        None if not each else Decimal(each) for each in _spelled(since, of, unit)
    )
    return {"frozen": then, "now": now, "difference": difference}
