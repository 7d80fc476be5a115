"""Caddy before the services, where Debian's program is there: TLS with certificates of its own."""

import os
import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import pytest
from tests.support import wait

from devstack.processes.sockets import reserved_port
from devstack.processes.spawn import spawn

PROGRAM: Final = shutil.which("caddy")
_ALONE: Final = """{{
	admin off
	http_port {port}
	local_certs
	skip_install_trust
	servers {{
		protocols h1 h2
	}}
}}
"""
"""What a test adds in front: no certificate is asked for anywhere, nothing is installed, and the
port is one of TCP, which alone is reserved."""
needed = pytest.mark.skipif(
    PROGRAM is None and os.environ.get("ANALYTICS_REQUIRE_CADDY") != "1",
    reason="Caddy is not installed",
)


def validated(caddyfile: str) -> subprocess.CompletedProcess[str]:
    """What Caddy says of a Caddyfile."""
    assert PROGRAM is not None, "Caddy is demanded and not installed"
    with tempfile.TemporaryDirectory(prefix="analytics-caddy-") as name:
        path = Path(name) / "Caddyfile"
        path.write_text(caddyfile, encoding="utf-8")
        return subprocess.run(
            [PROGRAM, "validate", "--config", str(path)],
            env=_environment(name),
            capture_output=True,
            text=True,
            check=False,
        )


@contextmanager
def front(caddyfile: str, port: int) -> Iterator[int]:
    """A Caddy with that Caddyfile, which listens on ``port``; its port for what is not TLS."""
    assert PROGRAM is not None, "Caddy is demanded and not installed"
    plain = reserved_port()
    with tempfile.TemporaryDirectory(prefix="analytics-caddy-") as name:
        path, log = Path(name) / "Caddyfile", Path(name) / "caddy.log"
        path.write_text(_ALONE.format(port=plain) + caddyfile, encoding="utf-8")
        command = [PROGRAM, "run", "--config", str(path)]
        with log.open("wb") as stream:
            process = spawn(command, env=_environment(name), stdout=stream)
        try:

            def ready() -> bool:
                assert process.poll() is None, log.read_text()
                return "certificate obtained successfully" in log.read_text() and _listens(port)

            wait.until(ready, "Caddy")
            yield plain
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(wait.PATIENCE_SECONDS)


def _environment(home: str) -> dict[str, str]:
    own = {"HOME": home, "XDG_DATA_HOME": home, "XDG_CONFIG_HOME": home}
    return {"PATH": os.environ["PATH"], **own}


def _listens(port: int) -> bool:
    with socket.socket() as client:
        return client.connect_ex(("127.0.0.1", port)) == 0
