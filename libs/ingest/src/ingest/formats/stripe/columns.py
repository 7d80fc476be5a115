"""The columns of Stripe's reports that are read, and how; others are passed over.

The balance report has times as ``2026-03-01 10:22:33`` and codes of currencies in lower case, the
payments export too; ``created_utc`` and ``Created (UTC)`` are in UTC.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Final, NamedTuple

from common.reports.document.gaps import GapKind
from common.reports.money import currency_exponent
from ingest.csv.records import Record
from ingest.csv.values import Remembered, amounts, identity, title, words
from ingest.formats.cells import local_instant, sold_in
from ingest.formats.column_notes import Missing

BALANCE_REQUIRED: Final = frozenset(
    {"balance_transaction_id", "currency", "gross", "reporting_category"}
)
BALANCE_MISSING: Final[Missing] = {
    "created_utc": "created was read on the shop's clocks",
    "fee": "no row could be checked against its net amount",
    "net": "no row could be checked against its net amount",
    "source_id": "what came again is taken off the latest of its kind that went back",
    "charge_id": "refunds and disputes cannot be told to their charges; they were left out",
    ("source_id", "charge_id"): (
        "charges are called by their balance transactions, and refunds and disputes cannot be told"
        " to them; they were left out"
    ),
    "description": f"all is sold as {'Payment'!r}",
    "customer_id": "customers are known by their e-mail addresses alone",
    "customer_email": "customers are known by their ids alone",
    ("customer_id", "customer_email"): "customers are not known",
    "shipping_address_country": "countries are not known",
}
"""Columns that may be missing, and what cannot be known then."""
PAYMENTS_REQUIRED: Final = frozenset({"id", "Created (UTC)", "Amount", "Currency"})
PAYMENT_STATE: Final = ("Status", "Captured", "Mode")
"""The columns that say whether a payment was paid; they are looked at before all others."""
PAYMENTS_SPELLINGS: Final[Mapping[str, str]] = {
    "created date (utc)": "Created (UTC)",
    "created": "Created (UTC)",
    "refunded date": "Refunded date (UTC)",
    "dispute date": "Dispute Date (UTC)",
}
PAYMENTS_MISSING: Final[Missing] = {
    "Description": f"all is sold as {'Payment'!r}",
    "Amount Refunded": "what was paid back is not known",
    "Status": "all payments are taken as paid",
    "Captured": "payments that were only authorised cannot be told from others",
    "Mode": "payments of the test mode cannot be told from others",
    "Refunded date (UTC)": "refunds are taken as paid back when they were paid",
    "Dispute Status": "disputes are not known",
    "Disputed Amount": "what was lost by disputes is not known",
    ("Dispute Status", "Disputed Amount"): "disputes are not known",
    "Customer ID": "customers are known by their e-mail addresses alone",
    "Customer Email": "customers are known by their ids alone",
    ("Customer ID", "Customer Email"): "customers are not known",
}
"""Columns that may be missing, and what cannot be known then."""
CONVERTED_MISSING: Final[Missing] = {
    "Converted Amount Refunded": (
        "of payments in another currency refunds of a part are not known; they were left out"
    ),
}
"""Those that may be missing where no payment was in another currency."""

GAPS: Final[Mapping[frozenset[str], Mapping[str, GapKind]]] = {
    BALANCE_REQUIRED: {"charge_id": GapKind.REFUNDS_NOT_KNOWN},
    PAYMENTS_REQUIRED: {"Amount Refunded": GapKind.REFUNDS_NOT_KNOWN},
}
"""Of the columns that may be missing, what reports of the days say; by the columns required."""


class BalanceColumns(NamedTuple):
    """A row of the balance report, converted; money in minor units."""

    id: str
    created_utc: datetime | None
    created: datetime | None
    currency: str
    gross: int
    fee: int | None
    net: int | None
    category: str
    source_id: str | None
    charge_id: str | None
    description: str | None
    customer_id: str | None
    email: str | None
    country: str | None


class PaymentColumns(NamedTuple):
    """A row of the payments export, converted; ``amount`` and ``refunded`` are still texts, since
    another pair of columns has them in the shop's currency where the buyer's is another.
    """

    id: str
    created: datetime | None
    amount: str
    refunded: str
    currency: str
    converted: str
    converted_refunded: str
    converted_currency: str
    description: str | None
    refunded_at: datetime | None
    disputed: str
    dispute_status: str | None
    disputed_at: datetime | None
    customer_id: str | None
    email: str | None


def _category(text: str) -> str:
    """A reporting category by Stripe's own name, as ``refund_failure``, in any case."""
    return "_".join(identity(text).lower().split())


def balance_record(currency: str, timezone: str) -> Record:
    """The balance report's columns with their converters."""
    exponent = currency_exponent(currency)
    signed = Remembered(amounts(exponent, signed=True)).__getitem__
    maybe = Remembered(
        lambda cell: amounts(exponent, signed=True)(cell) if cell else None
    ).__getitem__
    text = Remembered(words).__getitem__
    return Record(
        {
            "balance_transaction_id": identity,
            "created_utc": local_instant("UTC"),
            "created": local_instant(timezone),
            "currency": sold_in(currency),
            "gross": signed,
            "fee": maybe,
            "net": maybe,
            "reporting_category": Remembered(_category).__getitem__,
            "source_id": words,
            "charge_id": words,
            "description": Remembered(title).__getitem__,
            "customer_id": text,
            "customer_email": words,
            "shipping_address_country": text,
        }
    )


def payment_record() -> Record:
    """The payments export's columns with their converters."""
    text = Remembered(words).__getitem__
    utc = local_instant("UTC")
    return Record(
        {
            "id": identity,
            "Created (UTC)": utc,
            "Amount": str.strip,
            "Amount Refunded": str.strip,
            "Currency": str.strip,
            "Converted Amount": str.strip,
            "Converted Amount Refunded": str.strip,
            "Converted Currency": str.strip,
            "Description": Remembered(title).__getitem__,
            "Refunded date (UTC)": utc,
            "Disputed Amount": str.strip,
            "Dispute Status": text,
            "Dispute Date (UTC)": utc,
            "Customer ID": text,
            "Customer Email": words,
        }
    )
