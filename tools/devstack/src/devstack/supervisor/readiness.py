"""Readiness probes: a URL that answers 200, or a file that is there."""

import http.client
from pathlib import Path
from urllib.parse import urlsplit

from devstack.supervisor.process import ServiceSpec

PROBE_SECONDS = 2.0


def is_ready(spec: ServiceSpec) -> bool:
    """Whether the service says it is ready; one that has nothing to say is, once started."""
    if spec.ready_url is not None:
        return answers(spec.ready_url)
    if spec.ready_file is not None:
        return Path(spec.ready_file).exists()
    return True


def answers(url: str) -> bool:
    """Whether a GET of this http URL gives 200 within two seconds."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=PROBE_SECONDS)
    try:
        connection.request("GET", parts.path or "/", headers={"Connection": "close"})
        return connection.getresponse().status == http.client.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
