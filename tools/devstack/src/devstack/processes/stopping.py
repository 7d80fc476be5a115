"""Graceful shutdown of a process, bounded in time: a stop signal, a wait, then a kill signal."""

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
    stop_signal: signal.Signals,
    kill_signal: signal.Signals = signal.SIGKILL,
    grace_seconds: float,
) -> bool:
    """Stop a process we started; True when it ended in time.

    Only the leader gets the signal, so that it can end its own children in order; whatever of its
    group is left afterwards is killed.
    """
    in_time = True
    if process.poll() is None:
        process.send_signal(stop_signal)
        try:
            process.wait(grace_seconds)
        except subprocess.TimeoutExpired:
            in_time = False
            process.send_signal(kill_signal)
    _reap(process)
    signal_group(process, signal.SIGKILL)
    return in_time


def _reap(process: subprocess.Popen[bytes]) -> None:
    try:
        process.wait(5)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
