"""Redis clients: one factory, and a profile of time-outs for each kind of caller.

A client connects on its first use and returns bytes.
"""

from dataclasses import dataclass
from typing import Final

from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.retry import Retry


@dataclass(frozen=True, slots=True)
class Profile:
    """How a kind of caller waits: seconds for a connection and for an answer, and the most
    connections. A connection that the server closed meanwhile is replaced ``attempts`` times."""

    connect_seconds: float
    answer_seconds: float
    connections: int
    attempts: int


ADMIN: Final = Profile(1, 1, connections=100, attempts=1)
"""share-api and commands: an admin waits. A hung server costs one second."""


def create_redis(url: str, profile: Profile) -> Redis:
    """A blocking client; it belongs to threads."""
    return Redis.from_url(
        url,
        socket_connect_timeout=profile.connect_seconds,
        socket_timeout=profile.answer_seconds,
        socket_keepalive=True,
        max_connections=profile.connections,
        retry=Retry(NoBackoff(), profile.attempts, supported_errors=(RedisConnectionError,)),
    )
