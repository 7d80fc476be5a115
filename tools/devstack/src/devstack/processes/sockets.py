"""Which TCP ports of this machine are free, asked the way a server would take them."""

import socket

LOOPBACK = "127.0.0.1"


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
    """A loopback port that is free now; the kernel does not hand it out again soon."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.bind((LOOPBACK, 0))
        port: int = probe.getsockname()[1]
        return port
