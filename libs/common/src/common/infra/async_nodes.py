"""Nodes as an event loop asks them: many commands at once, whatever is behind the client."""

from collections.abc import Awaitable, Callable, Sequence

from redis.asyncio import Redis
from redis.exceptions import RedisError

from common.infra.answers import Answer, Command, ask_server
from common.infra.cluster.async_client import AsyncClusterClient
from common.infra.redis import PrimaryPool
from common.infra.refusals import refusal_of


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


async def is_ready(redis: Redis) -> bool:
    """Whether a server answers, of a cluster any node; one that only refuses writes does."""
    if isinstance(redis, AsyncClusterClient):
        return await redis.is_ready()
    try:
        return bool(await redis.ping())
    except (RedisError, OSError) as error:
        return refusal_of(error) is not None
