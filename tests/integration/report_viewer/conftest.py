"""The viewer itself, asked over ASGI, with a real Redis behind it."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import httpx
import pytest
from tests.unit.report_viewer.samples import SECRET

from report_viewer.app import create_app
from report_viewer.settings import ViewerSettings

BROWSER = {"accept": "text/html,application/xhtml+xml,*/*;q=0.8"}

Run = Callable[..., AbstractAsyncContextManager[httpx.AsyncClient]]


async def until(true: Callable[[], object]) -> None:
    """Return when ``true`` says something true; it may block."""
    async with asyncio.timeout(5):
        while not await asyncio.to_thread(true):  # noqa: ASYNC110 - another process makes it true
            await asyncio.sleep(0.01)


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


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
