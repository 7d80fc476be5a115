"""`analytics up` over real servers and processes: order, restart, stop, and nothing left behind."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx
import psutil
import psycopg
import pytest
import redis
from tests.support import wait

from devstack.embedded.postgres import EmbeddedPostgres
from devstack.embedded.valkey import EmbeddedValkey

DRIVER = Path(__file__).parents[1] / "support/up_driver.py"
SETTINGS = ("DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL", "ANALYTICS_SHARE_SIGNING_SECRET")
PATIENCE = 60.0
pytestmark = pytest.mark.xdist_group("supervisor")


def lives(process: psutil.Process) -> bool:
    """Whether a process still does anything."""
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


class Run:
    """One supervisor with stand-ins for the services."""

    def __init__(self, place: Path, environment: dict[str, str]) -> None:
        self.place = place
        self.ready_file = place / "ready-for-tests.json"
        self.log = place / "up.log"
        known = {key: value for key, value in os.environ.items() if key not in SETTINGS}
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, DRIVER, place / "state", self.ready_file],
                stdout=log,
                stderr=log,
                env={**known, "STANDIN_REPORT": str(place), **environment},
            )

    def ready(self) -> dict[str, Any]:
        """The ready file's content, once it is there."""

        def is_there() -> bool:
            assert self.process.poll() is None, self.log.read_text()
            return self.ready_file.exists()

        wait.until(is_there, "ready")
        content: dict[str, Any] = json.loads(self.ready_file.read_text())
        return content

    def family(self) -> list[psutil.Process]:
        """Every process below the supervisor."""
        return psutil.Process(self.process.pid).children(recursive=True)

    def stop(self) -> int:
        """SIGTERM; the exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(PATIENCE)


@contextmanager
def running(place: Path, **environment: str) -> Iterator[Run]:
    """A supervisor that is gone afterwards, whatever happened."""
    run = Run(place, environment)
    try:
        yield run
    finally:
        if run.process.poll() is None:
            run.process.terminate()
            try:
                run.process.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                run.process.kill()
                run.process.wait()


@pytest.fixture(scope="module")
def lasting() -> Iterator[Run]:
    """A supervisor that is ready, for what leaves it running."""
    with TemporaryDirectory(prefix="analytics-test-", ignore_cleanup_errors=True) as name:
        place = Path(name)
        place.chmod(0o755)  # PostgreSQL's unprivileged user has to enter it
        with running(place) as run:
            run.ready()
            yield run


def all_gone(family: list[psutil.Process]) -> None:
    """Assert that none of the processes lives on."""
    wait.until(
        lambda: not any(map(lives, family)),
        lambda: f"an end of {[one for one in family if lives(one)]}",
    )


def test_sigterm_leaves_no_process_and_data_is_kept(place: Path) -> None:
    with running(place) as run:
        ready = run.ready()
        assert ready["tenant"] is ready["admin"] is ready["link"] is None
        assert run.ready_file.stat().st_mode & 0o777 == 0o600
        assert json.loads((place / "state" / "ready.json").read_text()) == ready
        with redis.Redis.from_url(ready["redisUrl"]) as client:
            client.set("kept", "yes")
        family = run.family()
        assert len(family) >= 10  # two servers, four services with a child each, the reaper
        assert run.stop() == 0
        all_gone(family)
        assert not run.ready_file.exists()
        assert "Traceback" not in run.log.read_text()
    with running(place) as run, redis.Redis.from_url(run.ready()["redisUrl"]) as client:
        assert client.get("kept") == b"yes"


def test_the_application_role_is_bound_by_row_level_security(lasting: Run) -> None:
    url = lasting.ready()["databaseUrl"].replace("postgresql+psycopg", "postgresql")
    with psycopg.connect(url) as connection:
        row = connection.execute(
            "SELECT rolname, rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user"
        ).fetchone()
    assert row == ("analytics_service", False)
    told = json.loads((lasting.place / "report-viewer.json").read_text())
    assert "DATABASE_URL" not in told
    assert len(told["ANALYTICS_SHARE_SIGNING_SECRET"]) == 64


def test_a_killed_supervisor_leaves_no_process_and_the_next_run_starts(place: Path) -> None:
    with running(place) as run:
        run.ready()
        family = run.family()
        run.process.kill()
        run.process.wait()
        assert run.ready_file.exists()
        with running(place) as next_run:
            wait.until(
                lambda: "Ready." in next_run.log.read_text() or next_run.process.poll() is not None,
                "the next run",
            )
            next_run.ready()
        all_gone(family)


def test_a_second_run_on_the_directory_is_refused(lasting: Run) -> None:
    state = lasting.place / "state"
    second = subprocess.run(
        [sys.executable, "-m", "analytics", "up", "--state-dir", state],
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert second.returncode == 1
    assert f"already running on {state} (process {lasting.process.pid})" in second.stderr
    assert second.stderr.count("\n") == 1
    assert lasting.process.poll() is None
    assert lasting.ready_file.exists()


def test_a_service_that_dies_is_started_again(lasting: Run) -> None:
    url = lasting.ready()["shareApiUrl"]
    with pytest.raises(httpx.TransportError):
        httpx.get(f"{url}/die", timeout=wait.PATIENCE_SECONDS)
    wait.until(lambda: "ended unexpectedly (exit code 3)" in lasting.log.read_text(), "a word")
    wait.until(lambda: lasting.log.read_text().count("share-api is here") == 2, "a restart")
    assert lasting.process.poll() is None


def test_a_database_that_dies_takes_the_system_down_with_a_word(place: Path) -> None:
    with running(place) as run:
        run.ready()
        family = run.family()
        server = next(one for one in family if "valkey-server" in one.name())
        server.kill()
        assert run.process.wait(PATIENCE) == 1
        assert "valkey ended unexpectedly" in run.log.read_text()
        assert "Traceback" not in run.log.read_text()
        all_gone(family)


def test_given_servers_are_used(place: Path) -> None:
    with (
        EmbeddedPostgres(place / "pg", password="pw", fast=True) as postgres,
        EmbeddedValkey(place / "valkey", password="pw") as valkey,
        running(place, DATABASE_URL=postgres.url, REDIS_URL=valkey.url) as run,
    ):
        ready = run.ready()
        assert ready["redisUrl"] == valkey.url
        assert "analytics_service:" in ready["databaseUrl"]
        assert ready["databaseUrl"].endswith(f"@127.0.0.1:{postgres.port}/analytics")
        names = [one.name() for one in run.family()]
        assert not [name for name in names if "postgres" in name or "valkey" in name]
        assert run.stop() == 0


def test_a_bound_role_alone_is_refused_with_advice(place: Path) -> None:
    with EmbeddedPostgres(place / "pg", password="pw", fast=True) as postgres:
        with psycopg.connect(postgres.url.replace("+psycopg", ""), autocommit=True) as connection:
            connection.execute("CREATE ROLE plain LOGIN PASSWORD 'pw'")
        url = postgres.url.replace("//postgres:", "//plain:")
        with running(place, DATABASE_URL=url) as run:
            assert run.process.wait(PATIENCE) == 1
            assert "set DATABASE_OWNER_URL" in run.log.read_text()
