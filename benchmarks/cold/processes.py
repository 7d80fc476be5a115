"""The real viewer and the real worker on a database of the benchmark, and links to its reports."""

import json
import os
import secrets
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
from benchmarks.compute.databases import Database, database, server
from benchmarks.compute.refreshing import refresh_all
from redis import Redis

from common import instants
from common.jobs.payloads import ComputeReport
from common.links.link_claims import LinkClaims
from common.links.state import LinkRef, LinkStateStore
from common.links.token import KeyRing
from devstack.embedded.valkey import EmbeddedValkey
from devstack.processes.sockets import free_port

READY_SECONDS = 60


@dataclass(frozen=True)
class Processes:
    """What runs, and where."""

    database: Database
    redis: Redis
    viewers: tuple[str, ...]
    workers: tuple[int, ...]
    log: Path
    secret: str

    def link(self, job: ComputeReport) -> str:
        """The path of a new link to the report."""
        issued = instants.now().replace(microsecond=0)
        claims = LinkClaims(
            link_id=uuid4(),
            tenant_id=job.tenant_id,
            report=job.report,
            window=job.window,
            issued_at=issued,
            expires_at=issued + timedelta(days=1),
        )
        ref = LinkRef(claims.tenant_id, claims.link_id, claims.expires_at)
        LinkStateStore(self.redis).activate(ref)
        return f"/api/reports/{KeyRing(self.secret).issue(claims)}"

    def computed(self, job: ComputeReport) -> list[dict[str, Any]]:
        """What the workers said of each computation of the report so far."""
        wanted = {
            "message": "report computed",
            "tenant_id": job.tenant_id,
            "report": job.report,
            "from": instants.iso(job.window.start),
            "to": instants.iso(job.window.end),
        }
        lines = self.log.read_text().splitlines()
        entries = [json.loads(each) for each in lines if '"report computed"' in each]
        return [entry for entry in entries if wanted.items() <= entry.items()]


@contextmanager
def processes(
    state: Path, orders: int, *, viewers: int = 1, workers: int = 1, concurrency: int = 2
) -> Iterator[Processes]:
    """Run them; all sums are up to date."""
    with ExitStack() as stack:
        url = stack.enter_context(server(state))
        made = stack.enter_context(database(url, orders))
        refresh_all(made)
        place = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="analytics-bench-")))
        place.chmod(0o755)
        valkey = stack.enter_context(EmbeddedValkey(place / "valkey", password="benchmark"))  # noqa: S106 - of this run alone
        secret = secrets.token_hex(32)
        log = place / "log"
        environment = {
            **os.environ,
            "DATABASE_URL": made.service.url.render_as_string(hide_password=False),
            "REDIS_URL": valkey.url,
            "ANALYTICS_SHARE_SIGNING_SECRET": secret,
            "REPORT_VIEWER_WAIT_SECONDS": "60",
            "REPORT_VIEWER_COLD_PER_TENANT": "1000000",
            "WORKER_CONCURRENCY": str(concurrency),
            "WORKER_WARM_PER_MINUTE": "1000000",
        }
        ports = [free_port() for _ in range(viewers)]
        for port in ports:
            given = {**environment, "REPORT_VIEWER_PORT": str(port)}
            stack.enter_context(_running(["report_viewer"], given, log))
        ready = [place / f"ready-{n}" for n in range(workers)]
        pids = []
        for each in ready:
            given = {**environment, "WORKER_READY_FILE": str(each)}
            pids.append(stack.enter_context(_running(["worker"], given, log)))
        addresses = tuple(f"http://127.0.0.1:{port}" for port in ports)
        _await(addresses, ready)
        redis = stack.enter_context(Redis.from_url(valkey.url))
        yield Processes(made, redis, addresses, tuple(pids), log, secret)


@contextmanager
def _running(module: list[str], environment: dict[str, str], log: Path) -> Iterator[int]:
    with log.open("a") as stream:
        command = [sys.executable, "-m", *module]
        process = subprocess.Popen(command, env=environment, stdout=stream, stderr=stream)
    try:
        yield process.pid
    finally:
        process.terminate()
        process.wait(60)


def _await(addresses: tuple[str, ...], ready: list[Path]) -> None:
    deadline = time.monotonic() + READY_SECONDS
    while not all(map(_answers, addresses)) or not all(each.exists() for each in ready):
        assert time.monotonic() < deadline, "not ready"
        time.sleep(0.1)


def _answers(address: str) -> bool:
    try:
        return httpx.get(f"{address}/readyz", timeout=1).status_code == 200
    except httpx.TransportError:
        return False
