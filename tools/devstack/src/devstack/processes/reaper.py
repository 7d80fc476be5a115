"""Reaper: ends the processes that a killed supervisor leaves, and outlives it by a moment.

The signal that Linux sends to the children of a dead process asks once. A service may not heed it,
its own children never get it, and other systems do not have it. The reaper holds one end of a pipe;
when the other end closes while processes are registered, the supervisor was killed: each of them
is asked to end, given a grace, and then its whole group is killed. Run by path, with nothing but
the standard library.

The pipe carries lines: `+PID SIGNAL` registers the leader of a group, `-PID` takes it off.
"""

import contextlib
import os
import signal
import sys
import time
from collections.abc import Iterable, Mapping

GRACE_SECONDS = 10.0
POLL_SECONDS = 0.05


def watch(lines: Iterable[str]) -> dict[int, int]:
    """Follow the registrations until the pipe closes; what is left is pid → signal to ask with."""
    registered: dict[int, int] = {}
    for line in lines:
        words = line[1:].split()
        if line.startswith("+"):
            registered[int(words[0])] = int(words[1])
        elif line.startswith("-"):
            registered.pop(int(words[0]), None)
    return registered


def end_all(registered: Mapping[int, int], grace_seconds: float = GRACE_SECONDS) -> None:
    """Ask every leader to end; kill what its group has left once it has, or when time is up."""
    for pid, number in registered.items():
        with contextlib.suppress(OSError):
            os.kill(pid, number)
    deadline = time.monotonic() + grace_seconds
    waiting = set(registered)
    while waiting:
        late = time.monotonic() >= deadline
        for pid in [pid for pid in waiting if late or not _lives(pid)]:
            with contextlib.suppress(OSError):
                os.killpg(pid, signal.SIGKILL)
            waiting.discard(pid)
        if waiting:
            time.sleep(POLL_SECONDS)


def _lives(pid: int) -> bool:
    """Whether a process still does anything; one that nobody collects after its end does not."""
    try:
        os.kill(pid, 0)
    except OSError:
        return False
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as stream:  # noqa: PTH123
            return stream.read().rpartition(")")[2].split()[0] not in "ZX"
    except (OSError, IndexError):
        return not os.path.exists("/proc/self/stat")  # noqa: PTH110 - as quick as can be


def main() -> None:
    """Watch standard input, then clear up."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    end_all(watch(sys.stdin))


if __name__ == "__main__":
    main()
