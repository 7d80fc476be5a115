"""The processes that a run is about: PostgreSQL, Valkey, the three services, several tenants."""

import json
import os
import secrets
import signal
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import psutil
from tests.histories.clients import TenantAccount
from tests.support import forked_up, wait
from tests.support.breakable import furnish, stop
from tests.support.forked import Forked

from devstack.embedded.postgres import EmbeddedPostgres
from devstack.embedded.valkey import EmbeddedValkey
from devstack.processes.sockets import reserved_port

TENANTS: Final = tuple(
    TenantAccount(
        slug, f"admin@{slug}.example", f"a password of {slug}", f"{slug.title()} Traders", amount
    )
    for slug, amount in (("amber", "1117.31"), ("birch", "2239.47"), ("cedar", "3343.59"))
)
_UNLIMITED: Final = {
    "REPORT_VIEWER_FAILURES_PER_ADDRESS": "100000000",
    "REPORT_VIEWER_COLD_PER_LINK": "1000000",
    "REPORT_VIEWER_COLD_PER_TENANT": "1000000",
    "REPORT_VIEWER_WAIT_SECONDS": "5",
    "SHARE_API_LOGINS_PER_ADDRESS": "1000000",
    "SHARE_API_LOGINS_PER_ACCOUNT": "1000000",
    "SHARE_API_SHARES_PER_TENANT": "1000000",
}
"""All clients come from one address; limits are not what a history is about."""


@dataclass(slots=True)
class System:
    """What runs, and how its parts are reached; faults act on it from the main thread."""

    place: Path
    postgres: EmbeddedPostgres
    valkey: EmbeddedValkey
    settings: Mapping[str, str]
    keys: list[str] = field(default_factory=lambda: [secrets.token_hex(32)])
    _supervisor: "subprocess.Popen[bytes] | None" = None
    _addresses: tuple[str, str] = ("", "")

    def addresses(self) -> tuple[str, str]:
        """Where share-api and the viewer are now."""
        return self._addresses

    def start(self) -> str:
        """Start the services under the present key; the URL of the database they were given."""
        ready = self.place / "state" / "ready.json"
        ready.unlink(missing_ok=True)
        log = self.place / "up.log"
        with log.open("a") as stream:
            process = self._supervisor = Forked(
                [forked_up.NAME, "--state-dir", self.place / "state"],
                stdout=stream,
                stderr=subprocess.STDOUT,
                env=self._environment(),
            )

        def up() -> bool:
            assert process.poll() is None, log.read_text()[-4000:]
            return ready.exists()

        wait.until(up, "ready")
        facts = json.loads(ready.read_text())
        self._addresses = facts["shareApiUrl"], facts["viewerUrl"]
        url: str = facts["databaseUrl"]
        return url

    def stop(self) -> None:
        """Stop the services."""
        if self._supervisor is not None:
            stop(self._supervisor)
            self._supervisor = None

    def rotate_keys(self) -> None:
        """Restart all services under a new key; the keys before still verify."""
        self.stop()
        self.keys.append(secrets.token_hex(32))
        self.start()

    def family(self, module: str) -> Sequence[psutil.Process]:
        """The processes of a service, its children too; none while it is being restarted."""
        if self._supervisor is None:
            return []
        found: list[psutil.Process] = []
        for each in psutil.Process(self._supervisor.pid).children(recursive=True):
            try:
                if each.cmdline()[1:3] == ["-m", module]:
                    found += [each, *each.children(recursive=True)]
            except psutil.Error:
                continue
        return found

    def servers(self, server: EmbeddedPostgres | EmbeddedValkey) -> Sequence[psutil.Process]:
        """The processes of a server."""
        if server.process is None:
            return []
        process = psutil.Process(server.process.pid)
        return [process, *process.children(recursive=True)]

    def _environment(self) -> dict[str, str]:
        unwanted = {"DATABASE_OWNER_URL", "BROKER_URL"}
        *retired, signing = self.keys
        return {
            **{name: value for name, value in os.environ.items() if name not in unwanted},
            **_UNLIMITED,
            **self.settings,
            "DATABASE_URL": self.postgres.url,
            "REDIS_URL": self.valkey.url,
            "ANALYTICS_SHARE_SIGNING_SECRET": signing,
            "ANALYTICS_SHARE_SIGNING_SECRETS_RETIRED": ",".join(retired),
        }


@contextmanager
def running(**settings: str) -> Iterator[System]:
    """Run the system with its tenants; nothing is left of it."""
    with ExitStack() as stack:
        temporary = tempfile.TemporaryDirectory(prefix="histories-", ignore_cleanup_errors=True)
        place = Path(stack.enter_context(temporary))
        place.chmod(0o755)  # PostgreSQL's unprivileged user has to enter it
        postgres = EmbeddedPostgres(place / "postgres", port=reserved_port(), password="of-tests")
        valkey = EmbeddedValkey(place / "valkey", port=reserved_port(), password="of-tests")
        stack.enter_context(postgres)
        stack.enter_context(valkey)
        system = System(place, postgres, valkey, settings)
        stack.callback(system.stop)
        database = system.start()
        for each in TENANTS:
            furnish(database, each.slug, each.name, each.email, each.password, each.amount)
        yield system


def signal_all(processes: Sequence[psutil.Process], number: signal.Signals) -> None:
    """Send a signal to each that is still there."""
    for each in processes:
        try:
            each.send_signal(number)
        except psutil.Error:
            continue
