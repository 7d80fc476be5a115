"""What the services are told, and what they are not."""

import json
from pathlib import Path

import pytest

from devstack.supervisor.demo import Demo
from devstack.supervisor.ports import Ports
from devstack.supervisor.process import ServiceSpec
from devstack.supervisor.ready_file import ready_content, ready_message, write_ready_files
from devstack.supervisor.services import (
    CONNECTION_SECRET,
    CONNECTION_SETTINGS,
    SIGNING_SECRET,
    SIGNING_SETTINGS,
    addresses,
    service_specs,
    shared_settings,
)
from devstack.supervisor.state import StateDirectory

PORTS = Ports(share_api=8000, report_viewer=8001, postgres=54329, valkey=63799)
WHERE = addresses(PORTS, database_url="postgresql://app", redis_url="redis://cache")
DEMO = Demo(tenant="demo", email="admin@example.com", password="pw", link="http://x/api/reports/t")


def specs(environment: dict[str, str]) -> dict[str, ServiceSpec]:
    """The services by name."""
    settings = shared_settings(environment, WHERE, "ab" * 32, "ef" * 32)
    state = StateDirectory(Path("/nowhere"))
    return {spec.name: spec for spec in service_specs(WHERE, PORTS, state, settings)}


def test_only_the_viewer_is_kept_from_the_database() -> None:
    told = specs({"DATABASE_URL": "postgresql://owner", "DATABASE_OWNER_URL": "postgresql://owner"})
    for name, spec in told.items():
        expected = None if name == "report-viewer" else "postgresql://app"
        assert spec.environment.get("DATABASE_URL") == expected
        assert "DATABASE_OWNER_URL" not in spec.environment
        assert spec.environment["REDIS_URL"] == "redis://cache"
        assert spec.environment["PUBLIC_BASE_URL"] == "http://127.0.0.1:8001"


def test_no_secret_is_on_a_command_line() -> None:
    for spec in specs({}).values():
        line = " ".join(spec.command)
        assert "ab" * 32 not in line
        assert "postgresql://" not in line
        assert "environment" not in repr(spec)


@pytest.mark.parametrize(
    ("given", "told"), [("cd" * 32, "cd" * 32), ("", "ab" * 32), (" ", "ab" * 32)]
)
def test_a_signing_secret_of_the_environment_wins(given: str, told: str) -> None:
    services = specs({SIGNING_SECRET: given})
    for name in ("share-api", "report-viewer"):
        assert services[name].environment[SIGNING_SECRET] == told


def test_workers_are_told_no_signing_secret() -> None:
    services = specs(dict.fromkeys(SIGNING_SETTINGS, "cd" * 32))
    for name in ("worker", "links", "beat"):
        assert not {*SIGNING_SETTINGS} & set(services[name].environment)


@pytest.mark.parametrize(("given", "told"), [("cd" * 32, "cd" * 32), ("", "ef" * 32)])
def test_the_secret_of_connections_is_told_to_share_api_alone(given: str, told: str) -> None:
    services = specs({CONNECTION_SECRET: given, CONNECTION_SETTINGS[1]: "ab" * 32})
    assert services.pop("share-api").environment[CONNECTION_SECRET] == told
    for spec in services.values():
        assert not {*CONNECTION_SETTINGS} & set(spec.environment)


def test_links_have_a_worker_of_their_own_whatever_the_others_take() -> None:
    services = specs({"WORKER_QUEUES": "reports,imports", "WORKER_CONCURRENCY": "8"})
    taken = {name: spec.environment.get("WORKER_QUEUES") for name, spec in services.items()}
    assert (taken["worker"], taken["links"]) == ("reports,imports", "links")
    assert services["links"].environment["WORKER_CONCURRENCY"] == "1"


def test_what_is_the_operators_is_told_to_no_service() -> None:
    for spec in specs({"DISCORD_BOT_TOKEN": "secret", "DISCORD_PUBLIC_KEY": "ab"}).values():
        assert "DISCORD_BOT_TOKEN" not in spec.environment
        assert spec.environment["DISCORD_PUBLIC_KEY"] == "ab"


def test_other_settings_pass_through() -> None:
    for spec in specs({"ANALYTICS_SHARE_LINK_TTL_SECONDS": "90"}).values():
        assert spec.environment["ANALYTICS_SHARE_LINK_TTL_SECONDS"] == "90"


def test_the_ready_file_has_exactly_its_keys(tmp_path: Path) -> None:
    path = tmp_path / "new" / "ready.json"
    write_ready_files([path], WHERE, DEMO)
    assert json.loads(path.read_text()) == {
        "shareApiUrl": "http://127.0.0.1:8000",
        "viewerUrl": "http://127.0.0.1:8001",
        "databaseUrl": "postgresql://app",
        "redisUrl": "redis://cache",
        "tenant": "demo",
        "admin": {"email": "admin@example.com", "password": "pw"},
        "link": "http://x/api/reports/t",
    }
    without = ready_content(WHERE, None)
    assert [without[key] for key in ("tenant", "admin", "link")] == [None, None, None]


def test_the_welcome_says_what_a_person_needs() -> None:
    text = ready_message(WHERE, DEMO)
    for word in ("http://x/api/reports/t", "http://127.0.0.1:8000/docs", "pw", "Ctrl-C"):
        assert word in text
    assert text.index("http://127.0.0.1:8000/admin") < text.index("http://x/api/reports/t")
    assert "log in as" not in ready_message(WHERE, None)
