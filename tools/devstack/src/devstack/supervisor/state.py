"""The state directory: one supervisor at a time, and what must survive between runs."""

import contextlib
import fcntl
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from devstack.supervisor.errors import AlreadyRunningError, StateDirectoryError

DEFAULT_STATE_DIRECTORY = Path(".state")
READY_NAME = "ready.json"


class StateDirectory:
    """Names the files in a state directory; creates nothing until `locked`."""

    def __init__(self, path: Path) -> None:
        self.path = path.absolute()

    @property
    def postgres(self) -> Path:
        """Directory of the embedded PostgreSQL."""
        return self.path / "postgres"

    @property
    def valkey(self) -> Path:
        """Directory of the embedded Valkey."""
        return self.path / "valkey"

    @property
    def run(self) -> Path:
        """Directory of files that mean something only while the system runs."""
        return self.path / "run"

    @property
    def secrets(self) -> Path:
        """File of the secrets generated for this directory."""
        return self.path / "secrets.json"

    @property
    def ports(self) -> Path:
        """File of the ports used last, so that printed links stay valid."""
        return self.path / "ports.json"

    @property
    def ready(self) -> Path:
        """The ready file that is always written, for `--state-dir` of the other commands."""
        return self.path / READY_NAME

    @property
    def front(self) -> Path:
        """The Caddyfile of the server that ends TLS in front of the services."""
        return self.path / "Caddyfile"

    @property
    def worker_ready(self) -> Path:
        """The file that the worker touches when it takes jobs."""
        return self.run / "worker.ready"

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the directory for this process alone.

        Raises:
            AlreadyRunningError: another supervisor holds it.
            StateDirectoryError: it cannot be created or written.
        """
        try:
            self.path.mkdir(mode=0o755, parents=True, exist_ok=True)
            self.run.mkdir(mode=0o700, exist_ok=True)
            descriptor = os.open(self.path / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise StateDirectoryError(self.path, error.strerror or str(error)) from error
        with os.fdopen(descriptor, "r+", encoding="utf-8") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                raise AlreadyRunningError(self.path, _pid_in(lock.read())) from None
            lock.truncate(0)
            lock.write(f"{os.getpid()}\n")
            lock.flush()
            yield
            lock.truncate(0)


def write_private(path: Path, content: Mapping[str, Any]) -> None:
    """Write JSON that only its owner can read, all or nothing."""
    unfinished = path.with_name(f".{path.name}.{os.getpid()}")
    unfinished.unlink(missing_ok=True)
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
            json.dump(content, stream, indent=2)
            stream.write("\n")
            stream.flush()
            os.fsync(stream.fileno())
        unfinished.replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            unfinished.unlink()
        raise


def read_json(path: Path) -> dict[str, Any]:
    """A JSON object of the state directory; empty when the file is not there.

    Raises:
        StateDirectoryError: it is there and is not what this command wrote.
    """
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise StateDirectoryError(path.parent, f"{path.name}: {error}") from error
    if not isinstance(content, dict):
        raise StateDirectoryError(path.parent, f"{path.name} is not a JSON object")
    return content


def _pid_in(text: str) -> int | None:
    stripped = text.strip()
    return int(stripped) if stripped.isdecimal() else None
