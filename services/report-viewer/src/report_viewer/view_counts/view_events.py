"""View events: a page posts, once a person sees it, the id of its load and nothing else.

A page says so once. What comes twice all the same, because a browser sent it again, is known by the
id, in the process that heard it first.
"""

import asyncio
import re
import time
from collections.abc import Callable
from typing import Final
from uuid import UUID

from cachetools import LRUCache, TTLCache
from starlette.types import Receive

from common.infra.rate_limit import address_network
from report_viewer.problems.errors import InvalidViewError, TooLargeError, TooSlowError

MOST_BYTES: Final = 64
BODY_SECONDS: Final = 5.0
REMEMBERED: Final = 20_000
"""How many loads are remembered: a few megabytes."""

VIEW_SECONDS: Final = 60.0
VIEWS_PER_ADDRESS: Final = 60
"""Views of one link that one address may add in ``VIEW_SECONDS``: a large office reads it."""

_LOAD: Final = re.compile(rb"[A-Za-z0-9-]{8,64}")


async def read_load(receive: Receive) -> bytes:
    """The id of a load, from the body of a request.

    Raises:
        TooLargeError: the body is longer than an id.
        TooSlowError: it did not arrive in time.
        InvalidViewError: it is no id, or the client broke off.
    """
    body = await read_body(receive, most_bytes=MOST_BYTES)
    if not _LOAD.fullmatch(body):
        raise InvalidViewError
    return body


async def read_body(receive: Receive, *, most_bytes: int) -> bytes:
    """The body of a request that only a page of ours sends.

    Raises:
        TooLargeError: the body is longer than ``most_bytes``.
        TooSlowError: it did not arrive in time.
        InvalidViewError: the client broke off.
    """
    body = b""
    try:
        async with asyncio.timeout(BODY_SECONDS):
            more = True
            while more:
                message = await receive()
                if message["type"] != "http.request":
                    raise InvalidViewError
                body += message.get("body", b"")
                if len(body) > most_bytes:
                    raise TooLargeError
                more = message.get("more_body", False)
    except TimeoutError as error:
        raise TooSlowError from error
    return body


class ViewLimit:
    """Limits the views that one address may add to one link: a load's id can be made up.

    Counted in this process, in windows of a minute.
    """

    def __init__(self, *, timer: Callable[[], float] = time.monotonic) -> None:
        self._counts: TTLCache[tuple[UUID, str], list[int]] = TTLCache(
            REMEMBERED, VIEW_SECONDS, timer=timer
        )

    def allows(self, link_id: UUID, address: str | None) -> bool:
        """Count a view; whether it is within the limit. Without an address all count as one."""
        count = self._counts.setdefault((link_id, address_network(address or "")), [0])
        count[0] += 1
        return count[0] <= VIEWS_PER_ADDRESS


class SeenPageLoads:
    """The page loads that were counted last."""

    def __init__(self, *, remembered: int = REMEMBERED) -> None:
        self._loads: LRUCache[tuple[UUID, bytes], bool] = LRUCache(remembered)

    def add(self, link_id: UUID, load: bytes) -> bool:
        """Remember a load of the link's page; whether it was new."""
        known = self._loads.get((link_id, load), False)
        self._loads[link_id, load] = True
        return not known
