"""Reading of request bodies: bounded in bytes and in time, whatever is in them."""

import asyncio
from collections.abc import AsyncIterator
from http import HTTPStatus
from typing import Final

from fastapi import Request

from common.http.problem import Problem
from common.http.wording import Wording

BODY_SECONDS: Final = 20
PIECE_SECONDS: Final = 60
"""How long the next piece of a long body may take."""


class SlowBodyError(Problem):
    """The body does not arrive."""

    status = HTTPStatus.REQUEST_TIMEOUT
    type = "timeout"
    title = "Request too slow"

    def __init__(self) -> None:
        super().__init__("The body did not arrive in time.")


class BodyTooLargeError(Problem):
    """More than a body may have; the rest is not read."""

    status = HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    type = "body-too-large"
    title = "Request body too large"

    def __init__(self, most: int) -> None:
        super().__init__(Wording("The body is longer than %(most)s bytes.", most=most))


async def read_at_most(request: Request, most: int) -> bytes:
    """The request's body of at most so many bytes.

    Raises:
        BodyTooLargeError: it is longer.
        SlowBodyError: not there after ``BODY_SECONDS``.
    """
    body = bytearray()
    try:
        async with asyncio.timeout(BODY_SECONDS):
            async for chunk in request.stream():
                body += chunk
                if len(body) > most:
                    raise BodyTooLargeError(most)
    except TimeoutError:
        raise SlowBodyError from None
    return bytes(body)


async def iter_with_timeout(body: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """A long body, piece by piece.

    Raises:
        SlowBodyError: no piece came for ``PIECE_SECONDS``.
    """
    while True:
        try:
            async with asyncio.timeout(PIECE_SECONDS):
                piece = await anext(body)
        except StopAsyncIteration:
            return
        except TimeoutError:
            raise SlowBodyError from None
        yield piece
