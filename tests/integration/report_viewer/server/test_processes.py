"""The viewer as it is run: several processes on one port, that end together."""

import os
import re
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread

import httpx
import psutil
import pytest
from tests.support import wait
from tests.support.samples import SECRET, Sample

from devstack.processes.sockets import reserved_port

ATTEMPTS = 2
CLIENTS = 12


@contextmanager
def running(
    redis_url: str, processes: int, place: Path
) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    """A viewer whose temporary files are in ``place``, where none is left however it ends."""
    port = reserved_port()
    settings = {
        "REDIS_URL": redis_url,
        "ANALYTICS_SHARE_SIGNING_SECRET": SECRET,
        "REPORT_VIEWER_PORT": str(port),
        "REPORT_VIEWER_PROCESSES": str(processes),
        "TMPDIR": str(place),
    }
    viewer = subprocess.Popen([sys.executable, "-m", "report_viewer"], env=os.environ | settings)
    family = []
    try:
        url = f"http://127.0.0.1:{port}"
        wait.until(lambda: ready(url))
        family = psutil.Process(viewer.pid).children(recursive=True)
        yield viewer, url
    finally:
        viewer.kill()
        viewer.wait()
        _, left = psutil.wait_procs(family, timeout=wait.PATIENCE_SECONDS)
        for each in left:
            each.kill()
    assert not left, "nobody outlives the first process"
    assert not [*place.iterdir()], "no file does"


def ready(url: str) -> bool:
    try:
        return httpx.get(f"{url}/readyz", timeout=wait.PATIENCE_SECONDS).status_code == 200
    except httpx.TransportError:
        return False


def servers(viewer: subprocess.Popen[bytes]) -> list[psutil.Process]:
    return [each for each in psutil.Process(viewer.pid).children() if serves(each)]


def serves(process: psutil.Process) -> bool:
    try:
        return "spawn_main" in " ".join(process.cmdline())
    except psutil.Error:
        return False


def test_two_processes_serve_and_count_together_and_sigterm_ends_all(
    redis_url: str, sample: Sample, tmp_path: Path
) -> None:
    with running(redis_url, 2, tmp_path) as (viewer, url):
        wait.until(lambda: len(servers(viewer)) == 2)
        for _ in range(60):  # each by a connection of its own
            assert httpx.get(url + sample.path, timeout=wait.PATIENCE_SECONDS).status_code == 200

        def counted() -> bool:
            told = httpx.get(f"{url}/metrics", timeout=wait.PATIENCE_SECONDS).text
            found = re.search(r'answers_total\{status="200"\} ([\d.]+)', told)
            return found is not None and float(found[1]) == 60

        wait.until(counted, "all counted")
        assert (
            "report_viewer_waiting 0.0"
            in httpx.get(f"{url}/metrics", timeout=wait.PATIENCE_SECONDS).text
        )
        killed = servers(viewer)[0]
        killed.kill()
        wait.until(lambda: len({*servers(viewer)} - {killed}) == 2, "another in its place")
        assert httpx.get(url + sample.path, timeout=wait.PATIENCE_SECONDS).status_code == 200
        assert_sigterm_ends(viewer)


@pytest.mark.parametrize("processes", [1, 2])
def test_who_has_connected_is_answered_while_all_end(
    redis_url: str, sample: Sample, tmp_path: Path, processes: int
) -> None:
    """The kernel resets who connects between the last look and the end of the listener: a moment,
    but for a process that is not let run in it. Not twice in a row."""
    found = [ended_under_load(redis_url, sample, tmp_path, processes)]
    while found[-1] and len(found) < ATTEMPTS:
        found.append(ended_under_load(redis_url, sample, tmp_path, processes))
    assert found[-1] == [], found


def ended_under_load(redis_url: str, sample: Sample, tmp_path: Path, processes: int) -> list[str]:
    """What those met who were neither answered nor refused while a viewer ended."""
    with running(redis_url, processes, tmp_path) as (viewer, url):
        answered, others = Counter[str](), list[str]()
        ended = Event()

        def ask() -> None:
            """Ask by a connection for each request, until nobody takes one any more."""
            while not ended.is_set():
                try:
                    answer = httpx.get(url + sample.path, timeout=wait.PATIENCE_SECONDS)
                except httpx.ConnectError:
                    answered["refused"] += 1
                    return
                except httpx.TransportError as error:
                    others.append(repr(error))
                    return
                answered[f"{answer.status_code}"] += 1

        clients = [Thread(target=ask) for _ in range(CLIENTS)]
        for each in clients:
            each.start()
        wait.until(lambda: answered["200"] > 10 * CLIENTS)
        viewer.send_signal(signal.SIGTERM)
        for each in clients:
            each.join(wait.PATIENCE_SECONDS)
        ended.set()
        assert answered.keys() <= {"200", "refused"}
        assert answered["refused"] + len(others) == CLIENTS
        assert viewer.wait(wait.PATIENCE_SECONDS) in {0, -signal.SIGTERM}
        return others


def test_sigterm_ends_the_only_process(redis_url: str, tmp_path: Path) -> None:
    with running(redis_url, 1, tmp_path) as (viewer, _):
        assert_sigterm_ends(viewer)


def assert_sigterm_ends(viewer: subprocess.Popen[bytes]) -> None:
    family = psutil.Process(viewer.pid).children(recursive=True)
    viewer.send_signal(signal.SIGTERM)
    assert viewer.wait(wait.PATIENCE_SECONDS) in {0, -signal.SIGTERM}
    assert not psutil.wait_procs(family, timeout=wait.PATIENCE_SECONDS)[1]


def test_nobody_outlives_a_killed_parent(redis_url: str, tmp_path: Path) -> None:
    with running(redis_url, 2, tmp_path) as (viewer, _):
        family = psutil.Process(viewer.pid).children(recursive=True)
        assert family
        viewer.kill()
        assert not psutil.wait_procs(family, timeout=wait.PATIENCE_SECONDS)[1]
