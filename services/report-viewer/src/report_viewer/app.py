"""Application factory: the reports endpoint in front, a FastAPI application for the rest.

Nothing connects before the first request or the start of the server, whichever comes first.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from importlib.metadata import version

from fastapi import FastAPI
from starlette.types import Receive, Scope, Send

from common.infra.http_limits import ConnectionLimits
from common.links.state import is_state_key
from report_viewer.cache.response_cache import ResponseCache
from report_viewer.endpoints.operations import Operations
from report_viewer.endpoints.preview_card import PreviewCards
from report_viewer.endpoints.problems import ProblemResponses
from report_viewer.endpoints.reports import ReportsEndpoint
from report_viewer.endpoints.representations import Representations
from report_viewer.http.client_address import ClientAddresses
from report_viewer.http.response import NEVER_STORED, SecurityHeaders
from report_viewer.links.urls import is_report_path
from report_viewer.links.verifier import Verifier
from report_viewer.loading.data_loader import DataLoader
from report_viewer.loading.freshness import FreshnessTracker
from report_viewer.loading.job_requests import JobRequests, connect_for_publishing, connect_jobs
from report_viewer.loading.loader import ReportLoader
from report_viewer.loading.rate_limits import (
    ComputationLimit,
    InvalidTokenLimit,
    connect_for_counting,
)
from report_viewer.loading.redis_store import RedisStore, ServerEpoch, connect
from report_viewer.loading.subscriber import Subscriber
from report_viewer.loading.worker_heartbeat import WorkerHeartbeat
from report_viewer.metrics import PUBLISH_SECONDS, Metrics
from report_viewer.pages.assets import Assets
from report_viewer.pages.preview_images import PreviewImages
from report_viewer.pages.renderer import PageRenderer
from report_viewer.settings import ViewerSettings
from report_viewer.tasks import end
from report_viewer.view_counts.counter import ViewCounter, recorder


@dataclass(frozen=True, slots=True)
class Viewer:
    """The ASGI application: ``reports`` below /api/reports, ``api`` for the rest.

    ``bounds`` are for the connections it is served on.
    """

    reports: ReportsEndpoint
    api: FastAPI
    bounds: ConnectionLimits

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Route a request: below /api/reports or not."""
        if scope["type"] == "http" and is_report_path(
            scope.get("raw_path") or scope["path"].encode()
        ):
            await self.reports(scope, receive, send)
        else:
            await self.api(scope, receive, send)


def create_app(settings: ViewerSettings) -> Viewer:
    """The viewer as ``settings`` want it.

    Raises:
        ValueError: the signing secrets are unusable.
    """
    redis_url = settings.redis_url.get_secret_value()
    security = SecurityHeaders(https=settings.served_over_https)
    assets = Assets(security)
    pages = PageRenderer(assets, settings.public_base_url)
    problems = ProblemResponses(pages, security)
    metrics = Metrics()
    verifier = Verifier(settings.key_ring())
    epoch = ServerEpoch()
    store = RedisStore(connect(redis_url, epoch), epoch)
    reader = DataLoader(store.read_all)
    threads = connect_for_publishing(redis_url)
    jobs = JobRequests(
        connect_jobs(threads, settings.broker),
        ComputationLimit(
            threads, per_link=settings.cold_per_link, per_tenant=settings.cold_per_tenant
        ),
    )
    invalid_tokens = InvalidTokenLimit(
        connect_for_counting(redis_url),
        ClientAddresses(settings.trusted_proxies),
        per_address=settings.failures_per_address,
    )
    heartbeat = WorkerHeartbeat(store.exists)
    views = ViewCounter(recorder(redis_url))
    cache = ResponseCache(
        fresh_seconds=settings.local_seconds, max_bytes=settings.copies_mb * 1024 * 1024
    )

    def on_message(name: str) -> None:
        jobs.forget(name)
        if is_state_key(name):
            cache.invalidate_all()

    subscriber = Subscriber(connect(redis_url), on_message=on_message)
    loader = ReportLoader(
        reader,
        subscriber,
        jobs,
        wait_seconds=settings.wait_seconds,
        max_waiting=settings.max_waiting,
    )
    metrics.watch(
        "report_viewer_waiting",
        "Requests that wait for a report to be computed.",
        lambda: loader.waiting,
    )
    metrics.watch(
        "report_viewer_copies_bytes",
        "What pages and CSVs take in memory.",
        lambda: cache.bytes_kept,
    )

    async def publish() -> None:
        while True:
            await asyncio.sleep(PUBLISH_SECONDS)
            metrics.publish()

    @contextlib.asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        subscriber.start()
        heartbeat.start()
        views.start()
        publishing = asyncio.create_task(publish())
        yield
        await end(publishing)
        await heartbeat.close()
        await views.close()
        jobs.close()
        invalid_tokens.close()
        await subscriber.close()
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
    Operations(
        store=store,
        pages=pages,
        assets=assets,
        previews=PreviewImages(security),
        metrics=metrics,
        problems=problems,
        security=security,
        signing_configured=verifier.configured,
    ).install(api)
    representations = Representations(
        reader=reader,
        loader=loader,
        jobs=jobs,
        freshness=FreshnessTracker(
            overdue_seconds=settings.overdue_seconds, workers_gone=heartbeat.is_gone
        ),
        responses=cache,
        renderer=pages,
        security=security,
    )
    reports = ReportsEndpoint(
        cache=cache,
        verifier=verifier,
        representations=representations,
        cards=PreviewCards(loader, pages, security),
        loader=loader,
        views=views,
        jobs=jobs,
        invalid_tokens=invalid_tokens,
        problems=problems,
        metrics=metrics,
        security=security,
    )
    bounds = ConnectionLimits(
        connections=settings.max_connections, headers=(NEVER_STORED, *security.data())
    )
    return Viewer(reports, api, bounds)
