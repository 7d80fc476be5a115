"""Rounds: work for many tenants, one after the other, of which none holds up the others.

With several servers a tenant whose server is away, or that moves, is left to the next round. A
server that hangs costs seconds once and not for each of its tenants: it is not asked again in the
round.
"""

import logging
from collections.abc import Callable
from functools import partial
from typing import Final, TypeVar

from sqlalchemy import Engine

from common.db.holding import holds
from common.db.shards import SERVER_AWAY, Directory, TenantAwayError, directory_of
from common.db.silence import hangs

T = TypeVar("T")

_log: Final = logging.getLogger(__name__)


class Round:
    """One round over tenants of ``engine``; ``left`` is the last error that left one out."""

    def __init__(self, engine: Engine) -> None:
        self.left: Exception | None = None
        self._directory = directory_of(engine)
        self._silent: set[str] = set()

    def work(self, tenant_id: int, do: Callable[[], T]) -> T | None:
        """What ``do`` does for the tenant; None if it is left to the next round, which is logged.

        Raises:
            sqlalchemy.exc.DBAPIError: there is one server, and it did not answer.
        """
        if self._directory is None:
            return do()
        server = None
        try:
            server = self._directory.find(tenant_id)
            if server not in self._silent:
                return do()
            self._leave(tenant_id, TenantAwayError(tenant_id, f"no answer from {server}"))
        except SERVER_AWAY as error:
            self._leave(tenant_id, error)
            if server is not None and self._hangs(self._directory, server, error):
                self._silent.add(server)
        return None

    @staticmethod
    def _hangs(directory: Directory, server: str, error: Exception) -> bool:
        """Whether the server of an error hangs: one statement that took too long does not say."""
        if not hangs(error):
            return False
        return server in directory.ask({server: partial(holds, directory.servers[server], 0)}).away

    def _leave(self, tenant_id: int, error: Exception) -> None:
        self.left = error
        facts = {"tenant_id": tenant_id, "error": type(error).__name__}
        _log.warning("a tenant is left to the next round", extra=facts)
