"""Wires the viewer: reports answered in front, a FastAPI application for everything else.

Nothing connects before the first request or the start of the server, whichever comes first.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from importlib.metadata import version

from fastapi import FastAPI
from starlette.types import Receive, Scope, Send

from common.infra.http_limits import Bounds
from common.links.state import is_state_key
from report_viewer.cache.response_cache import Copies
from report_viewer.endpoints.operations import Surroundings
from report_viewer.endpoints.preview_card import Previews
from report_viewer.endpoints.problems import ProblemAnswers
from report_viewer.endpoints.reports import Reports
from report_viewer.endpoints.representations import Representations
from report_viewer.http.client_address import Clients
from report_viewer.http.response import NEVER_STORED, Security
from report_viewer.links.urls import is_report_path
from report_viewer.links.verifier import Verifier
from report_viewer.loading.data_loader import Batcher
from report_viewer.loading.freshness import Judge
from report_viewer.loading.job_requests import Asking, connect_for_asking, connect_jobs
from report_viewer.loading.loader import Waiting
from report_viewer.loading.rate_limits import ColdThrottle, Failures, connect_for_counting
from report_viewer.loading.redis_store import Run, Store, connect
from report_viewer.loading.subscriber import Announcements
from report_viewer.loading.worker_heartbeat import Heartbeat
from report_viewer.metrics import PUBLISH_SECONDS, Metrics
from report_viewer.pages.assets import Assets
from report_viewer.pages.preview_images import Pictures
from report_viewer.pages.renderer import Pages
from report_viewer.settings import ViewerSettings
from report_viewer.tasks import end
from report_viewer.view_counts.counter import Counting, recorder


@dataclass(frozen=True, slots=True)
class Viewer:
    """The ASGI application: ``reports`` below /api/reports, ``api`` for the rest.

    ``bounds`` are for the connections it is served on.
    """

    reports: Reports
    api: FastAPI
    bounds: Bounds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on to whom it belongs."""
        if scope["type"] == "http" and is_report_path(
            scope.get("raw_path") or scope["path"].encode()
        ):
            await self.reports(scope, receive, send)
        else:
            await self.api(without_cookies(scope), receive, send)


def without_cookies(scope: Scope) -> Scope:
    """The request as the framework may see it: it would parse cookies in quadratic time."""
    if scope["type"] == "http":
        scope["headers"] = [each for each in scope["headers"] if each[0] != b"cookie"]
    return scope


def create_app(settings: ViewerSettings) -> Viewer:
    """The viewer as ``settings`` want it.

    Raises:
        ValueError: the signing secrets are unusable.
    """
    redis_url = settings.redis_url.get_secret_value()
    security = Security(https=settings.served_over_https)
    assets = Assets(security)
    pages = Pages(assets, settings.public_base_url)
    problems = ProblemAnswers(pages, security)
    metrics = Metrics()
    verifier = Verifier(settings.key_ring())
    server = Run()
    store = Store(connect(redis_url, server), server)
    reader = Batcher(store.read_all)
    threads = connect_for_asking(redis_url)
    asking = Asking(
        connect_jobs(threads, settings.broker),
        ColdThrottle(threads, per_link=settings.cold_per_link, per_tenant=settings.cold_per_tenant),
    )
    failures = Failures(
        connect_for_counting(redis_url),
        Clients(settings.trusted_proxies),
        per_address=settings.failures_per_address,
    )
    heartbeat = Heartbeat(store.has)
    counting = Counting(recorder(redis_url))
    copies = Copies(
        believe_seconds=settings.local_seconds, max_bytes=settings.copies_mb * 1024 * 1024
    )

    def hear(name: str) -> None:
        asking.forget(name)
        if is_state_key(name):
            copies.doubt()

    announcements = Announcements(connect(redis_url), on_done=hear)
    waiting = Waiting(
        reader,
        announcements,
        asking,
        wait_seconds=settings.wait_seconds,
        max_waiting=settings.max_waiting,
    )
    metrics.watch(
        "report_viewer_waiting",
        "Requests that wait for a report to be computed.",
        lambda: waiting.waiting,
    )
    metrics.watch(
        "report_viewer_copies_bytes",
        "What pages and CSVs take in memory.",
        lambda: copies.bytes_kept,
    )

    async def publish() -> None:
        while True:
            await asyncio.sleep(PUBLISH_SECONDS)
            metrics.publish()

    @contextlib.asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        announcements.start()
        heartbeat.start()
        counting.start()
        publishing = asyncio.create_task(publish())
        yield
        await end(publishing)
        await heartbeat.close()
        await counting.close()
        asking.close()
        failures.close()
        await announcements.close()
        await store.close()

    api = FastAPI(
        title="Report viewer",
        version=version("report-viewer"),
        description="Opens signed links to reports.",
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
    )
    Surroundings(
        store=store,
        pages=pages,
        assets=assets,
        pictures=Pictures(security),
        metrics=metrics,
        problems=problems,
        security=security,
        signing_configured=verifier.configured,
    ).install(api)
    representations = Representations(
        reader=reader,
        waiting=waiting,
        asking=asking,
        freshness=Judge(overdue_seconds=settings.overdue_seconds, workers_gone=heartbeat.gone),
        copies=copies,
        pages=pages,
        security=security,
    )
    reports = Reports(
        copies=copies,
        verifier=verifier,
        representations=representations,
        previews=Previews(waiting, pages, security),
        waiting=waiting,
        counting=counting,
        asking=asking,
        failures=failures,
        problems=problems,
        metrics=metrics,
        security=security,
    )
    bounds = Bounds(connections=settings.max_connections, headers=(NEVER_STORED, *security.data()))
    return Viewer(reports, api, bounds)
