"""Webhooks of WooCommerce: orders of its REST API (``wc/v1`` to ``wc/v3``), as JSON.

WooCommerce says everything by ``order.updated``: paid, cancelled, paid back. An order goes the
export's way once it is read. A refund comes as an id and an amount without a date: it was made when
an order first told of it, and stays there. An order in the trash is in no export, until it is
restored.
"""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from common.reports.money import currency_exponent
from ingest.csv.values import BadValueError, identity, title, words
from ingest.formats.cells import sold_in
from ingest.formats.woocommerce.cell_values import pieces, quantity_of, rounding, status_of
from ingest.formats.woocommerce.definition import FORMAT
from ingest.formats.woocommerce.order import (
    Head,
    Order,
    Refund,
    all_back,
    line_rows,
    remark,
    sold,
    sold_amounts,
    untold,
)
from ingest.formats.woocommerce.order_json import content_of
from ingest.formats.woocommerce.reconcile import Line, Sums
from ingest.formats.woocommerce.refunds import refund_rows
from ingest.ledger.order_keys import of_key
from ingest.rows import REFUNDED, TOLD
from ingest.webhooks.facts import Arrival, Facts, RefundFact, Word, deletion
from ingest.webhooks.payload import (
    UnreadableEventError,
    id_alone,
    list_at,
    moment_at,
    needed_at,
)
from ingest.webhooks.platform import Headers, OrderState, Shop

_PING: Final = re.compile(rb"webhook_id=[0-9]{1,20}")
_PROGRESS: Final = ("pending", "on-hold", "processing", "completed", "refunded", "cancelled")
_OWN: Final = "own"
"""Ranks above all of those versions that made one refund of every ``total``: after a rollback a
refund that has rows of its own adds nothing to theirs. Its money is its ``amount``."""
_DELETED: Final = "order.deleted"
_RESTORED: Final = "order.restored"
_NOT_TOLD: Final = "deleted; no event told its number, so what an import brought of it stays"


class WooCommerceWebhooks:
    """Reads events of a shop at WooCommerce."""

    name: Final = "woocommerce"
    headers: Final = Headers(
        "X-WC-Webhook-Signature", "X-WC-Webhook-Topic", ("X-WC-Webhook-Delivery-ID",)
    )
    topics: Final = frozenset({"order.created", "order.updated", _DELETED, _RESTORED})
    exports_have_ids: Final = False

    def is_ping(self, body: bytes) -> bool:
        """It asks once, unsigned, before a webhook becomes active."""
        return _PING.fullmatch(body) is not None

    def read(self, topic: str, payload: Mapping[str, Any], arrival: Arrival) -> tuple[str, Facts]:
        """See ``Platform``."""
        if topic == _DELETED:
            return id_alone(payload), deletion(arrival)
        updated = moment_at(payload, "date_modified_gmt", offset="Z")
        content = content_of(payload)
        status = status_of(content["status"])
        progress = _PROGRESS.index(status) if status in _PROGRESS else 0
        refunds = {
            _refund_id(each): {"amount": needed_at(each, "total").lstrip("-"), "total": "0"}
            for each in list_at(payload, "refunds")
        }
        facts = Facts(
            Word.of(updated, f"{progress}{len(refunds):05}", content),
            None,
            {
                name: RefundFact(Word.of(f"{_OWN} {updated}", "", refund), updated)
                for name, refund in refunds.items()
            },
            restored=frozenset({updated} if topic == _RESTORED else ()),
        )
        return needed_at(payload, "id"), facts

    def names(self, order_id: str, facts: Facts) -> tuple[str, ...]:
        """See ``Platform``; a plugin may number an order after it was told of."""
        return (facts.order.content["number"] or order_id,) if facts.order else ()

    def is_same(self, one: Facts, other: Facts) -> bool:
        """See ``Platform``; each site counts ids, and as a rule numbers, from one. An order has a
        key of its own, which versions before this one did not keep."""
        if one.order is None or other.order is None:
            return False
        mine, theirs = one.order.content, other.order.content
        if mine.get("key") and theirs.get("key"):
            return bool(mine["key"] == theirs["key"])
        return all(mine[name] == theirs[name] for name in ("number", "placed"))

    def state(self, order_id: str, facts: Facts, shop: Shop) -> OrderState | None:
        """See ``Platform``."""
        if facts.order is None:
            if facts.gone:
                shop.notes.add(_NOT_TOLD, order_id)
            return None
        try:
            order = _order(facts.order.content, facts, shop)
        except BadValueError as error:
            raise UnreadableEventError(f"a value of the order {error}") from None
        names, own_id = self.names(order_id, facts), of_key(facts.order.content.get("key"))
        times = tuple(filter(None, (order.head.placed_at, order.head.paid_at)))
        if facts.gone or not sold(order, shop.notes, payments_told=True):
            return OrderState(names, own_id, times=times)
        cards = shop.basis.gift_cards_are_sales(by_default=FORMAT.gift_cards_are_sales)
        amounts, only_cards = sold_amounts(order, gift_cards_are_sales=cards)
        bare = 0 if amounts.sold else amounts.shipping + amounts.tax
        unexplained = amounts.unexplained + bare
        remark(order, amounts, unexplained, shop.notes, shop.now, only_cards=only_cards)
        back = [] if only_cards else refund_rows(order, amounts, shop.notes, others=False)
        lines = line_rows(order, amounts, unpaid=only_cards)
        listed = facts.order.content.get("refunds") is not None
        known = {REFUNDED, *(TOLD + each for each in facts.refunds)}
        return OrderState(
            names,
            own_id,
            tuple(row._replace(platform_id=own_id) for row in lines),
            tuple(row._replace(platform_id=own_id) for row in back),
            # A word that lists none at all takes nothing back that another source brought.
            frozenset(known - {row.refund_id for row in back} if listed or facts.refunds else ()),
            unexplained,
            refunds_untold=untold(order),
            in_part=not all_back(order),
            all_told=listed,
            times=times,
        )


def _order(content: Mapping[str, Any], facts: Facts, shop: Shop) -> Order:
    """The order as the export's reader makes it.

    Raises:
        BadValueError: a value is none.
    """
    money = rounding(currency_exponent(shop.currency))
    sold_in(shop.currency)(content["currency"])
    lines = tuple(_line(number, each, money) for number, each in enumerate(content["lines"], 1))
    listed = content.get("refunds")
    there = facts.refunds if listed is None else listed  # a deleted one is in older words alone
    found = {name: facts.refunds[name] for name in there}
    refunds = [_refund(name, fact, money) for name, fact in sorted(found.items(), key=_turn)]
    told = tuple(each for each in refunds if each.amount > 0)
    fees = [money(each) or 0 for each in content["fees"]]
    sums = Sums(
        subtotal=sum(line.before or 0 for line in lines),
        discount=abs(money(content["discount"]) or 0),
        shipping=money(content["shipping"]) or 0,
        fees=sum(fees),
        tax=money(content["tax"]) or 0,
        tax_on_shipping=money(content["shippingTax"]) or 0,
        total=money(content["total"]),
        refunded=sum(each.amount for each in told),
        fees_below=sum(min(each, 0) for each in fees),
        entered_with_tax=content.get("included", False),
    )
    head = Head(
        position=0,
        id=identity(content["number"] or content["id"]),
        status=words(content["status"]),
        placed_at=datetime.fromisoformat(content["placed"]),
        paid_at=datetime.fromisoformat(content["paid"]) if content["paid"] else None,
        refunded_at=None,
        email=None,
        customer_id=content["customer"],
        country=words(content["shippingCountry"] or content["billingCountry"]),
        region=words(content["shippingState"] or content["billingState"]),
        coupon_code=words(content["codes"]),
        sums=sums,
        method=content.get("method"),
    )
    return Order(head, lines, refunds=told)


def _refund(name: str, fact: RefundFact, money: Any) -> Refund:
    content = fact.word.content
    amount = money(content.get("amount", content["total"])) or 0
    return Refund(TOLD + name, amount, datetime.fromisoformat(fact.seen_at))


def _refund_id(refund: Mapping[str, Any]) -> str:
    try:
        return identity(needed_at(refund, "id"))
    except BadValueError as error:
        raise UnreadableEventError(f"the id of a refund {error}") from None


def _turn(refund: tuple[str, RefundFact]) -> tuple[str, int, str]:
    """By time; those that one event told first by their numbers, which grow."""
    name, fact = refund
    return fact.seen_at, len(name), name


def _line(number: int, cells: Mapping[str, str], money: Any) -> Line:
    name, sku = title(cells["name"]), words(cells["sku"])
    total = money(cells["total"])
    if total is None or (name is None and sku is None):
        raise BadValueError("has a line without total, or without name and sku")
    count, measured = pieces(quantity_of(cells["quantity"]))
    before = money(cells["subtotal"])
    return Line(number, number, count, total, before, name, sku, measured=measured)
