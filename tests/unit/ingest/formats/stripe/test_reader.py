"""Stripe's reports: the real columns, what is sold, what goes back and what is said."""

import csv
import io
from contextlib import closing
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.reports.money import currency_exponent, decimal_text
from ingest.csv.faults import Faults
from ingest.csv.notes import Notes
from ingest.formats import registry
from ingest.formats.detect import format_of
from ingest.formats.model import Reading
from ingest.formats.stripe.reader import StripeReports
from ingest.sources import FileKind, ImportFile

BALANCE = [
    "balance_transaction_id",
    "created_utc",
    "created",
    "available_on_utc",
    "available_on",
    "currency",
    "gross",
    "fee",
    "net",
    "reporting_category",
    "source_id",
    "description",
    "customer_facing_amount",
    "customer_facing_currency",
    "automatic_payout_id",
    "automatic_payout_effective_at_utc",
    "customer_id",
    "customer_email",
    "charge_id",
    "payment_intent_id",
    "charge_created_utc",
    "invoice_id",
    "subscription_id",
    "payment_method_type",
    "card_brand",
    "card_funding",
    "card_country",
    "dispute_reason",
    "shipping_address_country",
]
PAYMENTS = [
    "id",
    "Description",
    "Seller Message",
    "Created (UTC)",
    "Amount",
    "Amount Refunded",
    "Currency",
    "Converted Amount",
    "Converted Amount Refunded",
    "Fee",
    "Tax",
    "Converted Currency",
    "Mode",
    "Status",
    "Statement Descriptor",
    "Customer ID",
    "Customer Description",
    "Customer Email",
    "Captured",
    "Card ID",
    "Card Last4",
    "Disputed Amount",
    "Dispute Status",
    "Dispute Reason",
    "Dispute Date (UTC)",
    "Invoice ID",
    "Payment Source Type",
    "Destination",
]


ALONE = "customers are known by their e-mail addresses alone"
WAYS_BACK = [("refund", "refund_failure"), ("dispute", "dispute_reversal")]


def written(fields, rows):
    buffer = io.StringIO()
    writer = csv.DictWriter(buffer, fields)
    writer.writeheader()
    writer.writerows(rows)
    return buffer.getvalue().encode()


class Read:
    """What is read of a file, by what it tells."""

    def __init__(self, content, currency="EUR", timezone="Europe/Berlin", now=None):
        faults, notes = Faults(50), Notes(currency)
        reading = Reading(currency, faults, notes, kinds=registry.KINDS, timezone=timezone)
        with closing(reading.gaps), closing(StripeReports(reading, now)) as reader:
            self.lines = list(reader.files[FileKind.ORDERS]("report.csv", [content]))
            self.refunds = list(reader.refunds_of_orders())
            self.reconciled = reader.reconciliation.result()
            gaps = list(reading.gaps.rows())
        self.gaps = [(each.kind, each.order_id, each.amount) for each in gaps]
        self.since = {each.kind: each.since for each in gaps}
        self.untold = {each.order_id: each.whole for each in gaps if each.whole is not None}
        self.notes, self.faults = notes.lines(), [str(each) for each in faults.found]

    @property
    def sold(self):
        return {line.order_id: line.unit_price * line.quantity for line in self.lines}

    @property
    def back(self):
        return [(each.order_id, each.amount, each.quantity) for each in self.refunds]


def row(number, category="charge", gross="10.00", charge="ch_1", **cells):
    return {
        "balance_transaction_id": f"txn_{number}",
        "created_utc": f"2026-03-0{number} 10:22:33",
        "currency": "eur",
        "gross": gross,
        "fee": "0.00",
        "net": gross,
        "reporting_category": category,
        "source_id": charge,
        "charge_id": charge,
        "description": "Pottery course",
    } | cells


def payment(**cells):
    return {
        "id": "ch_1",
        "Created (UTC)": "2026-03-01 10:22",
        "Amount": "10.00",
        "Amount Refunded": "0.00",
        "Currency": "eur",
        "Converted Amount": "10.00",
        "Converted Amount Refunded": "0.00",
        "Converted Currency": "eur",
        "Mode": "Live",
        "Status": "Paid",
        "Captured": "true",
    } | cells


def balance(*rows, **given):
    return Read(written(BALANCE, rows), **given)


def payments(*rows, **given):
    return Read(written(PAYMENTS, rows), **given)


def test_a_charge_is_an_order_of_one_line_in_utc():
    found = balance(row(1, fee="0.55", net="9.45", customer_id="cus_1"))
    (line,) = found.lines
    assert (line.order_id, line.product_title, line.quantity) == ("ch_1", "Pottery course", 1)
    assert line.paid_at == datetime(2026, 3, 1, 10, 22, 33, tzinfo=UTC)
    assert (line.unit_price, line.customer_id, line.tax) == (1000, "cus_1", 0)
    assert found.faults == []
    assert found.reconciled.orders == 1
    assert sum("knows no products" in note for note in found.notes) == 1


def test_a_charge_without_description_is_a_payment():
    assert balance(row(1, description="")).lines[0].product_title == "Payment"


@pytest.mark.parametrize(
    ("moved", "back"),
    [
        ([("refund", "-4.00")], [("ch_1", 400, 0)]),
        ([("refund", "-4.00"), ("refund", "-6.00")], [("ch_1", 400, 0), ("ch_1", 600, 1)]),
        ([("refund", "-4.00"), ("refund_failure", "4.00")], [("ch_1", 0, 0)]),
        ([("dispute", "-10.00")], [("ch_1", 1000, 1)]),
        ([("dispute", "-10.00"), ("dispute_reversal", "10.00")], [("ch_1", 0, 0)]),
        ([("charge_failure", "-10.00")], [("ch_1", 1000, 1)]),
        ([("refund", "-12.00")], [("ch_1", 1000, 1)]),
    ],
)
def test_what_went_back_of_a_charge_is_netted(moved, back):
    rows = [row(1), *(row(n, kind, gross) for n, (kind, gross) in enumerate(moved, 2))]
    for order in (rows, rows[::-1]):
        assert sorted(balance(*order).back) == back


def test_what_went_back_beyond_the_charge_and_of_charges_elsewhere_is_said():
    found = balance(row(1), row(2, "refund", "-12.00"), row(3, "refund", "-5.00", "ch_0"))
    assert any("more went back" in note and "(2.00 EUR)" in note for note in found.notes)
    assert found.back == [("ch_1", 1000, 1), ("ch_0", 500, 0)]
    assert found.gaps[-1] == ("refunds-left-out", "ch_0", 500)


def test_fees_and_payouts_are_no_sales_and_said_with_their_sums():
    found = balance(row(1), row(2, "fee", "-1.00"), row(3, "payout", "-8.00"), row(4, "fee", "-2"))
    assert found.sold == {"ch_1": 1000}
    assert "fee: no sale; left out (-3.00 EUR in all)" in found.notes
    assert "payout: no sale; left out (-8.00 EUR in all)" in found.notes


def test_a_net_that_is_not_gross_less_fee_is_listed():
    found = balance(row(1, fee="0.55", net="9.00"))
    assert found.reconciled.unexplained == (("ch_1", 45),)
    assert found.gaps == [("unreconciled-orders", "ch_1", 45)]


def test_a_net_of_what_went_back_that_is_not_gross_less_fee_is_listed_with_its_charge():
    rows = [
        row(1, fee="3.00", net="5.00"),
        row(2, "refund", "-2.00", net="-2.50"),
        row(3, "dispute", "-1.00", net="-1.10", fee="0.10"),
        row(4, charge="ch_2"),
        row(5, "dispute", "-4.00", "ch_2", fee="15.00", net="-18.00"),
        row(6, "refund", "-1.00", "ch_9", net="-1.25"),
        row(7, "fee", "-1.00", "", net="-1.25"),
    ]
    found = balance(*rows)
    assert found.faults == []
    back = [("ch_1", 200, 0), ("ch_1", 100, 0), ("ch_2", 400, 0), ("ch_9", 100, 0)]
    assert found.back == back
    assert found.reconciled.unexplained == (("ch_1", 250), ("ch_2", -100), ("ch_9", 25))
    assert (found.reconciled.orders, found.reconciled.unexplained_orders) == (3, 3)
    assert ("unreconciled-orders", "ch_2", -100) in found.gaps
    (note,) = (note for note in found.notes if "in what went back or came again" in note)
    assert note.startswith("3 orders (ch_1, ch_2, ch_9): ")


def test_categories_are_known_in_any_case():
    found = balance(row(1, "Charge"), row(2, "Refund", "-2.00"), row(3, "refund failure", "2.00"))
    assert (found.sold, found.back) == ({"ch_1": 1000}, [("ch_1", 0, 0)])


def test_a_charge_twice_and_another_currency_are_refused():
    assert "it would count twice" in balance(row(1), row(2)).faults[0]
    assert "is not the shop's currency, EUR" in balance(row(1, currency="usd")).faults[0]


@pytest.mark.parametrize(
    ("fields", "columns", "write"),
    [
        (BALANCE, ("customer_id", "customer_email"), row(1)),
        (PAYMENTS, ("Customer ID", "Customer Email"), payment()),
    ],
)
def test_columns_that_stand_for_one_another_are_said_together(fields, columns, write):
    both = Read(written([name for name in fields if name not in columns], [write]))
    said = [note for note in both.notes if "customer" in note.casefold() and "column" in note]
    assert said == [
        f"there is no column {' and no column '.join(columns)}: customers are not known"
    ]
    one = Read(written([name for name in fields if name != columns[0]], [write]))
    assert f"there is no column {columns[0]}: {ALONE}" in one.notes


def test_missing_columns_are_said_by_name():
    fields = [name for name in BALANCE if name not in {"charge_id", "created_utc"}]
    rows = [{"created": "2026-03-01 10:22:33"} | row(1), row(2, "refund", "-1.00")]
    rows = [{k: v for k, v in each.items() if k in fields} for each in rows]
    rows[1]["created"] = "2026-03-02 10:22:33"
    found = Read(written(fields, rows))
    assert found.lines[0].paid_at == datetime(2026, 3, 1, 9, 22, 33, tzinfo=UTC)
    assert any(note.startswith("there is no column charge_id: ") for note in found.notes)
    assert any(note.startswith("there is no column created_utc: ") for note in found.notes)
    assert found.gaps[-1] == ("refunds-left-out", "txn_2", 100), "nobody knows of which charge"


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        ({"Mode": "Test"}, "test mode"),
        ({"Status": "Failed"}, "its Status is failed"),
        ({"Status": "requires_payment_method"}, "requires payment method"),
        ({"Captured": "false"}, "authorised"),
    ],
)
def test_payments_that_were_not_paid_are_left_out_and_said(cells, said):
    found = payments(payment(), payment(id="ch_2", **cells))
    assert found.sold == {"ch_1": 1000}
    assert any(said in note and "ch_2" in note for note in found.notes)


def test_refunds_and_lost_disputes_of_payments_go_back():
    found = payments(
        payment(**{"Amount Refunded": "4.00", "Status": "Partially Refunded"}),
        payment(id="ch_2", **{"Disputed Amount": "10.00", "Dispute Status": "lost"}),
        payment(id="ch_3", **{"Disputed Amount": "10.00", "Dispute Status": "won"}),
    )
    assert found.back == [("ch_1", 400, 0), ("ch_2", 0, 0), ("ch_2", 1000, 1), ("ch_3", 0, 0)]
    assert any("does not say when it was paid back" in note for note in found.notes)


def test_a_lost_dispute_without_a_date_is_said_and_one_with_it_is_dated():
    lost = {"Disputed Amount": "10.00", "Dispute Status": "lost"}
    words = "does not say when it was paid back"
    undated = payments(payment(**lost))
    assert any(words in note and "10.00 EUR" in note for note in undated.notes)
    dated = payments(payment(**lost | {"Dispute Date (UTC)": "2026-03-09 10:00:00"}))
    assert not any(words in note for note in dated.notes)
    back = dated.refunds[-1]
    assert back.processed_at == datetime(2026, 3, 9, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    ("status", "said"),
    [
        ("needs_response", True),
        ("Under review", True),
        ("won", False),
        ("lost", False),
        ("warning_closed", False),
        ("", False),
    ],
)
def test_a_dispute_that_is_not_decided_is_said(status, said):
    found = payments(payment(**{"Disputed Amount": "10.00", "Dispute Status": status}))
    assert any("a dispute over it is not decided" in note for note in found.notes) == said
    assert sum(amount for _, amount, _ in found.back) == (1000 if status == "lost" else 0)


def test_a_payment_in_another_currency_counts_as_it_was_converted():
    cells = {"Currency": "usd", "Amount": "12.00", "Converted Amount": "10.50"}
    found = payments(payment(**cells))
    assert found.sold == {"ch_1": 1050}
    assert any("converted amounts" in note for note in found.notes)
    refused = payments(payment(**cells | {"Converted Currency": "gbp"}))
    assert "is not the shop's currency, EUR" in refused.faults[0]


def test_a_dispute_in_another_currency_takes_what_is_left_or_is_said():
    cells = {
        "Currency": "usd",
        "Amount": "12.00",
        "Amount Refunded": "2.00",
        "Converted Amount": "10.50",
        "Converted Amount Refunded": "1.70",
        "Dispute Status": "lost",
    }
    whole = payments(payment(**cells | {"Disputed Amount": "10.00"}))
    assert whole.back == [("ch_1", 170, 0), ("ch_1", 880, 1)]
    part, untold = "a dispute was lost over a part", "does not say over how much"
    for amount, said in (("4.00", part), ("no amount", part), ("", untold), ("0.00", untold)):
        found = payments(payment(**cells | {"Disputed Amount": amount}))
        assert found.back == [("ch_1", 170, 0)]
        assert any(said in note for note in found.notes)


@pytest.mark.parametrize("fields", [BALANCE, PAYMENTS])
@pytest.mark.parametrize("spelt", [str, str.lower, str.upper])
def test_both_reports_are_recognised_in_any_case(fields, spelt):
    content = spelt(",".join(fields)) + "\n"
    assert format_of(ImportFile("f.csv", [content.encode()]))[0].name == "stripe"
    (fault,) = Read(content.encode()).faults
    assert "no rows" in fault


@given(
    currency=st.sampled_from(["EUR", "JPY", "KWD"]),
    charged=st.lists(st.integers(1, 10**7), min_size=1, max_size=6),
    data=st.data(),
)
def test_what_is_imported_comes_to_the_reports_sum(currency, charged, data):
    """Whatever was charged, paid back, disputed and won, in 0, 2 and 3 decimals, in any order."""
    exponent = currency_exponent(currency)
    rows: list[dict[str, str]] = []
    total = 0

    def add(category, amount, charge):
        nonlocal total
        total += amount
        text = decimal_text(amount, exponent)
        rows.append(
            row(1, category, text, charge, balance_transaction_id=f"txn_{len(rows)}")
            | {"currency": currency.lower(), "created_utc": f"2026-03-01 10:00:{len(rows):02}"}
        )

    for number, amount in enumerate(charged):
        add("charge", amount, f"ch_{number}")
        left = amount
        for kind, again in data.draw(st.lists(st.sampled_from(WAYS_BACK), max_size=3)):
            part = data.draw(st.integers(0, left))
            if part:
                add(kind, -part, f"ch_{number}")
                if data.draw(st.booleans()):
                    add(again, part, f"ch_{number}")
                else:
                    left -= part
    found = balance(*data.draw(st.permutations(rows)), currency=currency)
    assert found.faults == []
    assert found.reconciled.unexplained == ()
    assert found.reconciled.orders == len(charged)
    assert sum(found.sold.values()) - sum(each.amount for each in found.refunds) == total
