"""Looks for tenants that two database servers hold: one of them went back to before a move.

Each process would go by the server that answers first. How many there are is noted in Redis, for
the metrics; the log names them. An operator decides which server gives a tenant up.
"""

import logging
from collections import Counter
from typing import Final

from redis import Redis
from sqlalchemy import Engine, text

from common.db.across import rows_of_all
from common.db.shards import further_servers
from worker.operations.shared_state import HELD_TWICE

TASK: Final = "tenants.held-twice"
EVERY_SECONDS: Final = 300
_ALL: Final = text("SELECT tenant_id FROM tenants_after(0, 2147483647)")

_log = logging.getLogger(__name__)


def look_for_tenants_held_twice(engine: Engine, redis: Redis) -> int:
    """Note how many tenants two servers hold; with one server there are none.

    Raises:
        sqlalchemy.exc.DBAPIError: a server did not answer; what was noted last stays.
        redis.RedisError: Redis did not answer; likewise.
    """
    twice = _held_twice(engine) if further_servers(engine) else set[int]()
    if twice:
        # One that moves between two answers is on both: it is not, a moment later.
        twice &= _held_twice(engine)
    if twice:
        _log.error("two servers hold a shop", extra={"tenants": sorted(twice)})
    redis.set(HELD_TWICE, len(twice))
    return len(twice)


def _held_twice(engine: Engine) -> set[int]:
    held = Counter(row.tenant_id for row in rows_of_all(engine, _ALL, {}, whole=True))
    return {tenant_id for tenant_id, count in held.items() if count > 1}
