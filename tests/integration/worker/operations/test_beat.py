"""A scheduler that loses Redis, or finds no writes taken, says so once and goes on by itself."""

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
from tests.support.refusing import WAYS, refusing

from common.infra.refusals import Refusal
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


def until_it_waits(process: subprocess.Popen[str], reason: str) -> None:
    """Its first line is the only one about that."""
    assert process.stderr is not None
    said = json.loads(process.stderr.readline())
    assert "exception" not in said
    assert said["message"] == f"the scheduler waits: {reason}"


def until_it_goes_on(process: subprocess.Popen[str]) -> None:
    assert process.stderr is not None
    for line in process.stderr:
        said = json.loads(line)["message"]
        if said == "the scheduler goes on":
            return
        assert said == "the scheduler waits: its lock is gone"
    pytest.fail("the scheduler ended")


AWAY = "Redis does not answer."


def test_redis_goes_and_comes(server: EmbeddedValkey, beat: subprocess.Popen[str]) -> None:
    until_at_work(server.url, beat)
    server.stop()
    until_it_waits(beat, AWAY)
    server.start()
    with Redis.from_url(server.url) as redis:
        redis.flushall()
    until_at_work(server.url, beat)
    until_it_goes_on(beat)


@pytest.mark.parametrize("way", [*WAYS, Refusal.TOO_FEW_REPLICAS])
def test_redis_refuses_writes_for_a_while(
    server: EmbeddedValkey, beat: subprocess.Popen[str], way: Refusal
) -> None:
    until_at_work(server.url, beat)
    with Redis.from_url(server.url) as redis:
        with refusing(redis, way):
            until_it_waits(beat, way.sentence)
        until_it_goes_on(beat)
        redis.delete(LINK_QUEUE)
        until_at_work(server.url, beat)


def test_another_has_the_lock(server: EmbeddedValkey, beat: subprocess.Popen[str]) -> None:
    until_at_work(server.url, beat)
    with Redis.from_url(server.url) as redis:
        redis.set(LOCK, "another's")
        until_it_waits(beat, "its lock is gone")
        redis.delete(LINK_QUEUE)
        assert redis.get(LOCK) == b"another's"
        redis.delete(LOCK)
    until_at_work(server.url, beat)
    until_it_goes_on(beat)


def test_redis_is_not_there_yet(server: EmbeddedValkey, beat: subprocess.Popen[str]) -> None:
    server.stop()
    until_it_waits(beat, AWAY)
    server.start()
    until_at_work(server.url, beat)
    until_it_goes_on(beat)


def test_it_stops_when_told(server: EmbeddedValkey, beat: subprocess.Popen[str]) -> None:
    until_at_work(server.url, beat)
    beat.terminate()
    _, said = beat.communicate(timeout=PATIENCE)
    assert (said, beat.returncode) == ("", 0)
    with Redis.from_url(server.url) as redis:
        assert not redis.exists(LOCK)


def test_its_health_is_that_its_loop_lives_also_while_it_waits(
    server: EmbeddedValkey, service_url: str, tmp_path: Path
) -> None:
    alive = tmp_path / "ready"
    server.stop()
    given = {"REDIS_URL": server.url, "DATABASE_URL": service_url, "WORKER_READY_FILE": str(alive)}
    with Forked(
        ["worker", "beat"], env={**os.environ, **given}, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            until_it_waits(process, AWAY)
            for is_there in (False, True):
                if is_there:
                    server.start()
                    until_at_work(server.url, process)
                os.utime(alive, (0, 0))
                wait.until(lambda: alive.stat().st_mtime > 0, "a touched file")
        finally:
            process.kill()


def test_the_health_check_looks_at_the_file(tmp_path: Path) -> None:
    _, _, *check = SERVICES["beat"]["healthcheck"]["test"]
    told = SERVICES["beat"]["environment"]["WORKER_READY_FILE"]
    assert told in check[-1]
    code, there = check[-1].replace(told, f"{tmp_path}/ready"), tmp_path / "ready"

    def status() -> int:
        return subprocess.run(
            [sys.executable, "-c", code], stderr=subprocess.DEVNULL, check=False
        ).returncode

    assert status() == 1
    there.touch()
    assert status() == 0
    os.utime(there, (0, 0))
    assert status() == 1
