"""A process that the tests fork is what ``python -m`` would start."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest
from tests.support import process_facts, wait
from tests.support.forked import Forked

ARGUMENTS = [process_facts.__name__, "3", "two words", "ä"]


@pytest.mark.parametrize("unbuffered", [{}, {"PYTHONUNBUFFERED": "1"}])
@pytest.mark.parametrize("own_session", [False, True])
def test_it_is_given_the_same(
    tmp_path: Path, unbuffered: dict[str, str], *, own_session: bool
) -> None:
    own = {"PYTHONPATH": str(Path.cwd()), "ODD": "ä=\n", "LC_ALL": "C.UTF-8"}
    environment = {"PATH": os.environ["PATH"], **own}
    given = {
        "env": environment | unbuffered,
        "cwd": tmp_path,
        "stdin": subprocess.PIPE,
        "stdout": subprocess.PIPE,
        "stderr": subprocess.PIPE,
        "start_new_session": own_session,
    }
    told = []
    for process in (
        subprocess.Popen([sys.executable, "-m", *ARGUMENTS], **given),  # type: ignore[call-overload]
        Forked(ARGUMENTS, **given),  # type: ignore[arg-type]
    ):
        with process:
            said, complained = process.communicate(b"question")
        assert (process.returncode, complained) == (3, b"complaint\n")
        told.append(json.loads(said))
    plain, forked = told
    assert forked == plain
    assert plain["parent"] == os.getpid()


def test_it_dies_of_a_signal_as_any_other() -> None:
    for number in (signal.SIGTERM, signal.SIGKILL, signal.SIGINT):
        with Forked(ARGUMENTS, stdin=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
            assert process.poll() is None
            wait.until(lambda: "process_facts" in psutil.Process(process.pid).cmdline()[2])
            process.send_signal(number)
            assert process.wait(wait.PATIENCE_SECONDS) == -number


def test_what_is_wrong_with_it_is_told_to_who_started_it() -> None:
    with Forked(["tests.support.nothing"], stderr=subprocess.PIPE, text=True) as process:
        _, complained = process.communicate()
    assert process.returncode == 1
    assert "tests.support.nothing" in complained
