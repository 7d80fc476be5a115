"""Sentinel clients: each Sentinel is asked in turn until one says where the primary is.

One that refuses to say, as its ACL forbids the question, is passed over like one that is away.
Where none says, the error tells of each its address and what it did, and nothing that is secret.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from redis import RedisError
from redis.asyncio.sentinel import MasterNotFoundError as AsyncMasterNotFoundError
from redis.asyncio.sentinel import Sentinel as AsyncSentinel
from redis.sentinel import MasterNotFoundError, Sentinel


class _Answers:
    """What the Sentinels have said of one primary."""

    def __init__(self, sentinels: Any, name: str) -> None:
        self._sentinels = sentinels
        self._name = name
        self._refusals: list[str] = []

    def clients(self) -> Iterator[Any]:
        """Whom to ask, one after the other."""
        yield from tuple(self._sentinels.sentinels)

    def refused(self, client: Any, why: str) -> None:
        """Note that one did not say."""
        options = client.connection_pool.connection_kwargs
        self._refusals.append(f"{options['host']}:{options['port']}: {why}")

    def address(self, client: Any, primaries: Mapping[str, Any]) -> tuple[str, int] | None:
        """Where the primary is by the answer of one, who is asked first from now on."""
        state = primaries.get(self._name)
        if not state:
            self.refused(client, "it watches none of that name")
            return None
        if not self._sentinels.check_master_state(state, self._name):
            self.refused(client, "it is down")
            return None
        asked = self._sentinels.sentinels
        asked.remove(client)
        asked.insert(0, client)
        return state["ip"], state["port"]

    def __str__(self) -> str:
        """What is told where none said it."""
        return f"no Sentinel names the primary {self._name!r}: {'; '.join(self._refusals)}"


class Sentinels(Sentinel):
    """Sentinels that threads ask."""

    def discover_master(self, service_name: str) -> tuple[str, int]:
        """Where the primary of a name is.

        Raises:
            redis.ConnectionError: none of them says; it tells why of each.
        """
        answers = _Answers(self, service_name)
        for each in answers.clients():
            try:
                found = answers.address(each, each.sentinel_masters())
            except (RedisError, OSError) as error:
                answers.refused(each, _told(error))
                continue
            if found is not None:
                return found
        raise MasterNotFoundError(str(answers))


class AsyncSentinels(AsyncSentinel):
    """Sentinels that an event loop asks."""

    async def discover_master(self, service_name: str) -> tuple[str, int]:
        """Where the primary of a name is.

        Raises:
            redis.ConnectionError: none of them says; it tells why of each.
        """
        answers = _Answers(self, service_name)
        for each in answers.clients():
            try:
                found = answers.address(each, await each.sentinel_masters())
            except (RedisError, OSError) as error:
                answers.refused(each, _told(error))
                continue
            if found is not None:
                return found
        raise AsyncMasterNotFoundError(str(answers))


def _told(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"
