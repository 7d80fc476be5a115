"""What the events of an order said, merged so that neither order nor repetition matters.

Merging is a join: commutative, associative and idempotent. Of the order itself the newest word
counts, of each refund too; what can only be learned from single events is the earliest. So a late
event never undoes a newer one, an event twice is an event once, and a refund may come before its
order.

A platform says by an id alone, without a time, that an order was deleted. How often it was and how
often it was restored does not depend on the order of arrival: it is gone where it was deleted more
often, unless the platform says something of it that is younger than the arrival of that news.

A rank is text that sorts: the platform's ``updated_at`` first, then what breaks a tie of the same
second by what an order cannot fall back from, then a digest of the content.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final, Self

_CLOCKS_APART: Final = timedelta(minutes=5)
"""How far a platform's clock may be ahead of ours."""


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

    @property
    def said_at(self) -> datetime:
        """The platform's ``updated_at``."""
        return datetime.fromisoformat(self.rank.partition(" ")[0])


@dataclass(frozen=True, slots=True)
class Arrival:
    """How an event came: the platform's id of it, and when it was entered."""

    event_id: str
    at: datetime


@dataclass(frozen=True, slots=True)
class RefundFact:
    """A refund: the newest word of it, and when it was there at the latest (ISO 8601, UTC)."""

    word: Word
    seen_at: str


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of an order. ``paid_at`` is when it was said to be paid, ISO 8601 in UTC.

    ``deleted`` are the ids of events that said it was, each with when it had arrived (likewise),
    ``restored`` the times of the platform at which it was brought back. ``standing`` is the newest
    word of what it came to before it was called off, where the platform's words change by that.
    ``settled_at`` is the time of the first word that called it paid, whatever that was about.
    """

    order: Word | None = None
    paid_at: str | None = None
    refunds: Mapping[str, RefundFact] = field(default_factory=dict)
    deleted: Mapping[str, str] = field(default_factory=dict)
    restored: frozenset[str] = frozenset()
    standing: Word | None = None
    settled_at: str | None = None

    @property
    def gone(self) -> bool:
        """Whether the order is deleted."""
        if len(self.deleted) <= len(self.restored):
            return False
        told = datetime.fromisoformat(max(self.deleted.values())) + _CLOCKS_APART
        return self.order is None or self.order.said_at <= told

    def merged(self, other: "Facts") -> "Facts":
        """What both know together."""
        ids = sorted({*self.refunds, *other.refunds})
        refunds = {each: _either(self.refunds.get(each), other.refunds.get(each)) for each in ids}
        return Facts(
            _newest(self.order, other.order),
            _earliest(self.paid_at, other.paid_at),
            refunds,
            {
                name: min(each.get(name, "~") for each in (self.deleted, other.deleted))
                for name in sorted({*self.deleted, *other.deleted})
            },
            self.restored | other.restored,
            _newest(self.standing, other.standing),
            _earliest(self.settled_at, other.settled_at),
        )

    def beside(self, other: "Facts") -> "Facts":
        """What both know, where each was told by itself how often the order was deleted: it is gone
        where either count says so of the newest word of both, and of when it was brought back."""
        both = self.merged(other)
        mine, theirs = (replace(both, deleted=each.deleted) for each in (self, other))
        return theirs if theirs.gone and not mine.gone else mine

    def stated_with(self, other: "Facts") -> "Facts":
        """With when refunds were there at the latest, as either knows it."""
        refunds = {
            name: replace(fact, seen_at=min(fact.seen_at, other.refunds[name].seen_at))
            if name in other.refunds
            else fact
            for name, fact in self.refunds.items()
        }
        return replace(self, refunds=refunds)

    def to_json(self) -> dict[str, Any]:
        """As the database keeps it."""
        order, standing = self.order, self.standing
        deleted = {"deleted": dict(self.deleted)} if self.deleted else {}
        restored = {"restored": sorted(self.restored)} if self.restored else {}
        return {
            **deleted,
            **restored,
            **({} if standing is None else {"standing": [standing.rank, standing.content]}),
            **({} if self.settled_at is None else {"settledAt": self.settled_at}),
            "order": None if order is None else [order.rank, order.content],
            "paidAt": self.paid_at,
            "refunds": {
                name: [fact.word.rank, fact.word.content, fact.seen_at]
                for name, fact in self.refunds.items()
            },
        }

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> Self:
        """What ``to_json`` gave. What was kept before there was ``standing`` has it in its word of
        the order, as long as that is not called off."""
        order = content["order"]
        standing = content.get("standing", _standing(order))
        return cls(
            None if order is None else Word(*order),
            content["paidAt"],
            {
                name: RefundFact(Word(rank, word), seen)
                for name, (rank, word, seen) in content["refunds"].items()
            },
            content.get("deleted", {}),
            frozenset(content.get("restored", ())),
            None if standing is None else Word(*standing),
            content.get("settledAt"),
        )


def sums_of(content: Mapping[str, Any]) -> dict[str, Any]:
    """What an order came to and comes to now, what of it is open, and which refunds it has, where
    that is said, by a word with a ``head``."""
    head = content["head"]
    sums = {"total": head["Total"], "owed": head["Outstanding Balance"]}
    listed = {"refunds": content["refunds"]} if "refunds" in content else {}
    return sums | {"current": content.get("current", "")} | listed


def _standing(order: Sequence[Any] | None) -> Sequence[Any] | None:
    if order is None or order[1].get("head", {}).get("Cancelled at") != "":
        return None
    rank, content = order
    return [rank, sums_of(content)]


def deletion(arrival: Arrival) -> Facts:
    """What an event says that an order was deleted, and nothing else."""
    at = arrival.at.astimezone(UTC).isoformat(timespec="microseconds")
    return Facts(deleted={arrival.event_id: at})


def _newest(*words: Word | None) -> Word | None:
    there = (each for each in words if each is not None)
    return max(there, key=lambda each: each.rank, default=None)


def _earliest(*times: str | None) -> str | None:
    return min((each for each in times if each is not None), default=None)


def _either(one: RefundFact | None, other: RefundFact | None) -> RefundFact:
    if one is None or other is None:
        found = one or other
        assert found is not None  # noqa: S101 - one of both has it
        return found
    word = max(one.word, other.word, key=lambda each: each.rank)
    return RefundFact(word, min(one.seen_at, other.seen_at))
