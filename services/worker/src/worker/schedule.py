"""The beat schedule, kept in Redis by redbeat: of several schedulers one works.

A standby takes over once the lock of a dead one has lapsed.
"""

from typing import Any, Final

from celery import Celery

from common.infra.redis import SCHEDULER
from common.infra.sentinels import WatchedPrimary, watched_primary
from common.jobs.celery_config import HEARTBEAT_QUEUE, IMPORT_QUEUE, LINK_QUEUE, WARM_QUEUE
from worker.links import frozen, revocation_sweep, view_transfer
from worker.operations import cache_eviction, heartbeat, held_twice, retention, waiting_work
from worker.warming import midnight, popular
from worker.webhooks import sweep

LOCK_SECONDS: Final = 30
LOOP_SECONDS: Final = 5
RESUME_IMPORTS: Final = "imports.resume"
RESUME_EVERY_SECONDS: Final = 30

ENTRIES: Final[dict[str, dict[str, Any]]] = {
    "heartbeat": {
        "task": heartbeat.TASK,
        "schedule": heartbeat.EVERY_SECONDS,
        # Says that reports are computed, not that none waits: it must not stand in a long queue.
        "options": {"expires": heartbeat.EVERY_SECONDS, "queue": HEARTBEAT_QUEUE},
    },
    "imports": {
        "task": RESUME_IMPORTS,
        "schedule": RESUME_EVERY_SECONDS,
        "options": {"expires": RESUME_EVERY_SECONDS},
    },
    "webhooks": {
        "task": sweep.SWEEP,
        "schedule": sweep.EVERY_SECONDS,
        "options": {"expires": sweep.EVERY_SECONDS, "queue": IMPORT_QUEUE},
    },
    "revocations": {
        "task": revocation_sweep.TASK,
        "schedule": revocation_sweep.EVERY_SECONDS,
        # A question to each server, and nothing of it may wait behind a computation.
        "options": {"expires": revocation_sweep.EVERY_SECONDS, "queue": LINK_QUEUE},
    },
    "room": {
        "task": cache_eviction.TASK,
        "schedule": cache_eviction.EVERY_SECONDS,
        # A few milliseconds, and needed most when there is much to compute.
        "options": {"expires": cache_eviction.EVERY_SECONDS, "queue": LINK_QUEUE},
    },
    "frozen": {
        "task": frozen.TASK,
        "schedule": frozen.EVERY_SECONDS,
        "options": {"expires": frozen.EVERY_SECONDS, "queue": WARM_QUEUE},
    },
    "retention": {
        "task": retention.TASK,
        "schedule": retention.EVERY_SECONDS,
        "options": {"expires": retention.EVERY_SECONDS, "queue": WARM_QUEUE},
    },
    "held-twice": {
        "task": held_twice.TASK,
        "schedule": held_twice.EVERY_SECONDS,
        "options": {"expires": held_twice.EVERY_SECONDS, "queue": WARM_QUEUE},
    },
    "waiting": {
        "task": waiting_work.TASK,
        "schedule": waiting_work.EVERY_SECONDS,
        # A question to each server; it tells of queues that are stuck, and must stand in none.
        "options": {"expires": waiting_work.EVERY_SECONDS, "queue": LINK_QUEUE},
    },
    "views": {
        "task": view_transfer.TASK,
        "schedule": view_transfer.EVERY_SECONDS,
        # No user waits for it, and what is counted meanwhile is not lost.
        "options": {"expires": view_transfer.EVERY_SECONDS, "queue": WARM_QUEUE},
    },
    "popular": {
        "task": popular.POPULAR,
        "schedule": popular.EVERY_SECONDS,
        "options": {"expires": popular.EVERY_SECONDS},
    },
    "midnight": {
        "task": midnight.MIDNIGHT,
        "schedule": midnight.EVERY_SECONDS,
        "options": {"expires": midnight.EVERY_SECONDS},
    },
}


def configure(app: Celery, broker_url: str) -> None:
    """Give ``app`` its schedule and the scheduler's lock, which is where the jobs are."""
    primary = watched_primary(broker_url)
    app.conf.update(
        beat_schedule=ENTRIES,
        beat_scheduler="worker.operations.beat:Scheduler",
        beat_max_loop_interval=LOOP_SECONDS,
        redbeat_redis_url="redis-sentinel://" if primary else broker_url,
        redbeat_redis_options={
            **SCHEDULER.timeouts(),
            **(_by_sentinels(primary) if primary else {}),
        },
        redbeat_key_prefix="analytics:beat:",
        redbeat_lock_timeout=LOCK_SECONDS,
    )


def _by_sentinels(primary: WatchedPrimary) -> dict[str, Any]:
    return {
        "sentinels": list(primary.sentinels),
        "service_name": primary.name,
        "sentinel_kwargs": primary.sentinel_options(SCHEDULER.timeouts()),
        **primary.connection_options(),
    }
