"""Become a command that ends with its parent; run by path, with nothing but the standard library.

A child of a killed process lives on by default. Linux can send it a signal instead
(`PR_SET_PDEATHSIG`), but only if it is asked for in the child: after the change of user, which
clears it, and before the command is executed, which keeps it. A small program between fork and
exec does both; a `preexec_fn` would run Python in a forked copy of a process with threads.

Elsewhere than on Linux there is no such signal: there the reaper (`devstack.processes.reaper`) ends
what a killed supervisor leaves.

Usage: child.py PARENT_PID SIGNAL UID GID COMMAND…, with -1 for "keep the user".
"""

import ctypes
import os
import sys

PR_SET_PDEATHSIG = 1
EXIT_CANNOT_EXECUTE = 127


def become(uid: int, gid: int) -> None:
    """Drop to an unprivileged account for good."""
    os.setgroups([])
    os.setgid(gid)
    os.setuid(uid)


def end_with(parent: int, signal_number: int) -> None:
    """Ask for a signal when the parent ends, and leave at once if it has ended already."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal_number, 0, 0, 0)
    if os.getppid() != parent:
        os._exit(EXIT_CANNOT_EXECUTE)


def main() -> None:
    """Do what the arguments say; does not return."""
    parent, signal_number, uid, gid = (int(text) for text in sys.argv[1:5])
    command = sys.argv[5:]
    if uid >= 0:
        become(uid, gid)
    end_with(parent, signal_number)
    try:
        os.execv(command[0], command)  # noqa: S606 - replacing this process is the purpose
    except OSError as error:
        print(f"cannot run {command[0]}: {error.strerror}", file=sys.stderr)
        sys.stderr.flush()
        os._exit(EXIT_CANNOT_EXECUTE)


if __name__ == "__main__":
    main()
