"""The viewer itself, asked over ASGI, with a real Redis behind it."""

import asyncio
import base64
import json
import secrets
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import httpx
import pytest
from redis import Redis
from tests.support import wait
from tests.support.patient_viewer import be_patient
from tests.support.samples import SECRET, Sample

from common.jobs.celery_config import QUEUE
from devstack.embedded.valkey import EmbeddedValkey
from devstack.processes.sockets import reserved_port
from report_viewer.app import create_app
from report_viewer.settings import ViewerSettings

BROWSER = {"accept": "text/html,application/xhtml+xml,*/*;q=0.8"}

Run = Callable[..., AbstractAsyncContextManager[httpx.AsyncClient]]


async def overtake(client: httpx.AsyncClient, redis: Redis, *, queue: str = QUEUE) -> None:
    """Send a request after all others, and return when its job has come: theirs came before.

    It is for another shop, new each time; its job is taken away again.
    """
    late = Sample("product-performance", tenant_id=1000 + secrets.randbelow(10**9))
    if queue == QUEUE:
        late.activate(redis)

    def job() -> object:
        for each in redis.lrange(queue, 0, -1):
            _, arguments, _ = json.loads(base64.b64decode(json.loads(each)["body"]))
            if arguments["tenant_id"] == late.tenant_id:
                return each
        return None

    asked = asyncio.create_task(client.get(late.path))
    found = await wait.until_async(job, "a job behind all others")
    await asyncio.to_thread(late.revoke, redis)
    await asked
    redis.lrem(queue, 1, found)  # type: ignore[arg-type]


@pytest.fixture
def as_served() -> None:
    """Time-outs are as short as they are served with: for tests of servers that hang."""


@pytest.fixture(autouse=True)
def patient(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Elsewhere a slow machine is not taken for a server that hangs."""
    if "as_served" not in request.fixturenames:
        be_patient(monkeypatch)


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def sample(redis_client: Redis) -> Sample:
    """A link that opens, and its report, ready."""
    made = Sample()
    made.activate(redis_client)
    made.store(redis_client)
    return made


@pytest.fixture
def own_redis(tmp_path: Path) -> Iterator[EmbeddedValkey]:
    """A server of the test's own, which it may count on, empty, stop and break."""
    port = reserved_port()
    with EmbeddedValkey(tmp_path / "valkey", password="of-this-test", port=port) as server:
        yield server


@pytest.fixture
def run(redis_url: str) -> Run:
    """Runs a viewer; settings may be given by name."""

    @asynccontextmanager
    async def running(**settings: object) -> AsyncIterator[httpx.AsyncClient]:
        given = {
            "REDIS_URL": redis_url,
            "ANALYTICS_SHARE_SIGNING_SECRET": SECRET,
            "REPORT_VIEWER_WAIT_SECONDS": 0.3,
            "REPORT_VIEWER_LOCAL_SECONDS": 0,
            **settings,
        }
        app = create_app(ViewerSettings.model_validate(given))
        transport = httpx.ASGITransport(app=app)
        async with (
            app.api.router.lifespan_context(app.api),
            httpx.AsyncClient(
                transport=transport, base_url="http://viewer", headers={"accept-encoding": ""}
            ) as client,
        ):
            yield client

    return running
