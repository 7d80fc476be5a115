"""What a platform whose webhooks are taken has to say: headers, topics, and orders of its events.

The headers of topic and event id are not signed by any platform. Nothing is believed for them that
the body, which is signed, does not say too.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from ingest.csv.notes import Notes
from ingest.ledger.reader_settings import Basis
from ingest.rows import OrderLineRow, RefundRow
from ingest.webhooks.facts import Arrival, Facts


@dataclass(frozen=True, slots=True)
class Headers:
    """Names of headers: ``event_ids`` in the order in which they are looked for."""

    signature: str
    topic: str
    event_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Shop:
    """Whose orders they are: the settings they are read by, and where is told what was assumed."""

    basis: Basis
    notes: Notes
    now: datetime

    @property
    def currency(self) -> str:
        """Its currency (ISO 4217)."""
        return self.basis.currency


@dataclass(frozen=True, slots=True)
class Cancelling:
    """What events know of an order's cancelling, beside which an export may tell all of it in one
    sum: ``stands_at`` is when the order was last said to stand, None where it was cancelled;
    ``sums_compare`` says that refunds and sum are money for the same.
    """

    stands_at: datetime | None
    sums_compare: bool


@dataclass(frozen=True, slots=True)
class OrderState:
    """An order as the ledger is to have it; without ``lines`` it is no sale and not in it.

    ``names`` are what the ledger may call it, none where no event told; ``platform_id`` is the
    order's at the platform, None where the ledger keeps none. ``lifted`` are ids of refunds that it
    has not; with ``all_told`` it has of ids that begin with ``TOLD`` no others. ``unexplained`` is
    what its parts do not come to, in minor units; ``refunds_untold`` says that it was paid back by
    its state alone; all of it unless ``in_part``. ``cancelling`` is None where no export tells
    any. ``times`` are when it was placed, and paid: what files of the order tell too.
    ``paid_told`` is whether an event told a payment, None where every word tells when it was.
    """

    names: tuple[str, ...]
    platform_id: str | None
    lines: tuple[OrderLineRow, ...] = ()
    refunds: tuple[RefundRow, ...] = ()
    lifted: frozenset[str] = field(default_factory=frozenset)
    unexplained: int = 0
    refunds_untold: bool = False
    in_part: bool = False
    all_told: bool = False
    cancelling: Cancelling | None = None
    times: tuple[datetime, ...] = ()
    paid_told: bool | None = None


class Platform(Protocol):
    """A platform whose webhooks are taken; ``topics`` are those that say something of orders."""

    @property
    def name(self) -> str:
        """As connections and addresses name it."""

    @property
    def headers(self) -> Headers:
        """What it sends beside the body."""

    @property
    def topics(self) -> frozenset[str]:
        """The topics that are taken; others are answered and passed over."""

    @property
    def exports_have_ids(self) -> bool:
        """Whether its exports tell orders by the ids that events have; else by names alone."""

    def is_ping(self, body: bytes) -> bool:
        """Whether an unsigned body only asks whether the address answers."""

    def read(self, topic: str, payload: Mapping[str, Any], arrival: Arrival) -> tuple[str, Facts]:
        """The platform's id of an order, and what an event says of it.

        Raises:
            UnreadableEventError: nothing that could be taken.
        """

    def names(self, order_id: str, facts: Facts) -> tuple[str, ...]:
        """What the ledger may call an order; nothing where no event told."""

    def is_same(self, one: Facts, other: Facts) -> bool:
        """Whether what two connections know of an id is of one order: two shops may have an order
        of the same id."""

    def state(self, order_id: str, facts: Facts, shop: Shop) -> OrderState | None:
        """The order that ``facts`` describe; None while the order itself is not known.

        Raises:
            UnreadableEventError: values that are none.
        """
