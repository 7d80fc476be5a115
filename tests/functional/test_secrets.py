"""No secret, token or password gets out of the running system but to whom it belongs."""

import json
import secrets
from collections.abc import Iterator
from pathlib import Path

import httpx
import psutil
import pytest
from tests.functional.conftest import System
from tests.support import wait

pytestmark = pytest.mark.xdist_group("system")

TYPED = f"typed-in-vain-{secrets.token_hex(8)}"
"""A password that somebody types wrong."""
BROWSER = {"Accept": "text/html"}


def vault(system: System) -> dict[str, str]:
    """The secrets of the system by their names, the demo shop's password apart."""
    kept: dict[str, str] = json.loads((system.state / "secrets.json").read_text())
    kept.pop("demo_password")
    assert len(kept) == 5
    return kept


def processes(system: System) -> list[psutil.Process]:
    """The supervisor, the servers and the services, with all their children."""
    (supervisor,) = [
        each
        for each in psutil.Process().children(recursive=True)
        if each.cmdline()[1:4] == ["-m", "analytics", "up"] and str(system.state) in each.cmdline()
    ]
    return [supervisor, *supervisor.children(recursive=True)]


@pytest.fixture
def walked(system: System) -> dict[str, str]:
    """Everything a person does, right and wrong; what must be in no line, by its name."""
    known = vault(system) | {"a password typed wrong": TYPED}
    with httpx.Client(base_url=system.share_api, timeout=wait.PATIENCE_SECONDS) as stranger:
        wrong = {"email": system.email, "password": TYPED}
        assert stranger.post("/api/admin/session", json=wrong).status_code == 403
        stranger.post("/api/admin/session", content=b'{"password": "' + TYPED.encode())
    with system.admin() as admin:
        known["the session"] = admin.cookies["analytics_session"]
        issued = admin.post("/api/admin/analytics/sales-velocity/share", json={"period": "7d"})
        url, entry = issued.json()["url"], issued.headers["location"]
        token = known["the token"] = url.rsplit("/", 1)[1]
        known["its signature"] = token.split(".")[1]
        for path in (url, f"{url}/csv", f"{url}x", f"{url}/x", f"{url}/csv?token={token}"):
            for headers in (BROWSER, {}):
                httpx.get(path, headers=headers | {"Referer": url}, timeout=wait.PATIENCE_SECONDS)
        httpx.post(url, timeout=wait.PATIENCE_SECONDS)
        admin.get(f"/api/admin/analytics/shares/{token}")
        admin.get(f"/api/reports/{token}")
        admin.get("/api/admin/analytics/shares", params={"cursor": token})
        admin.get("/api/admin/analytics/audit", params={"subject": token})
        admin.put("/api/admin/analytics/sharing", json={token: TYPED})
        admin.post("/api/admin/imports", content=TYPED, headers={"Content-Type": "text/csv"})
        assert admin.delete(entry).status_code == 204
        assert httpx.get(url, timeout=wait.PATIENCE_SECONDS).status_code == 403
        admin.delete("/api/admin/session")
    return known


def outputs(system: System) -> Iterator[tuple[str, str]]:
    """Every line that any process wrote, the databases' logs included."""
    found = [path for path in system.state.rglob("*") if path.suffix == ".log" and path.is_file()]
    assert len(found) >= 3, "of the supervisor and its services, of PostgreSQL and of Valkey"
    for path in found:
        for line in path.read_text(errors="replace").splitlines():
            yield f"{path.name}: {line}", line


def test_no_line_of_any_process_holds_one(system: System, walked: dict[str, str]) -> None:
    for where, line in outputs(system):
        for name, secret in walked.items():
            assert secret not in line, f"{name} in {where.replace(secret, '…')}"
        assert "argon2" not in line, "a hash of a password is nobody's business either"


def test_the_demo_password_is_printed_for_a_person_and_logged_nowhere(system: System) -> None:
    lines = [where for where, line in outputs(system) if system.password in line]
    assert len(lines) == 1
    assert "log in as" in lines[0]


def test_no_list_of_processes_shows_one(system: System, walked: dict[str, str]) -> None:
    """What `ps` shows to everybody, of all processes and not of ours alone."""
    known = walked | {"the demo password": system.password}
    assert len(processes(system)) > 8
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            line = path.read_bytes().decode(errors="replace")
        except OSError:  # ended meanwhile
            continue
        for name, secret in known.items():
            assert secret not in line, f"{name} in {path}"


def test_each_process_is_told_what_it_needs_and_no_more(system: System) -> None:
    """An environment is read by the same user and root alone; who is not told, cannot leak."""
    known = vault(system)
    needed = {
        "share_api": {
            *("signing_secret", "connection_secret", "service_password", "valkey_password")
        },
        "report_viewer": {"signing_secret", "valkey_password"},
        "worker": {"service_password", "valkey_password"},
        "analytics": set(),
    }
    seen = set()
    for process in processes(system):
        try:
            environment = process.environ().values()
            command = process.cmdline()
        except (psutil.NoSuchProcess, psutil.AccessDenied):
            continue
        if not command:
            continue
        told = {name for name, secret in known.items() if any(secret in v for v in environment)}
        module = command[command.index("-m") + 1] if "-m" in command else Path(command[0]).name
        assert told <= needed.get(module, set()), f"{module} is told {told}"
        seen.add(module)
    assert set(needed) <= seen, seen


def test_metrics_and_descriptions_hold_none(system: System, walked: dict[str, str]) -> None:
    for service in (system.share_api, system.viewer):
        for path in ("/metrics", "/healthz", "/readyz", "/openapi.json", "/docs"):
            body = httpx.get(service + path, timeout=wait.PATIENCE_SECONDS).text
            for name, secret in walked.items():
                assert secret not in body, f"{name} in {path}"
