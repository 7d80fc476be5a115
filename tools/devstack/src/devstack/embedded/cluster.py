"""Creating a PostgreSQL data directory, all or nothing."""

import os
import shutil
import subprocess
from pathlib import Path

from devstack.embedded.errors import StartError
from devstack.embedded.logfile import last_lines, open_log
from devstack.processes.account import Account
from devstack.processes.spawn import server_environment, spawn

SUPERUSER = "postgres"
INITDB_SECONDS = 180
LOCALE = ("--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8")


def create_cluster(
    data: Path,
    *,
    installation: Path,
    password: str,
    account: Account | None,
    fast: bool,
    log: Path,
) -> None:
    """Run initdb for `data`, whose parent must exist.

    Collation is the builtin C.UTF-8: the same order on every machine, whatever its C library.
    Every connection needs a password (SCRAM). The work is done beside and renamed at the end: a
    kill in between leaves nothing that looks like a finished cluster.
    """
    unfinished = data.with_name(f"{data.name}.new")
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(mode=0o700)
    password_file = data.with_name("initdb-password")
    try:
        _write_secret(password_file, password)
        for path in (unfinished, password_file):
            change_owner(account, path)
        command = [
            str(installation / "bin" / "initdb"),
            f"--pgdata={unfinished}",
            f"--username={SUPERUSER}",
            f"--pwfile={password_file}",
            "--auth=scram-sha-256",
            "--no-instructions",
            *LOCALE,
            *(["--no-sync"] if fast else []),
        ]
        _run(command, cwd=unfinished, account=account, log=log)
    finally:
        password_file.unlink(missing_ok=True)
    unfinished.rename(data)


def change_owner(account: Account | None, path: Path) -> None:
    """Make `account` the owner of a file or directory tree that is not its own yet."""
    if account is None or path.stat().st_uid == account.uid:
        return
    os.chown(path, account.uid, account.gid)
    for inner in path.rglob("*"):
        os.chown(inner, account.uid, account.gid, follow_symlinks=False)


def _write_secret(path: Path, secret: str) -> None:
    path.unlink(missing_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
        stream.write(f"{secret}\n")


def _run(command: list[str], *, cwd: Path, account: Account | None, log: Path) -> None:
    with open_log(log) as stream:
        process = spawn(command, cwd=cwd, env=server_environment(), stdout=stream, account=account)
    try:
        code = process.wait(INITDB_SECONDS)
    except subprocess.TimeoutExpired:
        raise StartError("PostgreSQL", "initdb hangs", log, last_lines(log)) from None
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()
    if code != 0:
        raise StartError("PostgreSQL", f"initdb failed ({code})", log, last_lines(log))
