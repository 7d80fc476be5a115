"""Ed25519 signature of Discord's requests, and a replay guard.

Nothing of the body is looked at before. What is signed is taken once, and only near its time, so
that an eavesdropper who recorded a request cannot have it run again.
"""

import hashlib
import re
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from redis import Redis

from common.http.problem import Problem

FRESH: Final = timedelta(minutes=5)
"""How far the time of a request may be from ours, either way."""
_SIGNATURE: Final = re.compile(r"[0-9A-Fa-f]{128}", re.ASCII)
_TIMESTAMP: Final = re.compile(r"[0-9]{1,11}", re.ASCII)


class InvalidSignatureError(Problem):
    """Not signed by Discord, not of now, or seen before: which of them is not told."""

    status = HTTPStatus.UNAUTHORIZED
    type = "invalid-signature"
    title = "Not signed by Discord"

    def __init__(self) -> None:
        super().__init__("The request is not signed as Discord signs.")


def verify_signature(
    key: Ed25519PublicKey,
    *,
    signature: str | None,
    timestamp: str | None,
    body: bytes,
    now: datetime,
) -> datetime:
    """When Discord signed the request; ``timestamp`` is the header's text, Unix seconds.

    Raises:
        InvalidSignatureError: it did not, or not about now.
    """
    if not _SIGNATURE.fullmatch(signature or "") or not _TIMESTAMP.fullmatch(timestamp or ""):
        raise InvalidSignatureError
    assert signature is not None and timestamp is not None  # noqa: S101, PT018 - neither is ""
    moment = datetime.fromtimestamp(int(timestamp), UTC)
    if abs(moment - now) > FRESH:
        raise InvalidSignatureError
    try:
        key.verify(bytes.fromhex(signature), timestamp.encode("ascii") + body)
    except InvalidSignature:
        raise InvalidSignatureError from None
    return moment


class ReplayGuard:
    """Which signed requests were taken, for as long as they could be sent again."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    def take(self, moment: datetime, body: bytes) -> None:
        """Take a request that is signed, unless it was taken before.

        Raises:
            InvalidSignatureError: it was.
            redis.RedisError: it cannot be known.
        """
        stamp = str(int(moment.timestamp())).encode("ascii")
        name = f"discord:seen:{hashlib.sha256(stamp + b':' + body).hexdigest()}"
        if not self._redis.set(name, b"1", nx=True, ex=2 * int(FRESH.total_seconds()) + 60):
            raise InvalidSignatureError
