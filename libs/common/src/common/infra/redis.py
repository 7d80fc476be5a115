"""Redis clients: one factory, and a profile of time-outs for each kind of caller.

A client connects on its first use and returns bytes. A call is bounded in time: who waits for it
decides how long that may be, and what a lost connection means.

Where Sentinels watch the server, each new connection asks them where the primary is, and what is
connected to one that was is given up: by them, when they demote it, in ``PrimaryPool``, or by
``leave_deposed_primary``. Of a cluster a client knows all nodes, and asks the one that has the key;
what concerns each server by itself is done to each of ``common.infra.nodes``.
"""

from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final, cast

from redis import Redis
from redis.asyncio import BlockingConnectionPool
from redis.asyncio import Redis as AsyncRedis
from redis.asyncio.connection import AbstractConnection
from redis.asyncio.retry import Retry as AsyncRetry
from redis.asyncio.sentinel import SentinelConnectionPool, SentinelManagedConnection
from redis.backoff import ExponentialBackoff, NoBackoff
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import RedisError
from redis.retry import Retry
from redis.sentinel import SentinelConnectionPool as BlockingSentinelPool

from common.infra.cluster.address import cluster_of
from common.infra.cluster.async_client import AsyncClusterClient
from common.infra.cluster.client import ClusterClient
from common.infra.sentinel_clients import AsyncSentinels, Sentinels
from common.infra.sentinels import watched_primary

POOL_WAIT_SECONDS: Final = 3
_HEALTH_CHECK_SECONDS: Final = 30


@dataclass(frozen=True, slots=True)
class Profile:
    """How a kind of caller waits.

    Attributes:
        connect_seconds: for a connection.
        answer_seconds: for an answer.
        connections: how many there are at most; None for no bound.
        attempts: how often a command that met a lost connection is sent again; None for the
            client's own retries. A time-out is never tried again when this is given.
    """

    connect_seconds: float
    answer_seconds: float
    connections: int | None = None
    attempts: int | None = None

    def timeouts(self) -> dict[str, Any]:
        """The time-outs as options of a client, of Celery's transport and of redbeat."""
        return {
            "socket_connect_timeout": self.connect_seconds,
            "socket_timeout": self.answer_seconds,
            "socket_keepalive": True,
        }


ADMIN: Final = Profile(1, 1, connections=100, attempts=1)
"""share-api and commands: an admin waits."""
VIEWER: Final = Profile(1, 2, connections=32, attempts=1)
"""The viewer's event loop: pages wait."""
VIEWER_JOBS: Final = Profile(1, 2, connections=4)
"""The viewer's threads that ask for computations."""
VIEWER_RATE_LIMITS: Final = Profile(0.5, 0.5, connections=2)
"""The viewer's threads that count failures: no refusal waits long for its count."""
VIEW_COUNTS: Final = Profile(1, 2, connections=1, attempts=0)
"""Views are added up: what was only not answered would count twice."""
LOADING: Final = Profile(1, 2)
"""A command that tells of the data it has loaded."""
WORKER: Final = Profile(5, 5)
"""Workers: no one waits for a single command of theirs."""
BROKER: Final = Profile(1, 2)
"""Publishing a job."""
SCHEDULER: Final = Profile(2, 5)
"""The scheduler's lock and entries."""


def create_redis(url: str, profile: Profile) -> Redis:
    """A blocking client; it belongs to threads."""
    options = profile.timeouts()
    if profile.connections is not None:
        options["max_connections"] = profile.connections
    if profile.attempts is not None:
        options["retry"] = Retry(
            NoBackoff(), profile.attempts, supported_errors=(RedisConnectionError,)
        )
    cluster = cluster_of(url)
    if cluster is not None:
        return cast("Redis", ClusterClient(cluster, **options))
    primary = watched_primary(url)
    if primary is None:
        return Redis.from_url(url, **options)
    sentinels = Sentinels(  # type: ignore[no-untyped-call] # redis-py has no types for it
        primary.sentinels, sentinel_kwargs=primary.sentinel_options(profile.timeouts())
    )
    client: Redis = sentinels.master_for(  # type: ignore[no-untyped-call] # redis-py has no types for it
        primary.name, **options, **primary.connection_options()
    )
    return client


def leave_deposed_primary(client: Redis) -> None:
    """Ask the Sentinels, if the client has any, for the primary; leave the one before if another.

    A cluster is asked which nodes are its primaries. Where none answers, the connections that there
    are stay.
    """
    if isinstance(client, ClusterClient):
        with suppress(RedisError):
            client.cluster.refresh()
        return
    pool = client.connection_pool
    if isinstance(pool, BlockingSentinelPool):
        with suppress(RedisError):
            pool.get_master_address()  # type: ignore[no-untyped-call] # redis-py has no types for it


class PrimaryConnection(SentinelManagedConnection):
    """A connection of a ``PrimaryPool``: what a deposed primary answers is not believed."""

    connection_pool: "PrimaryPool"

    async def read_response(self, *args: Any, **kwargs: Any) -> Any:
        """An answer of the primary.

        Raises:
            redis.ConnectionError: the server is the primary no more; who asks again asks another.
        """
        answer = await super().read_response(*args, **kwargs)
        if not self.connection_pool.is_primary(self):
            await self.disconnect()
            raise RedisConnectionError("another server is the primary now")
        return answer


class PrimaryPool(SentinelConnectionPool, BlockingConnectionPool):
    """Connections to the primary that Sentinels name, whose takers wait for a free one.

    Once it is known that another is the primary, no connection to the one before is used again,
    whether that still answers or not, and what it answers late is asked of the new one.
    """

    def __init__(self, service_name: str, sentinel_manager: AsyncSentinels, **options: Any) -> None:
        options["connection_class"] = PrimaryConnection
        super().__init__(service_name, sentinel_manager, **options)  # type: ignore[no-untyped-call] # redis-py has no types for it

    def is_primary(self, connection: AbstractConnection) -> bool:
        """Whether a connection is to the server that the Sentinels named last."""
        address = connection.host, connection.port  # type: ignore[attr-defined] # redis-py has no types for it
        return bool(address == self.master_address)

    async def find_primary(self) -> tuple[str, int]:
        """Ask the Sentinels where the primary is, and leave the one before if it is another.

        Raises:
            redis.RedisError: none of them says.
        """
        found: tuple[str, int] = await self.get_master_address()  # type: ignore[no-untyped-call] # redis-py has no types for it
        return found

    async def release(self, connection: AbstractConnection) -> None:
        """Take a connection back, to the primary or to none."""
        if not self.is_primary(connection):
            await connection.disconnect()
        await super().release(connection)

    async def disconnect(self, inuse_connections: bool = True) -> None:
        """Close the connections; where all are meant, those to the Sentinels too."""
        await super().disconnect(inuse_connections)
        if inuse_connections:
            for each in self.sentinel_manager.sentinels:
                await each.aclose()


def create_async_redis(
    url: str,
    profile: Profile,
    *,
    on_connect: Callable[[AbstractConnection], Awaitable[None]] | None = None,
    protocol: int = 2,
) -> AsyncRedis:
    """A client for an event loop, whose callers wait for a free connection.

    ``on_connect`` sets each new connection up, in the place of what the client does by itself;
    ``protocol`` is the version of RESP.
    """
    options: dict[str, Any] = {
        **profile.timeouts(),
        "max_connections": profile.connections,
        "timeout": POOL_WAIT_SECONDS,
        "health_check_interval": _HEALTH_CHECK_SECONDS,
        "redis_connect_func": on_connect,
        "protocol": protocol,
        "retry": AsyncRetry(
            ExponentialBackoff(cap=0.1, base=0.02),
            profile.attempts or 0,
            supported_errors=(RedisConnectionError,),
        ),
    }
    cluster = cluster_of(url)
    if cluster is not None:
        return cast("AsyncRedis", AsyncClusterClient(cluster, profile.timeouts(), options))
    primary = watched_primary(url)
    if primary is None:
        return AsyncRedis.from_pool(BlockingConnectionPool.from_url(url, **options))
    asking = primary.sentinel_options(profile.timeouts()) | {"retry": AsyncRetry(NoBackoff(), 0)}
    sentinels = AsyncSentinels(primary.sentinels, sentinel_kwargs=asking)  # type: ignore[no-untyped-call] # redis-py has no types for it
    client: AsyncRedis = sentinels.master_for(
        primary.name,
        connection_pool_class=PrimaryPool,
        **options,
        **primary.connection_options(),
    )
    return client
