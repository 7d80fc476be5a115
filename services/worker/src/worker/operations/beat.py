"""The scheduler's process: without Redis it ends, in one line, and is started again.

Its place is a lock in Redis. One that could not renew it in time cannot know whether another
scheduler works by now; a new process finds out by waiting for the lock.
"""

import logging
from typing import Final

from celery import Celery
from celery.beat import SchedulingError
from kombu.exceptions import OperationalError
from redbeat.schedulers import RedBeatScheduler
from redis.exceptions import LockError, RedisError

from common.infra.refusals import told_of

_FAR: Final = (RedisError, OperationalError)
_BEAT: Final = "celery.beat"
_SIGNALS: Final = "celery.utils.dispatch.signal"

_log = logging.getLogger(__name__)


class Scheduler(RedBeatScheduler):
    """Redbeat's, for a Redis that goes away."""

    def tick(self, *args: object, **kwargs: object) -> float:
        """Send what is due.

        Raises:
            RedisError: Redis does not answer, or the lock is another's or nobody's.
        """
        if self.lock_key and self.lock is None:  # not acquired: Celery drops what is raised there
            raise LockError("The scheduler has no lock.")
        seconds: float = super().tick(*args, **kwargs)  # type: ignore[no-untyped-call]
        return seconds

    def close(self) -> None:
        """Give the lock back; one that cannot be given back lapses."""
        try:
            super().close()  # type: ignore[no-untyped-call]
        except RedisError:
            self.lock = None


def run(app: Celery, log_level: str) -> None:
    """Run the schedule until it is told to stop.

    Raises:
        SystemExit: status 1 when Redis does not answer or has given the lock to another.
    """
    for name in (_BEAT, _SIGNALS):
        logging.getLogger(name).addFilter(_shorten)
    try:
        app.start(["--quiet", "beat", "--loglevel", log_level])
    except _FAR as error:
        _log.error(
            "the scheduler ends: %s",
            "its lock is gone" if isinstance(error, LockError) else told_of(error),
            extra={"error": type(error).__name__},
        )
        raise SystemExit(1) from None


def _shorten(record: logging.LogRecord) -> bool:
    """Keep a job that was not sent to one line, and drop what ``run`` tells itself."""
    if record.exc_info and isinstance(record.exc_info[1], (*_FAR, SchedulingError)):
        record.exc_info = None
        return record.name == _BEAT and record.levelno < logging.CRITICAL
    return True
