"""Request body: the few bytes that a browser posts, read whole within a size and a time."""

import asyncio
from typing import Final

from starlette.types import Receive

from report_viewer.problems.errors import InvalidBodyError, TooLargeError, TooSlowError

BODY_SECONDS: Final = 5.0


async def read_body(receive: Receive, *, most_bytes: int) -> bytes:
    """The body of a request.

    Raises:
        TooLargeError: the body is longer than ``most_bytes``.
        TooSlowError: it did not arrive in ``BODY_SECONDS``.
        InvalidBodyError: the client broke off.
    """
    body = b""
    try:
        async with asyncio.timeout(BODY_SECONDS):
            more = True
            while more:
                message = await receive()
                if message["type"] != "http.request":
                    raise InvalidBodyError
                body += message.get("body", b"")
                if len(body) > most_bytes:
                    raise TooLargeError
                more = message.get("more_body", False)
    except TimeoutError as error:
        raise TooSlowError from error
    return body
