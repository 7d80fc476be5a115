"""The Caddyfile that `analytics up --public` writes, run by Caddy before a service of ours."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
import pytest
from sqlalchemy import select
from tests.integration.share_api.conftest import PASSWORD, Serve, World
from tests.integration.share_api.test_imports import work
from tests.support import caddy, wait

from common.db.audit import AuditEntry
from common.db.tenancy import Access, transaction
from devstack.processes.sockets import reserved_port
from devstack.supervisor.ports import Ports
from devstack.supervisor.public import caddyfile

pytestmark = caddy.needed
ORDERS = (
    "order_id,paid_at,currency,line_id,product_id,quantity,unit_price\n"
    "O1,2026-03-05T10:00:00Z,JPY,1,P1,1,1\n"
)


class Echo(BaseHTTPRequestHandler):
    """Stands for the viewer: it answers what it was sent."""

    def do_GET(self) -> None:
        said = {"path": self.path, **{name.lower(): value for name, value in self.headers.items()}}
        self.send_response(200)
        self.end_headers()
        self.wfile.write(json.dumps(said).encode())

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def echoing() -> Iterator[int]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Echo) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield server.server_port
        finally:
            server.shutdown()
            thread.join()


@dataclass(frozen=True)
class Outside:
    """How the system is reached from outside."""

    origin: str
    front: caddy.Front

    def client(self) -> httpx.Client:
        """A client that takes the certificate for what it is."""
        return httpx.Client(
            base_url=self.origin,
            verify=False,  # noqa: S501 - made by Caddy a moment ago, known to nobody
            timeout=wait.PATIENCE_SECONDS,
            headers={
                "X-Forwarded-For": "203.0.113.9",
                "X-Request-ID": "0af7651916cd43dd8448eb211c80319c",
                "Origin": self.origin,
            },
        )


@pytest.fixture
def outside(serve: Serve, world: World) -> Iterator[Outside]:
    port = reserved_port()
    origin = f"https://localhost:{port}"
    service = serve(PUBLIC_BASE_URL=origin, SHARE_API_TRUSTED_PROXIES="127.0.0.1")
    with echoing() as viewer:
        ports = Ports(int(service.url.rpartition(":")[2]), viewer, postgres=1, valkey=1)
        with caddy.front(caddyfile(origin, ports), port) as front:
            yield Outside(origin, front)


def test_caddy_takes_what_is_written_for_a_domain() -> None:
    done = caddy.validated(caddyfile("https://reports.example.com", Ports(8000, 8001, 1, 1)))
    assert done.returncode == 0, done.stderr
    assert "Valid configuration" in done.stdout + done.stderr
    assert caddy.validated("reports.example.com {\n\treverse_proxi\n}\n").returncode != 0


def test_the_console_works_behind_it(outside: Outside, world: World) -> None:
    with outside.client() as client:
        login = client.get("/admin/login")
        assert login.status_code == 200
        assert login.headers["strict-transport-security"].startswith("max-age=")
        form = {"email": "ben@example.com", "password": PASSWORD}
        entered = client.post("/admin/login", data=form)
        assert (entered.status_code, entered.headers["location"]) == (303, "/admin")
        cookies = entered.headers.get_list("set-cookie")
        assert len(cookies) == 2
        assert all(each.endswith("; SameSite=lax; Secure") for each in cookies)
        assert client.get("/admin").status_code == 200, "the cookie came back"
        sent = client.post(
            "/api/admin/imports", content=ORDERS, headers={"Content-Type": "text/csv"}
        )
        assert sent.status_code == 202, sent.text
        state = sent.headers["location"]
        assert client.get(state).json()["state"] == "queued"
        work(world.engine)
        assert client.get(state).json()["state"] == "succeeded"
    with transaction(world.engine, Access(tenant_id=world.tokyo)) as session:
        query = select(AuditEntry.address).where(AuditEntry.action == "login.succeeded")
        assert session.scalars(query).all() == ["127.0.0.1"], "not what the client says it is"


def test_links_go_to_the_viewer_and_the_rest_nowhere(outside: Outside) -> None:
    with outside.client() as client:
        for path in ("/api/reports/AbC.dEf/csv?x=1", "/static/report.css", "/csp-reports"):
            told = client.get(path).json()
            assert told["path"] == path
            assert told["host"] == outside.origin.removeprefix("https://")
            assert told["x-forwarded-proto"] == "https"
            assert told["x-forwarded-for"] in {"127.0.0.1", "::1"}
            assert "x-request-id" not in told
        for path in ("/", "/metrics", "/readyz", "/healthz", "/docs", "/openapi.json", "/nothing"):
            assert client.get(path).status_code == 404, path
        sent = client.get(f"http://localhost:{outside.front.plain}/admin")
        assert sent.status_code == 308
        assert sent.headers["location"] == f"{outside.origin}/admin"


def test_a_service_that_is_away_puts_no_address_into_its_log() -> None:
    port, nobody = reserved_port(), reserved_port()
    origin = f"https://localhost:{port}"
    written = caddyfile(origin, Ports(nobody, nobody, postgres=1, valkey=1))
    with caddy.front(written, port) as front, Outside(origin, front).client() as client:
        for path in ("/api/reports/A-Tok.En", "/admin/reset/A-Tok.En?a=A-Tok.En"):
            told = client.get(path, headers={"Referer": f"{origin}{path}"})
            assert told.status_code == 502
        wait.until(lambda: front.log.read_text().count('"status":502') >= 2, front.log.read_text)
        assert "A-Tok.En" not in front.log.read_text()
