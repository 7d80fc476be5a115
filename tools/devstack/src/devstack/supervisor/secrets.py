"""The secrets of a state directory: generated once, kept in a file that only its owner reads."""

import secrets
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Self

from devstack.supervisor.errors import StateDirectoryError
from devstack.supervisor.state import read_json, write_private

SIGNING_SECRET_BYTES = 32
PASSWORD_BYTES = 24
DEMO_PASSWORD_BYTES = 12


@dataclass(frozen=True)
class StateSecrets:
    """The secrets of one state directory."""

    signing_secret: str
    connection_secret: str
    postgres_password: str
    service_password: str
    valkey_password: str
    demo_password: str

    def __repr__(self) -> str:
        """Say nothing."""
        return "StateSecrets(…)"

    @classmethod
    def generated(cls) -> Self:
        """Fresh secrets; those that sign and seal are 64 hex digits."""
        return cls(
            signing_secret=secrets.token_hex(SIGNING_SECRET_BYTES),
            connection_secret=secrets.token_hex(SIGNING_SECRET_BYTES),
            postgres_password=secrets.token_urlsafe(PASSWORD_BYTES),
            service_password=secrets.token_urlsafe(PASSWORD_BYTES),
            valkey_password=secrets.token_urlsafe(PASSWORD_BYTES),
            demo_password=secrets.token_urlsafe(DEMO_PASSWORD_BYTES),
        )


def load_secrets(path: Path) -> StateSecrets:
    """Read the secrets in `path`; make up and keep those that are not there yet.

    Raises:
        StateDirectoryError: the file is damaged. It is not replaced: the database's password and
            the links already sent depend on it.
    """
    known = read_json(path)
    if any(not isinstance(value, str) or not value for value in known.values()):
        raise StateDirectoryError(path.parent, f"{path.name} is damaged")
    names = {field.name for field in fields(StateSecrets)}
    kept = {name: value for name, value in known.items() if name in names}
    loaded = StateSecrets(**{**asdict(StateSecrets.generated()), **kept})
    if asdict(loaded) != known:
        write_private(path, asdict(loaded))
    return loaded
