"""Outcomes of an import, as clients of the admin API read them: JSON in camelCase."""

from typing import Any

from celery.exceptions import SoftTimeLimitExceeded

from common.http.wording import Wording, taken_apart
from common.reports.money import currency_exponent, decimal_text
from ingest.csv.faults import ImportRefusedError, RowFault
from ingest.formats.reconciliation import Reconciled
from ingest.import_files import Imported
from ingest.summary import summary_json


def result_of(imported: Imported, *, layout: str, checked: bool = False) -> dict[str, Any]:
    """What was done with files of the format named ``layout``, or would be."""
    exponent = currency_exponent(imported.currency)
    return {
        "result": {
            "format": layout,
            "checked": checked,
            **summary_json(imported.summary, currency=imported.currency, notes=imported.notes),
            "reconciled": _reconciled(imported.reconciled, exponent),
        }
    }


def _reconciled(found: Reconciled, exponent: int) -> dict[str, Any]:
    """What became of the totals of a platform's orders."""
    return {
        "orders": found.orders,
        "unexplainedOrders": found.unexplained_orders,
        "unexplainedAmount": decimal_text(found.unexplained_amount, exponent),
        "unexplained": [
            {"order": order, "amount": decimal_text(amount, exponent)}
            for order, amount in found.unexplained
        ],
        "tipsLeftOut": decimal_text(found.tips, exponent),
        "dutiesLeftOut": decimal_text(found.duties, exponent),
        "feesLeftOut": decimal_text(found.fees, exponent),
        "giftCardsLeftOut": decimal_text(found.gift_cards, exponent),
    }


def errors_of(error: ImportRefusedError) -> dict[str, Any]:
    """What is wrong with the files."""
    return {"errors": [_fault(fault) for fault in error.faults], "errorCount": error.total}


def failure_of(error: Exception) -> dict[str, Any]:
    """Why an import was not done: faults of its files, too little time, or what it says."""
    if isinstance(error, ImportRefusedError):
        return errors_of(error)
    if isinstance(error, SoftTimeLimitExceeded):
        return interrupted(None)
    return _refused(str(error))


def interrupted(attempts: int | None) -> dict[str, Any]:
    """It was not done, whatever the files are like; ``attempts`` is None where it took too long."""
    if attempts is None:
        return _refused(Wording("the import took too long: split the files"))
    return _refused(
        Wording(
            "the import broke off %(attempts)s times and was given up: nothing was imported",
            attempts=attempts,
        )
    )


def files_gone() -> dict[str, Any]:
    """There is nothing to read: an upload has a file at least, if an empty one."""
    return _refused(Wording("the files are gone: choose them again"))


def not_installed(name: str) -> dict[str, Any]:
    """No worker here reads the format of that name."""
    return _refused(f"the import format {name!r} is not installed where the import was to be read")


def _refused(reason: str) -> dict[str, Any]:
    blank = {"file": None, "line": None, "column": None, "value": None}
    return {"errors": [blank | _said(reason)], "errorCount": 1}


def _said(reason: str) -> dict[str, Any]:
    """A reason in English, and what it is told by in other languages."""
    return {"reason": reason, "said": taken_apart(reason)}


def _fault(fault: RowFault) -> dict[str, Any]:
    return {
        "file": fault.file,
        "line": fault.line,
        "column": fault.column,
        "value": fault.value,
        **_said(fault.reason),
    }
