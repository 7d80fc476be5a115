"""Fairness of imports: a shop's slow import delays no other's, and who waits has its turn."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
import zstandard
from celery.exceptions import SoftTimeLimitExceeded
from sqlalchemy import Engine, text
from tests.support import wait

from accounts.provisioning import create_tenant
from common.db.imports import Import, ImportChunk
from common.db.sales import LEDGER_LOCK_CLASS
from common.db.tenancy import Access, transaction
from common.jobs.payloads import RunImport
from worker.imports import run
from worker.imports.slots import is_free, slot
from worker.imports.uploaded import UploadedImport

ORDERS = b"""order_id,paid_at,currency,line_id,product_id,quantity,unit_price
O1,2026-03-01T10:00:00Z,EUR,1,P1,1,10.00
"""
START = datetime(2026, 3, 1, tzinfo=UTC)
Queue = Callable[..., RunImport]


@pytest.fixture
def shop(service_engine: Engine) -> Callable[[], int]:
    def make() -> int:
        return create_tenant(
            service_engine, slug=f"s-{uuid4().hex[:8]}", name="S", currency="EUR", timezone="UTC"
        )

    return make


@pytest.fixture
def queue(service_engine: Engine) -> Queue:
    """Uploads an import that came some hours after ``START``; or one that ended then."""

    def add(tenant_id: int, hour: int, *, ended: bool = False) -> RunImport:
        at = START + timedelta(hours=hour)
        state = "succeeded" if ended else "queued"
        row = Import(
            tenant_id=tenant_id,
            id=uuid4(),
            state=state,
            format="own",
            created_at=at,
            finished_at=at if ended else None,
        )
        content = zstandard.compress(ORDERS)
        with transaction(service_engine, Access(tenant_id=tenant_id)) as session:
            session.add(row)
            session.flush()
            if not ended:
                keys = {"tenant_id": tenant_id, "import_id": row.id, "number": 0}
                session.add(ImportChunk(file="orders", content=content, **keys))
        return RunImport(tenant_id, row.id)

    return add


@pytest.fixture
def holding(
    service_engine: Engine, owner_engine: Engine
) -> Iterator[Callable[[RunImport], AbstractContextManager[None]]]:
    """Runs an import as far as its shop's ledger and holds it there until the block ends."""
    with ThreadPoolExecutor(1) as thread:

        @contextmanager
        def hold(job: RunImport) -> Iterator[None]:
            keys = {"class": LEDGER_LOCK_CLASS, "tenant": job.tenant_id}
            with owner_engine.connect() as other:
                other.execute(text("SELECT pg_advisory_lock(:class, :tenant)"), keys)
                running = thread.submit(run.run_import, service_engine, job)
                try:
                    wait.until(lambda: _waits(owner_engine, job.tenant_id), "the import waits")
                    yield
                finally:
                    other.execute(text("SELECT pg_advisory_unlock(:class, :tenant)"), keys)
                    running.result()

        yield hold


def _waits(engine: Engine, tenant_id: int) -> bool:
    # Of this database: those of other tests are on the server as well.
    query = (
        "SELECT count(*) > 0 FROM pg_locks l JOIN pg_database d ON d.oid = l.database"
        " WHERE d.datname = current_database() AND NOT l.granted AND l.locktype = 'advisory'"
    )
    with engine.connect() as connection:
        return bool(connection.scalar(text(f"{query} AND l.objid = :id"), {"id": tenant_id}))


def state(engine: Engine, job: RunImport) -> str:
    with transaction(engine, Access(tenant_id=job.tenant_id)) as session:
        return session.get_one(Import, (job.tenant_id, job.import_id)).state


def test_a_slow_import_delays_no_other_shops(service_engine, shop, queue, holding):
    slow, quick = shop(), shop()
    held, second, others = queue(slow, 0), queue(slow, 1), queue(quick, 2)
    with holding(held):
        assert state(service_engine, held) == "running"
        run.run_import(service_engine, second)
        assert state(service_engine, second) == "queued"
        assert run.next_import(service_engine) == others
        run.run_import(service_engine, others)
        assert state(service_engine, others) == "succeeded"
        assert run.next_import(service_engine) is None
    assert state(service_engine, held) == "succeeded"
    assert run.next_import(service_engine) == second


def test_no_more_run_than_there_are_slots(service_engine, shop, queue, holding):
    held, waiting = queue(shop(), 0), queue(shop(), 1)
    with holding(held):
        assert run.next_import(service_engine, 1) is None
        run.run_import(service_engine, waiting, 1)
        assert state(service_engine, waiting) == "queued"
        assert run.next_import(service_engine, 2) == waiting
    assert run.next_import(service_engine, 1) == waiting


def test_shops_take_turns(service_engine, shop, queue):
    busy, patient, new = shop(), shop(), shop()
    queue(busy, 20, ended=True)
    queue(patient, 10, ended=True)
    waiting = [queue(busy, 21), queue(busy, 22), queue(patient, 23), queue(new, 24)]
    order = []
    while (job := run.next_import(service_engine)) is not None:
        run.run_import(service_engine, job)
        order.append(job)
    assert order == [waiting[3], waiting[2], waiting[0], waiting[1]]


def test_a_slot_is_given_back_whatever_happens(service_engine, shop):
    one = shop()
    with slot(service_engine, one, 1) as free:
        assert free
        assert not is_free(service_engine, one, 2)
    with pytest.raises(RuntimeError), slot(service_engine, one, 1):
        raise RuntimeError
    assert is_free(service_engine, one, 1)


def test_an_import_beyond_its_time_has_failed(service_engine, shop, queue, monkeypatch):
    job = queue(shop(), 0)

    def too_long(_: UploadedImport, __: str) -> Iterator[bytes]:
        yield ORDERS
        raise SoftTimeLimitExceeded

    monkeypatch.setattr(UploadedImport, "_chunks", too_long)
    run.run_import(service_engine, job)
    assert state(service_engine, job) == "failed"
    assert is_free(service_engine, job.tenant_id, 1)
    with transaction(service_engine, Access(tenant_id=job.tenant_id)) as session:
        assert session.scalar(text("SELECT count(*) FROM orders")) == 0
        row = session.get_one(Import, (job.tenant_id, job.import_id))
        assert row.outcome is not None
        assert "took too long" in row.outcome["errors"][0]["reason"]
