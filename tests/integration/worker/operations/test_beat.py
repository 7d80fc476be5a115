"""A scheduler that loses Redis ends in one line and with a status, for its supervisor."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from redis import Redis
from tests.support import wait
from tests.support.compose import SERVICES
from tests.support.forked import Forked

from common.jobs.celery_config import LINK_QUEUE
from devstack.embedded.valkey import EmbeddedValkey
from devstack.processes.sockets import reserved_port

LOCK = "analytics:beat::lock"
PATIENCE = 60


@pytest.fixture
def server(tmp_path: Path) -> Iterator[EmbeddedValkey]:
    """A server that the test may stop."""
    port = reserved_port()
    with EmbeddedValkey(tmp_path / "valkey", password="of-this-test", port=port) as running:
        yield running


@pytest.fixture
def beat(server: EmbeddedValkey, service_url: str) -> Iterator[subprocess.Popen[str]]:
    settings = {"REDIS_URL": server.url, "DATABASE_URL": service_url}
    with Forked(
        ["worker", "beat"],
        env={**os.environ, **settings},
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def until_at_work(url: str, process: subprocess.Popen[str]) -> None:
    """Return when a job was sent: before, it waits for a broker that is not there yet."""
    with Redis.from_url(url) as redis:

        def at_work() -> bool:
            assert process.poll() is None
            return bool(redis.exists(LINK_QUEUE))

        wait.until(at_work, "a job")


def assert_ended(process: subprocess.Popen[str]) -> None:
    """Jobs that could not be sent have their lines, then comes the only one about the end."""
    _, said = process.communicate(timeout=PATIENCE)
    *before, last = [json.loads(each) for each in said.splitlines()]
    assert (last["level"], last["logger"]) == ("error", "worker.operations.beat")
    assert all(each["message"].startswith("Scheduler: Message Error") for each in before)
    assert "exception" not in {name for each in (*before, last) for name in each}
    assert process.returncode == 1


def test_redis_goes(server: EmbeddedValkey, beat: subprocess.Popen[str]) -> None:
    until_at_work(server.url, beat)
    server.stop()
    assert_ended(beat)


def test_the_lock_is_lost(server: EmbeddedValkey, beat: subprocess.Popen[str]) -> None:
    until_at_work(server.url, beat)
    with Redis.from_url(server.url) as redis:
        redis.set(LOCK, "another's")
    assert_ended(beat)


def test_redis_is_not_there(server: EmbeddedValkey, beat: subprocess.Popen[str]) -> None:
    server.stop()
    assert_ended(beat)


def test_it_stops_when_told(server: EmbeddedValkey, beat: subprocess.Popen[str]) -> None:
    until_at_work(server.url, beat)
    beat.terminate()
    _, said = beat.communicate(timeout=PATIENCE)
    assert (said, beat.returncode) == ("", 0)
    with Redis.from_url(server.url) as redis:
        assert not redis.exists(LOCK)


@pytest.mark.parametrize("by_file", [True, False])
def test_its_health_check_finds_the_lock_wherever_the_address_stands(
    server: EmbeddedValkey, tmp_path: Path, *, by_file: bool
) -> None:
    (tmp_path / "url").write_text(server.url)
    where = {"REDIS_URL_FILE": str(tmp_path / "url")} if by_file else {"REDIS_URL": server.url}
    _, _, *check = SERVICES["beat"]["healthcheck"]["test"]

    def status() -> int:
        command = [sys.executable, *check]
        return subprocess.run(command, env={**os.environ, **where}, check=False).returncode

    assert status() == 1
    with Redis.from_url(server.url) as redis:
        redis.set(LOCK, "its own")
    assert status() == 0
