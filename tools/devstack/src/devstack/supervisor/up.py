"""`analytics up`: the whole system, started in order, watched, and stopped without a trace."""

import os
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from devstack.processes.reaper_client import Guard
from devstack.supervisor.console import Console
from devstack.supervisor.demo import Demo, PrepareDemo
from devstack.supervisor.errors import SupervisorError
from devstack.supervisor.infrastructure import Infrastructure
from devstack.supervisor.ports import REPORT_VIEWER, SHARE_API, Ports, claimed_ports
from devstack.supervisor.process import ServiceSpec
from devstack.supervisor.ready_file import remove_ready_files, welcome, write_ready_files
from devstack.supervisor.schema import migrate_database
from devstack.supervisor.secrets import Vault, open_vault
from devstack.supervisor.services import (
    Addresses,
    addresses,
    service_specs,
    shared_settings,
)
from devstack.supervisor.services_runner import Fleet
from devstack.supervisor.signals import Interrupts, StopRequested
from devstack.supervisor.state import DEFAULT_STATE_DIRECTORY, StateDirectory

READY_SECONDS = 120.0
POLL_SECONDS = 0.1

Specs = Callable[[Addresses, Ports, StateDirectory, Mapping[str, str]], Sequence[ServiceSpec]]


@dataclass(frozen=True)
class UpOptions:
    """What `analytics up` can be told."""

    state_directory: Path = DEFAULT_STATE_DIRECTORY
    share_api_port: int | None = None
    viewer_port: int | None = None
    prepare_demo: PrepareDemo | None = None
    ready_file: Path | None = None


@dataclass
class System:
    """One run of the system on a state directory that is already locked."""

    options: UpOptions
    state: StateDirectory
    console: Console
    interrupts: Interrupts
    guard: Guard
    specs: Specs = service_specs
    environment: Mapping[str, str] = field(default_factory=lambda: dict(os.environ), repr=False)
    _infrastructure: Infrastructure | None = field(default=None, init=False)
    _fleet: Fleet | None = field(default=None, init=False)

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
        with claimed_ports(self.state.ports, asked) as ports:
            try:
                where, demo = self._start(ports)
                write_ready_files(self.ready_files, where, demo)
                self.console.say(welcome(where, demo))
                self.console.say(f"  (ready after {time.monotonic() - began:.1f} s)")
                self._watch()
            finally:
                self._stop()

    def _start(self, ports: Ports) -> tuple[Addresses, Demo | None]:
        vault = open_vault(self.state.secrets)
        infrastructure = self._infrastructure = Infrastructure(
            self.state, vault, ports, self.console, self.guard, self.environment
        )
        self.console.say("starting the databases")
        redis_url = infrastructure.start_redis()
        self.interrupts.check()
        urls = infrastructure.start_database()
        with self.interrupts.allowed():
            migrate_database(urls.owner, urls.service)
        where = addresses(ports, database_url=urls.service, redis_url=redis_url)
        settings = shared_settings(self.environment, where, vault.signing_secret)
        self.console.say("starting the services")
        self.state.worker_ready.unlink(missing_ok=True)
        fleet = self._fleet = Fleet(
            self.specs(where, ports, self.state, settings), self.console, self.guard
        )
        fleet.start()
        self._wait_ready()
        return where, self._demo(where, vault, settings)

    def _demo(self, where: Addresses, vault: Vault, settings: Mapping[str, str]) -> Demo | None:
        """The demo shop, filled, with a link to a report of it; None when it is not wanted."""
        if self.options.prepare_demo is None:
            return None
        self.console.say("loading the demo shop (the first time takes a moment)")
        try:
            with self.interrupts.allowed():
                return self.options.prepare_demo(where, vault.demo_password, settings)
        except Exception:
            self._check()  # a database that went away is the better explanation
            raise

    def _wait_ready(self) -> None:
        deadline = time.monotonic() + READY_SECONDS
        while self._fleet is not None and not self._fleet.all_ready():
            self._check()
            if time.monotonic() > deadline:
                late = ", ".join(self._fleet.awaited)
                raise SupervisorError(f"not ready after {READY_SECONDS:.0f} s: {late}")
            time.sleep(POLL_SECONDS)

    def _watch(self) -> None:
        while True:
            self._check()
            if self._fleet is not None:
                self._fleet.keep_alive()
            time.sleep(POLL_SECONDS)

    def _check(self) -> None:
        self.interrupts.check()
        if self._infrastructure is not None:
            self._infrastructure.check()

    def _stop(self) -> None:
        self.interrupts.while_stopping(self._kill)
        self.console.say("stopping (press Ctrl-C again to force)")
        for path in self.ready_files:
            path.unlink(missing_ok=True)
        if self._fleet is not None:
            self._fleet.stop()
        if self._infrastructure is not None:
            self._infrastructure.stop()
        self.console.say("stopped")

    def _kill(self) -> None:
        if self._fleet is not None:
            self._fleet.kill()
        if self._infrastructure is not None:
            self._infrastructure.kill()


def up(options: UpOptions, *, console: Console | None = None, specs: Specs = service_specs) -> None:
    """Run the system until someone asks it to stop.

    Raises:
        SupervisorError, EmbeddedServerError: it cannot run; everything is stopped again.
    """
    state = StateDirectory(options.state_directory)
    interrupts = Interrupts()
    with interrupts.installed(), state.locked(), Guard(state.run / "guard.lock") as guard:
        system = System(options, state, console or Console(), interrupts, guard, specs)
        try:
            system.run()
        except StopRequested:
            return
