"""Application factory: the reports endpoint in front, a Starlette application for the rest.

Nothing connects before the first request or the start of the server, whichever comes first.
"""

import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.types import Lifespan, Receive, Scope, Send

from common.http.link_hosts import LinkHosts
from common.infra import tracing
from common.infra.http_limits import ConnectionLimits
from report_viewer.cache.response_cache import ResponseCache
from report_viewer.connections import RedisConnections, connect_redis
from report_viewer.endpoints.branding import Branding
from report_viewer.endpoints.changes_since import ChangesSince
from report_viewer.endpoints.choosing_days import DayChooser
from report_viewer.endpoints.counting_views import SeenPages
from report_viewer.endpoints.csp_reports import CspReports
from report_viewer.endpoints.forms import Forms
from report_viewer.endpoints.oembed import OEmbed
from report_viewer.endpoints.operations import Operations
from report_viewer.endpoints.preview_card import PreviewCards
from report_viewer.endpoints.problems import ProblemResponses
from report_viewer.endpoints.reports import ReportsEndpoint
from report_viewer.endpoints.representations import Representations
from report_viewer.endpoints.request_context import answer_in_context
from report_viewer.endpoints.revalidation import Revalidation
from report_viewer.endpoints.unlocking import Unlocking
from report_viewer.http.cache_control import NEVER_STORED
from report_viewer.http.client_address import ClientAddresses
from report_viewer.http.security_headers import SecurityHeaders
from report_viewer.links.urls import is_report_path
from report_viewer.links.verifier import Verifier
from report_viewer.loading.data_loader import DataLoader
from report_viewer.loading.freshness import FreshnessTracker
from report_viewer.loading.loader import ReportLoader
from report_viewer.metrics import Metrics
from report_viewer.pages.assets import Assets
from report_viewer.pages.preview_images import PreviewImages
from report_viewer.pages.renderer import PageRenderer
from report_viewer.settings import ViewerSettings


@dataclass(frozen=True, slots=True)
class Viewer:
    """The ASGI application: ``reports`` below /api/reports, ``api`` for the rest.

    ``bounds`` are for the connections it is served on.
    """

    reports: ReportsEndpoint
    api: Starlette
    bounds: ConnectionLimits

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Route a request: below /api/reports or not."""
        if scope["type"] == "http" and is_report_path(
            scope.get("raw_path") or scope["path"].encode()
        ):
            await answer_in_context(self.reports, scope, receive, send)
        else:
            await self.api(without_cookies(scope), receive, send)


def without_cookies(scope: Scope) -> Scope:
    """The request as the framework may see it: it would parse cookies in quadratic time."""
    if scope["type"] == "http":
        scope["headers"] = [each for each in scope["headers"] if each[0] != b"cookie"]
    return scope


@dataclass(frozen=True, slots=True)
class _Rendering:
    """What every response is made with."""

    security: SecurityHeaders
    assets: Assets
    pages: PageRenderer
    problems: ProblemResponses


def create_app(settings: ViewerSettings) -> Viewer:
    """The viewer as ``settings`` want it.

    Raises:
        ValueError: the signing secrets are unusable.
    """
    security = SecurityHeaders(
        https=settings.served_over_https, subdomains=settings.hsts_subdomains
    )
    assets = Assets(security)
    pages = PageRenderer(assets, settings.public_base_url)
    rendering = _Rendering(security, assets, pages, ProblemResponses(pages, security))
    metrics = Metrics()
    verifier = Verifier(settings.key_ring())
    cache = ResponseCache(
        fresh_seconds=settings.local_seconds, max_bytes=settings.copies_mb * 1024 * 1024
    )
    metrics.watch_tracking(cache.tracking.is_proven)
    hosts = LinkHosts.of_setting(settings.tenant_base_urls)
    redis = connect_redis(settings, cache, hosts)
    reports = _reports(
        settings, redis, rendering, cache=cache, verifier=verifier, metrics=metrics, hosts=hosts
    )
    operations = _operations(settings, redis, rendering, verifier=verifier, metrics=metrics)
    bounds = ConnectionLimits(
        connections=settings.max_connections,
        per_address=settings.connections_per_address,
        exempt=settings.trusted_proxies,
        headers=(NEVER_STORED, *security.data()),
    )
    return Viewer(reports, operations.application(_lifespan(redis, metrics)), bounds)


def _reports(
    settings: ViewerSettings,
    redis: RedisConnections,
    rendering: _Rendering,
    *,
    cache: ResponseCache,
    verifier: Verifier,
    metrics: Metrics,
    hosts: LinkHosts,
) -> ReportsEndpoint:
    reader = DataLoader(redis.store.read_all, redis.store.place)
    loader = ReportLoader(
        reader,
        redis.subscriber,
        redis.jobs,
        wait_seconds=settings.wait_seconds,
        max_waiting=settings.max_waiting,
        loaded=metrics.loaded,
    )
    metrics.watch_memory(waiting=lambda: loader.waiting, copies=lambda: cache.bytes_kept)
    facts = redis.facts
    branding = Branding(facts.brand, facts.logo, facts.name, hosts)
    representations, forms, changes = _representing(
        settings,
        redis,
        rendering,
        cache=cache,
        reader=reader,
        loader=loader,
        metrics=metrics,
        branding=branding,
    )
    return ReportsEndpoint(
        cache=cache,
        verifier=verifier,
        representations=representations,
        forms=forms,
        changes=changes,
        unlocking=Unlocking(
            loader,
            redis.unlocking,
            ClientAddresses(settings.trusted_proxies),
            rendering.security,
        ),
        days=DayChooser(loader, rendering.security),
        seen=SeenPages(
            loader, redis.views, ClientAddresses(settings.trusted_proxies), rendering.security
        ),
        cards=PreviewCards(loader, rendering.pages, rendering.security, hosts),
        oembed=OEmbed(loader, rendering.security, settings.public_base_url, hosts),
        loader=loader,
        views=redis.views,
        jobs=redis.jobs,
        invalid_tokens=redis.invalid_tokens,
        problems=rendering.problems,
        branding=branding,
        metrics=metrics,
        hosts=hosts,
    )


def _representing(
    settings: ViewerSettings,
    redis: RedisConnections,
    rendering: _Rendering,
    *,
    cache: ResponseCache,
    reader: DataLoader,
    loader: ReportLoader,
    metrics: Metrics,
    branding: Branding,
) -> tuple[Representations, Forms, ChangesSince]:
    revalidation = Revalidation(
        reader=reader,
        jobs=redis.jobs,
        freshness=FreshnessTracker(
            overdue_seconds=settings.overdue_seconds,
            workers_gone=redis.heartbeat.is_gone,
            served=metrics.served,
        ),
        responses=cache,
    )
    representations = Representations(
        loader=loader,
        revalidation=revalidation,
        responses=cache,
        renderer=rendering.pages,
        security=rendering.security,
        branding=branding,
    )
    forms = Forms(
        loader=loader, revalidation=revalidation, responses=cache, security=rendering.security
    )
    changes = ChangesSince(
        loader=loader,
        revalidation=revalidation,
        responses=cache,
        renderer=rendering.pages,
        security=rendering.security,
        branding=branding,
    )
    return representations, forms, changes


def _operations(
    settings: ViewerSettings,
    redis: RedisConnections,
    rendering: _Rendering,
    *,
    verifier: Verifier,
    metrics: Metrics,
) -> Operations:
    return Operations(
        store=redis.store,
        pages=rendering.pages,
        assets=rendering.assets,
        previews=PreviewImages(rendering.security),
        metrics=metrics,
        problems=rendering.problems,
        security=rendering.security,
        violations=CspReports(
            metrics.count_violation, ClientAddresses(settings.trusted_proxies), rendering.security
        ),
        signing_configured=verifier.configured,
    )


def _lifespan(redis: RedisConnections, metrics: Metrics) -> Lifespan[Starlette]:
    """What runs from the start of the server to its end."""

    @contextlib.asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        redis.start()
        metrics.start()
        yield
        await metrics.close()
        await redis.close()
        await run_in_threadpool(tracing.stop)

    return lifespan
