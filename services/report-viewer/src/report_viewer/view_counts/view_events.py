"""View events: a page posts, once a person sees it, the id of its load and nothing else.

A page says so once. What comes twice all the same, because a browser sent it again, is known by the
id, in the process that heard it first.
"""

import asyncio
import re
from typing import Final
from uuid import UUID

from cachetools import LRUCache
from starlette.types import Receive

from report_viewer.problems.errors import InvalidViewError, TooLargeError, TooSlowError

MOST_BYTES: Final = 64
BODY_SECONDS: Final = 5.0
REMEMBERED: Final = 20_000
"""How many loads are remembered: a few megabytes."""

_LOAD: Final = re.compile(rb"[A-Za-z0-9-]{8,64}")


async def read_load(receive: Receive) -> bytes:
    """The id of a load, from the body of a request.

    Raises:
        TooLargeError: the body is longer than an id.
        TooSlowError: it did not arrive in time.
        InvalidViewError: it is no id, or the client broke off.
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
                if len(body) > MOST_BYTES:
                    raise TooLargeError
                more = message.get("more_body", False)
    except TimeoutError as error:
        raise TooSlowError from error
    if not _LOAD.fullmatch(body):
        raise InvalidViewError
    return body


class SeenPageLoads:
    """The page loads that were counted last."""

    def __init__(self, *, remembered: int = REMEMBERED) -> None:
        self._loads: LRUCache[tuple[UUID, bytes], bool] = LRUCache(remembered)

    def add(self, link_id: UUID, load: bytes) -> bool:
        """Remember a load of the link's page; whether it was new."""
        known = self._loads.get((link_id, load), False)
        self._loads[link_id, load] = True
        return not known
