"""Nodes as an event loop asks them: many commands at once, whatever is behind the client."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import NamedTuple

from redis.asyncio import Redis
from redis.exceptions import RedisError

from common.infra.answers import Answer, Command, ask_server
from common.infra.cluster.async_client import AsyncClusterClient
from common.infra.nodes import WRITE_CHECK
from common.infra.redis import PrimaryPool
from common.infra.refusals import Refusal, refusal_of


def place_of(redis: Redis, key: str) -> str:
    """What is asked together with a key: the node that has it, of a cluster."""
    return redis.place(key) if isinstance(redis, AsyncClusterClient) else ""


async def ask(redis: Redis, commands: Sequence[Command]) -> list[Answer]:
    """The answer to each command, of which the first argument is a key.

    Raises:
        redis.RedisError: a server did not answer in time, or refuses.
    """
    if isinstance(redis, AsyncClusterClient):
        return await redis.ask(commands)
    answers = await ask_server(redis, commands)
    for each in answers:
        if isinstance(each.value, RedisError):
            raise each.value
    return answers


def finder_of(redis: Redis) -> Callable[[], Awaitable[object]] | None:
    """What asks which servers are the primaries, and leaves those before; None with none to ask.

    It raises ``redis.RedisError`` where nobody says.
    """
    if isinstance(redis, AsyncClusterClient):
        return redis.refresh
    pool = redis.connection_pool
    return pool.find_primary if isinstance(pool, PrimaryPool) else None


class Readiness(NamedTuple):
    """Whether Redis answers, and why it refuses writes; None where it takes them or is away."""

    answers: bool
    refusal: Refusal | None


async def readiness_of(redis: Redis) -> Readiness:
    """Ask a server, of a cluster any node; one that only refuses writes answers."""
    answers, refusal = await asyncio.gather(_is_ready(redis), _refused_writes(redis))
    return Readiness(answers, refusal)


async def _is_ready(redis: Redis) -> bool:
    if isinstance(redis, AsyncClusterClient):
        return await redis.is_ready()
    try:
        return bool(await redis.ping())
    except (RedisError, OSError) as error:
        return refusal_of(error) is not None


async def _refused_writes(redis: Redis) -> Refusal | None:
    """Why a server refuses writes, asked by one that changes nothing."""
    keys = [WRITE_CHECK]
    if isinstance(redis, AsyncClusterClient):
        keys = [redis.key_of(name) for name in {name for name, _ in redis.owners()}]
    asked = (redis.set(key, b"", xx=True) for key in keys)
    answers = await asyncio.gather(*asked, return_exceptions=True)
    found = (refusal_of(each) for each in answers if isinstance(each, Exception))
    return next((each for each in found if each is not None), None)
