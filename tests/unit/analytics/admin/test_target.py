"""Which servers a command works on."""

from pathlib import Path

import pytest

from analytics.admin.target import BrokerError, NoConnectionError, resolve, resolve_owner
from devstack.supervisor.secrets import load_secrets
from devstack.supervisor.state import StateDirectory, write_private

GIVEN = {"DATABASE_URL": "postgresql://app:pw@db/x", "REDIS_URL": "redis://cache/0"}
RUNNING_DATABASE = "postgresql+psycopg://analytics_service:pw@127.0.0.1:54321/analytics"
RUNNING_REDIS = "redis://:pw@127.0.0.1:6400/0"


@pytest.fixture
def running(tmp_path: Path) -> StateDirectory:
    """The state directory of a running system with an embedded database."""
    state = StateDirectory(tmp_path)
    write_private(
        state.ready,
        {
            "databaseUrl": RUNNING_DATABASE,
            "redisUrl": RUNNING_REDIS,
            "viewerUrl": "http://127.0.0.1:8001",
        },
    )
    write_private(state.ports, {"postgres": 54321})
    return state


def test_the_environment_is_enough() -> None:
    connection = resolve(None, GIVEN)
    assert (connection.database_url, connection.redis_url) == tuple(GIVEN.values())
    assert connection.settings == {}


def test_a_state_directory_given_wins(running: StateDirectory) -> None:
    connection = resolve(running.path, GIVEN)
    assert connection.database_url == RUNNING_DATABASE
    assert connection.redis_url == RUNNING_REDIS
    assert connection.settings == {
        "ANALYTICS_CONNECTION_SECRET": load_secrets(running.secrets).connection_secret,
        "ANALYTICS_SHARE_SIGNING_SECRET": load_secrets(running.secrets).signing_secret,
        "PUBLIC_BASE_URL": "http://127.0.0.1:8001",
    }


def test_a_secret_in_the_environment_wins(running: StateDirectory) -> None:
    known = {"ANALYTICS_SHARE_SIGNING_SECRET": "ab" * 32}
    settings = resolve(running.path, known).settings
    assert settings["ANALYTICS_SHARE_SIGNING_SECRET"] == "ab" * 32


def test_what_is_not_given_comes_from_the_default_directory(
    running: StateDirectory, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    home = tmp_path / "home"
    home.mkdir()
    (home / ".state").symlink_to(running.path)
    monkeypatch.chdir(home)
    assert resolve(None, {}).redis_url == RUNNING_REDIS
    half = resolve(None, {"DATABASE_URL": "postgresql://x"})
    assert (half.database_url, half.redis_url) == ("postgresql://x", RUNNING_REDIS)


def test_nothing_known_is_one_clear_line(tmp_path: Path) -> None:
    with pytest.raises(NoConnectionError, match="DATABASE_URL") as caught:
        resolve(tmp_path, {})
    assert "\n" not in str(caught.value)
    with pytest.raises(NoConnectionError, match="DATABASE_OWNER_URL"):
        resolve_owner(tmp_path, {})


def test_secrets_do_not_show_in_a_repr() -> None:
    assert "pw" not in repr(resolve(None, GIVEN))


def test_the_owner_comes_from_the_environment() -> None:
    owner = {"DATABASE_OWNER_URL": "postgresql://owner@db/x"}
    assert resolve_owner(None, owner) == ("postgresql://owner@db/x", None)
    assert resolve_owner(None, {**owner, **GIVEN}) == (
        "postgresql://owner@db/x",
        GIVEN["DATABASE_URL"],
    )
    with pytest.raises(NoConnectionError, match="DATABASE_OWNER_URL"):
        resolve_owner(None, GIVEN)  # which is the services' role


def test_the_owner_of_a_running_system_is_its_superuser(running: StateDirectory) -> None:
    owner, service = resolve_owner(running.path, {})
    password = load_secrets(running.secrets).postgres_password
    assert owner == f"postgresql+psycopg://postgres:{password}@127.0.0.1:54321/analytics"
    assert service == RUNNING_DATABASE


def test_the_owner_of_a_database_that_is_not_ours_is_unknown(running: StateDirectory) -> None:
    write_private(running.ports, {"postgres": 1})
    with pytest.raises(NoConnectionError):
        resolve_owner(running.path, {})


@pytest.mark.parametrize("broker", [{}, {"BROKER_URL": "redis+cluster://a"}])
def test_jobs_of_a_cluster_need_a_place_of_their_own(broker: dict[str, str]) -> None:
    known = {"DATABASE_URL": "postgresql://x", "REDIS_URL": "redis+cluster://:secret@a,b"}
    with pytest.raises(BrokerError, match="BROKER_URL ") as refused:
        resolve(None, known | broker)
    assert "secret" not in str(refused.value)
    assert resolve(None, known | {"BROKER_URL": "redis://jobs"}).redis_url == known["REDIS_URL"]
