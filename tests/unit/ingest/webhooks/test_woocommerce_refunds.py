"""What is kept of a refund at WooCommerce, for this version and for the one before."""

from datetime import UTC, datetime

from tests.support.woocommerce_json import line, order

from ingest.formats.woocommerce.webhooks import WooCommerceWebhooks
from ingest.webhooks.facts import Arrival, Facts, RefundFact, Word

ARRIVAL = Arrival("d1", datetime(2026, 5, 1, tzinfo=UTC))


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
