"""The fence of a tenant: who acts for it on a server shares the fence, a move has it alone."""

import time
from typing import Final

from sqlalchemy import Connection, text
from sqlalchemy.exc import OperationalError

from analytics.moving.errors import MoveError
from common.db.shards import FENCE_CLASS

_TURN_SECONDS: Final = 2
"""Who comes while the lock is asked for waits behind it, so it is asked for no longer at once."""
_PAUSE_SECONDS: Final = 0.2
_LIMIT: Final = text("SELECT set_config('lock_timeout', :milliseconds, true)")
_LOCK: Final = text("SELECT pg_advisory_xact_lock(:class, :tenant_id)")
_LOCK_NOT_AVAILABLE: Final = "55P03"


def close_fence(connection: Connection, tenant_id: int, *, patience_seconds: float) -> None:
    """Have the tenant to oneself on a server until the transaction ends, which this begins anew.

    It has to be of READ COMMITTED: what it looks at next has to have all that was committed while
    it waited, and a snapshot of REPEATABLE READ would be from before.

    Raises:
        MoveError: somebody still acts for the tenant.
    """
    until = time.monotonic() + patience_seconds
    while not _closed(connection, tenant_id):
        if time.monotonic() > until:
            raise MoveError(
                f"the shop was in use for {patience_seconds:.0f} s without a pause, as by an"
                " import: try again later (move-tenant waits longer by --wait)"
            )
        time.sleep(_PAUSE_SECONDS)


def _closed(connection: Connection, tenant_id: int) -> bool:
    connection.rollback()
    limit_waits(connection, _TURN_SECONDS)
    try:
        connection.execute(_LOCK, {"class": FENCE_CLASS, "tenant_id": tenant_id})
    except OperationalError as error:
        if getattr(error.orig, "sqlstate", None) != _LOCK_NOT_AVAILABLE:
            raise
        return False
    return True


def limit_waits(connection: Connection, seconds: float) -> None:
    """Let the transaction wait so long for each lock at most, and for a moment at least."""
    milliseconds = int(max(seconds, _TURN_SECONDS) * 1000)
    connection.execute(_LIMIT, {"milliseconds": str(milliseconds)})
