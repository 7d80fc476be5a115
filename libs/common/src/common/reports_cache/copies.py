"""Copies of cached reports: read out of Redis, and brought back as they were."""

from typing import NamedTuple

from redis import Redis

from common.reports.document.schema import Document
from common.reports_cache.cache import (
    DONE_CHANNEL,
    ReportKey,
    data_version_key,
)
from common.reports_cache.readiness import is_old
from common.reports_cache.report_fields import unpack_document


def take(redis: Redis, key: ReportKey) -> dict[str, bytes]:
    """All fields of a cached report; none where there is none."""
    return {
        name.decode("ascii"): value
        for name, value in redis.hgetall(key.cached).items()
        if isinstance(name, bytes) and isinstance(value, bytes)
    }


def bring_back(redis: Redis, key: ReportKey, fields: dict[str, bytes], *, seconds: int) -> None:
    """Keep a report that is not computed again for so long, and tell the viewers that wait."""
    with redis.pipeline(transaction=True) as pipe:
        pipe.delete(key.cached)
        pipe.hset(key.cached, items=[part for field in fields.items() for part in field])
        pipe.expire(key.cached, seconds)
        pipe.publish(DONE_CHANNEL, key.cached)
        pipe.execute()


class Copy(NamedTuple):
    """A cached report, and whether there are newer data than those that it is of."""

    document: Document
    outdated: bool


def read_document(redis: Redis, key: ReportKey, *, fresh: bool = False) -> Document | None:
    """The cached report, of the latest data if it has to be ``fresh``; None without one.

    Raises:
        UnreadableReportError: it is of another version, or damaged.
    """
    found = read_copy(redis, key)
    return None if found is None or (fresh and found.outdated) else found.document


def read_copy(redis: Redis, key: ReportKey) -> Copy | None:
    """The cached report as it is; None without one.

    Raises:
        UnreadableReportError: it is of another version, or damaged.
    """
    with redis.pipeline(transaction=False) as pipe:
        pipe.hmget(key.cached, ["meta", "document"])
        pipe.get(data_version_key(key.tenant_id))
        (meta, document), told = pipe.execute()
    return None if document is None else Copy(unpack_document(document), is_old(meta, told))
