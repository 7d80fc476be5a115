"""A whole system whose parts a test may kill, stop and empty: real servers, real processes.

The servers are the test's own, since `analytics up` ends when one that it started has ended.
"""

import json
import os
import re
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import httpx
import psutil
import psycopg
from redis import Redis
from tests.support import forked_up, wait
from tests.support.forked import Forked

from accounts.provisioning import accounts_engine, create_admin, create_tenant
from common.infra.redis import WORKER, create_redis
from devstack.embedded.postgres import EmbeddedPostgres
from devstack.embedded.valkey import EmbeddedValkey
from devstack.processes.sockets import reserved_port
from ingest.ledger.load import load_sales
from ingest.rows import OrderLineRow

WAIT_SECONDS = 60
SALES = 41.37
EMAIL, PASSWORD = "ada@acme.example", "a password of this test"


@dataclass
class Breakable:
    """A running system with one shop that sold something for ``SALES`` two days ago."""

    share_api: str
    viewer: str
    postgres: EmbeddedPostgres
    redis: Redis
    supervisor: int
    log: Path
    broker: EmbeddedValkey | None = None
    database: str = ""

    def share(self, report: str, period: str, *, email: str = EMAIL) -> tuple[str, str]:
        """A new link of an admin's shop, and the address it is managed at."""
        with self.admin(email) as admin:
            path = f"/api/admin/analytics/{report}/share"
            issued = admin.post(path, json={"period": period})
            assert issued.status_code == 201, issued.text
            return issued.json()["url"], issued.headers["location"]

    @contextmanager
    def admin(self, email: str = EMAIL) -> Iterator[httpx.Client]:
        """A client with an admin's session."""
        with httpx.Client(base_url=self.share_api, timeout=wait.PATIENCE_SECONDS) as client:
            credentials = {"email": email, "password": PASSWORD}
            assert client.post("/api/admin/session", json=credentials).status_code == 200
            yield client

    @contextmanager
    def computations_held(self) -> Iterator[None]:
        """No computation gets further than its first look at the shop."""
        with psycopg.connect(self.postgres.url.replace("+psycopg", "", 1)) as connection:
            connection.execute("LOCK TABLE ledger_versions IN ACCESS EXCLUSIVE MODE")
            yield

    def under_way(self) -> int:
        """How many computations are under way."""
        return sum(1 for _ in self.redis.scan_iter("*:computing:*", count=1000))

    def lease_seconds(self) -> float:
        """How long the lease on the only computation that is under way lasts yet."""
        (name,) = self.redis.scan_iter("*:computing:*", count=1000)
        return int(self.redis.pttl(name)) / 1000

    def waiting(self) -> int:
        """How many requests wait at the viewer."""
        told = httpx.get(f"{self.viewer}/metrics", timeout=wait.PATIENCE_SECONDS).text
        found = re.search(r"^report_viewer_waiting ([\d.]+)", told, re.MULTILINE)
        return int(float(found[1])) if found else 0

    def computed(self) -> int:
        """How many computations were finished since the start."""
        return self.log.read_text().count('"message": "report computed"')

    def kill(self, *command: str) -> None:
        """End a service at once, its children too; the supervisor starts it again."""
        for process in self._processes(*command):
            family = [process, *process.children(recursive=True)]
            for each in family:
                each.send_signal(signal.SIGKILL)

    def postgres_processes(self) -> list[psutil.Process]:
        """The server with all its children."""
        assert self.postgres.process is not None
        server = psutil.Process(self.postgres.process.pid)
        return [server, *server.children(recursive=True)]

    def _processes(self, *command: str) -> list[psutil.Process]:
        wanted = ["-m", *command]
        children = psutil.Process(self.supervisor).children(recursive=True)
        found = [each for each in children if each.cmdline()[1:] == wanted]
        assert found
        return [each for each in found if each.parent() not in found]


@contextmanager
def breakable(*, own_broker: bool = False, redis_url: str | None = None) -> Iterator[Breakable]:
    """Run the system; nothing is left of it.

    With a server of their own for the jobs if wanted, and with the Redis at ``redis_url`` if given.
    """
    with ExitStack() as stack:
        temporary = tempfile.TemporaryDirectory(prefix="analytics-", ignore_cleanup_errors=True)
        place = Path(stack.enter_context(temporary))
        place.chmod(0o755)  # PostgreSQL's unprivileged user has to enter it
        port = reserved_port()
        postgres = EmbeddedPostgres(place / "postgres", port=port, password="of-tests", fast=True)
        stack.enter_context(postgres)
        if redis_url is None:
            valkey = EmbeddedValkey(place / "valkey", password="of-tests")
            redis_url = stack.enter_context(valkey).url
        broker = None
        if own_broker:
            broker = EmbeddedValkey(place / "broker", password="of-tests", port=reserved_port())
            stack.enter_context(broker)
        log = place / "up.log"
        process = _start(place, log, postgres.url, redis_url, broker)
        stack.callback(stop, process)

        def ready() -> bool:
            assert process.poll() is None, log.read_text()[-4000:]
            return (place / "state" / "ready.json").exists()

        wait.until(ready, "ready")
        facts = json.loads((place / "state" / "ready.json").read_text())
        furnish(facts["databaseUrl"])
        redis = stack.enter_context(create_redis(redis_url, WORKER))
        yield Breakable(
            facts["shareApiUrl"],
            facts["viewerUrl"],
            postgres,
            redis,
            process.pid,
            log,
            broker,
            facts["databaseUrl"],
        )


def _start(
    place: Path, log: Path, database: str, redis: str, broker: EmbeddedValkey | None
) -> "subprocess.Popen[bytes]":
    unwanted = {"DATABASE_OWNER_URL", "BROKER_URL"}
    environment = {k: v for k, v in os.environ.items() if k not in unwanted}
    environment |= {
        "DATABASE_URL": database,
        "REDIS_URL": redis,
        "REPORT_VIEWER_WAIT_SECONDS": str(WAIT_SECONDS),
    }
    if broker is not None:
        environment["BROKER_URL"] = broker.url
    with log.open("w") as stream:
        return Forked(
            [forked_up.NAME, "--state-dir", place / "state"],
            stdout=stream,
            stderr=subprocess.STDOUT,
            env=environment,
        )


def stop(process: "subprocess.Popen[bytes]") -> None:
    """End a supervisor as Ctrl-C does, and wait for it."""
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(wait.PATIENCE_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()


def furnish(
    database_url: str,
    slug: str = "acme",
    name: str = "Acme",
    email: str = EMAIL,
    password: str = PASSWORD,
    amount: str = str(SALES),
) -> int:
    """Make a shop, its admin and its one sale, of ``amount``; the shop's id."""
    paid = datetime.now(UTC) - timedelta(days=2)
    line = OrderLineRow(
        position=1, order_id="o1", line_id="1", placed_at=paid, paid_at=paid, channel="web",
        customer_id=None, country=None, region=None, coupon_code=None, order_discount=0,
        shipping=0, tax=0, product_id="P1", product_title="Tea", category=None, quantity=1,
        unit_price=int(Decimal(amount) * 100), line_discount=0,
    )  # fmt: skip
    with accounts_engine(database_url) as engine:
        tenant_id = create_tenant(
            engine, slug=slug, name=name, currency="EUR", timezone="Europe/Berlin"
        )
        create_admin(engine, email=email, password=password, tenant=slug)
        load_sales(engine, tenant_id, order_lines=[line])
    return tenant_id
