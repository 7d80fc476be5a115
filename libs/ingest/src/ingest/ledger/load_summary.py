"""What a load of sales did, for those who tell it."""

from dataclasses import dataclass
from datetime import datetime

from ingest.ledger.closed_days import NONE_CHANGED, ClosedDays
from ingest.ledger.duplicate_orders import NO_NAMES, Names
from ingest.ledger.known_payments import NO_PAYMENTS, PaymentsElsewhere
from ingest.ledger.noted_orders import NONE_NOTED, NotedOrders


@dataclass(frozen=True, slots=True)
class LoadSummary:
    """What a load did.

    ``lines``, ``refunds`` and ``stock_counts`` count the input's rows. ``first_at`` and ``last_at``
    are the earliest and latest instant an event of this input counts at, None without events;
    ``net_sales`` sums those events, in minor units; refunds beside a sum of the input are of it.
    ``version`` is the ledger's after the load, None when there was nothing to load.
    ``closed_days`` are those whose orders changed afterwards, ``kept_refunds`` are of
    orders of which the input's sum of refunds was left out,
    ``known_beside`` of cancelled ones of which its sum is less by the refunds that were known,
    ``summed_beside`` of others, whether the sum came now or before,
    ``newer_told`` of those of which events told more refunds than its sum is of,
    ``older`` are orders that events told later than the input has them: they were left out.
    ``told_otherwise`` are those that events told otherwise, and nothing says what is older,
    ``two_named`` those with refunds that a file and events tell by two ids: the events' are kept,
    ``alike`` those with two of as much money that count both, as their days or lines are others;
    ``less_older`` those of which the input's sum is less than a newer one that is known, which
    stays, ``less_told`` those of which it is less, and nothing says what is older;
    ``edited`` those that the input has less what refunds took out that events told: they stay;
    ``held`` those that lack goods which events told were paid back, and are otherwise: they stay.
    ``lacking`` those that lack lines of which other refunds are known: so do they;
    ``untold`` are those of which refunds were left out, as nothing that was paid is left of them.
    ``moved`` are those that took the place of one of their name that was placed on another day;
    ``other_sign`` new ones that the ledger has with the sign of their number, or without it;
    ``elsewhere`` are payments of which refunds came without them;
    ``paid_known`` are those whose payment's day the input assumes and the ledger had: it stays;
    ``names`` are those that the platform's id told from others, or to be the same.
    """

    products: int = 0
    products_new: int = 0
    orders_new: int = 0
    orders_replaced: int = 0
    orders_unchanged: int = 0
    lines: int = 0
    refunds: int = 0
    cancellations_without_payment: int = 0
    stock_counts: int = 0
    net_sales: int = 0
    first_at: datetime | None = None
    last_at: datetime | None = None
    version: int | None = None
    closed_days: ClosedDays = NONE_CHANGED
    kept_refunds: NotedOrders = NONE_NOTED
    known_beside: NotedOrders = NONE_NOTED
    summed_beside: NotedOrders = NONE_NOTED
    newer_told: NotedOrders = NONE_NOTED
    older: NotedOrders = NONE_NOTED
    told_otherwise: NotedOrders = NONE_NOTED
    edited: NotedOrders = NONE_NOTED
    held: NotedOrders = NONE_NOTED
    lacking: NotedOrders = NONE_NOTED
    two_named: NotedOrders = NONE_NOTED
    alike: NotedOrders = NONE_NOTED
    less_older: NotedOrders = NONE_NOTED
    less_told: NotedOrders = NONE_NOTED
    untold: NotedOrders = NONE_NOTED
    moved: NotedOrders = NONE_NOTED
    other_sign: NotedOrders = NONE_NOTED
    elsewhere: PaymentsElsewhere = NO_PAYMENTS
    paid_known: NotedOrders = NONE_NOTED
    names: Names = NO_NAMES
