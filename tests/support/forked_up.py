"""`analytics up` without a demo, whose services are forked, instead of each importing all it needs.

Usage: python -m tests.support.forked_up OPTIONS_OF_UP
"""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Sequence
from typing import Any, Final

from tests.support import fork_server, forked

from analytics import cli
from devstack.supervisor import process as supervised

NAME: Final = "tests.support.forked_up"


def spawn(command: Sequence[str], **given: Any) -> "subprocess.Popen[bytes]":
    """A service as ``devstack.processes.spawn`` starts it."""
    assert list(command[:2]) == [sys.executable, "-m"]
    return forked.Forked(
        command[2:],
        end_with=signal.SIGTERM,
        stdin=subprocess.DEVNULL,
        stderr=subprocess.STDOUT,
        start_new_session=True,
        **given,
    )


def main() -> None:
    """Run the command; a copy of us, made before it does anything, forks the services."""
    if sys.platform == "linux":
        ours, theirs = socket.socketpair()
        if os.fork() == 0:
            ours.close()
            request = fork_server.served(theirs)
            if request is not None:
                request.run()
            return
        theirs.close()
        forked.served_by(ours)
        supervised.spawn = spawn  # type: ignore[attr-defined]
    cli.run(["up", "--no-demo", "--log-format", "json", *sys.argv[1:]])


if __name__ == "__main__":
    main()
