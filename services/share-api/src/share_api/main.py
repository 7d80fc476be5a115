"""How share-api is served: its settings, its server, and what it refuses to start with."""

import sys

import uvicorn
from fastapi import FastAPI

from common.db.engine import UnsafeDatabaseRoleError
from common.infra import tracing
from common.infra.telemetry import configure_logging
from common.settings import load
from share_api.app import check_database, create_app
from share_api.server import Server, protocol
from share_api.settings import ShareApiSettings

GRACE_SECONDS = 120
"""What is under way is finished, a file that is being sent too."""
KEEP_ALIVE_SECONDS = 75
"""Longer than a proxy in front keeps its idle connections: who closes first meets no request."""


def server_config(app: FastAPI, settings: ShareApiSettings) -> uvicorn.Config:
    """How the service is served.

    Requests are logged by the application, by route; no forwarded address is believed unless its
    proxy is configured.
    """
    return uvicorn.Config(
        app,
        host=settings.host,
        port=settings.port,
        http=protocol(settings),
        access_log=False,
        log_config=None,
        server_header=False,
        proxy_headers=bool(settings.trusted_proxies),
        forwarded_allow_ips=settings.trusted_proxies,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=GRACE_SECONDS,
    )


def main() -> None:
    """Serve, or end with one line that says why not."""
    settings = load(ShareApiSettings)
    configure_logging("share-api")
    tracing.start("share-api", settings.traces_endpoint)
    app = create_app(settings)
    try:
        check_database(app.state.container)
    except UnsafeDatabaseRoleError as error:
        print(f"refusing to start: {error}", file=sys.stderr)
        raise SystemExit(2) from None
    Server(server_config(app, settings)).run()
