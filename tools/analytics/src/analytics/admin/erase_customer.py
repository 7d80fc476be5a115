"""Erases a customer of one tenant: the pseudonym, wherever it is kept. No figure changes.

An order keeps its amounts and loses whose it was. Events of platforms that were given up and are
the customer's are deleted; those that still wait have to be worked off first.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import delete, select, text, update

from accounts.errors import UnknownTenantError
from accounts.provisioning import accounts_engine, tenant_id_of
from common.db.ledger_writer import by_statements
from common.db.sales import LOCK_LEDGER, Customer, Order
from common.db.tenancy import TenantDb, TenantSession
from common.db.webhooks import EventState, WebhookEvent, WebhookOrder
from ingest.formats.customers import pseudonym

_PATIENCE_SECONDS: Final = 1800
_CUSTOMER: Final = "customer"
"""Where facts of an order name whose it is."""
_FACTS: Final = text(
    "SELECT connection_id, order_id, facts FROM webhook_orders"
    " WHERE tenant_id = :tenant_id AND strpos(facts::text, :name) > 0"
)


class EventsWaitError(Exception):
    """Events of the customer's wait to be worked off, and would bring the pseudonym again."""

    def __init__(self, count: int) -> None:
        super().__init__(
            f"{count} events of this customer wait to be worked off: erase again when they are"
        )
        self.count = count


@dataclass(frozen=True, slots=True)
class ErasedCustomer:
    """How many rows knew the customer."""

    customers: int
    orders: int
    facts: int
    events: int


def erase_customer(service_url: str, *, tenant: str, customer: str, really: bool) -> ErasedCustomer:
    """Erase the customer of that id, pseudonym or e-mail address, or only count.

    Raises:
        AccountError: no such tenant, or the database cannot be used.
        EventsWaitError: events of the customer's are in the inbox; nothing is erased.
    """
    names = {customer, pseudonym(customer) if "@" in customer else customer}
    with accounts_engine(service_url, statement_timeout_seconds=_PATIENCE_SECONDS) as engine:
        tenant_id = tenant_id_of(engine, tenant)
        if tenant_id is None:
            raise UnknownTenantError(tenant)
        with TenantDb(engine, tenant_id).transaction() as session:
            session.connection().exec_driver_sql(LOCK_LEDGER, {"tenant_id": tenant_id})
            done = _erase(session, tenant_id, {each for each in names if each})
            if not really:
                session.rollback()
        return done


def _erase(session: TenantSession, tenant_id: int, names: set[str]) -> ErasedCustomer:
    of_tenant = Customer.tenant_id == tenant_id
    ids = session.scalars(
        select(Customer.id).where(of_tenant, Customer.external_id.in_(names))
    ).all()
    events = _erase_events(session, tenant_id, names)
    # No sum of a day changes, and nothing refers to the customer any more.
    with by_statements(session.connection().exec_driver_sql):
        orders = session.execute(
            update(Order)
            .where(Order.tenant_id == tenant_id, Order.customer_id.in_(ids))
            .values(customer_id=None)
            .returning(Order.id)
        ).all()
        session.execute(delete(Customer).where(of_tenant, Customer.id.in_(ids)))
    facts = sum(_erase_facts(session, tenant_id, name) for name in names)
    return ErasedCustomer(len(ids), len(orders), facts, events)


def _erase_facts(session: TenantSession, tenant_id: int, name: str) -> int:
    changed = 0
    for row in session.execute(_FACTS, {"tenant_id": tenant_id, "name": json.dumps(name)}).all():
        left = _without(row.facts, name)
        if left == row.facts:
            continue
        changed += 1
        session.execute(
            update(WebhookOrder)
            .where(
                WebhookOrder.tenant_id == tenant_id,
                WebhookOrder.connection_id == row.connection_id,
                WebhookOrder.order_id == row.order_id,
            )
            .values(facts=left)
        )
    return changed


def _without(value: Any, name: str) -> Any:
    """Facts whose customer is not called ``name``: what else is the same text, as 7, stays."""
    if isinstance(value, dict):
        return {
            key: None if key == _CUSTOMER and each == name else _without(each, name)
            for key, each in value.items()
        }
    if isinstance(value, list):
        return [_without(each, name) for each in value]
    return value


def _erase_events(session: TenantSession, tenant_id: int, names: set[str]) -> int:
    query = (
        select(WebhookEvent)
        .where(WebhookEvent.tenant_id == tenant_id, WebhookEvent.body.is_not(None))
        .execution_options(yield_per=100)
    )
    theirs = [
        (event.id, event.state)
        for event in session.scalars(query)
        if event.body and _names_one(event.body, names)
    ]
    waiting = sum(state == EventState.WAITING for _, state in theirs)
    if waiting:
        raise EventsWaitError(waiting)
    dead = [event_id for event_id, _ in theirs]
    session.execute(
        delete(WebhookEvent).where(WebhookEvent.tenant_id == tenant_id, WebhookEvent.id.in_(dead))
    )
    return len(dead)


def _names_one(body: bytes, names: set[str]) -> bool:
    """Whether an event names one of them; in one that nobody can read it is looked for as text."""
    try:
        return not names.isdisjoint(_names_in(json.loads(body)))
    except (ValueError, RecursionError):
        return any(name.encode() in body for name in names)


def _names_in(value: Any, key: str = "") -> Iterator[str]:
    """Everything in an event that may name a customer: addresses, as pseudonyms too, and ids."""
    if isinstance(value, dict):
        for name, each in value.items():
            yield from _names_in(each, name)
    elif isinstance(value, list):
        for each in value:
            yield from _names_in(each, key)
    elif isinstance(value, str) and "@" in value:
        yield value
        yield pseudonym(value) or ""
    elif key in {"customer_id", _CUSTOMER} and isinstance(value, int | str):
        yield str(value)
