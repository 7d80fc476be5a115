"""The views that wait in Redis to be brought into the share ledger."""

from uuid import UUID

from redis import Redis

from common.links import view_counts
from common.links.view_counts import Views


def waiting_views(redis: Redis, tenant_id: int) -> dict[UUID, Views]:
    """The sums of all waiting batches, by link."""
    entries = view_counts.waiting(redis, tenant_id, 100_000)
    assert all(entry.batch for entry in entries)
    return view_counts.sums(entry.batch for entry in entries if entry.batch is not None)
