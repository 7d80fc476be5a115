"""Imports as the console shows them: how far they are, and how they ended."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

from common.csv_text import BOM, text_row
from common.db.imports import Import, ImportState
from common.http.wording import put_together
from common.reports.document.schema import Days
from common.reports.money import currency_exponent
from ingest.sources import FileKind
from share_api.console.visit import Visit
from share_api.imports.file_names import faults_of

_NAMED_DAYS: Final = 10
_ENDED = (ImportState.SUCCEEDED, ImportState.FAILED)


@dataclass(frozen=True, slots=True)
class ImportView:
    """An import in the reader's words; ``percent`` of its bytes are read.

    ``counts`` are of what the files had, by what it is. ``changed_days`` are the
    last days that were over and changed, each with its orders, ``faults`` the first of what is
    wrong.
    """

    row: Import
    began: str
    ended: str
    percent: int
    net_sales: str
    days: str
    counts: Sequence[tuple[str, int]] = ()
    changed_days: tuple[tuple[str, int], ...] = ()
    faults: Sequence[dict[str, Any]] = ()

    @property
    def changed(self) -> int:
        """How many orders of days that were over are others now."""
        return int(self._closed_days.get("orders", 0))

    @property
    def more_days(self) -> int:
        """How many days that were over changed beside the ``changed_days``, which are the last."""
        return int(self._closed_days.get("days", 0)) - len(self.changed_days)

    @property
    def _closed_days(self) -> Mapping[str, Any]:
        return self.result.get("closedDays") or {}

    @property
    def over(self) -> bool:
        """Whether it has ended."""
        return self.row.state in _ENDED

    @property
    def failed(self) -> bool:
        """Whether nothing of it was taken in because something was wrong."""
        return self.row.state == ImportState.FAILED

    @property
    def recognised(self) -> bool:
        """Whether its format is known: not where all that is said is of the file as a whole."""
        return not self.failed or any(
            each.get("column") or (each.get("line") or 1) > 1 for each in self.faults
        )

    @property
    def result(self) -> Mapping[str, Any]:
        """What was done, or would be; empty where it has not succeeded."""
        return (self.row.outcome or {}).get("result") or {}

    @property
    def orders(self) -> int:
        """How many orders came in, or would."""
        orders = self.result.get("orders") or {}
        return int(orders.get("new", 0)) + int(orders.get("replaced", 0))

    @property
    def file_names(self) -> Sequence[str]:
        """What the sender calls the files, the orders' first."""
        names = self.row.file_names or {}
        return [names[kind] for kind in FileKind if kind in names]

    @property
    def fault_count(self) -> int:
        """How much is wrong in all."""
        return int((self.row.outcome or {}).get("errorCount") or 0)


FAULT_COLUMNS: Final = ("file", "line", "column", "value", "reason")


def faults_csv(view: ImportView) -> bytes:
    """What is wrong with an import's files, as CSV (RFC 4180, UTF-8 with BOM, CRLF)."""
    named = [fault | {"file": fault["file_name"] or fault["file"]} for fault in view.faults]
    rows = [[fault.get(column) for column in FAULT_COLUMNS] for fault in named]
    return "".join([BOM, *map(text_row, [FAULT_COLUMNS, *rows])]).encode()


def import_view(visit: Visit, row: Import) -> ImportView:
    """An import as the reader sees it."""
    zone, words = visit.tenant.zone, visit.words
    result = (row.outcome or {}).get("result") or {}
    return ImportView(
        row=row,
        began=words.instant(row.created_at, zone),
        ended=words.instant(row.finished_at, zone) if row.finished_at else "",
        percent=100 * row.done_bytes // row.total_bytes if row.total_bytes else 0,
        faults=[each | {"reason": _reason(visit, each)} for each in faults_of(row) or ()],
        net_sales=_money(visit, result) if _has_sales(result) else "",
        days=_days(visit, result),
        counts=_counts(visit, result),
        changed_days=tuple(
            (visit.words.calendar.full_day(date.fromisoformat(each["day"])), each["orders"])
            for each in reversed((result.get("closedDays") or {}).get("byDay", ())[-_NAMED_DAYS:])
        ),
    )


def _reason(visit: Visit, fault: Mapping[str, Any]) -> str:
    """What is wrong, in the reader's language: in English where nobody has said it there."""
    said, reason = fault.get("said"), fault["reason"]
    return visit.words.text(put_together(said) if said else reason)


def _number(result: Mapping[str, Any], name: str, part: str = "") -> int:
    found = result.get(name) or 0
    return int(found.get(part) or 0) if isinstance(found, Mapping) else int(found)


def _has_sales(result: Mapping[str, Any]) -> bool:
    """Whether the files had any order or refund: without one there are no net sales to tell."""
    return any(
        _number(result, "orders", each) for each in ("new", "replaced", "unchanged")
    ) or bool(_number(result, "refunds"))


def _counts(visit: Visit, result: Mapping[str, Any]) -> Sequence[tuple[str, int]]:
    """How many there were of each kind of thing, where there was any."""
    counted, orders, products = visit.words.counted, "orders", "products"
    new, again = _number(result, orders, "new"), _number(result, orders, "replaced")
    same, refunds = _number(result, orders, "unchanged"), _number(result, "refunds")
    listed, added = _number(result, products, "listed"), _number(result, products, "new")
    stock = _number(result, "stockCounts")
    found = [
        (counted("new order", "new orders", new), new),
        (counted("replaced order", "replaced orders", again), again),
        (counted("unchanged order", "unchanged orders", same), same),
        (counted("refund or cancellation", "refunds and cancellations", refunds), refunds),
        (counted("product in the files", "products in the files", listed), listed),
        (counted("new product", "new products", added), added),
        (counted("stock count", "stock counts", stock), stock),
    ]
    return tuple(each for each in found if each[1])


def _money(visit: Visit, result: Mapping[str, Any]) -> str:
    currency = result.get("currency")
    if not currency:
        return ""
    exponent = currency_exponent(currency)
    amount = int(Decimal(result["netSales"]).scaleb(exponent))
    return visit.words.numerals.money(amount, exponent, currency)


def _days(visit: Visit, result: Mapping[str, Any]) -> str:
    """The days from the first event to the last, as the shop counts them."""
    edges = [result.get(name) for name in ("firstEventAt", "lastEventAt")]
    dates = [
        datetime.fromisoformat(each).astimezone(visit.tenant.zone).date() for each in edges if each
    ]
    if not dates:
        return ""
    count = (dates[-1] - dates[0]).days + 1
    return visit.words.calendar.span(Days(dates[0], dates[-1], count))
