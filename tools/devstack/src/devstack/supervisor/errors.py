"""Errors of the supervisor: why the system cannot run, in a sentence that a person can act on."""

from collections.abc import Iterable
from pathlib import Path


class SupervisorError(Exception):
    """An expected failure of `analytics up`; its text is all a user needs to see."""


class AlreadyRunningError(SupervisorError):
    """Another supervisor holds the state directory."""

    def __init__(self, directory: Path, pid: int | None) -> None:
        who = f" (process {pid})" if pid else ""
        super().__init__(f"analytics is already running on {directory}{who}: stop it first")
        self.directory = directory
        self.pid = pid


class StateDirectoryError(SupervisorError):
    """The state directory cannot be used."""

    def __init__(self, directory: Path, reason: str) -> None:
        super().__init__(f"cannot use {directory} as state directory: {reason}")
        self.directory = directory


class PortTakenError(SupervisorError):
    """A port that was asked for by name is in use."""

    def __init__(self, port: int, what: str) -> None:
        super().__init__(f"port {port}, asked for {what}, is already in use")
        self.port = port


class ProcessFailedError(SupervisorError):
    """A process ended for good, or did not get ready."""

    def __init__(self, name: str, reason: str, last_lines: Iterable[str]) -> None:
        said = "".join(f"\n    {part}" for line in last_lines for part in line.splitlines())
        super().__init__(f"{name} {reason}{said}")
        self.name = name


class ExternalDatabaseError(SupervisorError):
    """The database that the environment names cannot be used."""
