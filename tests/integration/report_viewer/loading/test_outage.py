"""Redis gone, hung and back: refusals in bounded time, and no link opens unasked."""

import asyncio
import os
import signal

import pytest
from redis import Redis
from tests.integration.report_viewer.conftest import BROWSER, Run
from tests.support import wait
from tests.support.refusing import WAYS, refusing
from tests.support.samples import Sample

from common.infra.refusals import Refusal
from devstack.embedded.valkey import EmbeddedValkey
from devstack.processes.sockets import reserved_port

pytestmark = pytest.mark.anyio


def put(server: EmbeddedValkey, sample: Sample) -> int:
    """Make the report of ``sample`` ready; the server's process id."""
    with Redis.from_url(server.url) as client:
        sample.activate(client)
        sample.store(client)
        return int(client.info("server")["process_id"])


async def test_redis_refused(run: Run) -> None:
    sample = Sample()
    async with run(REDIS_URL=f"redis://127.0.0.1:{reserved_port()}/0") as client:
        answers = [
            await client.get(sample.path),
            await client.get(f"{sample.path}/csv"),
            await client.get(sample.path, headers=BROWSER),
        ]
        ready = await client.get("/readyz")
        forged = await client.get("/api/reports/x")
        alive = await client.get("/healthz")
    assert {each.status_code for each in answers} == {503}
    assert all(each.headers["retry-after"] for each in answers)
    assert ready.status_code == 503
    assert forged.status_code == 403
    assert alive.status_code == 200


@pytest.mark.usefixtures("as_served")
async def test_redis_hung(run: Run, own_redis: EmbeddedValkey) -> None:
    sample = Sample()
    pid = put(own_redis, sample)
    async with run(REDIS_URL=own_redis.url) as client:
        assert (await client.get(sample.path)).status_code == 200
        os.kill(pid, signal.SIGSTOP)
        try:
            async with asyncio.timeout(wait.PATIENCE_SECONDS):  # or it hangs too
                answers = await asyncio.gather(*(client.get(sample.path) for _ in range(50)))
                assert (await client.get("/healthz")).status_code == 200
        finally:
            os.kill(pid, signal.SIGCONT)
        assert {each.status_code for each in answers} == {503}
        assert (await client.get(sample.path)).status_code == 200


async def test_redis_back(run: Run, own_redis: EmbeddedValkey) -> None:
    sample, cold = Sample(), Sample("sales-velocity")
    put(own_redis, sample)
    async with run(REDIS_URL=own_redis.url, REPORT_VIEWER_WAIT_SECONDS=60) as client:
        assert (await client.get(sample.path)).status_code == 200
        own_redis.stop()
        assert (await client.get(sample.path)).status_code == 503
        own_redis.start()
        with Redis.from_url(own_redis.url) as redis:
            await asyncio.to_thread(sample.activate, redis)  # as the ledger says, to the new run
        assert (await client.get(sample.path)).status_code == 200
        with Redis.from_url(own_redis.url) as redis:
            cold.activate(redis)
            asked = asyncio.create_task(client.get(cold.path))
            await wait.until_async(lambda: redis.llen("reports"))
            await asyncio.to_thread(cold.store, redis)
        assert (await asked).status_code == 200


@pytest.mark.parametrize("way", [*WAYS, Refusal.TOO_FEW_REPLICAS])
async def test_readiness_names_why_redis_refuses_writes(
    run: Run, own_redis: EmbeddedValkey, way: Refusal
) -> None:
    with Redis.from_url(own_redis.url) as redis:
        async with run(REDIS_URL=own_redis.url) as client:
            with refusing(redis, way):
                ready = await client.get("/readyz")
            after = await client.get("/readyz")
    assert (ready.status_code, ready.json()["redis"]) == (200, "ok"), "cached reports open"
    (said,) = ready.json()["degraded"]
    assert way.value in said
    assert after.json()["degraded"] == []
