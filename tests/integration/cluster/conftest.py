"""One cluster of three primaries for all tests here, emptied before each."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

import httpx
import pytest
from redis import Redis
from tests.support.clusters import RunningCluster, running_cluster
from tests.support.patient_viewer import be_patient
from tests.support.samples import SECRET

from common.infra.redis import WORKER, create_redis
from report_viewer.app import create_app
from report_viewer.settings import ViewerSettings


@pytest.fixture(scope="session")
def nodes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningCluster]:
    with running_cluster(tmp_path_factory.mktemp("cluster")) as running:
        yield running


@pytest.fixture
def cluster(nodes: RunningCluster) -> RunningCluster:
    nodes.empty()
    return nodes


@pytest.fixture
def redis(cluster: RunningCluster) -> Iterator[Redis]:
    """What services use."""
    with create_redis(cluster.url, WORKER) as client:
        yield client


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
async def viewer(
    anyio_backend: str,
    cluster: RunningCluster,
    redis_url: str,
) -> AsyncIterator[httpx.AsyncClient]:
    """A viewer, whose jobs no one takes, and a client of it."""
    async with running_viewer(cluster, redis_url) as client:
        yield client


@asynccontextmanager
async def running_viewer(cluster: RunningCluster, broker: str) -> AsyncIterator[httpx.AsyncClient]:
    settings = {
        "REDIS_URL": cluster.url,
        "BROKER_URL": broker,
        "ANALYTICS_SHARE_SIGNING_SECRET": SECRET,
        "REPORT_VIEWER_WAIT_SECONDS": 0.3,
        "REPORT_VIEWER_FAILURES_PER_ADDRESS": 1_000_000,
    }
    app = create_app(ViewerSettings.model_validate(settings))
    transport = httpx.ASGITransport(app=app)
    async with (
        app.api.router.lifespan_context(app.api),
        httpx.AsyncClient(transport=transport, base_url="http://viewer") as client,
    ):
        yield client
