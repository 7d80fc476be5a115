"""Which TCP ports of this machine are free, asked the way a server would take them."""

import secrets
import socket
from functools import cache
from pathlib import Path
from typing import Final

LOOPBACK = "127.0.0.1"
_FIRST: Final = 10_000
_FEWEST: Final = 1000
_KERNEL_RANGE: Final = Path("/proc/sys/net/ipv4/ip_local_port_range")
_DEFAULT_FIRST_OF_KERNEL: Final = 32_768


def is_free(port: int) -> bool:
    """Whether a server could listen on this loopback port now."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
            probe.listen(1)
        except OSError:
            return False
        return True


def claim(port: int) -> socket.socket | None:
    """Claim a free port among all who choose ports this way, as long as the socket stays open.

    Between the look and the server's own `bind` another chooser would find the port free too. The
    claim is the same number bound for UDP: exclusive, for every user of the machine, and given
    back by the kernel however we end. None when the port is claimed or in use.
    """
    sign = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    try:
        sign.bind((LOOPBACK, port))
    except OSError:
        sign.close()
        return None
    if not is_free(port):
        sign.close()
        return None
    return sign


def free_port() -> int:
    """A loopback port that is free now, outside the range of which the kernel gives ports away.

    Whoever connects or binds port 0 gets one of that range: a port of ours is taken by nobody who
    did not name it, however late its server binds it. Among those who choose this way, ``claim``
    and ``reserved_port`` settle whose it is.
    """
    while True:
        port = _FIRST + secrets.randbelow(_first_of_kernel() - _FIRST)
        sign = claim(port)
        if sign is not None:
            sign.close()
            return port


def reserved_port() -> int:
    """A port as from ``free_port``, claimed for as long as this process lives."""
    while (sign := claim(port := free_port())) is None:
        pass
    _reserved.append(sign)
    return port


@cache
def _first_of_kernel() -> int:
    """The first port of the range that the kernel gives away; the default where that is no help."""
    try:
        first = int(_KERNEL_RANGE.read_text(encoding="ascii").split()[0])
    except (OSError, ValueError, IndexError):
        return _DEFAULT_FIRST_OF_KERNEL
    return first if first > _FIRST + _FEWEST else _DEFAULT_FIRST_OF_KERNEL


_reserved: list[socket.socket] = []
