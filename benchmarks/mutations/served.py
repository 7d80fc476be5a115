"""A real viewer on a Redis of its own in which links are alive and their reports cached."""

import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from benchmarks.mutations.material import Material, prepare
from benchmarks.serve import samples
from redis import Redis

from common.links.token import KeyRing
from devstack.embedded.valkey import EmbeddedValkey
from devstack.processes.sockets import LOOPBACK, free_port

_READY_SECONDS = 60


@contextmanager
def served(links: int) -> Iterator[tuple[Material, int]]:
    """Links that open, and the port of the viewer that opens them."""
    with ExitStack() as stack:
        place = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="analytics-bench-")))
        place.chmod(0o755)
        valkey = stack.enter_context(EmbeddedValkey(place / "valkey", password="benchmark"))  # noqa: S106 - of this run alone
        redis = stack.enter_context(Redis.from_url(valkey.url))
        samples.store(redis)
        tokens = [link.page.rpartition("/")[2] for link in samples.links(redis, links)]
        others, ring = prepare(links), KeyRing(samples.SECRET)
        opened = {token: ring.authenticate(token) for token in tokens}
        material = Material(samples.SECRET, others.retired, opened, others.tokens)
        yield material, stack.enter_context(_viewer(valkey.url, place / "log"))


@contextmanager
def _viewer(redis_url: str, log: Path) -> Iterator[int]:
    port = free_port()
    environment = {
        **os.environ,
        "REDIS_URL": redis_url,
        "ANALYTICS_SHARE_SIGNING_SECRET": samples.SECRET,
        "REPORT_VIEWER_PORT": str(port),
        "REPORT_VIEWER_FAILURES_PER_ADDRESS": "1000000000",  # each is to be looked at
    }
    with log.open("wb") as stream:
        process = subprocess.Popen(
            [sys.executable, "-m", "report_viewer"], env=environment, stderr=stream
        )
    try:
        deadline = time.monotonic() + _READY_SECONDS
        while not _answers(port):
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(log.read_text()[-4000:])
            time.sleep(0.05)
        yield port
    finally:
        process.terminate()
        process.wait(20)


def _answers(port: int) -> bool:
    try:
        socket.create_connection((LOOPBACK, port), timeout=2).close()
    except OSError:
        return False
    return True
