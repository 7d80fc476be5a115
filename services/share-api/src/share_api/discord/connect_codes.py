"""One-time connect codes: an admin's code lets a Discord server see the shop's reports.

A code is random, works once and for ten minutes, and only its hash is kept: of 120 random bits, so
that a quick hash is as good as a slow one. Redis takes it away in the moment it is read, so that of
two who send it one is let in.
"""

import hashlib
import json
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from redis import Redis

LASTS: Final = timedelta(minutes=10)
_ALPHABET: Final = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
"""Thirty-two letters and digits that are not taken for each other."""
_LENGTH: Final = 24
_GROUP: Final = 4


class UnknownCodeError(Exception):
    """No such code, used, or over: which of them is not told."""

    def __init__(self) -> None:
        super().__init__("That code does not work: it was never given out, was used, or is over.")


@dataclass(frozen=True, slots=True)
class IssuedCode:
    """A code, shown once."""

    code: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Grant:
    """What a code stands for: the tenant, and the admin who lets in."""

    tenant_id: int
    admin_id: int | None


class ConnectCodeStore:
    """Codes in Redis. ``redis`` is a client that returns bytes."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    def issue(self, grant: Grant, *, now: datetime) -> IssuedCode:
        """A new code.

        Raises:
            redis.RedisError: Redis did not take it.
        """
        letters = "".join(secrets.choice(_ALPHABET) for _ in range(_LENGTH))
        expires_at = (now + LASTS).replace(microsecond=0)
        content = json.dumps({"tenant": grant.tenant_id, "admin": grant.admin_id})
        self._redis.set(_key(letters), content, exat=int(expires_at.timestamp()))
        groups = [letters[at : at + _GROUP] for at in range(0, _LENGTH, _GROUP)]
        return IssuedCode("-".join(groups), expires_at)

    def redeem(self, text: str) -> Grant:
        """What a code stands for; it works no more.

        Raises:
            UnknownCodeError: it does not work.
            redis.RedisError: it cannot be known.
        """
        letters = text.upper().replace("-", "").replace(" ", "")
        if len(letters) != _LENGTH or not set(letters) <= set(_ALPHABET):
            raise UnknownCodeError
        content = self._redis.getdel(_key(letters))
        if not isinstance(content, bytes):
            raise UnknownCodeError
        facts = json.loads(content)
        return Grant(facts["tenant"], facts["admin"])


def _key(letters: str) -> str:
    return f"discord:code:{hashlib.sha256(letters.encode('ascii')).hexdigest()}"
