"""The floor of the supervisor: back-off, reaper, accounts, output."""

import io
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from tests.support import wait

from devstack.embedded.placement import reachable_directory
from devstack.embedded.stale import end_earlier_server, postmaster_status
from devstack.processes.account import Account, UnknownAccountError, server_account
from devstack.processes.reaper import end_all, watch
from devstack.processes.spawn import spawn
from devstack.supervisor.console import Console
from devstack.supervisor.restart import Backoff


def test_backoff_grows_to_a_limit_and_forgets() -> None:
    backoff = Backoff()
    delays = []
    for _ in range(8):
        backoff.started(0.0)
        delays.append(backoff.restart_after(1.0))
    assert delays == [0.5, 1, 2, 4, 8, 16, 30, 30]
    assert not backoff.is_due(30.9)
    assert backoff.is_due(31.0)
    backoff.started(100.0)
    assert not backoff.is_due(1000.0)
    assert backoff.restart_after(160.0) == 0.5


def test_the_guard_remembers_what_was_not_struck_off() -> None:
    lines = ["+10 15\n", "+11 2\n", "-10\n", "\n", "-99\n"]
    assert watch(lines) == {11: 2}


def test_the_guard_kills_what_does_not_heed_it() -> None:
    ignores = "import signal,time; signal.signal(15, signal.SIG_IGN); print(flush=True);"
    with subprocess.Popen(
        [sys.executable, "-c", f"{ignores} time.sleep(60)"],
        stdout=subprocess.PIPE,
        start_new_session=True,
    ) as stubborn:
        assert stubborn.stdout is not None
        stubborn.stdout.readline()
        end_all({stubborn.pid: signal.SIGTERM}, grace_seconds=0.2)
        assert stubborn.wait(wait.PATIENCE_SECONDS) == -signal.SIGKILL


def test_a_command_that_is_not_there_says_so() -> None:
    process = spawn(["/no/such/program"], stdout=subprocess.PIPE)
    said, _ = process.communicate(timeout=wait.PATIENCE_SECONDS)
    assert process.returncode == 127
    assert b"cannot run /no/such/program" in said


@pytest.mark.skipif(os.geteuid() != 0, reason="only root runs servers as someone else")
def test_root_runs_servers_as_someone_else(monkeypatch: pytest.MonkeyPatch) -> None:
    account = server_account()
    assert account is not None
    assert account.uid != 0
    process = spawn(["/bin/sh", "-c", "id -u; id -G"], stdout=subprocess.PIPE, account=account)
    said, _ = process.communicate(timeout=wait.PATIENCE_SECONDS)
    assert said.split() == [str(account.uid).encode(), str(account.gid).encode()]
    for name in ("root", "0", "no-such-user"):
        monkeypatch.setenv("ANALYTICS_EMBEDDED_USER", name)
        with pytest.raises(UnknownAccountError, match="ANALYTICS_EMBEDDED_USER"):
            server_account()


def test_an_account_enters_only_open_directories(tmp_path: Path) -> None:
    stranger = Account(uid=tmp_path.stat().st_uid + 4321, gid=tmp_path.stat().st_gid + 4321)
    assert stranger.can_enter(Path("/"))
    closed = tmp_path / "closed" / "open"
    closed.mkdir(parents=True)
    closed.parent.chmod(0o700)
    assert not stranger.can_enter(closed)
    owner = Account(uid=tmp_path.stat().st_uid, gid=tmp_path.stat().st_gid)
    closed.parent.chmod(0o500)
    assert owner.can_enter(closed) == owner.can_enter(closed.parent)


def test_an_ordinary_user_keeps_the_directory(tmp_path: Path) -> None:
    assert reachable_directory(None, tmp_path / "postgres") == tmp_path / "postgres"
    assert not (tmp_path / "postgres" / "MOVED").exists()


def test_a_lock_file_whose_number_went_to_another_process_is_removed(tmp_path: Path) -> None:
    lock = tmp_path / "postmaster.pid"
    lock.write_text(f"{os.getpid()}\n{tmp_path}\n")
    assert postmaster_status(tmp_path) == (os.getpid(), "starting")
    end_earlier_server(tmp_path)
    assert not lock.exists()


def test_a_lock_file_of_a_dead_process_is_left_to_the_server(tmp_path: Path) -> None:
    with subprocess.Popen(["/bin/true"]) as gone:
        gone.wait()
    lock = tmp_path / "postmaster.pid"
    lock.write_text(f"{gone.pid}\n")
    end_earlier_server(tmp_path)
    assert lock.exists()


def test_output_has_names_but_no_colour_off_a_terminal() -> None:
    stream = io.StringIO()
    Console(stream).log("worker", "hello")
    assert stream.getvalue() == "worker        | hello\n"
