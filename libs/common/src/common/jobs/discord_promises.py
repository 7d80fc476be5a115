"""Deferred responses that Discord was promised by share-api, until a worker gives them.

The token of an interaction lets its holder write in the channel for 15 minutes, and the link
opens the report. Both lie in Redis under the interaction's id and lapse there by themselves,
whatever becomes of the job; the broker and the logs get the id alone.
"""

import string
from datetime import datetime, timedelta
from typing import Final

import msgspec
from redis import Redis

from common.jobs.payloads import AnswerDiscord

ANSWERABLE: Final = timedelta(minutes=15)
"""For how long Discord takes an answer, from the interaction on."""
_MARGIN: Final = timedelta(seconds=10)
_LONGEST_NAME: Final = 80


class Promise(msgspec.Struct, frozen=True):
    """How an answer is given, and the link in it. Never to be logged."""

    application_id: int
    token: str
    link: str
    link_expires_at: datetime

    def __repr__(self) -> str:
        return f"Promise(application_id={self.application_id})"


def answer_by(asked_at: datetime) -> datetime:
    """Until when an interaction of ``asked_at`` is answered."""
    return asked_at + ANSWERABLE - _MARGIN


class PromiseStore:
    """Promises in Redis. ``redis`` is a client that returns bytes."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    def put(self, job: AnswerDiscord, promise: Promise) -> None:
        """Keep a promise for as long as it can be fulfilled.

        Raises:
            redis.RedisError: Redis did not take it.
        """
        self._redis.set(promise_key(job), msgspec.json.encode(promise), exat=job.answer_by)

    def get(self, job: AnswerDiscord) -> Promise | None:
        """The promise behind a job; None when it is fulfilled, withdrawn or over."""
        data = self._redis.get(promise_key(job))
        return msgspec.json.decode(data, type=Promise) if isinstance(data, bytes) else None

    def delete(self, job: AnswerDiscord) -> None:
        """Keep it no longer."""
        self._redis.delete(promise_key(job))


def plain(text: str) -> str:
    """A name that others gave, so that Discord shows its letters and makes nothing of them.

    Every punctuation mark of ASCII may stand behind a backslash there; control characters, and
    those that turn the direction of a text, are left out. Long names are cut.
    """
    letters = "".join(c for c in text if c.isprintable())
    if len(letters) > _LONGEST_NAME:
        letters = letters[: _LONGEST_NAME - 1] + "…"
    return "".join(f"\\{c}" if c in string.punctuation else c for c in letters)


def promise_key(job: AnswerDiscord) -> str:
    """Where a promise is kept."""
    return f"{{{job.tenant_id}}}:discord:{job.interaction_id}"
