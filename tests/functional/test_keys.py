"""Keys over the real processes: rotated without a link failing, and a leaked one put out of use.

The steps are those of docs/operations.md.
"""

import json
import os
import secrets
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from uuid import uuid4

import httpx
import pytest
from tests.support import forked, wait
from tests.support.breakable import EMAIL, PASSWORD, furnish
from tests.support.service_process import service_process, until_it_answers

from common.links.token import KeyRing
from devstack.processes.sockets import reserved_port

BROWSER = {"Accept": "text/html"}
OLD, NEW = secrets.token_hex(32), secrets.token_hex(32)


@dataclass(frozen=True)
class Place:
    """The servers that stay, while services come and go."""

    path: Path
    environment: dict[str, str]


@dataclass(frozen=True)
class Running:
    """The services under certain keys."""

    share_api: str
    viewer: str
    environment: dict[str, str]

    @contextmanager
    def admin(self) -> Iterator[httpx.Client]:
        with httpx.Client(base_url=self.share_api, timeout=wait.PATIENCE_SECONDS) as client:
            credentials = {"email": EMAIL, "password": PASSWORD}
            assert client.post("/api/admin/session", json=credentials).status_code == 200
            yield client

    def share(self, report: str = "revenue-overview") -> tuple[str, str]:
        """The token of a new link, and the address it is managed at."""
        with self.admin() as admin:
            issued = admin.post(f"/api/admin/analytics/{report}/share", json={"period": "7d"})
        assert issued.status_code == 201, issued.text
        return issued.json()["url"].rsplit("/", 1)[1], issued.headers["location"]

    def opens(self, token: str) -> set[int]:
        """The statuses of the page and the CSV, once the report is computed."""
        addresses = [f"{self.viewer}/api/reports/{token}{end}" for end in ("", "/csv")]

        def statuses() -> set[int]:
            return {
                httpx.get(each, headers=BROWSER, timeout=wait.PATIENCE_SECONDS).status_code
                for each in addresses
            }

        wait.until(lambda: 503 not in statuses(), "computed")
        return statuses()

    def analytics(self, *arguments: str) -> list[str]:
        """What a command prints, a line each."""
        done = forked.run(["analytics", *arguments], env=self.environment)
        assert done.returncode == 0, done.stderr
        return done.stdout.splitlines()


@pytest.fixture
def place(service_url: str, redis_url: str, tmp_path: Path) -> Iterator[Place]:
    """The worker stays too: it has no keys."""
    kept = {k: v for k, v in os.environ.items() if k not in {"DATABASE_OWNER_URL", "BROKER_URL"}}
    urls = {"DATABASE_URL": service_url, "REDIS_URL": redis_url}
    environment = {**kept, **urls, "WORKER_CONCURRENCY": "1"}
    with service_process("worker", environment, tmp_path / "worker.log"):
        yield Place(tmp_path, environment)


@contextmanager
def running(place: Place, secret: str, *retired: str) -> Iterator[Running]:
    """The services that have keys, under these, until they are stopped."""
    ports = {"share_api": reserved_port(), "report_viewer": reserved_port()}
    urls = {module: f"http://127.0.0.1:{port}" for module, port in ports.items()}
    environment = place.environment | {
        "ANALYTICS_SHARE_SIGNING_SECRET": secret,
        "ANALYTICS_SHARE_SIGNING_SECRETS_RETIRED": ",".join(retired),
        "SHARE_API_PORT": str(ports["share_api"]),
        "REPORT_VIEWER_PORT": str(ports["report_viewer"]),
        "PUBLIC_BASE_URL": urls["report_viewer"],
    }
    with ExitStack() as stack:
        logs = {module: place.path / f"{module}.log" for module in ports}
        started = {
            module: stack.enter_context(service_process(module, environment, log))
            for module, log in logs.items()
        }
        for module, process in started.items():
            until_it_answers(process, urls[module], logs[module])
        yield Running(urls["share_api"], urls["report_viewer"], environment)


def uses(lines: list[str]) -> dict[str, tuple[str, int]]:
    """What each key is good for, and how many live links it signed."""
    keys = (line.split() for line in lines if not line.startswith(" "))
    return {words[0]: (words[1], int(words[2])) for words in keys if len(words[0]) == 16}


def forged(token: str, **changes: object) -> str:
    """What somebody makes of a link who has the old secret."""
    ring = KeyRing(OLD)
    return ring.issue(replace(KeyRing(OLD, (NEW,)).authenticate(token), **changes))  # type: ignore[arg-type]


def test_a_rotation_loses_no_link_and_a_leaked_key_all_of_its_own(place: Place) -> None:
    old, new = KeyRing(OLD).key_id, KeyRing(NEW).key_id
    with running(place, OLD) as system:
        furnish(system.environment["DATABASE_URL"])
        first, first_entry = system.share()
        assert system.opens(first) == {200}
        assert uses(system.analytics("keys")) == {old: ("signs", 1)}

    # The rotation: the new one signs, the old one still verifies.
    with running(place, NEW, OLD) as system:
        assert system.opens(first) == {200}
        second, second_entry = system.share()
        assert system.opens(second) == {200}
        assert uses(system.analytics("keys")) == {new: ("signs", 1), old: ("verifies", 1)}
        invented = forged(second, link_id=uuid4())
        assert system.opens(invented) == {403}, "signed, and in no ledger"

    # The old one leaked: it is taken out of the ring.
    with running(place, NEW) as system:
        for token in (first, forged(first), forged(second), forged(second, link_id=uuid4())):
            assert system.opens(token) == {403}
        assert system.opens(second) == {200}
        with system.admin() as admin:
            states = [admin.get(each).json()["state"] for each in (first_entry, second_entry)]
            assert states == ["retired", "active"]
        lines = system.analytics("keys", "--record")
        assert uses(lines) == {new: ("signs", 1), old: ("retired", 1)}
        assert lines[-1] == "told the audit logs: 1 entry"
        (entry,) = map(
            json.loads, system.analytics("audit", "--tenant", "acme", "--action", "key.retired")
        )
        assert entry["subject"] == old
        assert system.analytics("revoke", "--tenant", "acme", "--all") == ["revoked 2 links"]
        assert uses(system.analytics("keys")) == {new: ("signs", 0)}
        third, _ = system.share()
        assert system.opens(third) == {200}
        assert system.opens(second) == {403}
