"""Caddy before the services, where Debian's program is there: TLS with certificates of its own."""

import os
import shutil
import signal
import socket
import ssl
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest
from tests.support import wait

from devstack.processes.sockets import reserved_port
from devstack.processes.spawn import spawn

PROGRAM: Final = shutil.which("caddy")
_ALONE: Final = """
	admin off
	http_port {port}
	local_certs
	skip_install_trust
	servers {{
		protocols h1 h2
	}}
"""
"""What a test adds to the global options: no certificate is asked for anywhere, nothing is
installed, and the port is one of TCP, which alone is reserved."""


@dataclass(frozen=True)
class Front:
    """A Caddy that runs: its port for what is not TLS, and what it has logged."""

    plain: int
    log: Path


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
def front(caddyfile: str, port: int) -> Iterator[Front]:
    """A Caddy with that Caddyfile, which listens on ``port``."""
    assert PROGRAM is not None, "Caddy is demanded and not installed"
    plain = reserved_port()
    with tempfile.TemporaryDirectory(prefix="analytics-caddy-") as name:
        path, log = Path(name) / "Caddyfile", Path(name) / "caddy.log"
        assert caddyfile.startswith("{\n"), "its global options"
        path.write_text("{" + _ALONE.format(port=plain) + caddyfile[2:], encoding="utf-8")
        command = [PROGRAM, "run", "--config", str(path)]
        with log.open("wb") as stream:
            process = spawn(command, env=_environment(name), stdout=stream)
        try:

            def ready() -> bool:
                assert process.poll() is None, log.read_text()
                return _speaks_tls(port)

            wait.until(ready, "Caddy")
            yield Front(plain, log)
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(wait.PATIENCE_SECONDS)


def _environment(home: str) -> dict[str, str]:
    own = {"HOME": home, "XDG_DATA_HOME": home, "XDG_CONFIG_HOME": home}
    return {"PATH": os.environ["PATH"], **own}


def _speaks_tls(port: int) -> bool:
    """Whether it listens, and has made its certificate."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    try:
        with socket.create_connection(("127.0.0.1", port), wait.PATIENCE_SECONDS) as client:
            context.wrap_socket(client, server_hostname="localhost").close()
    except OSError:
        return False
    return True
