"""Notes in Redis what waits in the ledger: events of platforms, and imports, of all tenants.

The ledger is asked once for all workers, which tell it as metrics: none of these asks PostgreSQL
when it is read. What is noted are moments, so that an age grows while nobody notes a new one.
"""

from datetime import datetime
from typing import Final

import msgspec
from redis import Redis
from sqlalchemy import Engine, text

from common.db.across import rows_of_all

TASK: Final = "waiting.note"
EVERY_SECONDS: Final = 30
KEY: Final = "analytics:waiting"
_ALL: Final = text(
    "SELECT tenant_id, events, events_due, dead, imports, imports_since FROM waiting_work(:at)"
)


class Waiting(msgspec.Struct, frozen=True):
    """What waits, of all tenants: numbers, and since when (Unix times) the oldest does.

    Events of connections that are paused wait by their shop's wish, and are not counted.
    """

    events: int
    events_due: float | None
    dead: int
    imports: int
    imports_since: float | None


def note(engine: Engine, redis: Redis, *, now: datetime) -> None:
    """Note what waits now.

    Raises:
        sqlalchemy.exc.DBAPIError: a server of PostgreSQL did not answer; what was noted last stays.
        redis.RedisError: Redis did not answer; likewise.
    """
    rows = rows_of_all(engine, _ALL, {"at": now}, whole=True)
    found = Waiting(
        events=sum(row.events for row in rows),
        events_due=_first([row.events_due for row in rows]),
        dead=sum(row.dead for row in rows),
        imports=sum(row.imports for row in rows),
        imports_since=_first([row.imports_since for row in rows]),
    )
    redis.set(KEY, msgspec.json.encode(found))


def read(noted: bytes | str | None) -> Waiting | None:
    """What was noted; None where nothing was, or what cannot be read."""
    try:
        return None if noted is None else msgspec.json.decode(noted, type=Waiting)
    except msgspec.DecodeError:
        return None


def _first(moments: list[datetime | None]) -> float | None:
    known = [each.timestamp() for each in moments if each is not None]
    return min(known, default=None)
