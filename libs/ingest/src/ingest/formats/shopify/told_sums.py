"""What a word of a Shopify order says that it comes to now, and what of refunds it leaves open."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from ingest.formats.shopify.decimals import if_amount
from ingest.formats.shopify.order import Order, untold
from ingest.formats.shopify.refund_money import is_unknown
from ingest.webhooks.facts import Facts, sums_of


@dataclass(frozen=True, slots=True)
class Told:
    """What the platform says of an order as it was ``at``, in minor units; None where it does not.

    ``listed`` are the ids of the refunds that it had then; by words of before they were kept, those
    made until then.

    ``came_down`` is by how much the total had, with all refunds until then: what of it no line
    explains was given back beside them. ``owed`` is what was to be paid back still. Of cash,
    payments were ``rounded`` by so much, and what was paid back by ``rounded_back``.
    """

    at: str
    listed: frozenset[str] | None
    came_down: int | None
    owed: int | None
    rounded: int = 0
    rounded_back: int = 0

    def knows(self, refund_id: str, made_at: str) -> bool:
        """Whether the order comes to what it does with a refund, which says when it was made."""
        return made_at <= self.at if self.listed is None else refund_id in self.listed


def told_of(order: Order, facts: Facts, currency: str) -> Told:
    """What the order's last word says of what it comes to, and of what is not paid back; the last
    before it was cancelled, as that brings it down whatever is paid back.
    """
    cancelled = order.head.cancelled_at is not None
    word = facts.standing if cancelled else facts.order
    if word is None:
        return Told("", None, None, None)
    content = word.content if cancelled else sums_of(word.content)
    read = partial(if_amount, currency=currency)
    total, now = read(content["total"]), read(content["current"])
    balance = read(content["owed"], signed=True)
    last = facts.order.content if facts.order else {}
    listed = content.get("refunds")
    return Told(
        word.said_at.isoformat("T", "microseconds"),
        None if listed is None else frozenset(listed),
        None if total is None or now is None else total - now,
        None if balance is None else max(-balance, 0),
        *(
            abs(read(last.get(each, ""), signed=True) or 0)
            for each in ("paidRounded", "backRounded")
        ),
    )


def are_untold(
    order: Order,
    refunds: Mapping[str, Mapping[str, Any]],
    currency: str,
    told: Told,
    *,
    included: bool,
) -> bool:
    """Whether refunds are known and not what they gave back: by the state alone, or by money in
    another currency where not even the order's total as it is now tells what it came to."""
    unknown = {
        name: each["at"]
        for name, each in refunds.items()
        if is_unknown(each, currency, included=included)
    }
    if not unknown:
        return untold(order)
    return told.came_down is None or not all(told.knows(*each) for each in unknown.items())
