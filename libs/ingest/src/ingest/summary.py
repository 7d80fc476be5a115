"""The summary of a load as clients of the admin API read it: JSON in camelCase.

Money is a decimal in major units, as text; instants are spelled by ``common.instants.iso``.
"""

from collections.abc import Sequence
from typing import Any

from common.instants import iso
from common.reports.money import currency_exponent, decimal_text
from ingest.ledger.load_summary import LoadSummary


def summary_json(found: LoadSummary, *, currency: str, notes: Sequence[str]) -> dict[str, Any]:
    """What a load did, in a shop that sells in ``currency`` (ISO 4217)."""
    return {
        "orders": {
            "new": found.orders_new,
            "replaced": found.orders_replaced,
            "unchanged": found.orders_unchanged,
        },
        "lines": found.lines,
        "refunds": found.refunds,
        "cancellationsWithoutPayment": found.cancellations_without_payment,
        "products": {"new": found.products_new, "listed": found.products},
        "stockCounts": found.stock_counts,
        "netSales": decimal_text(found.net_sales, currency_exponent(currency)),
        "currency": currency,
        "firstEventAt": iso(found.first_at) if found.first_at else None,
        "lastEventAt": iso(found.last_at) if found.last_at else None,
        "ledgerVersion": found.version,
        "closedDays": {
            "orders": found.closed_days.orders,
            "days": found.closed_days.days,
            "byDay": [
                {"day": day.isoformat(), "orders": orders}
                for day, orders in found.closed_days.by_day
            ],
        },
        "notes": list(notes),
    }
