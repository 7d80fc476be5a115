"""Refused writes: a Redis that answers, and takes nothing.

It is full (``maxmemory`` with ``noeviction``), cannot save what it holds, is a replica, has fewer
replicas than it wants, or is of a cluster that is down. That is not a server that is away: whoever
operates it needs to know which, and what frees memory is still taken by a full one.
"""

import re
from collections.abc import Iterator
from enum import StrEnum
from typing import Final

from redis.exceptions import ClusterDownError, OutOfMemoryError, ReadOnlyError

from common.http.wording import Wording


class Refusal(StrEnum):
    """Why writes are refused, by the code of the answer."""

    FULL = "OOM"
    UNSAVED = "MISCONF"
    READ_ONLY = "READONLY"
    TOO_FEW_REPLICAS = "NOREPLICAS"
    CLUSTER_DOWN = "CLUSTERDOWN"

    @property
    def sentence(self) -> Wording:
        """What is told of it."""
        return _SENTENCES[self]


AWAY: Final = Wording("Redis does not answer.")
"""What is told of a server that is away."""

_SENTENCES: Final = {
    Refusal.FULL: Wording("Redis is full and refuses writes (OOM)."),
    Refusal.UNSAVED: Wording("Redis cannot save its data and refuses writes (MISCONF)."),
    Refusal.READ_ONLY: Wording("Redis is a replica and refuses writes (READONLY)."),
    Refusal.TOO_FEW_REPLICAS: Wording(
        "Redis has too few replicas and refuses writes (NOREPLICAS)."
    ),
    Refusal.CLUSTER_DOWN: Wording("The Redis cluster serves not all keys (CLUSTERDOWN)."),
}
_CODE: Final = re.compile(r"\b(OOM|MISCONF|READONLY|NOREPLICAS|CLUSTERDOWN)\b")
_CLASSES: Final = (
    (OutOfMemoryError, Refusal.FULL),
    (ReadOnlyError, Refusal.READ_ONLY),
    (ClusterDownError, Refusal.CLUSTER_DOWN),
)
"""The client's own classes, whose text lacks the code."""


def refusal_of(error: BaseException | None) -> Refusal | None:
    """Which refusal an error is, or was caused by; None for any other error."""
    for each in _causes(error):
        for kind, refusal in _CLASSES:
            if isinstance(each, kind):
                return refusal
        found = _CODE.search(str(each))
        if found is not None:
            return Refusal(found[1])
    return None


def told_of(error: BaseException | None) -> Wording:
    """What is told of an error of Redis: one sentence without names of hosts and users."""
    refusal = refusal_of(error)
    return AWAY if refusal is None else refusal.sentence


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__ or error.__context__
