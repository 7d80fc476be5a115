"""The viewer itself, asked over ASGI, with a real Redis behind it."""

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import httpx
import pytest
from redis import Redis
from tests.support.samples import SECRET, Sample

from devstack.embedded.valkey import EmbeddedValkey
from devstack.processes.sockets import free_port
from report_viewer.app import create_app
from report_viewer.settings import ViewerSettings

BROWSER = {"accept": "text/html,application/xhtml+xml,*/*;q=0.8"}

Run = Callable[..., AbstractAsyncContextManager[httpx.AsyncClient]]


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
    port = free_port()
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
