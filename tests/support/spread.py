"""A whole system whose shops are spread over three PostgreSQL servers."""

import json
import os
import re
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Final

import httpx
from sqlalchemy import Engine
from tests.support import forked_up, wait
from tests.support.breakable import EMAIL, PASSWORD, stop
from tests.support.forked import Forked
from tests.support.postgres_servers import PostgresServer, running_servers

from accounts.provisioning import create_admin, create_tenant
from common.db.engine import psycopg_url
from common.db.shards import HOME, create_sharded_engine, directory_of
from devstack.embedded.valkey import EmbeddedValkey
from ingest.ledger.load import load_sales
from ingest.rows import OrderLineRow

SERVERS: Final = (HOME, "east", "west")
WAIT_SECONDS: Final = 5
"""How long a viewer lets a reader wait for a report."""


@dataclass(frozen=True)
class Spread:
    """A running system; one admin, of ``EMAIL``, leads all its shops."""

    servers: dict[str, PostgresServer]
    share_api: str
    viewer: str
    engine: Engine
    redis_url: str
    log: Path

    def add_shop(self, slug: str, server: str, amount: str) -> int:
        """A shop on a server that sold one thing for ``amount`` two days ago; its id."""
        tenant_id = create_tenant(
            self.engine,
            slug=slug,
            name=slug.title(),
            currency="EUR",
            timezone="Europe/Berlin",
            shard=server,
        )
        create_admin(self.engine, email=EMAIL, password=PASSWORD, tenant=slug)
        load_sales(self.engine, tenant_id, order_lines=[sold(amount)])
        return tenant_id

    @contextmanager
    def admin(self, slug: str) -> Iterator[httpx.Client]:
        """A client with the admin's session, acting for a shop."""
        with httpx.Client(base_url=self.share_api, timeout=wait.PATIENCE_SECONDS) as client:
            credentials = {"email": EMAIL, "password": PASSWORD}
            begun = client.post("/api/admin/session", json=credentials)
            assert begun.status_code == 200, begun.text
            chosen = client.put("/api/admin/session/tenant", json={"tenant": slug})
            assert chosen.status_code == 200, chosen.text
            yield client

    def command(self, *arguments: str) -> "subprocess.Popen[str]":
        """The analytics command, as who owns the tables of all servers."""
        shards = {name: each.url for name, each in self.servers.items() if name != HOME}
        told = {
            "DATABASE_OWNER_URL": self.servers[HOME].url,
            "DATABASE_SHARD_OWNER_URLS": named(shards),
            "REDIS_URL": self.redis_url,
        }
        return Forked(
            ["analytics", *arguments],
            env=_without_servers() | told,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def move(self, slug: str, to: str) -> str:
        """Move a shop; what the command said."""
        process = self.command("move-tenant", slug, "--to", to)
        said, _ = process.communicate(timeout=wait.PATIENCE_SECONDS)
        assert process.returncode == 0, said
        return said

    def computed(self) -> int:
        """How many computations were finished since the start."""
        return self.log.read_text().count('"message": "report computed"')


def sold(amount: str, order: str = "o1") -> OrderLineRow:
    """An order of two days ago with one thing of that price."""
    paid = datetime.now(UTC) - timedelta(days=2)
    return OrderLineRow(
        position=1, order_id=order, line_id="1", placed_at=paid, paid_at=paid, channel="web",
        customer_id=None, country=None, region=None, coupon_code=None, order_discount=0,
        shipping=0, tax=0, product_id="P1", product_title="Tea", category=None, quantity=1,
        unit_price=int(Decimal(amount) * 100), line_discount=0,
    )  # fmt: skip


def share(
    admin: httpx.Client, report: str = "revenue-overview", period: str = "30d"
) -> tuple[str, str]:
    """A new link of the shop that a client acts for, and the address it is managed at."""
    issued = admin.post(f"/api/admin/analytics/{report}/share", json={"period": period})
    assert issued.status_code == 201, issued.text
    return issued.json()["url"], issued.headers["location"]


def named(urls: dict[str, str]) -> str:
    """Servers as a setting names them."""
    plain = {name: psycopg_url(url).set(drivername="postgresql") for name, url in urls.items()}
    return ",".join(
        f"{name}={url.render_as_string(hide_password=False)}" for name, url in plain.items()
    )


def _without_servers() -> dict[str, str]:
    told = re.compile(r"DATABASE_|REDIS_URL|BROKER_URL")
    return {name: value for name, value in os.environ.items() if not told.match(name)}


@contextmanager
def spread(template: Path, place: Path) -> Iterator[Spread]:
    """Run the system in a directory; nothing is left of it."""
    with ExitStack() as stack:
        servers = stack.enter_context(running_servers(template, place, SERVERS))
        valkey = stack.enter_context(EmbeddedValkey(place / "valkey", password="of-tests"))
        services = {name: each.service_url for name, each in servers.items()}
        home = services.pop(HOME)
        environment = _without_servers() | {
            "DATABASE_OWNER_URL": servers[HOME].url,
            "DATABASE_URL": home,
            "DATABASE_SHARD_URLS": named(services),
            "REDIS_URL": valkey.url,
            "REPORT_VIEWER_WAIT_SECONDS": str(WAIT_SECONDS),
            "REPORT_VIEWER_FAILURES_PER_ADDRESS": "100000",
        }
        log = place / "up.log"
        with log.open("w") as stream:
            process = Forked(
                [forked_up.NAME, "--state-dir", place / "state"],
                stdout=stream,
                stderr=subprocess.STDOUT,
                env=environment,
            )
        stack.callback(stop, process)

        def ready() -> bool:
            assert process.poll() is None, log.read_text()[-4000:]
            return (place / "state" / "ready.json").exists()

        wait.until(ready, "ready")
        facts = json.loads((place / "state" / "ready.json").read_text())
        engine = create_sharded_engine(home, services, application_name="tests", pool_size=3)
        stack.callback(engine.dispose)
        directory = directory_of(engine)
        assert directory is not None
        stack.callback(directory.close)
        yield Spread(servers, facts["shareApiUrl"], facts["viewerUrl"], engine, valkey.url, log)
