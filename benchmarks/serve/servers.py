"""The servers of the benchmark: nginx with files, the viewer, and the gateway before it."""

import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil
from benchmarks.serve.samples import SECRET

from devstack.processes.sockets import LOOPBACK, free_port

_SHARED_MEMORY = Path("/dev/shm")  # noqa: S108 - a directory of our own is made in it
IN_MEMORY = _SHARED_MEMORY if _SHARED_MEMORY.is_dir() else None
"""Where the gateway's own files are: in its container /tmp is memory."""

GATEWAY = Path(__file__).parents[2] / "gateway/nginx.conf"
_READY_SECONDS = 30
MISSING = """\
{tools} not found. On Debian: apt-get install --no-install-recommends nginx-light wrk util-linux
(a service that Debian starts with nginx is not needed: systemctl disable --now nginx)"""

_STATIC = """\
worker_processes 1;
daemon off;
pid {state}/static.pid;
error_log {state}/static.log;
events {{ worker_connections 1024; }}
http {{
    access_log off;
    sendfile on;
    tcp_nopush on;
    keepalive_requests 100000000;
    default_type text/html;
    client_body_temp_path {state}/t1;
    proxy_temp_path {state}/t2;
    fastcgi_temp_path {state}/t3;
    uwsgi_temp_path {state}/t4;
    scgi_temp_path {state}/t5;
    server {{ listen 127.0.0.1:{port}; root {files}; }}
}}
"""
_BESIDE = """\
    server {{
        listen 127.0.0.1:{port};
        root {files};
        default_type text/html;
    }}
}}
"""


@dataclass(frozen=True, slots=True)
class Server:
    """A running server; ``static`` is the address of the same server's files, if it has any."""

    url: str
    pids: tuple[int, ...]
    static: str = ""


def require_tools() -> None:
    """End with the way to install them when nginx, wrk or taskset is missing."""
    missing = [each for each in ("nginx", "wrk", "taskset") if shutil.which(each) is None]
    if missing:
        raise SystemExit(MISSING.format(tools=", ".join(missing)))


@contextmanager
def static_nginx(state: Path, files: Path, *, core: int) -> Iterator[Server]:
    """Nginx serving ``files``, without logs."""
    port = free_port()
    configuration = state / "static.conf"
    configuration.write_text(_STATIC.format(state=state, files=files, port=port))
    with _nginx(configuration, port, core=core) as pids:
        yield Server(f"http://{LOOPBACK}:{port}", pids)


@contextmanager
def gateway(
    files: Path,
    viewer: Server,
    *,
    core: int,
    min_uses: int | None = None,
    at_once: int | None = None,
    port: int | None = None,
    viewers: Sequence[str] = (),
    share_apis: Sequence[str] = (),
) -> Iterator[Server]:
    """The gateway's own configuration before ``viewer``, with ``files`` beside it to compare.

    ``viewers`` and ``share_apis`` are the addresses of more, as a name in a container has several.

    What is put in its place is what a container has otherwise: names, ports and directories; and
    ``min_uses``, after how many an answer is kept, where that is not the subject; and ``at_once``,
    how many requests of an address, where that is.
    """
    port, beside = port or free_port(), free_port()
    with tempfile.TemporaryDirectory(prefix="gateway-", dir=IN_MEMORY) as name:
        own = Path(name)
        own.chmod(0o755)
        text = GATEWAY.read_text(encoding="utf-8")
        for pattern, replacement in (
            (r"(?<=[ =])/tmp/", f"{own}/"),
            (r"/dev/stdout", f"{own}/access.log"),
            (r"error_log stderr notice", f"error_log {own}/error.log"),
            (
                r"server share-api:8000(.*)",
                _each(share_apis or (f"http://{LOOPBACK}:{free_port()}",)),
            ),
            (r"server report-viewer:8001(.*)", _each((viewer.url, *viewers))),
            (r"listen 80 ", f"listen {LOOPBACK}:{port} "),
            (r"listen 127\.0\.0\.1:8081", f"listen {LOOPBACK}:{free_port()}"),
            (r"worker_processes \d+", "daemon off; worker_processes 1"),
            (r"include /etc/nginx/mime\.types;\n", "keepalive_requests 100000000;\n"),
            (r"(?<=proxy_cache_min_uses )\d+", r"\g<0>" if min_uses is None else str(min_uses)),
            (r"(?<=limit_conn addresses )\d+", r"\g<0>" if at_once is None else str(at_once)),
        ):
            text, count = re.subn(pattern, replacement, text)
            if not count:
                raise RuntimeError(f"the gateway's configuration has no {pattern!r} any more")
        body = text.rstrip().removesuffix("}")
        configuration = own / "nginx.conf"
        configuration.write_text(body + _BESIDE.format(port=beside, files=files))
        with _nginx(configuration, port, core=core) as pids:
            url, static = (f"http://{LOOPBACK}:{each}" for each in (port, beside))
            yield Server(url, (*pids, *viewer.pids), static)


def _each(urls: Sequence[str]) -> str:
    """A line for each server of an upstream, with what stood behind its name."""
    return "\n".join(rf"server {url.removeprefix('http://')}\1" for url in urls)


@contextmanager
def viewer(redis_url: str, state: Path, *, core: int, **settings: str) -> Iterator[Server]:
    """The viewer as it is run, with ``settings`` in its environment."""
    port = free_port()
    given = {
        "REDIS_URL": redis_url,
        "ANALYTICS_SHARE_SIGNING_SECRET": SECRET,
        "REPORT_VIEWER_PORT": str(port),
        **settings,
    }
    url = f"http://{LOOPBACK}:{port}"
    with (state / f"viewer-{port}.log").open("wb") as log:
        process = subprocess.Popen(
            ["taskset", "-c", str(core), sys.executable, "-m", "report_viewer"],
            env=os.environ | given,
            stderr=log,
        )
    try:
        wait(port)
        yield Server(url, family(process.pid))
    finally:
        process.terminate()
        process.wait(20)


@contextmanager
def _nginx(configuration: Path, port: int, *, core: int) -> Iterator[tuple[int, ...]]:
    process = subprocess.Popen(
        ["taskset", "-c", str(core), "nginx", "-e", "stderr", "-c", str(configuration)]
    )
    try:
        wait(port)
        yield family(process.pid)
    finally:
        process.terminate()
        process.wait(10)


def family(pid: int) -> tuple[int, ...]:
    """A process and all that it started."""
    return (pid, *(each.pid for each in psutil.Process(pid).children(recursive=True)))


def wait(port: int) -> None:
    """Return when somebody listens."""
    deadline = time.monotonic() + _READY_SECONDS
    while True:
        try:
            socket.create_connection((LOOPBACK, port), timeout=2).close()
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)
        else:
            return
