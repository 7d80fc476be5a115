"""A worker killed in the middle of an import leaves nothing, and another finishes the job."""

import signal
import subprocess
import sys
from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest
import zstandard
from sqlalchemy import Engine, text
from tests.support import wait

from accounts.provisioning import create_tenant
from common.db.imports import Import, ImportChunk
from common.db.tenancy import Access, transaction
from common.jobs.payloads import RunImport
from worker.imports import run

HEADER = "order_id,paid_at,currency,line_id,product_id,quantity,unit_price\n"
LINES = 60_000
SCRIPT = """
import sys
from uuid import UUID
from common.db.engine import create_service_engine
from common.jobs.payloads import RunImport
from worker.imports import run
engine = create_service_engine(sys.argv[1], application_name="killed", pool_size=3)
run.run_import(engine, RunImport(int(sys.argv[2]), UUID(sys.argv[3])))
"""


@pytest.fixture
def job(service_engine: Engine) -> RunImport:
    """An import of many lines that waits for a worker."""
    tenant_id = create_tenant(
        service_engine, slug=f"s-{uuid4().hex[:8]}", name="S", currency="EUR", timezone="UTC"
    )
    row = "2026-03-01T10:00:00Z,EUR,1,P1,1,10.00\n"
    content = (HEADER + "".join(f"O{number},{row}" for number in range(LINES))).encode()
    import_id = uuid4()
    with transaction(service_engine, Access(tenant_id=tenant_id)) as session:
        session.add(
            Import(
                tenant_id=tenant_id,
                id=import_id,
                state="queued",
                format="own",
                created_at=datetime(2026, 3, 1, tzinfo=UTC),
                total_bytes=len(content),
            )
        )
        session.flush()
        for number, start in enumerate(range(0, len(content), 2**20)):
            session.add(
                ImportChunk(
                    tenant_id=tenant_id,
                    import_id=import_id,
                    file="orders",
                    number=number,
                    content=zstandard.compress(content[start : start + 2**20]),
                )
            )
    return RunImport(tenant_id, import_id)


def count(engine: Engine, tenant_id: int, table: str) -> int:
    with transaction(engine, Access(tenant_id=tenant_id)) as session:
        return int(session.scalar(text(f"SELECT count(*) FROM {table}")) or 0)  # noqa: S608 - names of ours


def until(engine: Engine, query: str, process: "subprocess.Popen[bytes] | None" = None) -> None:
    """Wait until ``query`` about the killed worker's connections is true, while it lives."""

    def true() -> bool:
        assert process is None or process.poll() is None, "it ended by itself"
        with engine.connect() as connection:
            return bool(connection.scalar(text(query)))

    wait.until(true, query)


def test_a_killed_import_is_run_again_and_wholly(
    service_engine: Engine, owner_engine: Engine, service_url: str, job: RunImport
) -> None:
    command = [sys.executable, "-c", SCRIPT, service_url, str(job.tenant_id), str(job.import_id)]
    mine = (
        "FROM pg_stat_activity WHERE application_name = 'killed' AND datname = current_database()"
    )
    with subprocess.Popen(command) as process:
        try:
            writes = f"SELECT count(*) > 0 {mine} AND query ILIKE '%insert into order%'"
            until(owner_engine, writes, process)
        finally:
            process.send_signal(signal.SIGKILL)
    until(owner_engine, f"SELECT count(*) = 0 {mine}")
    assert count(service_engine, job.tenant_id, "order_lines") == 0
    assert count(service_engine, job.tenant_id, "import_chunks") > 0
    left = run.next_import(service_engine)
    assert left == RunImport(job.tenant_id, UUID(str(job.import_id)))
    run.run_import(service_engine, left)
    assert count(service_engine, job.tenant_id, "order_lines") == LINES
    assert count(service_engine, job.tenant_id, "import_chunks") == 0
    with transaction(service_engine, Access(tenant_id=job.tenant_id)) as session:
        row = session.get_one(Import, (job.tenant_id, job.import_id))
        assert (row.state, row.attempts, row.done_rows) == ("succeeded", 2, LINES)
