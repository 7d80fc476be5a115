"""The service as it is served, on a port of its own, with two shops and the people who run them."""

import secrets
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest
from click.testing import CliRunner, Result
from redis import Redis
from sqlalchemy import Engine
from tests.support import wait
from tests.support.inboxes import KEY
from tests.support.jobs_worker import JobsWorker, working
from tests.support.password_hashes import CHEAP
from tests.support.patient_redis import be_patient_with_redis
from tests.support.prompt_server import PromptServer

from accounts.provisioning import create_tenant
from analytics.cli import main
from common.db.accounts import Admin, Membership
from common.db.tenancy import Access, transaction
from common.links.token import KeyRing
from devstack.embedded.valkey import EmbeddedValkey
from share_api.app import create_app
from share_api.container import Container, create_container
from share_api.main import server_config
from share_api.settings import ShareApiSettings

PASSWORD = "correct horse battery"
BASE_URL = "https://app.example.com"
_HASH = CHEAP.hash(PASSWORD)


@dataclass(frozen=True)
class World:
    """Two shops: ``berlin`` (EUR) and ``tokyo`` (JPY). Anna runs both, Ben tokyo, Carl none."""

    engine: Engine
    berlin: int
    tokyo: int
    admins: dict[str, int] = field(default_factory=dict)

    def join(self, name: str, tenant_id: int, role: str) -> None:
        """Make somebody a member."""
        made = Membership(tenant_id=tenant_id, admin_id=self.admins[name], role=role)
        with transaction(self.engine, Access(tenant_id=tenant_id)) as session:
            session.add(made)

    def leave(self, name: str, tenant_id: int) -> None:
        """End a membership."""
        with transaction(self.engine, Access(tenant_id=tenant_id)) as session:
            session.delete(session.get_one(Membership, (tenant_id, self.admins[name])))


@pytest.fixture
def world(service_engine: Engine) -> World:
    berlin, tokyo = (
        create_tenant(
            service_engine, slug=slug, name=slug.title(), currency=currency, timezone=zone
        )
        for slug, currency, zone in (
            ("berlin", "EUR", "Europe/Berlin"),
            ("tokyo", "JPY", "Asia/Tokyo"),
        )
    )
    world = World(service_engine, berlin, tokyo)
    names = ("anna", "ben", "carl")
    admins = [Admin(email=f"{name}@example.com", password_hash=_HASH) for name in names]
    with transaction(service_engine, Access()) as session:
        session.add_all(admins)
    world.admins.update({name: admin.id for name, admin in zip(names, admins, strict=True)})
    for tenant_id, members in ((berlin, ["anna"]), (tokyo, ["anna", "ben"])):
        with transaction(service_engine, Access(tenant_id=tenant_id)) as session:
            session.add_all(
                Membership(tenant_id=tenant_id, admin_id=world.admins[name]) for name in members
            )
    return world


@pytest.fixture
def worker(service_engine: Engine, redis_client: Redis) -> Iterator[JobsWorker]:
    with working(service_engine, redis_client) as found:
        yield found


@dataclass(frozen=True)
class Service:
    """A running service."""

    url: str
    container: Container

    def client(self, **options: Any) -> httpx.Client:
        """A client without a session."""
        return httpx.Client(base_url=self.url, timeout=wait.PATIENCE_SECONDS, **options)

    @contextmanager
    def admin(self, name: str = "anna", tenant: str | None = "berlin") -> Iterator[httpx.Client]:
        """A client with a session of ``name``, acting for ``tenant``."""
        with self.client() as client:
            assert log_in(client, name).status_code == 200
            if tenant is not None:
                chosen = client.put("/api/admin/session/tenant", json={"tenant": tenant})
                assert chosen.status_code == 200, chosen.text
            yield client


def log_in(client: httpx.Client, name: str, password: str = PASSWORD) -> httpx.Response:
    """Log in, and keep the cookie although the test does not speak TLS."""
    client.cookies.clear()
    answer = client.post(
        "/api/admin/session", json={"email": f"{name}@example.com", "password": password}
    )
    for cookie in answer.headers.get_list("set-cookie"):
        client.headers["Cookie"] = cookie.partition(";")[0]
    return answer


@pytest.fixture(scope="session")
def secret() -> str:
    return secrets.token_hex(32)


@pytest.fixture(scope="session")
def ring(secret: str) -> KeyRing:
    return KeyRing(secret)


@pytest.fixture
def as_served() -> None:
    """Time-outs are as short as they are served with: for tests of servers that hang."""


@pytest.fixture(autouse=True)
def patient(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Elsewhere a slow machine is not taken for a server that hangs."""
    if "as_served" not in request.fixturenames:
        be_patient_with_redis(monkeypatch)


Serve = Callable[..., Service]
Command = Callable[..., Result]


@pytest.fixture
def serve(service_url: str, redis_url: str, secret: str) -> Iterator[Serve]:
    """Start a service; settings by the names of their variables, ``change`` for its container."""
    with ExitStack() as stack:

        def start(
            change: Callable[[Container], Container] = lambda container: container, **given: Any
        ) -> Service:
            settings = ShareApiSettings.model_validate(
                {
                    "DATABASE_URL": service_url,
                    "REDIS_URL": redis_url,
                    "ANALYTICS_SHARE_SIGNING_SECRET": secret,
                    "PUBLIC_BASE_URL": BASE_URL,
                    "SHARE_API_PORT": 0,
                    "ANALYTICS_CONNECTION_SECRET": KEY,
                }
                | given
            )
            container = change(create_container(settings))
            return stack.enter_context(_serving(settings, container))

        yield start


@contextmanager
def _serving(settings: ShareApiSettings, container: Container) -> Iterator[Service]:
    server = PromptServer(server_config(create_app(settings, container), settings))
    server.begin()
    try:
        yield Service(f"http://127.0.0.1:{server.port}", container)
    finally:
        server.end()


@pytest.fixture
def service(serve: Serve, world: World) -> Service:
    return serve()


@pytest.fixture
def anna(service: Service) -> Iterator[httpx.Client]:
    """Anna's client, acting for berlin."""
    with service.admin() as client:
        yield client


@pytest.fixture
def ben(service: Service) -> Iterator[httpx.Client]:
    """Ben's client, acting for tokyo."""
    with service.admin("ben", None) as client:
        yield client


def share_id(answer: httpx.Response) -> str:
    """The id of the ledger entry of a link that was issued."""
    assert answer.status_code == 201, answer.text
    return answer.headers["location"].rsplit("/", 1)[1]


def assert_problem(answer: httpx.Response, status: int) -> dict[str, Any]:
    """The problem that an answer is."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    problem: dict[str, Any] = answer.json()
    assert set(problem) - {"errors"} == {"type", "title", "status", "detail"}
    assert problem["status"] == status
    return problem


@contextmanager
def hung(redis: Redis) -> Iterator[None]:
    """A Redis that accepts connections and answers nothing (its process is stopped)."""
    process = psutil.Process(int(redis.info("server")["process_id"]))
    process.suspend()
    try:
        yield
    finally:
        process.resume()


@pytest.fixture
def hung_redis(tmp_path: Path) -> Iterator[str]:
    """A Redis that takes connections and answers nothing."""
    tmp_path.chmod(0o755)
    with EmbeddedValkey(tmp_path / "valkey", password="secret") as valkey:
        with Redis.from_url(valkey.url) as client:
            process = psutil.Process(client.info("server")["process_id"])
        process.suspend()
        try:
            yield valkey.url
        finally:
            process.resume()


@pytest.fixture
def command(
    world: World,
    service_url: str,
    redis_url: str,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> Command:
    """Run the command line in an empty folder, with the environment of a deployment and more."""
    monkeypatch.chdir(tmp_path)
    servers = {"DATABASE_URL": service_url, "REDIS_URL": redis_url}

    def run(*arguments: str, given: str = "", **environment: str) -> Result:
        done = CliRunner().invoke(main, arguments, env=servers | environment, input=given)
        assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
        return done

    return run
