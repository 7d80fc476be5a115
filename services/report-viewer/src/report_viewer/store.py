"""What the viewer reads from Redis for one request: everything, in one round trip.

The link's state, the report's fields and the failure marker of one tenant live on one node, so one
pipeline answers whether the link opens and what it shows.
"""

from dataclasses import dataclass
from typing import Final, Protocol

from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.retry import Retry
from redis.backoff import ExponentialBackoff
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import RedisError

from common.cache import ReportKey
from common.links import LinkState, read_state, state_key
from common.signing import LinkClaims
from report_viewer.errors import StoreUnavailableError

MAX_CONNECTIONS: Final = 32
_WAIT_FOR_CONNECTION_SECONDS: Final = 3
_CONNECT_SECONDS: Final = 1
_ANSWER_SECONDS: Final = 2


def connect(url: str) -> Redis:
    """A client of bytes with bounded connections and time-outs. Connects on use."""
    pool = BlockingConnectionPool.from_url(
        url,
        max_connections=MAX_CONNECTIONS,
        timeout=_WAIT_FOR_CONNECTION_SECONDS,
        socket_connect_timeout=_CONNECT_SECONDS,
        socket_timeout=_ANSWER_SECONDS,
        socket_keepalive=True,
        health_check_interval=30,
        retry=Retry(ExponentialBackoff(cap=0.1, base=0.02), 1),
        retry_on_error=[RedisConnectionError],
    )
    return Redis.from_pool(pool)


def key_of(claims: LinkClaims) -> ReportKey:
    """The report that a link opens: said by the signed claims and by nothing else."""
    return ReportKey(claims.tenant_id, claims.report, claims.window)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What Redis knew at one moment of a link and of the fields asked for of its report."""

    state: LinkState | None
    fields: tuple[bytes | None, ...]
    failed: bool

    @property
    def complete(self) -> bool:
        """Whether every field asked for is there."""
        return None not in self.fields


class Reader(Protocol):
    """Reads snapshots."""

    async def read(self, claims: LinkClaims, fields: tuple[str, ...]) -> Snapshot:
        """What is known now of a link, and ``fields`` of its report."""
        ...


class Store:
    """Reads snapshots from Redis.

    Args:
        redis: a client that returns bytes.
    """

    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    async def read(self, claims: LinkClaims, fields: tuple[str, ...]) -> Snapshot:
        """What Redis knows now of a link, and ``fields`` of its report.

        Raises:
            StoreUnavailableError: Redis did not answer in time.
        """
        key = key_of(claims)
        pipe = self._redis.pipeline(transaction=False)
        pipe.get(state_key(claims.tenant_id, claims.link_id))
        pipe.hmget(key.cached, list(fields))
        pipe.exists(key.failed)
        try:
            state, values, failed = await pipe.execute()
        except (RedisError, OSError) as error:
            raise StoreUnavailableError from error
        return Snapshot(read_state(state), tuple(values), bool(failed))

    async def answers(self) -> bool:
        """Whether Redis answers."""
        try:
            return bool(await self._redis.ping())
        except (RedisError, OSError):
            return False

    async def close(self) -> None:
        """Close the connections."""
        await self._redis.aclose(close_connection_pool=True)
