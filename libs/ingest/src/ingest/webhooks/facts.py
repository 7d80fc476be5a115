"""What the events of an order said, merged so that neither order nor repetition matters.

Merging is a join: commutative, associative and idempotent. Of the order itself the newest word
counts, of each refund too; what can only be learned from single events is the earliest. So a late
event never undoes a newer one, an event twice is an event once, and a refund may come before its
order.

A rank is text that sorts: the platform's ``updated_at`` first, then what breaks a tie of the same
second by what an order cannot fall back from, then a digest of the content.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self


@dataclass(frozen=True, slots=True)
class Word:
    """Something that was said, with its rank."""

    rank: str
    content: Mapping[str, Any]

    @classmethod
    def of(cls, updated_at: str, tie: str, content: Mapping[str, Any]) -> Self:
        """A word of ``updated_at``."""
        text = json.dumps(content, sort_keys=True)
        return cls(f"{updated_at} {tie} {hashlib.sha256(text.encode()).hexdigest()}", content)


@dataclass(frozen=True, slots=True)
class RefundFact:
    """A refund: the newest word of it, and when it was there at the latest (ISO 8601, UTC)."""

    word: Word
    seen_at: str


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of an order. ``paid_at`` is when it was said to be paid, ISO 8601 in UTC."""

    order: Word | None = None
    paid_at: str | None = None
    refunds: Mapping[str, RefundFact] = field(default_factory=dict)

    def merged(self, other: "Facts") -> "Facts":
        """What both know together."""
        orders = [each for each in (self.order, other.order) if each is not None]
        times = [each for each in (self.paid_at, other.paid_at) if each is not None]
        ids = sorted({*self.refunds, *other.refunds})
        refunds = {each: _either(self.refunds.get(each), other.refunds.get(each)) for each in ids}
        return Facts(
            max(orders, key=lambda each: each.rank, default=None),
            min(times, default=None),
            refunds,
        )

    def to_json(self) -> dict[str, Any]:
        """As the database keeps it."""
        order = self.order
        return {
            "order": None if order is None else [order.rank, order.content],
            "paidAt": self.paid_at,
            "refunds": {
                name: [fact.word.rank, fact.word.content, fact.seen_at]
                for name, fact in self.refunds.items()
            },
        }

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> Self:
        """What ``to_json`` gave."""
        order = content["order"]
        return cls(
            None if order is None else Word(*order),
            content["paidAt"],
            {
                name: RefundFact(Word(rank, word), seen)
                for name, (rank, word, seen) in content["refunds"].items()
            },
        )


def _either(one: RefundFact | None, other: RefundFact | None) -> RefundFact:
    if one is None or other is None:
        found = one or other
        assert found is not None  # noqa: S101 - one of both has it
        return found
    word = max(one.word, other.word, key=lambda each: each.rank)
    return RefundFact(word, min(one.seen_at, other.seen_at))
