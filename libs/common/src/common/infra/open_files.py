"""Open files: a process raises its limit to what its clients' connections take."""

import resource
from typing import Final

_SPARE_FILES: Final = 100
"""Files that a process has open beside its clients' connections."""


def raise_open_file_limit(connections: int) -> int:
    """Let this process have so many connections open; how many it may, if that is less."""
    wanted = connections + _SPARE_FILES
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    endless = resource.RLIM_INFINITY
    if soft != endless and soft < wanted:
        soft = wanted if hard == endless else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    return connections if soft == endless else min(connections, max(1, soft - _SPARE_FILES))
