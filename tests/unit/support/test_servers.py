"""The same command runs on the same servers everywhere: nothing is found out, all is chosen."""

from contextlib import contextmanager
from pathlib import Path

import pytest
from tests.support import servers
from tests.support.servers import NoServersError, Servers, running_servers


def test_given_servers_win() -> None:
    given = {"DATABASE_URL": "postgresql://d", "REDIS_URL": "redis://r", "TEST_SERVERS": "docker"}
    with running_servers(given) as running:
        assert (running.owner_url, running.redis_url) == ("postgresql://d", "redis://r")


@pytest.mark.parametrize("has_images", [False, True])
def test_docker_is_used_only_when_it_is_chosen(
    has_images: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(servers, "docker_has_images", lambda *_: has_images)
    for name in ("_embedded", "_containers"):
        monkeypatch.setattr(servers, name, _named(name))
    assert _kind({}) == _kind({"TEST_SERVERS": ""}) == "_embedded"
    assert _kind({"TEST_SERVERS": "embedded"}) == "_embedded"
    assert _kind({"DATABASE_URL": "postgresql://d"}) == "_embedded", "half of them is none"
    if has_images:
        assert _kind({"TEST_SERVERS": "docker"}) == "_containers"
    else:
        with pytest.raises(NoServersError, match="TEST_SERVERS=docker takes a Docker that has"):
            _kind({"TEST_SERVERS": "docker"})


def test_a_name_that_is_none_is_refused() -> None:
    with pytest.raises(NoServersError, match="embedded or docker, not 'podman'"):
        _kind({"TEST_SERVERS": "podman"})


def test_files_are_in_memory_where_it_has_room(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(servers, "_SHARED_MEMORY", tmp_path)
    monkeypatch.setattr(servers, "_ROOM", 1)
    assert servers._in_memory() == tmp_path
    monkeypatch.setattr(servers, "_ROOM", 2**60)
    assert servers._in_memory() is None
    monkeypatch.setattr(servers, "_ROOM", 1)
    monkeypatch.setattr(servers, "_SHARED_MEMORY", tmp_path / "missing")
    assert servers._in_memory() is None


def _kind(environment: dict[str, str]) -> str:
    with running_servers(environment) as running:
        return running.kind


def _named(name: str) -> object:
    return contextmanager(lambda: iter([Servers("", "", name)]))
