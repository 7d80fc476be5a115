"""The application: routes, error answers and middleware around one container of collaborators.

Nothing connects here. At start-up the database's role is checked: one that could read across
tenants ends the service. A database that does not answer then does not: requests get 503, and each
new connection is checked before it is used.
"""

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache
from importlib.metadata import version

from fastapi import APIRouter, Depends, FastAPI, Request
from starlette.concurrency import run_in_threadpool
from starlette.routing import BaseRoute

from common.db.across import connect_to_each
from common.infra import tracing
from share_api.auth.bearer import presented_key
from share_api.console import problems as console_problems
from share_api.console import routes as console
from share_api.container import Container, create_container
from share_api.database_metrics import DatabaseMetrics
from share_api.http import openapi
from share_api.http.query_params import require_clear_parameters
from share_api.http.same_site import require_same_site
from share_api.middleware import problems
from share_api.middleware.access_log import AccessLogMiddleware, Metrics
from share_api.middleware.cookies import CookieReader
from share_api.middleware.head import HeadMiddleware
from share_api.middleware.security_headers import SecurityHeadersMiddleware
from share_api.middleware.unforeseen import UnforeseenErrorMiddleware
from share_api.routes import (
    api_keys,
    brand,
    control,
    discord,
    docs,
    health,
    imports,
    ingest,
    invitations,
    issuing,
    members,
    permissions,
    reports,
    sales,
    session,
    shares,
    shop,
    templates,
)
from share_api.settings import ShareApiSettings

_log = logging.getLogger(__name__)


_ROUTERS = (
    *(session.router, reports.router, issuing.router, shares.router, templates.router),
    *(control.router, imports.router, sales.router, ingest.router, discord.router),
    *(api_keys.router, members.router, invitations.router, shop.router, brand.router),
    *(health.router, docs.router, console.router),
)


@cache
def _routes() -> list[BaseRoute]:
    """Every route, once a process: parameters are worked out anew for each application else.

    That takes longer than a hundred requests, and tests make an application each.
    """
    every = APIRouter(
        generate_unique_id_function=lambda route: route.name,
        dependencies=[Depends(_own_site), Depends(require_clear_parameters)],
    )
    for router in _ROUTERS:
        every.include_router(router)
    return every.routes


def create_app(settings: ShareApiSettings, container: Container | None = None) -> FastAPI:
    """The service for these settings; ``container`` replaces the collaborators made from them."""
    app = FastAPI(
        title="Sales reports: admin API",
        version=version("share-api"),
        description="Issues, lists and revokes links to a shop's sales reports.",
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        lifespan=_lifespan,
        routes=_routes(),
    )
    app.state.container = container or create_container(settings)
    app.state.metrics = Metrics()
    app.state.metrics.registry.register(DatabaseMetrics(app.state.container))
    problems.install(app, console_problems.respond)
    openapi.install_openapi(app, permissions.operation_security)
    app.add_middleware(HeadMiddleware)
    app.add_middleware(CookieReader)
    app.add_middleware(UnforeseenErrorMiddleware, page=console_problems.respond)
    app.add_middleware(AccessLogMiddleware, metrics=app.state.metrics)
    app.add_middleware(
        SecurityHeadersMiddleware,
        https=settings.https,
        subdomains=settings.hsts_subdomains,
    )
    return app


async def _own_site(request: Request) -> None:
    """No browser adds a key by itself: what shows one is asked for by nobody else's page."""
    if presented_key(request.headers) is not None:
        return
    container: Container = request.app.state.container
    base = container.settings.public_base_url
    require_same_site(request.method, request.headers, public_base_url=base)


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    container: Container = app.state.container
    await run_in_threadpool(check_database, container)
    yield
    await run_in_threadpool(container.close)
    await run_in_threadpool(tracing.stop)


def check_database(container: Container) -> None:
    """Refuse a database role that could read across tenants; one that does not answer may later.

    Raises:
        UnsafeDatabaseRoleError: the service must not serve.
    """
    for name, error in connect_to_each(container.engine).items():
        facts = {"server": name, "error": type(error).__name__}
        _log.warning("PostgreSQL does not answer yet", extra=facts)
