"""What runs by the clock, kept in Redis by redbeat: of several schedulers one works.

A standby takes over once the lock of a dead one has lapsed.
"""

from typing import Any, Final

from celery import Celery

from worker import heartbeat

LOCK_SECONDS: Final = 30
LOOP_SECONDS: Final = 5

ENTRIES: Final[dict[str, dict[str, Any]]] = {
    "heartbeat": {
        "task": heartbeat.TASK,
        "schedule": heartbeat.EVERY_SECONDS,
        "options": {"expires": heartbeat.EVERY_SECONDS},
    },
}


def configure(app: Celery) -> None:
    """Give ``app`` its schedule and the scheduler's lock."""
    app.conf.update(
        beat_schedule=ENTRIES,
        beat_scheduler="redbeat.RedBeatScheduler",
        beat_max_loop_interval=LOOP_SECONDS,
        redbeat_key_prefix="analytics:beat:",
        redbeat_lock_timeout=LOCK_SECONDS,
    )
