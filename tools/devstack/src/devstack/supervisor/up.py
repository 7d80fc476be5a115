"""Supervisor: `analytics up` starts the whole system in order, watches it and stops it."""

import os
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from devstack.processes.reaper_client import ReaperClient
from devstack.supervisor.console import Console
from devstack.supervisor.demo import Demo, PrepareDemo
from devstack.supervisor.errors import SupervisorError
from devstack.supervisor.external_servers import DatabaseUrls
from devstack.supervisor.infrastructure import Infrastructure
from devstack.supervisor.log_format import LogFormat
from devstack.supervisor.ports import REPORT_VIEWER, SHARE_API, Ports, claim_ports
from devstack.supervisor.process import ServiceSpec
from devstack.supervisor.public import write_front
from devstack.supervisor.ready_file import ready_message, remove_ready_files, write_ready_files
from devstack.supervisor.schema import migrate_database
from devstack.supervisor.secrets import StateSecrets, load_secrets
from devstack.supervisor.services import (
    SHARDS,
    Addresses,
    addresses,
    service_specs,
    shared_settings,
)
from devstack.supervisor.services_runner import ServiceRunner
from devstack.supervisor.signals import SignalHandler, StopRequested
from devstack.supervisor.state import DEFAULT_STATE_DIRECTORY, StateDirectory

READY_SECONDS = 120.0
POLL_SECONDS = 0.1

Specs = Callable[[Addresses, Ports, StateDirectory, Mapping[str, str]], Sequence[ServiceSpec]]


FirstShop = Callable[[Addresses, Mapping[str, str]], str | None]
"""The address where the first shop is made; None where somebody can log in."""


@dataclass(frozen=True)
class UpOptions:
    """What `analytics up` can be told."""

    state_directory: Path = DEFAULT_STATE_DIRECTORY
    share_api_port: int | None = None
    viewer_port: int | None = None
    prepare_demo: PrepareDemo | None = None
    first_shop: FirstShop | None = None
    ready_file: Path | None = None
    log_format: LogFormat = LogFormat.TEXT
    public: str | None = None


@dataclass
class System:
    """One run of the system on a state directory that is already locked."""

    options: UpOptions
    state: StateDirectory
    console: Console
    signals: SignalHandler
    reaper: ReaperClient
    specs: Specs = service_specs
    environment: Mapping[str, str] = field(default_factory=lambda: dict(os.environ), repr=False)
    _infrastructure: Infrastructure | None = field(default=None, init=False)
    _services: ServiceRunner | None = field(default=None, init=False)

    @property
    def ready_files(self) -> list[Path]:
        """The files that say that the system is ready."""
        asked = self.options.ready_file
        return [self.state.ready, *([asked.absolute()] if asked else [])]

    def run(self) -> None:
        """Start, announce, watch; returns never, raises `StopRequested` or a `SupervisorError`."""
        began = time.monotonic()
        remove_ready_files(self.ready_files)
        asked = {
            SHARE_API: self.options.share_api_port,
            REPORT_VIEWER: self.options.viewer_port,
        }
        with claim_ports(self.state.ports, asked) as ports:
            try:
                where, demo, first_shop = self._start(ports)
                write_ready_files(self.ready_files, where, demo)
                front = self._front(where, ports)
                self.console.print(ready_message(where, demo, first_shop, front))
                self.console.print(f"  (ready after {time.monotonic() - began:.1f} s)")
                self._watch()
            finally:
                self._stop()

    def _front(self, where: Addresses, ports: Ports) -> Path | None:
        """What the server in front is configured by; None where nobody comes from outside."""
        if where.public is None:
            return None
        write_front(self.state.front, where.public, ports)
        return self.state.front

    def _start(self, ports: Ports) -> tuple[Addresses, Demo | None, str | None]:
        secrets = load_secrets(self.state.secrets)
        urls, redis_url = self._start_databases(ports, secrets)
        with self.signals.interruptible():
            migrate_database(urls.owner, urls.service)
        public = self.options.public
        where = addresses(
            ports,
            database_url=urls.service,
            redis_url=redis_url,
            public=public,
            shard_urls=self.environment.get(SHARDS, ""),
        )
        settings = shared_settings(
            self.environment, where, secrets.signing_secret, secrets.connection_secret
        )
        self._start_services(self.specs(where, ports, self.state, settings))
        demo = self._demo(where, secrets, settings)
        make = self.options.first_shop
        return where, demo, make(where, settings) if make and demo is None else None

    def _start_databases(self, ports: Ports, secrets: StateSecrets) -> tuple[DatabaseUrls, str]:
        """Start PostgreSQL and Redis, or find them; the URLs of both."""
        self.console.print("starting the databases")
        infrastructure = self._infrastructure = Infrastructure(
            self.state, secrets, ports, self.console, self.reaper, self.environment
        )
        redis_url = infrastructure.start_redis()
        self.signals.check()
        return infrastructure.start_database(), redis_url

    def _start_services(self, specs: Sequence[ServiceSpec]) -> None:
        """Start the services, and wait until they are ready."""
        self.console.print("starting the services")
        self.state.worker_ready.unlink(missing_ok=True)
        self._services = ServiceRunner(specs, self.console, self.reaper)
        self._services.start()
        self._wait_ready()

    def _demo(
        self, where: Addresses, secrets: StateSecrets, settings: Mapping[str, str]
    ) -> Demo | None:
        """The demo shop, filled, with a link to a report of it; None when it is not wanted."""
        if self.options.prepare_demo is None:
            return None
        self.console.print("loading the demo shop (the first time takes a moment)")
        try:
            with self.signals.interruptible():
                return self.options.prepare_demo(where, secrets.demo_password, settings)
        except Exception:
            self._check()  # a database that went away is the better explanation
            raise

    def _wait_ready(self) -> None:
        deadline = time.monotonic() + READY_SECONDS
        while self._services is not None and not self._services.all_ready():
            self._check()
            if time.monotonic() > deadline:
                late = ", ".join(self._services.awaited)
                raise SupervisorError(f"not ready after {READY_SECONDS:.0f} s: {late}")
            time.sleep(POLL_SECONDS)

    def _watch(self) -> None:
        while True:
            self._check()
            if self._services is not None:
                self._services.keep_alive()
            time.sleep(POLL_SECONDS)

    def _check(self) -> None:
        self.signals.check()
        if self._infrastructure is not None:
            self._infrastructure.check()

    def _stop(self) -> None:
        self.signals.on_second_signal(self._kill)
        self.console.print("stopping (press Ctrl-C again to force)")
        for path in self.ready_files:
            path.unlink(missing_ok=True)
        if self._services is not None:
            self._services.stop()
        if self._infrastructure is not None:
            self._infrastructure.stop()
        self.console.print("stopped")

    def _kill(self) -> None:
        if self._services is not None:
            self._services.kill()
        if self._infrastructure is not None:
            self._infrastructure.kill()


def up(options: UpOptions, *, console: Console | None = None, specs: Specs = service_specs) -> None:
    """Run the system until someone asks it to stop.

    Raises:
        SupervisorError, EmbeddedServerError: it cannot run; everything is stopped again.
    """
    state = StateDirectory(options.state_directory)
    signals = SignalHandler()
    with signals.installed(), state.locked(), ReaperClient(state.run / "guard.lock") as reaper:
        shown = console or Console(log_format=options.log_format)
        system = System(options, state, shown, signals, reaper, specs)
        try:
            system.run()
        except StopRequested:
            return
