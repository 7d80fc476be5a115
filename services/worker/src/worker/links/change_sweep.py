"""Change sweep: brings changes of links, as of their passwords, to Redis where it lacks them.

As for revocations: a change is committed and then written where viewers look, and the second step
may be lost. A state of a lower revision than the ledger's is written again. One that is not there,
or of another run of the server, counts for nothing and is looked up when the link is opened.
"""

import logging
from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Final

from sqlalchemy import Engine, select, text

from common.db.rounds import Round
from common.db.shares import Share
from common.db.tenancy import Access, snapshot, transaction
from common.links.state import LinkRef, LinkState, LinkStateStore
from sharing.options import options_of

_CHANGED: Final = text(
    "SELECT tenant_id, link_id, expires_at, revision FROM changed_links(:since, :moment)"
)
_AT_ONCE: Final = 1000

logger = logging.getLogger(__name__)


def sweep_changes(
    engine: Engine,
    server: Engine,
    states: LinkStateStore,
    owns: Callable[[int], bool],
    epoch: str,
    *,
    since: datetime,
    now: datetime,
) -> Exception | None:
    """Write the changes since then that a server does not know.

    ``server`` is the database that is asked, one of those of ``engine``. ``owns`` says which
    tenants are the Redis server's. Of several databases what a tenant raised that is on its way is
    answered, once the others are told: not all was done.

    Raises:
        sqlalchemy.exc.DBAPIError: PostgreSQL did not answer.
        redis.RedisError: Redis did not answer.
    """
    missing, this = 0, Round(engine)
    with transaction(server, Access()) as session:
        found = session.execute(_CHANGED, {"since": since, "moment": now})
        batches = [list(part) for part in found.partitions(_AT_ONCE)]
    for batch in batches:
        rows = [row for row in batch if owns(row.tenant_id)]
        links = [LinkRef(row.tenant_id, row.link_id, row.expires_at) for row in rows]
        for link, row, known in zip(links, rows, states.read_links(links), strict=True):
            if known.state is LinkState.ACTIVE and known.options.revision < row.revision:
                write = partial(_write, engine, states, link, epoch)
                missing += this.work(link.tenant_id, write) or 0
    if missing:
        logger.warning("changes of links were missing in Redis", extra={"links": missing})
    return this.left


def _write(engine: Engine, states: LinkStateStore, link: LinkRef, epoch: str) -> bool:
    with snapshot(engine, Access(tenant_id=link.tenant_id)) as session:
        query = select(Share).where(
            Share.tenant_id == link.tenant_id, Share.link_id == link.link_id
        )
        share = session.scalar(query)
    if share is not None and share.revoked_at is None:
        states.restore(link, LinkState.ACTIVE, options_of(share), epoch=epoch)
    return True
