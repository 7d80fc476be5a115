"""Tenants whose fence was found closed: for a moment nobody waits at it or takes a connection.

Who waits at a fence holds a connection of its server. A busy tenant that moves would take all of
them from the others there. So one waits, and who comes after is refused until it is over.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Lock
from time import monotonic
from typing import Final

import psycopg
from cachetools import LRUCache

CLOSED_SECONDS: Final = 2
"""How long a fence that was waited for in vain is taken for closed."""
_WAIT_SECONDS: Final = 10
"""The lock time-out of ``enter_tenant``, and what a busy server takes besides."""
_REMEMBERED: Final = 10_000


def waited_in_vain(error: BaseException) -> bool:
    """Whether it says that a lock was not to be had in time."""
    return isinstance(getattr(error, "orig", None), psycopg.errors.LockNotAvailable)


class ClosedFences:
    """Which fences were closed a moment ago; ``clock`` counts seconds."""

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._lock = Lock()
        self._until: LRUCache[int, float] = LRUCache(_REMEMBERED)

    def is_closed(self, tenant_id: int) -> bool:
        """Whether it is refused to wait; of those for whom the moment is over one may wait."""
        with self._lock:
            until = self._until.get(tenant_id)
            if until is None:
                return False
            if until > self._clock():
                return True
            self._until[tenant_id] = self._clock() + _WAIT_SECONDS
            return False

    @contextmanager
    def entering(self, tenant_id: int) -> Iterator[None]:
        """Note by how the block ends whether the tenant's fence was closed."""
        try:
            yield
        except BaseException as error:
            closed = waited_in_vain(error)
            self._note(tenant_id, self._clock() + CLOSED_SECONDS if closed else None)
            raise
        self._note(tenant_id, None)

    def _note(self, tenant_id: int, until: float | None) -> None:
        with self._lock:
            if until is None:
                self._until.pop(tenant_id, None)
            else:
                self._until[tenant_id] = until
