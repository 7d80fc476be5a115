"""Secrets by files: `NAME_FILE` says where a secret setting's value stands, in place of `NAME`.

What is in the environment is seen by whoever may look at the process or its container. A file is
read once, at start; one line, whose end does not count.
"""

from collections.abc import Iterable, Iterator, Mapping, MutableMapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

SECRETS: Final = (
    "ANALYTICS_CONNECTION_SECRET",
    "ANALYTICS_CONNECTION_SECRETS_RETIRED",
    "ANALYTICS_SHARE_SIGNING_SECRET",
    "ANALYTICS_SHARE_SIGNING_SECRETS_RETIRED",
    "BROKER_URL",
    "DATABASE_OWNER_URL",
    "DATABASE_REPLICA_URL",
    "DATABASE_SHARD_OWNER_URLS",
    "DATABASE_SHARD_URLS",
    "DATABASE_URL",
    "DISCORD_BOT_TOKEN",
    "REDIS_URL",
)
"""Every secret setting of a service or of the command."""
MOST_BYTES: Final = 64 * 1024
_SUFFIX: Final = "_FILE"


class SecretFileError(Exception):
    """A secret cannot be read from its file; the text names the setting, and nothing of a value."""

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(f"{name}: {reason}")
        self.name = name
        self.reason = reason


def secrets_from_files(
    environment: Mapping[str, str], names: Iterable[str] = SECRETS
) -> dict[str, str]:
    """The values of those of ``names`` whose files ``environment`` names.

    Raises:
        SecretFileError: a file is missing, empty or unusable, or there is a value beside it.
    """
    found: dict[str, str] = {}
    for name in names:
        where = environment.get(name + _SUFFIX, "").strip()
        if not where:
            continue
        if environment.get(name, "").strip():
            raise SecretFileError(name + _SUFFIX, f"{name} is set too: give one of them")
        found[name] = _read(name + _SUFFIX, Path(where))
    return found


@contextmanager
def secrets_taken(environment: MutableMapping[str, str]) -> Iterator[None]:
    """Put the values of all secrets that are in files in their place, for a while.

    Raises: what ``secrets_from_files`` raises.
    """
    found = secrets_from_files(environment)
    named = {name + _SUFFIX: environment[name + _SUFFIX] for name in found}
    before = {name: environment[name] for name in found if name in environment}
    environment.update(found)
    for name in named:
        del environment[name]
    try:
        yield
    finally:
        for name in found:
            del environment[name]
        environment.update(named | before)


def _read(name: str, path: Path) -> str:
    try:
        if path.exists() and not path.is_file():
            raise SecretFileError(name, "is not a file")
        with path.open("rb") as file:
            data = file.read(MOST_BYTES + 1)
    except FileNotFoundError:
        raise SecretFileError(name, "there is no such file") from None
    except (OSError, ValueError) as error:
        raise SecretFileError(name, f"cannot be read ({type(error).__name__})") from None
    if len(data) > MOST_BYTES:
        raise SecretFileError(name, "is too large for a secret")
    try:
        value = data.decode("utf-8").strip()
    except UnicodeDecodeError:
        raise SecretFileError(name, "is not UTF-8 text") from None
    if not value:
        raise SecretFileError(name, "is empty")
    if len(value.splitlines()) > 1 or "\0" in value:
        raise SecretFileError(name, "has more than one line")
    return value
