"""``python -m benchmarks.webhooks``: a burst of events of a platform, received and worked off.

Orders at Shopify, five events each, in random order and a tenth of them twice, are sent over HTTP
to a share-api of its own by some clients at once; then one worker's function works them off.
Prints the times of the answers, the pace of both, and an import of the export of the same orders
beside it. The ledgers are compared row by row.
"""

import argparse
import base64
import hmac
import json
import os
import random
import secrets
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import httpx
import psutil
from sqlalchemy import Engine, make_url
from tests.support import inboxes
from tests.support.webhook_burst import Events, burst

from accounts.provisioning import create_tenant
from common.db import migrate, roles
from common.db.audit import COMMAND_LINE
from common.db.engine import create_service_engine
from common.db.tenancy import TenantDb
from common.instants import now
from devstack.embedded.postgres import EmbeddedPostgres
from devstack.embedded.valkey import EmbeddedValkey
from devstack.processes.sockets import LOOPBACK, free_port
from ingest.formats.registry import FORMATS
from ingest.import_files import FileKind, ImportFile, import_files
from ingest.webhooks.connections import create_connection
from ingest.webhooks.sealing import SecretBox
from ingest.webhooks.work import work_off

_KEY = secrets.token_hex(32)
_READY_SECONDS = 60


def main() -> None:
    """Print what it took."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--orders", type=int, default=2_000, help="five events each")
    parser.add_argument("--clients", type=int, default=8, help="sending at once")
    options = parser.parse_args()
    orders, events = burst(options.orders)
    chance = random.Random(7)
    arrived = [*events, *chance.sample(events, len(events) // 10)]
    chance.shuffle(arrived)
    with ExitStack() as stack:
        place = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="analytics-bench-")))
        place.chmod(0o755)
        postgres = stack.enter_context(EmbeddedPostgres(place / "postgres", password="benchmark"))  # noqa: S106 - of this run alone
        valkey = stack.enter_context(EmbeddedValkey(place / "valkey", password="benchmark"))  # noqa: S106
        url = _database(postgres.url)
        engine = create_service_engine(url, application_name="benchmark", pool_size=3)
        stack.callback(engine.dispose)
        port, service = stack.enter_context(_served(url, valkey.url, place / "log"))
        print(f"{len(events)} events, {len(arrived)} sent, load {os.getloadavg()[0]:.1f}")
        _measure(engine, port, service, orders, arrived, options.clients)


def _measure(
    engine: Engine,
    port: int,
    service: psutil.Process,
    orders: bytes,
    arrived: Events,
    clients: int,
) -> None:
    by_file, by_events = (_shop(engine, slug) for slug in ("file", "events"))
    began = time.monotonic()
    files = {FileKind.ORDERS: ImportFile("orders.csv", [orders])}
    import_files(engine, by_file, files, layout=FORMATS["shopify"])
    print(f"import of the export        {time.monotonic() - began:8.2f} s")
    made, secret = create_connection(
        TenantDb(engine, by_events),
        SecretBox([_KEY]),
        platform="shopify",
        name="Burst",
        secret=None,
        author=COMMAND_LINE,
        at=now(),
    )
    began, before = time.monotonic(), sum(service.cpu_times()[:2])
    times = _send(f"http://{LOOPBACK}:{port}{made.path}", secret, arrived, clients)
    took = time.monotonic() - began
    whole = statistics.quantiles(times, n=1000)
    shown = ", ".join(f"{name} {whole[at] * 1000:.1f}" for name, at in _QUANTILES)
    pace = f"{took:8.2f} s  {len(times) / took:8.0f}/s"
    print(f"received by {clients} clients       {pace}  ms: {shown}")
    spent = (sum(service.cpu_times()[:2]) - before) / len(times)
    print(f"share-api's processor       {spent * 1000:8.2f} ms an event")
    began = time.monotonic()
    done = 0
    while (worked := work_off(engine, by_events)).done:
        done += worked.done
    took = time.monotonic() - began
    print(f"worked off                  {took:8.2f} s  {done / took:8.0f}/s  {done} events")
    same = inboxes.ledger_of(engine, by_events) == inboxes.ledger_of(engine, by_file)
    print("the ledgers are the same" if same else "THE LEDGERS DIFFER")
    if not same:
        sys.exit(1)


_QUANTILES = (("median", 499), ("p99", 989), ("p99.9", 998))


def _send(
    url: str, secret: str, events: Sequence[tuple[str, str, Any]], clients: int
) -> list[float]:
    """Send the events; how long each answer took, in seconds."""

    def send(part: Sequence[tuple[str, str, Any]]) -> list[float]:
        times = []
        with httpx.Client(timeout=30) as client:
            for topic, event_id, payload in part:
                body = json.dumps(payload).encode()
                digest = hmac.digest(secret.encode(), body, "sha256")
                headers = {
                    "X-Shopify-Topic": topic,
                    "X-Shopify-Event-Id": event_id,
                    "X-Shopify-Hmac-Sha256": base64.b64encode(digest).decode(),
                }
                began = time.perf_counter()
                answer = client.post(url, content=body, headers=headers)
                times.append(time.perf_counter() - began)
                answer.raise_for_status()
        return times

    with ThreadPoolExecutor(clients) as pool:
        parts = [events[number::clients] for number in range(clients)]
        return [each for times in pool.map(send, parts) for each in times]


def _database(owner: str) -> str:
    """The migrated database, as the services' role."""
    made = make_url(owner).set(username="analytics_service", password=secrets.token_hex(16))
    service = made.render_as_string(hide_password=False)
    migrate.upgrade(owner)
    roles.ensure_service_role(owner, service)
    return service


def _shop(engine: Engine, slug: str) -> int:
    return create_tenant(engine, slug=slug, name=slug, currency="EUR", timezone="Europe/Berlin")


@contextmanager
def _served(database_url: str, redis_url: str, log: Path) -> Iterator[tuple[int, psutil.Process]]:
    port = free_port()
    environment = {
        **os.environ,
        "DATABASE_URL": database_url,
        "REDIS_URL": redis_url,
        "ANALYTICS_SHARE_SIGNING_SECRET": secrets.token_hex(32),
        "ANALYTICS_CONNECTION_SECRET": _KEY,
        "PUBLIC_BASE_URL": "http://localhost",
        "SHARE_API_PORT": str(port),
        "SHARE_API_WEBHOOKS_PER_MINUTE": "1000000",
    }
    with log.open("wb") as stream:
        process = subprocess.Popen(
            [sys.executable, "-m", "share_api"], env=environment, stderr=stream, stdout=stream
        )
    try:
        deadline = time.monotonic() + _READY_SECONDS
        while not _ready(port):
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(log.read_text()[-4000:])
            time.sleep(0.1)
        yield port, psutil.Process(process.pid)
    finally:
        process.terminate()
        process.wait(20)


def _ready(port: int) -> bool:
    try:
        return httpx.get(f"http://{LOOPBACK}:{port}/readyz", timeout=5).is_success
    except httpx.HTTPError:
        return False


if __name__ == "__main__":
    main()
