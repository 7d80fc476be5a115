"""Stripe's reports: the itemised balance change from activity, and the dashboard's payments."""

from typing import Final

from common.http.wording import Wording
from ingest.formats.model import FileOf, ImportFormat
from ingest.sources import FileKind

BALANCE: Final = FileOf(
    Wording("an itemised balance report of Stripe"),
    frozenset({"balance_transaction_id", "currency", "gross", "reporting_category"}),
)
PAYMENTS: Final = FileOf(
    Wording("a payments export of Stripe"),
    frozenset({"id", "amount", "amount refunded", "currency"}),
)
_SUMMARY: Final = FileOf(
    "a summary report of Stripe",
    frozenset({"reporting_category", "currency", "count", "gross", "fee", "net"}),
    refused="it has sums and no payments; export the itemised report",
)
_HISTORY: Final = FileOf(
    "a balance history of Stripe",
    frozenset({"id", "type", "source", "amount", "fee", "net", "currency"}),
    refused="it does not say which payment a refund is of; export the payments or the itemised"
    " balance report",
)
_PAYOUTS: Final = FileOf(
    "a payouts export of Stripe",
    frozenset({"id", "amount", "currency", "arrival date (utc)"}),
    refused="it has payouts to a bank and no payments; export the payments",
)

FORMAT: Final = ImportFormat(
    name="stripe",
    title="Stripe",
    label="a report of Stripe",
    files={FileKind.ORDERS: BALANCE},
    columns={
        "order_id": None,
        "line_id": None,
        "refund_id": None,
        "processed_at": None,
        "order_discount": None,
        "line_discount": None,
    },
    place=30,
    rows_a_line=2,  # a payment may be paid back and disputed
    layouts=(PAYMENTS, _SUMMARY, _HISTORY, _PAYOUTS),
)
