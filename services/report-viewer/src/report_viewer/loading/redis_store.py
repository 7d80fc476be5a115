"""Redis store: snapshots of any number of links and their reports, in one round trip.

The link's state, the report's fields, the failure marker and the version of the data of one tenant
live on one node, and two commands tell them. What several links ask alike is asked once.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple, Protocol

from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.connection import AbstractConnection
from redis.asyncio.retry import Retry
from redis.backoff import ExponentialBackoff
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import RedisError

from common.links import shop_names
from common.links.state import LinkState, read_state, run_in, state_key
from common.links.token import LinkClaims
from common.reports_cache.cache import ReportKey, data_version_key
from report_viewer.problems.errors import StoreUnavailableError

MAX_CONNECTIONS: Final = 32
_WAIT_FOR_CONNECTION_SECONDS: Final = 3
_CONNECT_SECONDS: Final = 1
_ANSWER_SECONDS: Final = 2
_NOWHERE: Final = -1
"""The place of the values of no fields."""


class ServerEpoch:
    """The server's epoch, asked on every new connection: no run of a server outlives one.

    Several connections are of the same epoch, or the older ones are about to break; an answer of
    theirs then meets an epoch that its states do not name, and is not trusted.
    """

    def __init__(self) -> None:
        self.id: str | None = None

    async def on_connect(self, connection: AbstractConnection) -> None:
        """Set a new connection up and ask it.

        Raises:
            UnknownRunError: the server does not say.
        """
        await connection.on_connect()
        await connection.send_command("INFO", "server")
        self.id = run_in(await connection.read_response())


def connect(url: str, epoch: ServerEpoch | None = None) -> Redis:
    """A client of bytes, with bounded connections and time-outs. Connects on use; tells ``epoch``.

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
        redis_connect_func=epoch.on_connect if epoch is not None else None,
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
    ``common.reports_cache.cache.data_version_key`` told, ``shop`` what ``common.links.shop_names``
    has.
    """

    state: LinkState | None
    fields: tuple[bytes | None, ...]
    failed: bool
    data_version: bytes | None = None
    asked: float = 0.0
    shop: bytes | None = None

    @property
    def complete(self) -> bool:
        """Whether every field asked for is there."""
        return None not in self.fields


class SnapshotQuery(NamedTuple):
    """A query: what is known of a link, and ``fields`` of its report."""

    claims: LinkClaims
    fields: tuple[str, ...]


class SnapshotReader(Protocol):
    """Reads snapshots."""

    async def read(self, claims: LinkClaims, fields: tuple[str, ...]) -> Snapshot:
        """What is known now of a link, and ``fields`` of its report."""
        ...


class RedisStore:
    """Reads snapshots from Redis.

    Args:
        redis: a client that returns bytes.
        epoch: what its connections tell.
    """

    def __init__(self, redis: Redis, epoch: ServerEpoch) -> None:
        self._redis = redis
        self._epoch = epoch

    async def read_all(self, reads: Sequence[SnapshotQuery]) -> list[Snapshot]:
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
            pipe.mget(
                state_key(tenant, claims.link_id),
                key.failed,
                data_version_key(tenant),
                shop_names.key(tenant),
            )
            if fields:
                places.append(reports.setdefault((key.cached, fields), len(reports)))
            else:
                places.append(_NOWHERE)
        for name, fields in reports:
            pipe.hmget(name, list(fields))
        try:
            answers = await pipe.execute()
        except (RedisError, OSError) as error:
            raise StoreUnavailableError from error
        run = self._epoch.id
        values = [*(tuple(each) for each in answers[len(reads) :]), ()]
        return [
            Snapshot(
                read_state(state, run=run), values[place], failed is not None, told, asked, shop
            )
            for (state, failed, told, shop), place in zip(answers, places, strict=False)
        ]

    async def ping(self) -> bool:
        """Whether Redis answers."""
        try:
            return bool(await self._redis.ping())
        except (RedisError, OSError):
            return False

    async def exists(self, name: str) -> bool | None:
        """Whether a key is there; None when Redis does not say."""
        try:
            return bool(await self._redis.exists(name))
        except (RedisError, OSError):
            return None

    async def close(self) -> None:
        """Close the connections."""
        await self._redis.aclose(close_connection_pool=True)
