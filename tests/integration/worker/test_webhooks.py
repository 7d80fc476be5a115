"""Webhooks worked off: a burst, a worker killed, failures that wait, dead letters, the sweep."""

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import Connection, text
from tests.integration.worker.conftest import Shop
from tests.support import inboxes
from tests.support.webhook_burst import burst

from common import instants
from common.db.audit import COMMAND_LINE
from common.db.sales import LOCK_LEDGER
from common.db.tenancy import Access, TenantDb, transaction
from common.jobs.publisher import JobPublisher
from ingest.formats.registry import FORMATS
from ingest.import_files import FileKind, ImportFile, import_files
from ingest.ledger.load_summary import LoadSummary
from ingest.ledger.time_limits import TimeLimits
from ingest.webhooks import retries, work
from ingest.webhooks.batch import Batch
from ingest.webhooks.connections import public_id, set_paused
from ingest.webhooks.dead_letters import list_dead_letters, replay_dead_letters
from ingest.webhooks.payload import decode
from worker.webhooks.sweep import sweep_webhooks


class Killed(BaseException):
    """What ends a worker where it stands."""


def bring_in(shop: Shop, orders: bytes) -> None:
    files = {FileKind.ORDERS: ImportFile("orders.csv", [orders])}
    import_files(shop.engine, shop.tenant_id, files, layout=FORMATS["shopify"])


@contextmanager
def killed_before_the_commit(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A worker that ends after all was written, and before it is there for good."""
    conclude = Batch._conclude

    def die(batch: Batch, connection: Connection, summary: LoadSummary) -> None:
        conclude(batch, connection, summary)
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(Batch, "_conclude", die)
        with pytest.raises(Killed):
            yield


def test_a_burst_in_any_order_gives_the_ledger_of_the_export(
    make_shop: Callable[..., Shop], monkeypatch: pytest.MonkeyPatch
) -> None:
    orders, events = burst(60)
    by_file, by_events = make_shop(), make_shop()
    bring_in(by_file, orders)
    chance = random.Random(7)  # noqa: S311 - an order of arrival, no secret
    arrived = [*events, *chance.sample(events, 60)]
    chance.shuffle(arrived)
    connection = inboxes.connect(by_events.engine, by_events.tenant_id)
    inboxes.put(by_events.engine, by_events.tenant_id, connection, arrived)
    monkeypatch.setattr(retries, "MOST_AT_ONCE", 40)
    with killed_before_the_commit(monkeypatch):
        work.work_off(by_events.engine, by_events.tenant_id)
    assert inboxes.states_of(by_events.engine, by_events.tenant_id) == {"waiting": len(events)}
    worked = work.work_off(by_events.engine, by_events.tenant_id)
    assert (worked.done, worked.failed, worked.dead) == (len(events), 0, 0)
    found = inboxes.ledger_of(by_events.engine, by_events.tenant_id)
    brought = inboxes.ledger_of(by_file.engine, by_file.tenant_id)
    assert (found["orders"], found["lines"]) == (brought["orders"], brought["lines"])
    orders_back = {row[0] for row in brought["refunds"]}
    assert len(orders_back) == 20
    assert inboxes.parts_of(found, orders_back) == inboxes.parts_of(brought, orders_back)
    days = [{(row[0], *row[4:6]) for row in each["refunds"]} for each in (found, brought)]
    assert days[0] == days[1]
    # All of it again, after it was forgotten that it came: nothing changes.
    with transaction(by_events.engine, Access(tenant_id=by_events.tenant_id)) as session:
        session.execute(text("DELETE FROM webhook_events"))
    inboxes.put(by_events.engine, by_events.tenant_id, connection, arrived)
    again = work.work_off(by_events.engine, by_events.tenant_id)
    assert (again.done, again.version) == (len(events), None)
    assert inboxes.ledger_of(by_events.engine, by_events.tenant_id) == found


def test_bodies_are_gone_once_an_event_is_done(shop: Shop) -> None:
    _, events = burst(1)
    connection = inboxes.connect(shop.engine, shop.tenant_id)
    inboxes.put(shop.engine, shop.tenant_id, connection, events)
    work.work_off(shop.engine, shop.tenant_id)
    kept = "SELECT count(body), count(*) FROM webhook_events"
    with transaction(shop.engine, Access(tenant_id=shop.tenant_id)) as session:
        assert session.execute(text(kept)).one() == (0, len(events))
        facts = str(session.scalars(text("SELECT facts FROM webhook_orders")).all())
    assert "@" not in facts


def test_what_cannot_be_read_is_a_dead_letter_and_spoils_no_other(shop: Shop) -> None:
    _, events = burst(2)
    topic, _, good = events[0]
    bad: list[Any] = [
        b"[" * 100_000,
        b"\xff",
        b"[]",
        {**good, "updated_at": "yesterday"},
        {**good, "currency": "USD"},
        {**good, "total_price": "1e5"},
        {**good, "line_items": [{"id": 1, "price": {}}]},
        {**good, "line_items": "none"},
        {**good, "name": "\0"},
    ]
    connection = inboxes.connect(shop.engine, shop.tenant_id)
    given = [*events, *((topic, f"bad{n}", each) for n, each in enumerate(bad))]
    inboxes.put(shop.engine, shop.tenant_id, connection, given)
    worked = work.work_off(shop.engine, shop.tenant_id)
    assert (worked.done, worked.dead) == (len(events), len(bad))
    letters = list_dead_letters(TenantDb(shop.engine, shop.tenant_id), most=100)
    assert len(letters) == len(bad)
    assert "the body is not JSON" in {letter.reason for letter in letters}
    assert any("shop's currency, EUR" in (letter.reason or "") for letter in letters)


def test_what_the_ledger_refuses_waits_longer_each_time_and_is_replayed(shop: Shop) -> None:
    """A refund in the ledger of a line that the order, as the webhook has it, lacks."""
    orders, events = burst(1)
    bring_in(shop, orders)
    with transaction(shop.engine, Access(tenant_id=shop.tenant_id)) as session:
        session.execute(text("DELETE FROM refunds"))
    refunds = b"refund_id,order_id,line_id,processed_at,quantity,amount\n"
    refunds += b"other,#1000,2,2026-05-01T00:00:00Z,1,0.01\n"
    files = {FileKind.REFUNDS: ImportFile("refunds.csv", [refunds])}
    import_files(shop.engine, shop.tenant_id, files)
    topic, _, payload = next(each for each in events if each[0] == "orders/paid")
    shorter = {**payload, "line_items": payload["line_items"][:1]}
    connection = inboxes.connect(shop.engine, shop.tenant_id)
    inboxes.put(shop.engine, shop.tenant_id, connection, [(topic, "e", shorter)])
    began = instants.now()
    at = began
    for turn in range(retries.MOST_ATTEMPTS):
        at = began + timedelta(hours=2 * turn)
        clock = partial(began.__add__, timedelta(hours=2 * turn))
        last = turn == retries.MOST_ATTEMPTS - 1
        worked = work.work_off(shop.engine, shop.tenant_id, now=clock)
        assert (worked.done, worked.failed, worked.dead) == (0, not last, last)
        early = work.work_off(shop.engine, shop.tenant_id, now=clock)
        assert (early.failed, early.dead) == (0, 0), "not before its time"
    db = TenantDb(shop.engine, shop.tenant_id)
    (letter,) = list_dead_letters(db, most=10)
    assert (letter.attempts, letter.connection) == (5, public_id(shop.tenant_id, connection))
    assert "lacks the line" in (letter.reason or "")
    with transaction(shop.engine, Access(tenant_id=shop.tenant_id)) as session:
        session.execute(text("DELETE FROM refunds"))
    assert replay_dead_letters(db, [letter.id], author=COMMAND_LINE, at=at) == 1
    assert replay_dead_letters(db, None, author=COMMAND_LINE, at=at) == 0
    assert work.work_off(shop.engine, shop.tenant_id, now=clock).done == 1


def test_an_event_that_ends_its_process_each_time_keeps_no_other_back(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed, out of memory, out of time: whatever it is, the process says nothing of it."""
    _, events = burst(4)
    poison = b'{"poison": true}'
    connection = inboxes.connect(shop.engine, shop.tenant_id)
    given: list[Any] = [("orders/paid", "poison", poison), *events]
    inboxes.put(shop.engine, shop.tenant_id, connection, given)

    def die(body: bytes) -> Any:
        if body == poison:
            raise Killed
        return decode(body)

    monkeypatch.setattr("ingest.webhooks.batch.decode", die)
    began = instants.now()
    for kill in range(retries.MOST_ATTEMPTS):
        clock = partial(began.__add__, timedelta(hours=2 * kill))
        with pytest.raises(Killed):
            work.work_off(shop.engine, shop.tenant_id, now=clock)
        states = inboxes.states_of(shop.engine, shop.tenant_id)
        # It is the oldest: first with all, then alone before all, and behind all from then on.
        behind = {"done": len(events), "waiting": 1}
        assert states == (behind if kill > 1 else {"waiting": len(given)})
    early = began + timedelta(hours=2 * kill, minutes=30)
    assert work.work_off(shop.engine, shop.tenant_id, now=lambda: early) == work.Worked()
    late = early + timedelta(hours=1)
    assert work.work_off(shop.engine, shop.tenant_id, now=lambda: late) == work.Worked(dead=1)
    db = TenantDb(shop.engine, shop.tenant_id)
    (letter,) = list_dead_letters(db, most=10)
    assert (letter.event_id, letter.attempts) == ("poison", retries.MOST_ATTEMPTS)
    assert "ended each time" in (letter.reason or "")
    monkeypatch.undo()
    assert replay_dead_letters(db, None, author=COMMAND_LINE, at=late) == 1
    again = work.work_off(shop.engine, shop.tenant_id, now=lambda: late)
    assert (again.done, again.dead) == (0, 1), "read at last, and not an order"


def test_a_ledger_that_is_held_counts_no_attempt(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, events = burst(1)
    connection = inboxes.connect(shop.engine, shop.tenant_id)
    inboxes.put(shop.engine, shop.tenant_id, connection, events)
    limits = TimeLimits(statement_seconds=60, lock_seconds=1)
    monkeypatch.setattr("ingest.webhooks.batch.LIMITS", limits)
    with transaction(shop.engine, Access(tenant_id=shop.tenant_id)) as session:
        mine = {"tenant_id": shop.tenant_id}
        session.connection().exec_driver_sql(LOCK_LEDGER, mine)
        assert work.work_off(shop.engine, shop.tenant_id) == work.Worked()
    with transaction(shop.engine, Access(tenant_id=shop.tenant_id)) as session:
        counted = session.execute(text("SELECT sum(begun), sum(attempts) FROM webhook_events"))
        assert counted.one() == (0, 0)
    assert work.work_off(shop.engine, shop.tenant_id).done == len(events)


def test_the_sweep_asks_for_what_was_lost_and_clears_what_is_old(
    shop: Shop, jobs: JobPublisher, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []
    monkeypatch.setattr(JobPublisher, "request_webhooks", lambda _, tenant: asked.append(tenant))
    _, events = burst(1)
    db, now = TenantDb(shop.engine, shop.tenant_id), instants.now()
    connection = inboxes.connect(shop.engine, shop.tenant_id)
    inboxes.put(shop.engine, shop.tenant_id, connection, events, at=now)
    named = public_id(shop.tenant_id, connection)
    set_paused(db, named, paused=True, author=COMMAND_LINE, at=now)
    sweep_webhooks(shop.engine, jobs, keep_days=30, now=now)
    assert work.work_off(shop.engine, shop.tenant_id).done == 0
    set_paused(db, named, paused=False, author=COMMAND_LINE, at=now)
    sweep_webhooks(shop.engine, jobs, keep_days=30, now=now)
    assert asked == [shop.tenant_id]
    work.work_off(shop.engine, shop.tenant_id)
    sweep_webhooks(shop.engine, jobs, keep_days=30, now=now + timedelta(days=29))
    assert inboxes.states_of(shop.engine, shop.tenant_id) == {"done": len(events)}
    sweep_webhooks(shop.engine, jobs, keep_days=30, now=now + timedelta(days=31))
    assert inboxes.states_of(shop.engine, shop.tenant_id) == {}


def test_one_message_stands_for_many_events(jobs: JobPublisher) -> None:
    assert jobs.request_webhooks(1)
    assert not jobs.request_webhooks(1)
    assert jobs.request_webhooks(2)
    jobs.begin_webhooks(1)
    assert jobs.request_webhooks(1)
