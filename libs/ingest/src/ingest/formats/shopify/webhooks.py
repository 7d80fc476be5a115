"""Webhooks of Shopify: orders and refunds of the admin API's REST resources, as JSON.

An order says what the export's columns say, and goes the export's way from there. What the export
has not, webhooks tell: when an order was paid (``orders/paid``), and each refund with its lines and
its date, of a cancelled order too: of that, the export has the sum alone. A deleted one is in no
export, and never comes back.
"""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, Final

from ingest.csv.damaged_ids import rounded
from ingest.csv.values import BadValueError, short_identity
from ingest.formats.shopify.columns import LineColumns, OrderColumns, records_of
from ingest.formats.shopify.dated_refunds import dated_refunds
from ingest.formats.shopify.decimals import if_amount
from ingest.formats.shopify.definition import FORMAT
from ingest.formats.shopify.order import (
    Order,
    all_back,
    line_rows,
    order_of,
    remark_on_cancelling,
    untold,
)
from ingest.formats.shopify.order_notes import remark
from ingest.formats.shopify.refund_money import money_back
from ingest.formats.shopify.refund_shipping import with_shipping
from ingest.formats.shopify.told_sums import are_untold, told_of
from ingest.formats.shopify.webhook_payload import order_content, refund_content
from ingest.rows import CANCELLED
from ingest.webhooks.facts import Arrival, Facts, RefundFact, Word, deletion, sums_of
from ingest.webhooks.payload import (
    UnreadableEventError,
    id_alone,
    list_at,
    moment_at,
    needed_at,
    text_at,
)
from ingest.webhooks.platform import Cancelling, Headers, OrderState, Shop

_REFUND: Final = "refunds/create"
_PAID: Final = "orders/paid"
_DELETED: Final = "orders/delete"
_PROGRESS: Final = (
    *("pending", "authorized", "partially_paid", "paid", "partially_refunded", "refunded"),
    "voided",
)
_SETTLED: Final = frozenset({"paid", "partially_refunded", "refunded"})


class ShopifyWebhooks:
    """Reads events of a shop at Shopify."""

    name: Final = "shopify"
    headers: Final = Headers(
        "X-Shopify-Hmac-Sha256",
        "X-Shopify-Topic",
        ("X-Shopify-Event-Id", "X-Shopify-Webhook-Id"),
    )
    topics: Final = frozenset(
        {"orders/create", _PAID, "orders/updated", "orders/cancelled", _DELETED, _REFUND}
    )
    exports_have_ids: Final = True

    def is_ping(self, body: bytes) -> bool:  # noqa: ARG002 - the protocol's
        """There is none: a test notification is signed."""
        return False

    def read(self, topic: str, payload: Mapping[str, Any], arrival: Arrival) -> tuple[str, Facts]:
        """See ``Platform``."""
        if topic == _DELETED:
            return id_alone(payload), deletion(arrival)
        if topic == _REFUND:
            seen = moment_at(payload, "processed_at", "created_at")
            return needed_at(payload, "order_id"), Facts(refunds=_refunds([payload], seen))
        updated = moment_at(payload, "updated_at")
        content = order_content(payload)
        status = text_at(payload, "financial_status").lower()
        progress = _PROGRESS.index(status) if status in _PROGRESS else 0
        refunds = list_at(payload, "refunds")
        tie = f"{bool(content['head']['Cancelled at']):d}{progress}{len(refunds):05}"
        paid = topic == _PAID and status in _SETTLED
        facts = Facts(
            Word.of(updated, tie, content),
            updated if paid else None,
            _refunds(refunds, updated),
            standing=None
            if content["head"]["Cancelled at"]
            else Word.of(updated, tie, sums_of(content)),
            settled_at=updated if status in _SETTLED else None,
        )
        return needed_at(payload, "id"), facts

    def names(self, order_id: str, facts: Facts) -> tuple[str, ...]:
        """See ``Platform``."""
        name = facts.order.content["head"]["Name"] if facts.order else ""
        return (name, f"{name} ({order_id})") if name else ()

    def is_same(self, one: Facts, other: Facts) -> bool:  # noqa: ARG002 - the protocol's
        """See ``Platform``; an id is one shop's alone, whatever the order is called."""
        return True

    def state(self, order_id: str, facts: Facts, shop: Shop) -> OrderState | None:
        """See ``Platform``."""
        if facts.order is None and facts.gone:
            return OrderState((), order_id)
        if facts.order is None:
            for each in facts.refunds.values():
                money_back(each.word.content, shop.currency, included=False)
            return None
        content = facts.order.content
        refunds = {
            each: with_shipping(fact.word.content, content, shop.currency)
            for each, fact in facts.refunds.items()
        }
        order = _order(content, facts, refunds, shop)
        name, names = order.head.name, self.names(order_id, facts)
        times = tuple(filter(None, (order.placed_at, order.paid_at)))
        if content["test"]:
            shop.notes.add("a test order; left out", name)
        if facts.gone or content["test"] or not order.lines:
            return OrderState(names, order_id, times=times)
        remark(order, shop.notes, shop.now)
        remark_on_cancelling(order, shop.notes, as_untold=untold(order))
        told, included = told_of(order, facts, shop.currency), content["included"]
        back = dated_refunds(
            order,
            [line["id"] for line in content["lines"]],
            refunds,
            shop,
            told=told,
            included=included,
        )
        lines = tuple(row._replace(customer_id=content["customer"]) for row in line_rows(order))
        written = {row.refund_id for row in back}
        lifted = frozenset({CANCELLED, *facts.refunds} - written)
        stands = None if order.head.cancelled_at else facts.order.said_at
        return OrderState(
            *(names, order_id, lines, tuple(back), lifted, order.unexplained),
            refunds_untold=order.paid_at is not None
            and are_untold(order, refunds, shop.currency, told, included=content["included"]),
            in_part=not all_back(order),
            cancelling=Cancelling(stands, not any(order.amounts.extras)),
            times=times,
            paid_told=facts.paid_at is not None,
        )


def _refunds(refunds: Sequence[Mapping[str, Any]], seen: str) -> dict[str, RefundFact]:
    return {
        needed_at(each, "id"): RefundFact(Word.of(seen, "", refund_content(each)), seen)
        for each in refunds
    }


def _paid_at(facts: Facts) -> str:
    """When the order was paid, where an event tells: a payment may be one of an edit, of an order
    that a word of before called paid."""
    if facts.paid_at is None:
        return ""
    return min(facts.paid_at, facts.settled_at or facts.paid_at)


def _order(
    content: Mapping[str, Any],
    facts: Facts,
    refunds: Mapping[str, Mapping[str, Any]],
    shop: Shop,
) -> Order:
    order, line = records_of(shop.currency, by_program=True)
    cells = {**content["head"], "Paid at": _paid_at(facts)}
    head = OrderColumns(*_values(order.names, order.converters, cells))
    if head.created_at is None or head.id is None or rounded(head.id):
        raise UnreadableEventError("created_at or id is missing")
    stated = partial(if_amount, currency=shop.currency)
    back = partial(money_back, currency=shop.currency, included=content["included"])
    refunded = sum(back(each) or 0 for each in refunds.values())
    lines = []
    for number, each in enumerate(content["lines"]):
        columns = LineColumns(number, *_values(line.names, line.converters, each))
        if columns.title is None and columns.sku is None:
            raise UnreadableEventError("a line has neither name nor sku")
        known_by = short_identity(columns.sku or each["Lineitem name"])
        lines.append(
            columns._replace(
                product_id=known_by,
                discount=max(columns.discount, stated(each.get("allocated", "")) or 0),
                card=each.get("card"),
                tip=each.get("tip", False),
                tax=stated(each.get("tax", "")),
            )
        )
    return order_of(
        head._replace(
            refunded=refunded,
            fees=stated(content.get("fees", "")) or 0,
            tips=stated(content.get("tips", "")) or 0,
            tax_on_shipping=stated(content.get("shippingTax", "")),
        ),
        lines,
        head.created_at,
        shop.notes,
        gift_cards_are_sales=shop.basis.gift_cards_are_sales(
            by_default=FORMAT.gift_cards_are_sales
        ),
        tax_included=content["included"],
    )


def _values(names: Sequence[str], convert: Sequence[Any], cells: Mapping[str, str]) -> list[Any]:
    """The values of ``cells`` by the export's converters, so that both are read alike."""
    values = []
    for name, each in zip(names, convert, strict=True):
        try:
            values.append(each(cells.get(name, "")))
        except BadValueError as error:
            raise UnreadableEventError(f"{name} {error}") from None
    return values
