"""Client of Discord's API: edits an interaction's original response, one attempt, bounded in time.

Discord's documentation calls it "Edit Original Interaction Response". It takes the interaction's
token in the path and nothing else; the token is in no exception and no log of ours.
"""

import asyncio
import json
import math
from dataclasses import dataclass
from enum import StrEnum
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import quote

import httpx

from common.jobs.discord_promises import Promise
from worker.discord.message import FILE_NAME, Message

ATTEMPT_SECONDS: Final = 8.0
"""The most an attempt takes: a slow Discord holds one process of a worker for so long."""
_CONNECT_SECONDS: Final = 3.0
_RETRY_SECONDS: Final = 2.0
_SILENCE_SECONDS: Final = 10.0
"""After an attempt without an answer: each costs a process all its time."""
_AGENT: Final = "sales-reports (https://discord.com/developers/docs, 1)"


class Result(StrEnum):
    """What became of an attempt."""

    DELIVERED = "delivered"
    NOT_YET = "not yet"
    """The answer is not known there: it may be that the promise has not arrived, or it is over."""
    LIMITED = "limited"
    FAILED = "failed"
    REFUSED = "refused"
    """Discord will never take it."""


@dataclass(frozen=True, slots=True)
class AttemptOutcome:
    """What became of an attempt, when another is welcome (in seconds), and for whom.

    ``everybody``: it is not about this answer, nothing is to be sent until then. ``reason`` is a
    status or the name of an exception.
    """

    result: Result
    reason: str
    after_seconds: float = 0.0
    everybody: bool = False


def edit_original_response(api_base: str, promise: Promise, message: Message) -> AttemptOutcome:
    """Put ``message`` into the answer; doing so again changes nothing."""
    return asyncio.run(_edit(api_base, promise, message))


async def _edit(api_base: str, promise: Promise, message: Message) -> AttemptOutcome:
    token = quote(promise.token, safe="")
    url = f"{api_base}/webhooks/{promise.application_id}/{token}/messages/@original"
    files: dict[str, Any] = {"payload_json": (None, json.dumps(message.content))}
    if message.picture is not None:
        files["files[0]"] = (FILE_NAME, message.picture, "image/png")
    timeout = httpx.Timeout(ATTEMPT_SECONDS, connect=_CONNECT_SECONDS)
    try:
        async with (
            asyncio.timeout(ATTEMPT_SECONDS),
            httpx.AsyncClient(timeout=timeout, headers={"User-Agent": _AGENT}) as client,
        ):
            return classify_response(await client.patch(url, files=files))
    except (httpx.HTTPError, OSError) as error:  # a TimeoutError is an OSError
        return AttemptOutcome(Result.FAILED, type(error).__name__, _SILENCE_SECONDS, everybody=True)


def classify_response(answer: httpx.Response) -> AttemptOutcome:
    """What Discord's answer says of an attempt."""
    reason = str(answer.status_code)
    if answer.is_success:
        return AttemptOutcome(Result.DELIVERED, reason)
    if answer.status_code == HTTPStatus.TOO_MANY_REQUESTS:
        seconds, everybody = _retry_after(answer)
        return AttemptOutcome(Result.LIMITED, reason, seconds, everybody)
    if answer.status_code == HTTPStatus.NOT_FOUND:
        return AttemptOutcome(Result.NOT_YET, reason)
    if answer.is_server_error:
        return AttemptOutcome(Result.FAILED, reason, _RETRY_SECONDS, everybody=True)
    return AttemptOutcome(Result.REFUSED, reason)


def _retry_after(answer: httpx.Response) -> tuple[float, bool]:
    """For how long Discord wants no more, and whether of all users."""
    try:
        content = answer.json()
    except ValueError:
        content = None
    told = content if isinstance(content, dict) else {}
    everybody = told.get("global") is True or "x-ratelimit-global" in answer.headers
    waits = [_seconds(told.get("retry_after")), _seconds(answer.headers.get("retry-after"))]
    return max(waits) or _RETRY_SECONDS, everybody


def _seconds(value: object) -> float:
    if not isinstance(value, int | float | str):
        return 0.0
    try:
        seconds = float(value)
    except ValueError:  # the header may also be a date, which Discord does not send
        return 0.0
    return seconds if math.isfinite(seconds) and seconds > 0 else 0.0
