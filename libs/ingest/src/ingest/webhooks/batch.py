"""A batch of events in one transaction: what they say merged, the orders loaded, the inbox ticked.

The rows are made after the transaction has begun, under the ledger's lock: what the loader reads is
what the events and the facts were at that moment.
"""

from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import count
from typing import Any, Final

from sqlalchemy import Connection, select, text, update

from common.db.sales import LOCK_LEDGER, NEXT_VERSION
from common.db.tenancy import TenantDb
from common.db.webhooks import EventState, IngestConnection, WebhookEvent
from common.reports.document.gaps import GapKind
from ingest.csv.notes import Notes
from ingest.gaps import Gaps
from ingest.ledger.load import load_sales
from ingest.ledger.load_summary import LoadSummary
from ingest.ledger.reader_settings import Basis, basis_of
from ingest.ledger.remove_orders import (
    find_orders,
    forget_orders,
    lift_refunds_of,
    refunds_by_platform,
)
from ingest.ledger.time_limits import TimeLimits
from ingest.load_notes import ALIKE, MOVED, TWICE, TWO_NAMED
from ingest.rows import TOLD, OrderLineRow, RefundRow
from ingest.webhooks.exported_cancelling import with_exported
from ingest.webhooks.facts import Arrival
from ingest.webhooks.kept_facts import Learned, Said, merge_facts
from ingest.webhooks.order_numbers import follow_number
from ingest.webhooks.payload import UnreadableEventError, decode
from ingest.webhooks.platform import OrderState, Shop
from ingest.webhooks.platforms import PLATFORMS
from ingest.webhooks.refund_days import dated_by_sum
from ingest.webhooks.same_order import taken_out

LIMITS: Final = TimeLimits(statement_seconds=60, lock_seconds=5)
_LOCK_CLASS: Final = 0x1A6E5A  # the first of a lock's two keys; never change
_BEGIN: Final = text(
    "SELECT set_config('lock_timeout', :lock, true), set_config('statement_timeout', :whole, true)"
)
_TAKE_TURN: Final = text(f"SELECT pg_try_advisory_xact_lock({_LOCK_CLASS}, :tenant_id)")
_LONGEST_REASON: Final = 500


class WorkedElsewhereError(Exception):
    """Another process works off the tenant's events."""


@dataclass(slots=True)
class Batch:
    """Events of a tenant by their ids, worked off once; those that are done already are passed."""

    db: TenantDb
    ids: Sequence[int]
    now: datetime
    version: int | None = None
    """The ledger's afterwards; None where nothing changed."""
    done: int = 0
    dead: int = 0
    _events: list[Any] = field(default_factory=list)
    _reasons: dict[int, str] = field(default_factory=dict)
    _orders: list[OrderState] = field(default_factory=list)
    _readable: set[int] = field(default_factory=set)
    _gaps: Gaps = field(default_factory=Gaps)
    _changed: bool = False

    def run(self) -> None:
        """Work the events off.

        Raises:
            WorkedElsewhereError: another process is at it.
            IngestError: what they say cannot enter the ledger.
            sqlalchemy.exc.DBAPIError, psycopg.Error: the database failed, or was busy.
        """
        self._gaps.tell_refunds()
        with closing(self._gaps):
            load_sales(
                self.db.engine,
                self.db.tenant_id,
                order_lines=self._lines(),
                refunds=self._refunds(),
                gaps=self._gaps,
                products_by_title=True,
                begin=self._begin,
                conclude=self._conclude,
                limits=LIMITS,
            )

    def _begin(self, connection: Connection) -> None:
        limits = LIMITS.settings()
        connection.execute(_BEGIN, {"lock": limits["lock"], "whole": limits["timeout"]})
        if not connection.scalar(_TAKE_TURN, {"tenant_id": self.db.tenant_id}):
            raise WorkedElsewhereError
        connection.exec_driver_sql(LOCK_LEDGER, {"tenant_id": self.db.tenant_id})
        self._events = self._waiting(connection)
        basis = basis_of(connection, self.db.tenant_id)
        said = self._said(basis)
        for key, learned in merge_facts(connection, self.db.tenant_id, said).items():
            notes = Notes(basis.currency)
            shop = Shop(basis, notes, self.now)
            quiet = replace(shop, notes=Notes(basis.currency))
            renamed = follow_number(connection, self.db.tenant_id, key[1], learned, quiet)
            self._changed = self._changed or renamed
            state = PLATFORMS[learned.order.platform].state(key[1], learned.order.now, shop)
            last = max(number for number, order, _, _ in said if order == key)
            if notes.lines():
                self._reasons[last] = "; ".join(notes.lines())[:_LONGEST_REASON]
            if state is not None:
                state = self._replace(connection, state, learned, shop)
                self._orders.append(state)
                self._note_gap(state)

    def _waiting(self, connection: Connection) -> list[Any]:
        query = (
            select(
                *(WebhookEvent.id, WebhookEvent.topic, WebhookEvent.body),
                *(WebhookEvent.event_id, WebhookEvent.received_at),
                *(WebhookEvent.connection_id, IngestConnection.platform),
            )
            .join(IngestConnection, IngestConnection.id == WebhookEvent.connection_id)
            .where(
                WebhookEvent.tenant_id == self.db.tenant_id,
                IngestConnection.tenant_id == self.db.tenant_id,
                WebhookEvent.id.in_(self.ids),
                WebhookEvent.state == EventState.WAITING,
            )
            .order_by(WebhookEvent.id)
            .with_for_update(of=WebhookEvent.__table__)
        )
        return list(connection.execute(query))

    def _said(self, basis: Basis) -> list[Said]:
        """What each event says that says something; each is tried alone, so that one that cannot
        be read spoils no order."""
        said = []
        for event in self._events:
            platform = PLATFORMS[event.platform]
            try:
                arrival = Arrival(event.event_id, event.received_at)
                order_id, facts = platform.read(event.topic, decode(event.body), arrival)
                platform.state(order_id, facts, Shop(basis, Notes(basis.currency), self.now))
            except UnreadableEventError as error:
                self._reasons[event.id] = str(error)
                self.dead += 1
                continue
            said.append((event.id, (event.connection_id, order_id), facts, event.platform))
            self.done += 1
        self._events = [event.id for event in self._events]
        self._readable = {each[0] for each in said}
        return said

    def _replace(
        self, connection: Connection, state: OrderState, learned: Learned, shop: Shop
    ) -> OrderState:
        """Take out of the ledger what the order is or has no more; the state that it is to have.

        One that is a sale has its name, whose it was before, as it has beside an import.
        """
        mine = self.db.tenant_id
        there = find_orders(connection, mine, state.names, state.platform_id)
        found = [each.key for each in there]
        if state.lines:
            known = refunds_by_platform(connection, mine, found)
            state = replace(state, refunds=dated_by_sum(state.refunds, known))
            state = with_exported(connection, mine, found, state)
            lifted = set(state.lifted)
            if state.all_told:
                lifted |= {each.id for each in known if each.id.startswith(TOLD)}
                lifted -= {row.refund_id for row in state.refunds}
            taken = lift_refunds_of(connection, mine, found, lifted)
        else:
            gone = taken_out(there, learned, shop)
            taken = forget_orders(connection, mine, gone, self.now)
        self._changed = self._changed or taken > 0
        return state

    def _note_gap(self, state: OrderState) -> None:
        """Keep with the order's days what is not known of it, as an export's is kept."""
        first = next(iter(state.lines), None)
        if first is None or first.paid_at is None:
            return
        order, platform_id = (first.order_id, first.paid_at), state.platform_id
        if state.unexplained:
            kind, amount = GapKind.UNRECONCILED_ORDERS, state.unexplained
            self._gaps.add(kind, *order, amount, platform_id=platform_id)
        if state.refunds_untold:
            self._gaps.add_untold(*order, whole=not state.in_part, platform_id=platform_id)

    def _lines(self) -> Iterator[OrderLineRow]:
        positions = count()
        for order in self._orders:
            for row in order.lines:
                yield row._replace(position=next(positions))

    def _refunds(self) -> Iterator[RefundRow]:
        positions = count()
        for order in self._orders:
            for row in order.refunds:
                yield row._replace(position=next(positions))

    def _say(self, summary: LoadSummary) -> None:
        """Say with the newest event what of the shop's own files the events took the place of."""
        notes = Notes()
        for said, those in (
            (TWO_NAMED, summary.two_named),
            (ALIKE, summary.alike),
            (MOVED, summary.moved),
            (TWICE, summary.names.twice),
        ):
            notes.add_all(said, those.first, those.orders)
        if notes.lines():
            last = max(self._readable)
            lines = filter(None, (self._reasons.get(last), *notes.lines()))
            self._reasons[last] = "; ".join(lines)[:_LONGEST_REASON]

    def _conclude(self, connection: Connection, summary: LoadSummary) -> None:
        if summary.version is None and self._changed:
            whose = {"tenant_id": self.db.tenant_id}
            version = connection.exec_driver_sql(NEXT_VERSION, whose).scalar_one()
            summary = replace(summary, version=version)
        self.version = summary.version
        self._say(summary)
        mine = WebhookEvent.tenant_id == self.db.tenant_id
        ended = update(WebhookEvent).where(mine).values(ended_at=self.now)
        done = [each for each in self._events if each in self._readable]
        connection.execute(
            ended.where(WebhookEvent.id.in_(done)).values(
                state=EventState.DONE, body=None, reason=None
            )
        )
        for number, reason in self._reasons.items():
            values: dict[str, Any] = {"reason": reason}
            if number not in self._readable:
                values |= {"state": EventState.DEAD, "attempts": WebhookEvent.attempts + 1}
            connection.execute(ended.where(WebhookEvent.id == number).values(values))
