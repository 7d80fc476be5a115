"""Every service replaced under load, with the signing key rotated meanwhile: no request fails.

As scripts/roll does it: a new one is ready and found before an old one is told to end. The gateway
runs its own configuration and knows two addresses of each service, as Docker's resolver tells them;
before it stands what an operator has there, with two gateways to choose from.
"""

import os
import re
import secrets
import shutil
import signal
import subprocess
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import count
from pathlib import Path
from threading import Event, Thread
from urllib.parse import urlsplit

import httpx
import psutil
import pytest
from benchmarks.serve import servers
from tests.support import wait
from tests.support.breakable import EMAIL, PASSWORD, furnish
from tests.support.service_process import service_process, until_it_answers

from common.links.token import KeyRing
from devstack.processes.sockets import LOOPBACK, reserved_port

pytestmark = pytest.mark.skipif(
    not all(map(shutil.which, ("nginx", "taskset")))
    and os.environ.get("ANALYTICS_REQUIRE_NGINX") != "1",
    reason="nginx is not installed",
)

OLD, NEW = secrets.token_hex(32), secrets.token_hex(32)
PROXIES = {
    "REPORT_VIEWER_TRUSTED_PROXIES": "127.0.0.0/8",
    "SHARE_API_TRUSTED_PROXIES": "127.0.0.0/8",
}
PAUSE_SECONDS = 0.03
"""Between two requests of one client: load that leaves others room."""
ENOUGH = 8
KINDS = ("page", "CSV", "issue", "new page", "revoke")
FIRST = date(2020, 1, 1)

FRONT = """\
worker_processes 1;
daemon off;
pid {place}/front.pid;
error_log {place}/front.log;
events {{ worker_connections 1024; }}
http {{
    access_log off;
    client_body_temp_path {place}/t1;
    proxy_temp_path {place}/t2;
    fastcgi_temp_path {place}/t3;
    uwsgi_temp_path {place}/t4;
    scgi_temp_path {place}/t5;
    upstream gateways {{ server {gateways[0]} max_fails=0; server {gateways[1]} max_fails=0; }}
    server {{
        listen 127.0.0.1:{port};
        location / {{ proxy_pass http://gateways; proxy_set_header Host $http_host; }}
    }}
}}
"""


@dataclass
class Service:
    """One process of a service, at its own address."""

    module: str
    url: str
    process: "subprocess.Popen[bytes]"

    def stop(self) -> None:
        """Tell it to end, and wait until it has."""
        self.process.terminate()
        assert self.process.wait(wait.PATIENCE_SECONDS) in {0, -signal.SIGTERM}

    def answered(self) -> float:
        """How many requests that count it has answered."""
        told = httpx.get(f"{self.url}/metrics", timeout=wait.PATIENCE_SECONDS).text
        counts = re.findall(
            r"^(?:report_viewer_answers|share_api_requests)_total"
            r'\{(?!.*"/(?:readyz|metrics)").*\} (.+)$',
            told,
            re.MULTILINE,
        )
        return sum(map(float, counts))


@dataclass
class Place:
    """Where services are started, and by which settings."""

    path: Path
    stack: ExitStack
    environment: dict[str, str]

    def start(self, module: str, port: int = 0, **settings: str) -> Service:
        """Start one more of a service, and wait until it is ready."""
        log = self.path / f"{module}-{secrets.token_hex(4)}.log"
        ready = self.path / f"{log.stem}.ready"
        given = {
            "SHARE_API_PORT": str(port),
            "REPORT_VIEWER_PORT": str(port),
            "WORKER_READY_FILE": str(ready),
        }
        process = self.stack.enter_context(
            service_process(module, self.environment | given | settings, log)
        )
        service = Service(module, f"http://{LOOPBACK}:{port}", process)
        if port:
            until_it_answers(process, service.url, log)
        else:
            wait.until(ready.exists, "a worker that takes jobs")
        return service


@dataclass
class Load:
    """Clients that ask all the time; what they were answered, and what they were not."""

    url: str
    tenant_path: str
    answers: Counter[str] = field(default_factory=Counter)
    failures: list[str] = field(default_factory=list)
    _over: Event = field(default_factory=Event)
    _days: Iterator[int] = field(default_factory=count)

    @contextmanager
    def running(self) -> Iterator[None]:
        """Load until the end of the block."""
        clients = [self._read, self._read, self._administer, self._administer]
        threads = [Thread(target=self._run, args=(each,)) for each in clients]
        for each in threads:
            each.start()
        try:
            yield
        finally:
            self._over.set()
            for each in threads:
                each.join()

    def until_more(self) -> None:
        """Wait until each kind of request was answered some times more."""
        before = Counter({kind: self.answers[kind] for kind in KINDS})
        wait.until(
            lambda: (
                self.failures or all(self.answers[each] >= before[each] + ENOUGH for each in KINDS)
            ),
            lambda: f"{self.answers} after {before}",
        )

    def _run(self, one_round: Callable[[httpx.Client], None]) -> None:
        with httpx.Client(base_url=self.url, timeout=wait.PATIENCE_SECONDS) as client:
            self.log_in(client)
            while not self._over.wait(PAUSE_SECONDS):
                one_round(client)

    def _read(self, client: httpx.Client) -> None:
        self.ask(client, "page", 200, "GET", self.tenant_path)
        self.ask(client, "CSV", 200, "GET", f"{self.tenant_path}/csv")

    def _administer(self, client: httpx.Client) -> None:
        share = "/api/admin/analytics/revenue-overview/share"
        first = FIRST + timedelta(days=next(self._days))  # so that a worker has to compute it
        dates = {"first": f"{first}", "last": f"{first + timedelta(days=6)}"}
        issued = self.ask(client, "issue", 201, "POST", share, json={"dates": dates})
        if issued is not None:
            self.ask(client, "new page", 200, "GET", urlsplit(issued.json()["url"]).path)
            self.ask(client, "revoke", 204, "DELETE", issued.headers["location"])

    def log_in(self, client: httpx.Client) -> None:
        """Begin a session."""
        credentials = {"email": EMAIL, "password": PASSWORD}
        self.ask(client, "log in", 200, "POST", "/api/admin/session", json=credentials)

    def ask(
        self, client: httpx.Client, kind: str, wanted: int, method: str, path: str, **given: object
    ) -> httpx.Response | None:
        """The answer, if it is the one that is wanted; it is counted either way."""
        try:
            answer = client.request(method, path, **given)  # type: ignore[arg-type]
        except httpx.TransportError as error:
            self.failures.append(f"{kind}: {error!r}")
            return None
        if answer.status_code != wanted:
            self.failures.append(f"{kind}: {answer.status_code} {answer.text[:300]}")
            return None
        self.answers[kind] += 1
        return answer


@pytest.fixture
def place(service_url: str, redis_url: str, tmp_path: Path) -> Iterator[Place]:
    kept = {k: v for k, v in os.environ.items() if k not in {"DATABASE_OWNER_URL", "BROKER_URL"}}
    environment = {
        **kept,
        **PROXIES,
        "DATABASE_URL": service_url,
        "REDIS_URL": redis_url,
        "WORKER_CONCURRENCY": "1",
        "SHARE_API_SHARES_PER_TENANT": "1000000",
        "REPORT_VIEWER_COLD_PER_TENANT": "1000000",
        "REPORT_VIEWER_WAIT_SECONDS": "60",
        "ANALYTICS_SHARE_SIGNING_SECRET": OLD,
    }
    furnish(service_url)
    with ExitStack() as stack:
        yield Place(tmp_path, stack, environment)


@contextmanager
def front(place: Path, gateways: list[int], port: int) -> Iterator[None]:
    """What stands before two gateways: what cannot be reached of them is passed over."""
    with tempfile.TemporaryDirectory(prefix="front-") as own:
        Path(own).chmod(0o755)
        addresses = [f"{LOOPBACK}:{each}" for each in gateways]
        configuration = place / "front.conf"
        configuration.write_text(FRONT.format(place=own, gateways=addresses, port=port))
        process = subprocess.Popen(["nginx", "-e", "stderr", "-c", str(configuration)])
        try:
            servers.wait(port)
            yield
        finally:
            process.terminate()
            process.wait(wait.PATIENCE_SECONDS)


def test_no_request_fails_while_everything_is_replaced_and_the_key_rotated(place: Place) -> None:
    viewers, shares, gateways = ([reserved_port(), reserved_port()] for _ in range(3))
    own = place.environment
    own["PUBLIC_BASE_URL"] = f"http://{LOOPBACK}:{(entrance := reserved_port())}"
    worker = place.start("worker")
    viewer = place.start("report_viewer", viewers[0])
    share = place.start("share_api", shares[0])

    def gateway(number: int) -> servers.Server:
        """The gateway's configuration, which knows the places of both of each service."""
        first, second = (f"http://{LOOPBACK}:{each}" for each in viewers)
        return place.stack.enter_context(
            servers.gateway(
                place.path,
                servers.Server(first, ()),
                core=0,
                port=gateways[number],
                viewers=[second],
                share_apis=[f"http://{LOOPBACK}:{each}" for each in shares],
            )
        )

    def replaced(old: Service, port: int = 0) -> Service:
        """The one that takes an old one's place, once that has ended."""
        new = place.start(old.module, port)
        if port:
            wait.until(lambda: new.answered() > 0, "found by the gateway")
        old.stop()
        load.until_more()
        return new

    first = gateway(0)
    place.stack.enter_context(front(place.path, gateways, entrance))
    load = Load(own["PUBLIC_BASE_URL"], path_of_a_link(own["PUBLIC_BASE_URL"]))
    with load.running():
        load.until_more()
        # The steps of docs/operations.md: viewers know the new key before anybody signs with it.
        own["ANALYTICS_SHARE_SIGNING_SECRETS_RETIRED"] = NEW
        viewer = replaced(viewer, viewers[1])
        own["ANALYTICS_SHARE_SIGNING_SECRET"] = NEW
        own["ANALYTICS_SHARE_SIGNING_SECRETS_RETIRED"] = OLD
        share = replaced(share, shares[1])
        viewer = replaced(viewer, viewers[0])
        worker = replaced(worker)
        gateway(1)
        os.kill(first.pids[0], signal.SIGQUIT)
        wait.until(lambda: not any(map(serves, first.pids)), "the first gateway has ended")
        load.until_more()
    assert load.failures == []
    token = path_of_a_link(load.url).rpartition("/")[2]
    assert KeyRing(NEW).authenticate(token)


def serves(pid: int) -> bool:
    """Whether a process is there, and is not only waited for."""
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def path_of_a_link(url: str) -> str:
    """Where a new link leads, once its report is computed."""
    load = Load(url, "")
    with httpx.Client(base_url=url, timeout=wait.PATIENCE_SECONDS) as client:
        load.log_in(client)
        issued = load.ask(
            client, "issue", 201, "POST", "/api/admin/analytics/sales-velocity/share", json={}
        )
        assert issued is not None, load.failures
        path: str = urlsplit(issued.json()["url"]).path
        assert client.get(path).status_code == 200
        return path
