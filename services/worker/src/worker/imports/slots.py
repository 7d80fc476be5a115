"""Slots of imports: how many run at once in the whole deployment, of which a shop has one at most.

A slot is two locks of the database, the shop's and one of the deployment's, held by a transaction
that does nothing else: who is killed gives both back, behind a pooler too, and a host that is lost
does after ``common.db.roles.LOST_SECONDS``. It reads no row and has no id, so that it keeps nothing
from being cleaned up.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from sqlalchemy import Connection, Engine, text

_OF_DEPLOYMENT: Final = 0x1A6E58  # the first of a lock's two keys, as the next; never change
_OF_SHOP: Final = 0x1A6E59
_TRY: Final = text("SELECT pg_try_advisory_xact_lock(:kind, :number)")
_STAY: Final = text("SELECT set_config('idle_in_transaction_session_timeout', '0', true)")


@contextmanager
def slot(engine: Engine, tenant_id: int, slots: int) -> Iterator[bool]:
    """Whether the shop has one of ``slots``; it keeps it until the block ends."""
    with engine.connect() as connection:  # rolled back in the end
        connection.execute(_STAY)
        yield _taken(connection, tenant_id, slots)


def is_free(engine: Engine, tenant_id: int, slots: int) -> bool:
    """Whether the shop could have a slot now."""
    with slot(engine, tenant_id, slots) as free:
        return free


def _taken(connection: Connection, tenant_id: int, slots: int) -> bool:
    if not _locked(connection, _OF_SHOP, tenant_id):
        return False
    return any(_locked(connection, _OF_DEPLOYMENT, number) for number in range(slots))


def _locked(connection: Connection, kind: int, number: int) -> bool:
    return bool(connection.scalar(_TRY, {"kind": kind, "number": number}))
