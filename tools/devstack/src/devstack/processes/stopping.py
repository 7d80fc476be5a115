"""Ending a process without waiting for ever: ask, wait, then insist."""

import os
import signal
import subprocess


def signal_group(process: subprocess.Popen[bytes], number: signal.Signals) -> None:
    """Signal a process and its descendants (it leads its own session); gone ones are fine."""
    try:
        os.killpg(process.pid, number)
    except ProcessLookupError:
        return
    except PermissionError:  # macOS says so of a group of zombies
        return


def stop_process(
    process: subprocess.Popen[bytes],
    *,
    ask: signal.Signals,
    insist: signal.Signals = signal.SIGKILL,
    grace_seconds: float,
) -> bool:
    """Stop a process we started; True when asking was enough.

    Only the leader is asked, so that it can end its own children in order; whatever of its group
    is left afterwards is killed.
    """
    asked_was_enough = True
    if process.poll() is None:
        process.send_signal(ask)
        try:
            process.wait(grace_seconds)
        except subprocess.TimeoutExpired:
            asked_was_enough = False
            process.send_signal(insist)
    _reap(process)
    signal_group(process, signal.SIGKILL)
    return asked_was_enough


def _reap(process: subprocess.Popen[bytes]) -> None:
    try:
        process.wait(5)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
