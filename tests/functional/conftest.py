"""The whole system as `make demo` runs it: real servers, real processes, nothing mocked.

One system serves all tests of a process that ask for it; tests that do are kept on one process by
the group ``system`` (see ``tests.support.xdist_groups``).
"""

import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.support import wait
from tests.support.collector import Collector
from tests.support.discord_server import DiscordStandin

DAYS = "200"
"""Of the demo shops' sales: ninety days and ninety before them, the windows of the tests."""


@dataclass(frozen=True)
class System:
    """A running system: what its ready file says."""

    share_api: str
    viewer: str
    tenant: str
    email: str
    password: str
    link: str
    redis_url: str
    database_url: str
    state: Path

    @contextmanager
    def admin(self, tenant: str | None = None) -> Iterator[httpx.Client]:
        """A client with an admin's session, acting for ``tenant``."""
        with httpx.Client(base_url=self.share_api, timeout=wait.PATIENCE_SECONDS) as client:
            credentials = {"email": self.email, "password": self.password}
            assert client.post("/api/admin/session", json=credentials).status_code == 200
            chosen = client.put("/api/admin/session/tenant", json={"tenant": tenant or self.tenant})
            assert chosen.status_code == 200
            yield client


@pytest.fixture(scope="session")
def discord() -> Iterator[DiscordStandin]:
    """The Discord that the system speaks with."""
    with DiscordStandin().running() as standin:
        yield standin


@pytest.fixture(scope="session")
def collector() -> Iterator[Collector]:
    """The collector of OpenTelemetry that the system exports its spans to."""
    with Collector().running() as running:
        yield running


@pytest.fixture(scope="session")
def system(discord: DiscordStandin, collector: Collector) -> Iterator[System]:
    """The system with its demo shops, on a state directory of its own."""
    with tempfile.TemporaryDirectory(
        prefix="analytics-system-", ignore_cleanup_errors=True
    ) as name:
        state = Path(name)
        state.chmod(0o755)  # PostgreSQL's unprivileged user has to enter it
        environment = {
            k: v for k, v in os.environ.items() if k not in {"DATABASE_URL", "REDIS_URL"}
        }
        environment |= discord.settings
        environment["OTEL_EXPORTER_OTLP_ENDPOINT"] = collector.url
        # All tests come from one address, and what they are refused for is the token.
        environment["REPORT_VIEWER_FAILURES_PER_ADDRESS"] = "100000"
        with (state / "up.log").open("w") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "analytics", "up", "--state-dir", name, "--demo-days", DAYS],
                stdout=log,
                stderr=subprocess.STDOUT,
                env=environment,
            )
        try:
            yield _read(_await_ready(process, state), state)
        finally:
            process.send_signal(signal.SIGTERM)
            assert process.wait(wait.PATIENCE_SECONDS) == 0


def _await_ready(process: subprocess.Popen[bytes], state: Path) -> dict[str, Any]:
    def said() -> str:
        return (state / "up.log").read_text()[-4000:]

    def ready() -> bool:
        assert process.poll() is None, said()
        return (state / "ready.json").exists()

    wait.until(ready, said)
    facts: dict[str, Any] = json.loads((state / "ready.json").read_text())
    return facts


def _read(facts: dict[str, Any], state: Path) -> System:
    return System(
        share_api=facts["shareApiUrl"],
        viewer=facts["viewerUrl"],
        tenant=facts["tenant"],
        email=facts["admin"]["email"],
        password=facts["admin"]["password"],
        link=facts["link"],
        redis_url=facts["redisUrl"],
        database_url=facts["databaseUrl"],
        state=state,
    )
