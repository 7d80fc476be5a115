"""``python -m benchmarks.serve.choice``: the viewer under several servers and collector settings.

The same application, the same hot page, in turn on one core; granian takes part where it is
installed (the group ``benchmarks``). What is compared is the processor's time for a request, which
depends on other work of the machine less than requests a second do.
"""

import argparse
import os
import secrets
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from importlib.util import find_spec
from pathlib import Path
from statistics import median

from benchmarks.serve import samples, servers
from benchmarks.serve.cases import GZIP
from benchmarks.serve.load import Load, Sample, run
from benchmarks.serve.servers import Server
from redis import Redis

from devstack.embedded.valkey import EmbeddedValkey
from devstack.processes.sockets import LOOPBACK, free_port

SERVER_CORE, LOAD_CORE = 0, 1
_UVICORN = """
import gc, sys, uvicorn
from report_viewer.server.process import serving
application = serving()
if {default_collector}:
    gc.unfreeze()
    gc.set_threshold(700, 10, 10)
uvicorn.run(application, port=int(sys.argv[1]), loop="uvloop", http={http!r}, ws="none",
            access_log=False, server_header=False, proxy_headers=False, log_config=None)
"""
_FAST_PATH, _PLAIN = "report_viewer.server.fast_path:FastPathProtocol", "httptools"
_GRANIAN = [
    "-m",
    "granian",
    "--interface",
    "asginl",
    "--factory",
    "--no-ws",
    "--http",
    "1",
    "--loop",
    "uvloop",
    "--log-level",
    "warning",
    "report_viewer.server.process:serving",
    "--port",
]

Way = tuple[str, list[str]]


def ways() -> Iterator[Way]:
    """The name of each server and the arguments of its Python; its port is the last of them."""
    for name, http, default_collector in (
        ("uvicorn, the page written by the protocol (ours)", _FAST_PATH, False),
        ("the same, Python's own collector settings", _FAST_PATH, True),
        ("uvicorn, by ASGI", _PLAIN, False),
        ("the same, Python's own collector settings", _PLAIN, True),
    ):
        code = _UVICORN.format(http=http, default_collector=default_collector)
        yield name, ["-c", code]
    if find_spec("granian"):
        yield "granian, by ASGI, one runtime thread", _GRANIAN


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(prog="benchmarks.serve.choice", description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=3)
    options = parser.parse_args()
    servers.require_tools()
    seen: defaultdict[int, list[Sample]] = defaultdict(list)
    named = list(ways())
    with ExitStack() as stack:
        state = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="benchmark-choice-")))
        password = secrets.token_urlsafe(16)
        valkey = stack.enter_context(EmbeddedValkey(state / "valkey", password=password))
        with Redis.from_url(valkey.url) as redis:
            samples.store(redis)
            page = next(samples.links(redis, 1)).page
        running = [stack.enter_context(_server(way, valkey.url)) for _, way in named]
        for number in range(1, options.rounds + 1):
            print(f"round {number}", flush=True)
            for index, server in enumerate(running):
                load = Load(server.url + page, GZIP)
                measured = run(load, seconds=options.seconds, core=LOAD_CORE, pids=server.pids)
                seen[index].append(measured)
    print("\n| server | requests/s | p99 ms | CPU µs | of ours |\n|---|---:|---:|---:|---:|")
    for index, (name, _) in enumerate(named):
        each = seen[index]
        ratio = median(a.cpu / b.cpu for a, b in zip(each, seen[0], strict=True))
        print(
            f"| {name} | {median(s.rate for s in each):,.0f} | {median(s.p99 for s in each):.2f}"
            f" | {median(s.cpu for s in each):.1f} | {ratio:.2f}× |"
        )


@contextmanager
def _server(arguments: list[str], redis_url: str) -> Iterator[Server]:
    port = free_port()
    process = subprocess.Popen(
        ["taskset", "-c", str(SERVER_CORE), sys.executable, *arguments, str(port)],
        env=os.environ | {"REDIS_URL": redis_url, "ANALYTICS_SHARE_SIGNING_SECRET": samples.SECRET},
        stderr=subprocess.DEVNULL,
    )
    try:
        servers.wait(port)
        yield Server(f"http://{LOOPBACK}:{port}", servers.family(process.pid))
    finally:
        process.terminate()
        process.wait(20)


if __name__ == "__main__":
    main()
