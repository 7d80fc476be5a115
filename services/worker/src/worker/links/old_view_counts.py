"""View counts of viewers before revision 0010: hashes of sums, taken over as batches.

An old viewer adds to a hash, which an old worker sets aside under an advisory lock, and drops once
its sums are in the ledger. Here the hash is set aside likewise and appended as a batch. This module
can go when no such viewer runs any more.
"""

from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime
from typing import Final
from uuid import UUID, uuid4

from redis import Redis
from redis.exceptions import ResponseError
from sqlalchemy import Engine, text

from common.db.tenancy import Access, transaction
from common.links import view_counts
from common.links.view_counts import Batch, Views

_LOCK_CLASS: Final = 0x0D1128
_LOCK = text("SELECT pg_advisory_xact_lock(:class, :tenant_id)")


def adopt(engine: Engine, redis: Redis, tenant_id: int) -> None:
    """Append the tenant's old counts as a batch; killed on the way, it is the same batch again.

    One whose sums an old worker had noted is in the ledger: it wrote them right after that.
    """
    counts, aside = f"{{{tenant_id}}}:views", f"{{{tenant_id}}}:views:batch"
    if not redis.exists(counts, aside):
        return
    with transaction(engine, Access(tenant_id=tenant_id)) as session:
        session.execute(_LOCK, {"class": _LOCK_CLASS, "tenant_id": tenant_id})
        with suppress(ResponseError):  # there is no such hash
            redis.renamenx(counts, aside)
        redis.hsetnx(aside, "id", uuid4().hex)
        fields = {_text(name): _text(value) for name, value in redis.hgetall(aside).items()}
        if "totals" not in fields:
            batch = Batch(UUID(hex=fields.pop("id")), _views(fields))
            view_counts.push(redis, tenant_id, batch)
        redis.delete(aside)


def _views(fields: Mapping[str, str]) -> dict[UUID, Views]:
    numbers: dict[UUID, dict[str, int]] = {}
    for name, value in fields.items():
        link, _, what = name.partition(":")
        numbers.setdefault(UUID(hex=link), {})[what] = int(value)
    return {
        link: Views(
            each.get("views", 0),
            each.get("downloads", 0),
            datetime.fromtimestamp(each.get("last", 0) / 1000, UTC),
        )
        for link, each in numbers.items()
    }


def _text(data: bytes | str) -> str:
    return data.decode("ascii") if isinstance(data, bytes) else data
