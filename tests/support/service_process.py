"""A service as a process of a test's own: started as it is deployed, and gone with the test."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any

import httpx
from tests.support import wait
from tests.support.forked import Forked


@contextmanager
def service_process(
    module: str,
    environment: Mapping[str, str],
    log: Path | None = None,
    *,
    command: Sequence[str] = (),
    killed: bool = False,
) -> Iterator["subprocess.Popen[bytes]"]:
    """``python -m module`` until SIGTERM; what it says goes to ``log``, else where ours does.

    ``command`` is what runs it elsewhere; where it hears nobody there it has to be ``killed``, with
    all that it started.
    """
    with log.open("w") if log else nullcontext() as stream:
        given: dict[str, Any] = {"env": environment, "stdout": stream, "stderr": stream}
        given["start_new_session"] = killed
        process: subprocess.Popen[bytes] = (
            subprocess.Popen([*command, sys.executable, "-m", module], **given)
            if command
            else Forked([module], **given)
        )
    try:
        yield process
    finally:
        if killed:
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.terminate()
        process.wait(wait.PATIENCE_SECONDS)


def until_it_answers(process: "subprocess.Popen[bytes]", url: str, log: Path) -> None:
    """Wait for ``/readyz``; a service that ends before has its last words in the failure."""

    def ready() -> bool:
        assert process.poll() is None, log.read_text()[-4000:]
        try:
            return httpx.get(f"{url}/readyz", timeout=wait.PATIENCE_SECONDS).status_code == 200
        except httpx.TransportError:
            return False

    wait.until(ready, "ready")
