"""Service specifications: command and environment of each, with no more secrets than it needs."""

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field

from devstack.processes.sockets import LOOPBACK
from devstack.supervisor.ports import REPORT_VIEWER, SHARE_API, Ports
from devstack.supervisor.process import ServiceSpec
from devstack.supervisor.public import public_settings
from devstack.supervisor.state import StateDirectory

SIGNING_SECRET = "ANALYTICS_SHARE_SIGNING_SECRET"  # noqa: S105 - a setting's name
SIGNING_SETTINGS = (SIGNING_SECRET, "ANALYTICS_SHARE_SIGNING_SECRETS_RETIRED")
CONNECTION_SECRET = "ANALYTICS_CONNECTION_SECRET"  # noqa: S105 - a setting's name
CONNECTION_SETTINGS = (CONNECTION_SECRET, "ANALYTICS_CONNECTION_SECRETS_RETIRED")
SHARDS = "DATABASE_SHARD_URLS"
DATABASE_SETTINGS = ("DATABASE_URL", "DATABASE_OWNER_URL", SHARDS, "DATABASE_SHARD_OWNER_URLS")
OPERATOR_SETTINGS = ("DISCORD_BOT_TOKEN",)
"""What only the command line is told."""


@dataclass(frozen=True)
class Addresses:
    """Where everything is; the database URL is the application's role."""

    share_api_url: str
    viewer_url: str
    database_url: str = field(repr=False)
    redis_url: str = field(repr=False)
    public: str | None = None
    """Where the outside reaches both services, if it does."""
    shard_urls: str = field(default="", repr=False)
    """Further database servers, as the services are told of them."""

    @property
    def console_url(self) -> str:
        """Where the console is opened."""
        return f"{self.public or self.share_api_url}/admin"


def addresses(
    ports: Ports,
    *,
    database_url: str,
    redis_url: str,
    public: str | None = None,
    shard_urls: str = "",
) -> Addresses:
    """The addresses for the ports of this run."""
    return Addresses(
        share_api_url=f"http://{LOOPBACK}:{ports.share_api}",
        viewer_url=f"http://{LOOPBACK}:{ports.report_viewer}",
        database_url=database_url,
        redis_url=redis_url,
        public=public,
        shard_urls=shard_urls,
    )


def shared_settings(
    environment: Mapping[str, str], where: Addresses, signing_secret: str, connection_secret: str
) -> dict[str, str]:
    """What services are told: nothing of the database, nor of what is the operator's alone.

    Our secrets, unless they are set; that of the connections is for share-api alone.
    """
    kept = {*DATABASE_SETTINGS, *OPERATOR_SETTINGS}
    settings = {key: value for key, value in environment.items() if key not in kept}
    settings["REDIS_URL"] = where.redis_url
    settings["PUBLIC_BASE_URL"] = where.viewer_url
    if where.public is not None:
        settings |= public_settings(where.public)
    settings["PYTHONUNBUFFERED"] = "1"
    if not settings.get(SIGNING_SECRET, "").strip():
        settings[SIGNING_SECRET] = signing_secret
    if not settings.get(CONNECTION_SECRET, "").strip():
        settings[CONNECTION_SECRET] = connection_secret
    return settings


def service_specs(
    where: Addresses, ports: Ports, state: StateDirectory, settings: Mapping[str, str]
) -> list[ServiceSpec]:
    """The services in the order in which they start."""
    shards = {SHARDS: where.shard_urls} if where.shard_urls else {}
    with_database = {**settings, "DATABASE_URL": where.database_url, **shards}
    of_viewer = {k: v for k, v in settings.items() if k not in CONNECTION_SETTINGS}
    sealed = {*SIGNING_SETTINGS, *CONNECTION_SETTINGS}
    of_workers = {k: v for k, v in with_database.items() if k not in sealed}
    worker_ready = os.fspath(state.worker_ready)
    return [
        ServiceSpec(
            name=SHARE_API,
            command=_module("share_api"),
            environment={
                **with_database,
                "SHARE_API_HOST": LOOPBACK,
                "SHARE_API_PORT": str(ports.share_api),
            },
            ready_url=f"{where.share_api_url}/readyz",
        ),
        ServiceSpec(
            name=REPORT_VIEWER,
            command=_module("report_viewer"),
            environment={
                **of_viewer,
                "REPORT_VIEWER_HOST": LOOPBACK,
                "REPORT_VIEWER_PORT": str(ports.report_viewer),
            },
            ready_url=f"{where.viewer_url}/readyz",
        ),
        ServiceSpec(
            name="worker",
            command=_module("worker"),
            environment={**of_workers, "WORKER_READY_FILE": worker_ready},
            ready_file=worker_ready,
        ),
        # Of its own, so that no link and no revocation waits behind a computation.
        ServiceSpec(
            name="links",
            command=_module("worker"),
            environment={**of_workers, "WORKER_QUEUES": "links", "WORKER_CONCURRENCY": "1"},
        ),
        ServiceSpec(
            name="beat",
            command=_module("worker", "beat"),
            environment=of_workers,
        ),
    ]


def _module(name: str, *arguments: str) -> list[str]:
    return [sys.executable, "-m", name, *arguments]
