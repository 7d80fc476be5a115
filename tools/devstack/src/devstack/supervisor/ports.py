"""Port allocation: the port asked for, else that of last time, the default, or any free one."""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from devstack.processes.sockets import claim, free_port
from devstack.supervisor.errors import PortTakenError
from devstack.supervisor.state import read_json, write_private

SHARE_API = "share-api"
REPORT_VIEWER = "report-viewer"
POSTGRES = "postgres"
VALKEY = "valkey"
DEFAULT_PORTS: Mapping[str, int] = {
    SHARE_API: 8000,
    REPORT_VIEWER: 8001,
    POSTGRES: 54329,
    VALKEY: 63799,
}
HIGHEST_PORT = 65535


@dataclass(frozen=True)
class Ports:
    """The ports of one run."""

    share_api: int
    report_viewer: int
    postgres: int
    valkey: int


@contextmanager
def claim_ports(remembered: Path, asked: Mapping[str, int | None]) -> Iterator[Ports]:
    """Settle the ports, remember them, and claim them for the duration.

    `asked` maps names of parts to ports given by the user: those are taken or refused, never
    replaced. The others keep last time's port while it is free, so that links already printed
    go on working.

    Raises:
        PortTakenError: a port in `asked` is in use, or asked for twice.
    """
    last = read_json(remembered)
    chosen: dict[str, int] = {}
    with ExitStack() as claims:
        for name, port in asked.items():
            if port is not None:
                if not _claim(port, claims):
                    raise PortTakenError(port, name)
                chosen[name] = port
        for name, default in DEFAULT_PORTS.items():
            if name not in chosen:
                chosen[name] = _first_free([last.get(name), default], claims)
        write_private(remembered, chosen)
        yield Ports(**{name.replace("-", "_"): port for name, port in chosen.items()})


def _first_free(candidates: list[object], claims: ExitStack) -> int:
    for candidate in candidates:
        if isinstance(candidate, int) and 0 < candidate <= HIGHEST_PORT:
            port = int(candidate)
            if _claim(port, claims):
                return port
    while not _claim(port := free_port(), claims):
        pass
    return port


def _claim(port: int, claims: ExitStack) -> bool:
    sign = claim(port)
    if sign is None:
        return False
    claims.enter_context(sign)
    return True
