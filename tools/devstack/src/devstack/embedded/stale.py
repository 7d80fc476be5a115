"""Stale lock files of PostgreSQL: what an earlier server left, told apart from one that runs.

The server itself takes over the lock file of a dead one. It gives up in two cases that a killed
supervisor or a restarted container produces: the old server is still shutting down, or another
process was given its number since.
"""

import os
import signal
import time
from pathlib import Path

PATIENCE_SECONDS = 10.0
READY_LINE = 7


def postmaster_status(data: Path) -> tuple[int, str] | None:
    """The server's process id and state (`starting`, `ready`, …) as its lock file says them."""
    try:
        lines = (data / "postmaster.pid").read_text(encoding="utf-8").splitlines()
        pid = int(lines[0])
    except (OSError, ValueError, IndexError):
        return None
    return pid, lines[READY_LINE].strip() if len(lines) > READY_LINE else "starting"


def is_served(data: Path) -> bool:
    """Whether a server runs on the data directory."""
    status = postmaster_status(data)
    return status is not None and _exists(abs(status[0])) and _is_server_of(abs(status[0]), data)


def end_earlier_server(data: Path) -> None:
    """End the server of an earlier run that still holds the data directory.

    One that is still there is left to end by itself for a moment, then asked, then told to; the
    lock file is removed only when its number belongs to a process that is no such server.
    """
    asked: list[signal.Signals] = [signal.SIGINT, signal.SIGQUIT, signal.SIGKILL]
    while (status := postmaster_status(data)) is not None:
        pid = abs(status[0])
        if not _exists(pid):
            return
        if not _is_server_of(pid, data):
            (data / "postmaster.pid").unlink(missing_ok=True)
            return
        if _ends_within(pid, data, PATIENCE_SECONDS):
            continue
        if not asked:
            return
        os.kill(pid, asked.pop(0))


def _exists(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _is_server_of(pid: int, data: Path) -> bool:
    """Whether this process works in the data directory; where nobody can tell, it is assumed."""
    if not Path("/proc/self/cwd").exists():
        return True
    try:
        return Path(f"/proc/{pid}/cwd").resolve(strict=True) == data.resolve()
    except OSError:
        return False


def _ends_within(pid: int, data: Path, seconds: float) -> bool:
    """Whether it goes away in that time; a dead process nobody collected counts as gone."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if not (_exists(pid) and _is_server_of(pid, data)):
            return True
        time.sleep(0.05)
    return False
