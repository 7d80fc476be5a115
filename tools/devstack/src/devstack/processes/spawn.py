"""Start a command as a child that dies with this process, as another user where asked."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO

from devstack.processes import child
from devstack.processes.account import Account

CHILD_PROGRAM = Path(child.__file__).resolve()
NEEDED_TO_RUN = ("PATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "PYTHONHOME")


def server_environment() -> dict[str, str]:
    """The environment of a server: what programs here need to run, and none of our secrets."""
    kept = {name: os.environ[name] for name in NEEDED_TO_RUN if name in os.environ}
    return {"PATH": os.defpath, **kept, "LC_ALL": "C", "TZ": "UTC"}


def spawn(
    command: Sequence[str],
    *,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
    stdout: int | IO[bytes] = subprocess.DEVNULL,
    stderr: int | IO[bytes] = subprocess.STDOUT,
    death_signal: signal.Signals = signal.SIGTERM,
    account: Account | None = None,
) -> subprocess.Popen[bytes]:
    """Start `command` (an absolute path first) in its own session and return it running.

    The child gets `death_signal` when this process ends, however it ends. Linux ties that to the
    *thread* that starts the child, so only the main thread may call this.

    Its own session keeps a Ctrl-C of the terminal away from it: whoever started it decides how it
    stops.
    """
    if threading.current_thread() is not threading.main_thread():
        msg = "a supervised process must be started from the main thread"
        raise RuntimeError(msg)
    uid, gid = (account.uid, account.gid) if account else (-1, -1)
    wrapper = [sys.executable, "-I", "-S", str(CHILD_PROGRAM)]
    facts = [str(os.getpid()), str(int(death_signal)), str(uid), str(gid)]
    return subprocess.Popen(  # noqa: S603 - the command is ours, not a user's text
        [*wrapper, *facts, *command],
        cwd=cwd,
        env=None if env is None else dict(env),
        stdin=subprocess.DEVNULL,
        stdout=stdout,
        stderr=stderr,
        start_new_session=True,
    )
