"""What is kept of a refund at WooCommerce, for this version and for the one before."""

from datetime import UTC, datetime

from tests.support.woocommerce_json import line, order

from common.db.accounts import GiftCards
from ingest.csv.notes import Notes
from ingest.formats.refund_parts import MOST_SHARES
from ingest.formats.woocommerce.webhooks import WooCommerceWebhooks
from ingest.ledger.reader_settings import Basis
from ingest.webhooks.facts import Arrival, Facts, RefundFact, Word
from ingest.webhooks.platform import Shop

ARRIVAL = Arrival("d1", datetime(2026, 5, 1, tzinfo=UTC))
SHOP = Shop(Basis("EUR", "UTC", GiftCards.PLATFORM), Notes(), ARRIVAL.at)


def test_to_the_version_before_a_refund_of_its_own_adds_nothing_whatever_it_reads_later() -> None:
    """It made one refund of every ``total``: the money would count twice."""
    refund = {"id": "7", "reason": "", "total": "-20.00"}
    told = order([line(1, "60.00") | {"quantity": "1"}], "60.00", id="1", refunds=[refund])
    _, facts = WooCommerceWebhooks().read("order.updated", told | {"customer_id": "0"}, ARRIVAL)
    later = "2026-04-01T10:00:00.000000+00:00"
    before = Facts(refunds={"7": RefundFact(Word.of(later, "", {"total": "20.00"}), later)})
    kept = Facts.from_json(facts.to_json())
    for merged in (kept.merged(before), before.merged(kept)):
        assert merged.refunds["7"].word.content == {"amount": "20.00", "total": "0"}
        assert merged.refunds["7"].seen_at == "2026-03-02T10:00:00.000000+00:00"


def test_what_is_sold_by_weight_is_one_piece() -> None:
    told = order([line(1, "30.00", quantity="1.5"), line(2, "8.00", quantity="2.0")], "38.00")
    platform = WooCommerceWebhooks()
    _, facts = platform.read("order.updated", told | {"id": "1", "customer_id": "0"}, ARRIVAL)
    state = platform.state("1", facts, SHOP)
    assert state is not None
    assert [(row.quantity, row.unit_price) for row in state.lines] == [(1, 3_000), (2, 400)]


def test_the_rows_of_an_order_grow_with_its_lines_and_refunds_and_not_with_both_at_once() -> None:
    """Each has a part of each line: four million rows."""
    many = 2_000
    lines = [line(n, "20.00") | {"quantity": "1"} for n in range(1, many + 1)]
    refunds = [{"id": str(n), "reason": "", "total": "-20.00"} for n in range(many)]
    told = order(lines, "40000.00", id="1", customer_id="0", refunds=refunds)
    platform = WooCommerceWebhooks()
    _, facts = platform.read("order.updated", told, ARRIVAL)
    state = platform.state("1", facts, SHOP)
    assert state is not None
    assert len(state.refunds) <= MOST_SHARES + 3 * many
    assert len({row.refund_id for row in state.refunds}) == many
    assert sum(row.amount for row in state.refunds) == many * 2_000
    assert sum(row.quantity for row in state.refunds) == many


def test_a_refund_has_rows_of_the_lines_alone_that_it_gives_back_of() -> None:
    lines = [line(n, "20.00") | {"quantity": "1"} for n in range(1, 6)]
    refund = {"id": "7", "reason": "", "total": "-0.03"}
    told = order(lines, "100.00", id="1", customer_id="0", refunds=[refund])
    _, facts = WooCommerceWebhooks().read("order.updated", told, ARRIVAL)
    state = WooCommerceWebhooks().state("1", facts, SHOP)
    assert state is not None
    assert [row.amount for row in state.refunds] == [1, 1, 1]
