"""The scheduler's process: without Redis, or one that takes writes, it waits inside itself.

A process that ended would be started again after ever longer pauses, and what it asks for first,
the sweep of revocations, would come that much later. Its place is a lock in Redis: while it could
not renew it another scheduler may have taken it, so it begins anew with the lock, and waits for it.
"""

import logging
import time
from pathlib import Path
from typing import Any, Final

from celery import Celery
from celery.beat import ScheduleEntry, SchedulingError
from celery.signals import beat_init
from kombu.exceptions import OperationalError
from redbeat.schedulers import (
    LUA_EXTEND_TO_SCRIPT,
    RedBeatScheduler,
    acquire_distributed_beat_lock,
    get_redis,
)
from redis.exceptions import LockError, RedisError

from common.infra.refusals import told_of

RETRY_SECONDS: Final = 1.0
"""How soon it tries again what failed: with the sweep itself less than what is promised."""
_FAR: Final = (RedisError, OperationalError, OSError)
_BEAT: Final = "celery.beat"
_SIGNALS: Final = "celery.utils.dispatch.signal"

_log = logging.getLogger(__name__)


class _State:
    """What this process is at: it has one scheduler."""

    waits_for: str | None = None
    """Why it waits, as it was told; None while it works."""
    alive_file: Path | None = None


class Scheduler(RedBeatScheduler):
    """Redbeat's, for a Redis that goes away or refuses writes, and comes back."""

    _is_closed = False

    def tick(self, *args: object, **kwargs: object) -> float:
        """Send what is due; in how many seconds to look again.

        Raises:
            SystemExit: it was told to stop.
        """
        if self._is_closed:  # what a signal raises may be lost on its way
            raise SystemExit
        _touch()
        try:
            if not self._has_lock():
                return RETRY_SECONDS
            seconds: float = super().tick(*args, **kwargs)  # type: ignore[no-untyped-call] # as below
        except LockError:
            self.lock = None
            _wait("its lock is gone")
            return 0
        except _FAR as error:
            _wait(told_of(error))
            return RETRY_SECONDS
        _go_on()
        return seconds

    def maybe_due(self, entry: ScheduleEntry, **kwargs: Any) -> float:
        """Send a job if it is due; in how many seconds it is due next.

        Raises: what a Redis that is away or refuses raises: no other job can be sent then.
        """
        is_due, seconds = entry.is_due()
        if is_due:
            try:
                self.apply_async(entry, **kwargs)
            except SchedulingError as error:
                if isinstance(error.__context__, _FAR):
                    raise error.__context__ from None
                _log.exception("a job was not sent", extra={"entry": entry.name})
        return float(seconds)

    def _has_lock(self) -> bool:
        """Whether this scheduler is the one, by now: with the lock it writes its schedule anew."""
        if self.lock is not None or not self.lock_key:
            return True
        client = get_redis(self.app)  # type: ignore[no-untyped-call] # the library has no types
        lock = client.lock(self.lock_key, timeout=self.lock_timeout)
        # As redbeat has it: the time is set, and not added to what is left.
        lock.lua_extend = client.register_script(LUA_EXTEND_TO_SCRIPT)
        if not lock.acquire(blocking=False):
            return False
        self.lock = lock
        self.setup_schedule()  # type: ignore[no-untyped-call] # as above
        return True

    def close(self) -> None:
        """Give the lock back, for good; one that cannot be given back lapses."""
        self._is_closed = True
        try:
            super().close()  # type: ignore[no-untyped-call] # as above
        except RedisError:
            self.lock = None


def run(app: Celery, log_level: str, *, alive_file: Path | None = None) -> None:
    """Run the schedule until it is told to stop; the file is touched as long as it lives."""
    _State.alive_file = alive_file
    beat_init.disconnect(acquire_distributed_beat_lock)  # which would wait without a sign of life
    for name in (_BEAT, _SIGNALS):
        logging.getLogger(name).addFilter(_shorten)
    while True:
        _touch()
        try:
            app.start(["--quiet", "beat", "--loglevel", log_level])
        except _FAR as error:
            _wait(told_of(error))
            time.sleep(RETRY_SECONDS)
        else:
            return


def _touch() -> None:
    if _State.alive_file is not None:
        _State.alive_file.touch()


def _wait(reason: str) -> None:
    """Say once for what it waits."""
    if reason != _State.waits_for:
        _State.waits_for = reason
        _log.warning("the scheduler waits: %s", reason)


def _go_on() -> None:
    if _State.waits_for is not None:
        _State.waits_for = None
        _log.info("the scheduler goes on")


def _shorten(record: logging.LogRecord) -> bool:
    """Drop what Celery tells of a Redis that is away: ``run`` and the scheduler tell it once."""
    return not (record.exc_info and isinstance(record.exc_info[1], _FAR))
