"""Sentinels: the address of a primary that they watch, as a URL.

``redis+sentinel://[[USER]:PASSWORD@]HOST[:PORT][,HOST[:PORT]...]/NAME[/DATABASE]``, and
``?sentinel_password=PASSWORD`` where the Sentinels themselves want one. NAME is what they call the
primary; USER and PASSWORD are those of the server. A ``%`` and two digits stand for a byte, and
each other character for itself, a ``+`` too.
"""

from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import quote, unquote

from redis.backoff import NoBackoff
from redis.retry import Retry

SCHEME: Final = "redis+sentinel://"
_PORT: Final = 26379
_SENTINEL_PASSWORD: Final = "sentinel_password"  # noqa: S105 - the name of a parameter


@dataclass(frozen=True, slots=True)
class WatchedPrimary:
    """A primary by its name, and whom to ask where it is."""

    sentinels: tuple[tuple[str, int], ...]
    name: str
    database: int = 0
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    sentinel_password: str | None = field(default=None, repr=False)

    def connection_options(self) -> dict[str, Any]:
        """What a connection to the server takes beside its address."""
        return {"db": self.database, "username": self.user, "password": self.password}

    def sentinel_options(self, timeouts: dict[str, Any]) -> dict[str, Any]:
        """What a client of a Sentinel takes beside its address. None waits for one that is away."""
        return {**timeouts, "password": self.sentinel_password, "retry": Retry(NoBackoff(), 0)}

    def celery_url(self) -> str:
        """The URL that Celery's transport takes: one for each Sentinel."""
        user, password = (quote(each or "", safe="") for each in (self.user, self.password))
        login = f"{user}:{password}@" if password else ""
        return ";".join(
            f"sentinel://{login}{host}:{port}/{self.database}" for host, port in self.sentinels
        )


def watched_primary(url: str) -> WatchedPrimary | None:
    """What a URL says of a primary; None for one of another scheme.

    Raises:
        ValueError: it lacks a host or the name, or a port or the database is no number. The message
            repeats nothing of it.
    """
    if not url.startswith(SCHEME):
        return None
    rest, _, query = url.removeprefix(SCHEME).partition("?")
    servers, _, path = rest.partition("/")
    login, _, hosts = servers.rpartition("@")
    user, _, password = login.partition(":")
    name, _, database = path.partition("/")
    sentinels = tuple(_address(each) for each in hosts.split(",") if each)
    parameters = [each.partition("=") for each in query.split("&") if each]
    given = {unquote(key): unquote(value) for key, _, value in parameters}
    if not sentinels or not name or not (database or "0").isdecimal():
        raise ValueError(f"must be {SCHEME}HOST:PORT,HOST:PORT/NAME/DATABASE")
    if set(given) - {_SENTINEL_PASSWORD}:
        raise ValueError(f"must have no parameter but {_SENTINEL_PASSWORD}")
    return WatchedPrimary(
        sentinels,
        unquote(name),
        int(database or 0),
        unquote(user) or None,
        unquote(password) or None,
        given.get(_SENTINEL_PASSWORD) or None,
    )


def _address(text: str) -> tuple[str, int]:
    host, _, port = text.partition(":")
    if not host or not (port or "0").isdecimal():
        raise ValueError("must name each Sentinel as HOST:PORT")
    return host, int(port or _PORT)
