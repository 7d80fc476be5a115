"""Slots of imports: how many run at once in the whole deployment, of which a shop has one at most.

A slot is two locks of the database, the shop's and one of the deployment's, held by a connection as
long as it lives: who is killed gives both back.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from sqlalchemy import Connection, Engine, text

_OF_DEPLOYMENT: Final = 0x1A6E58  # the first of a lock's two keys, as the next; never change
_OF_SHOP: Final = 0x1A6E59
_TRY: Final = text("SELECT pg_try_advisory_lock(:kind, :number)")
_UNLOCK: Final = text("SELECT pg_advisory_unlock(:kind, :number)")

Lock = tuple[int, int]


@contextmanager
def slot(engine: Engine, tenant_id: int, slots: int) -> Iterator[bool]:
    """Whether the shop has one of ``slots``; it keeps it until the block ends."""
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        held: list[Lock] = []
        try:
            yield _taken(connection, tenant_id, slots, held)
        finally:
            for kind, number in reversed(held):
                connection.execute(_UNLOCK, {"kind": kind, "number": number})


def is_free(engine: Engine, tenant_id: int, slots: int) -> bool:
    """Whether the shop could have a slot now."""
    with slot(engine, tenant_id, slots) as free:
        return free


def _taken(connection: Connection, tenant_id: int, slots: int, held: list[Lock]) -> bool:
    if not _locked(connection, (_OF_SHOP, tenant_id), held):
        return False
    return any(_locked(connection, (_OF_DEPLOYMENT, number), held) for number in range(slots))


def _locked(connection: Connection, lock: Lock, held: list[Lock]) -> bool:
    got = bool(connection.scalar(_TRY, {"kind": lock[0], "number": lock[1]}))
    if got:
        held.append(lock)
    return got
