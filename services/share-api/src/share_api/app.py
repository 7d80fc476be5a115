"""Wires the service: routes, error answers and middleware around the parts of one setting.

Nothing connects here. At start-up the database's role is checked: one that could read across
tenants ends the service. A database that does not answer then does not: requests get 503, and each
new connection is checked before it is used.
"""

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import version

from fastapi import Depends, FastAPI, Request
from sqlalchemy.exc import SQLAlchemyError
from starlette.concurrency import run_in_threadpool

from share_api.container import Parts, create_parts
from share_api.http import openapi
from share_api.http.csrf import require_own_site
from share_api.http.query_params import require_single
from share_api.middleware import problems
from share_api.middleware.access_log import Metrics, Observation
from share_api.middleware.cookies import CookieReader
from share_api.middleware.head import Heads
from share_api.middleware.security_headers import Envelope
from share_api.routes import control, discord, docs, health, imports, reports, session, shares
from share_api.settings import ShareApiSettings

_log = logging.getLogger(__name__)


def create_app(settings: ShareApiSettings, parts: Parts | None = None) -> FastAPI:
    """The service for these settings; ``parts`` replaces the collaborators made from them."""
    app = FastAPI(
        title="Sales reports: admin API",
        version=version("share-api"),
        description="Issues, lists and revokes links to a shop's sales reports.",
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        generate_unique_id_function=lambda route: route.name,
        lifespan=_lifespan,
        dependencies=[Depends(_own_site), Depends(require_single)],
    )
    app.state.parts = parts or create_parts(settings)
    app.state.metrics = Metrics()
    for router in (
        session.router,
        reports.router,
        shares.router,
        control.router,
        imports.router,
        discord.router,
        health.router,
        docs.router,
    ):
        app.include_router(router)
    problems.install(app)
    openapi.describe(app)
    app.add_middleware(Heads)
    app.add_middleware(CookieReader)
    app.add_middleware(Observation, metrics=app.state.metrics)
    app.add_middleware(Envelope, https=settings.https)
    return app


async def _own_site(request: Request) -> None:
    parts: Parts = request.app.state.parts
    base = parts.settings.public_base_url
    require_own_site(request.method, request.headers, public_base_url=base)


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    parts: Parts = app.state.parts
    await run_in_threadpool(check_database, parts)
    yield
    await run_in_threadpool(parts.close)


def check_database(parts: Parts) -> None:
    """Refuse a database role that could read across tenants; one that does not answer may later.

    Raises:
        UnsafeDatabaseRoleError: the service must not serve.
    """
    try:
        parts.engine.connect().close()
    except SQLAlchemyError as error:
        _log.warning("PostgreSQL does not answer yet", extra={"error": type(error).__name__})
