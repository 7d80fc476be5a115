"""Readiness of cached reports: which of them somebody who wants the latest data cannot be shown."""

from collections.abc import Sequence

from redis import Redis

from common.reports_cache.cache import (
    ReportKey,
    data_version_key,
)
from common.reports_cache.report_fields import (
    UnreadableReportError,
    is_stale,
    unpack_meta,
)


def unready(redis: Redis, keys: Sequence[ReportKey], *, lasting_seconds: int) -> list[ReportKey]:
    """Those of ``keys``, of one tenant, that are missing, stale or lapse before that time."""
    if not keys:
        return []
    with redis.pipeline(transaction=False) as pipe:
        pipe.get(data_version_key(keys[0].tenant_id))
        for key in keys:
            pipe.hget(key.cached, "meta")
            pipe.ttl(key.cached)
        told, *found = pipe.execute()
    facts = zip(keys, found[::2], found[1::2], strict=True)
    return [key for key, meta, lives in facts if lives < lasting_seconds or is_old(meta, told)]


def is_old(data: bytes | None, told: bytes | None) -> bool:
    """Whether a report with that ``meta`` is of no use to who wants the latest data."""
    try:
        return data is None or is_stale(unpack_meta(data), told)
    except UnreadableReportError:
        return True
