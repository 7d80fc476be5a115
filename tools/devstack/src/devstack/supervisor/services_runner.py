"""Service runner: starts the services, awaits them, restarts the dead, stops in reverse order."""

import signal
import time
from collections.abc import Sequence

from devstack.processes.reaper_client import ReaperClient
from devstack.processes.stopping import signal_group
from devstack.supervisor.console import Console
from devstack.supervisor.errors import ProcessFailedError
from devstack.supervisor.process import ServiceSpec, SupervisedProcess
from devstack.supervisor.readiness import is_ready
from devstack.supervisor.restart import Backoff


class ServiceRunner:
    """All services of one run; from the main thread only."""

    def __init__(
        self, specs: Sequence[ServiceSpec], console: Console, reaper: ReaperClient
    ) -> None:
        self._console = console
        self._reaper = reaper
        self._members = [(SupervisedProcess(spec, console), Backoff()) for spec in specs]
        self._awaited: list[SupervisedProcess] = []

    def start(self) -> None:
        """Start them all; they may wait for one another."""
        for member, backoff in self._members:
            self._start(member, backoff)
            self._awaited.append(member)

    def all_ready(self) -> bool:
        """Whether every service has become ready since its start.

        Raises:
            ProcessFailedError: one ended before it was ready; it would not fare better again.
        """
        for member in self._awaited:
            code = member.exit_code()
            if code is not None:
                reason = f"ended before it was ready (exit code {code})"
                output = map(self._console.shown, member.last_lines[-8:])
                raise ProcessFailedError(member.spec.name, reason, output)
        self._awaited = [member for member in self._awaited if not is_ready(member.spec)]
        return not self._awaited

    @property
    def awaited(self) -> list[str]:
        """Names of the services that are not ready yet."""
        return [member.spec.name for member in self._awaited]

    def keep_alive(self) -> None:
        """Notice services that ended, and restart those that are due."""
        now = time.monotonic()
        for member, backoff in self._members:
            if backoff.is_due(now):
                self._start(member, backoff)
            elif backoff.restart_at is None and (code := member.exit_code()) is not None:
                if member.process is not None:
                    self._reaper.unregister(member.process)
                delay = backoff.restart_after(now)
                text = f"ended unexpectedly (exit code {code}); again in {delay:g} s"
                self._console.log(member.spec.name, text)

    def stop(self) -> None:
        """Stop all, the last started first."""
        for member, _ in reversed(self._members):
            if not member.stop():
                self._console.log(member.spec.name, "did not stop in time and was killed")
            if member.process is not None:
                self._reaper.unregister(member.process)

    def kill(self) -> None:
        """End all at once."""
        for member, _ in self._members:
            if member.process is not None and member.process.returncode is None:
                signal_group(member.process, signal.SIGKILL)

    def _start(self, member: SupervisedProcess, backoff: Backoff) -> None:
        process = member.start()
        backoff.started(time.monotonic())
        self._reaper.register(process, signal.SIGTERM)
