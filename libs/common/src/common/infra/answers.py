"""Answers to many commands at once: by which connection each came, as its server's run counts."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from redis.asyncio import Redis as AsyncRedis
from redis.asyncio.connection import AbstractConnection

Command = tuple[str, ...]


class Answer(NamedTuple):
    """What a command was answered, and by which connection.

    ``settled`` says that this node has the key, and that it is not on its way to another.
    """

    value: Any
    connection: AbstractConnection
    settled: bool = True


async def ask_server(
    redis: AsyncRedis, commands: Sequence[Command], *, asking: bool = False
) -> list[Answer]:
    """What one server answers, by one pipeline on one connection; refusals stand in the answers.

    ``asking`` says that keys on their way to it are meant.

    Raises:
        redis.RedisError: it did not answer in time.
    """
    pipe = redis.pipeline(transaction=False)
    for command in commands:
        if asking:
            pipe.execute_command("ASKING")
        pipe.execute_command(*command)
    # The pipeline's own from now on: it gives it back.
    pipe.connection = connection = await redis.connection_pool.get_connection()  # type: ignore[no-untyped-call] # redis-py has no types for it
    answers = await pipe.execute(raise_on_error=False)
    return [Answer(each, connection) for each in (answers[1::2] if asking else answers)]
