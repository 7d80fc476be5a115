"""What the viewer reads from Redis: everything about any number of links, in one round trip.

The link's state, the report's fields, the failure marker and the version of the data of one tenant
live on one node, and two commands tell them. What several links ask alike is asked once.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple, Protocol

from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.retry import Retry
from redis.backoff import ExponentialBackoff
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import RedisError

from common.cache import ReportKey, data_version_key
from common.links import LinkState, read_state, state_key
from common.signing import LinkClaims
from report_viewer.errors import StoreUnavailableError

MAX_CONNECTIONS: Final = 32
_WAIT_FOR_CONNECTION_SECONDS: Final = 3
_CONNECT_SECONDS: Final = 1
_ANSWER_SECONDS: Final = 2


def connect(url: str) -> Redis:
    """A client of bytes with bounded connections and time-outs. Connects on use.

    A connection that was lost while it was idle is made anew once; a time-out is not tried again.
    """
    pool = BlockingConnectionPool.from_url(
        url,
        max_connections=MAX_CONNECTIONS,
        timeout=_WAIT_FOR_CONNECTION_SECONDS,
        socket_connect_timeout=_CONNECT_SECONDS,
        socket_timeout=_ANSWER_SECONDS,
        socket_keepalive=True,
        health_check_interval=30,
        retry=Retry(
            ExponentialBackoff(cap=0.1, base=0.02), 1, supported_errors=(RedisConnectionError,)
        ),
    )
    return Redis.from_pool(pool)


def key_of(claims: LinkClaims) -> ReportKey:
    """The report that a link opens: said by the signed claims and by nothing else."""
    return ReportKey(claims.tenant_id, claims.report, claims.window)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What Redis knew at one moment of a link and of the fields asked for of its report.

    ``asked`` is a moment on the monotonic clock before that, in seconds; ``data_version`` is what
    ``common.cache.data_version_key`` told.
    """

    state: LinkState | None
    fields: tuple[bytes | None, ...]
    failed: bool
    data_version: bytes | None = None
    asked: float = 0.0

    @property
    def complete(self) -> bool:
        """Whether every field asked for is there."""
        return None not in self.fields


class Read(NamedTuple):
    """A question: what is known of a link, and ``fields`` of its report."""

    claims: LinkClaims
    fields: tuple[str, ...]


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

    async def read_all(self, reads: Sequence[Read]) -> list[Snapshot]:
        """What Redis knows now, for each of ``reads``, by one pipeline on one connection.

        Raises:
            StoreUnavailableError: Redis did not answer in time.
        """
        asked = time.monotonic()
        reports: dict[tuple[str, tuple[str, ...]], int] = {}
        places = []
        pipe = self._redis.pipeline(transaction=False)
        for claims, fields in reads:
            tenant, key = claims.tenant_id, key_of(claims)
            pipe.mget(state_key(tenant, claims.link_id), key.failed, data_version_key(tenant))
            places.append(reports.setdefault((key.cached, fields), len(reports)))
        for name, fields in reports:
            pipe.hmget(name, list(fields))
        try:
            answers = await pipe.execute()
        except (RedisError, OSError) as error:
            raise StoreUnavailableError from error
        values = [tuple(each) for each in answers[len(reads) :]]
        return [
            Snapshot(read_state(state), values[place], failed is not None, told, asked)
            for (state, failed, told), place in zip(answers, places, strict=False)
        ]

    async def answers(self) -> bool:
        """Whether Redis answers."""
        try:
            return bool(await self._redis.ping())
        except (RedisError, OSError):
            return False

    async def has(self, name: str) -> bool | None:
        """Whether a key is there; None when Redis does not say."""
        try:
            return bool(await self._redis.exists(name))
        except (RedisError, OSError):
            return None

    async def close(self) -> None:
        """Close the connections."""
        await self._redis.aclose(close_connection_pool=True)
