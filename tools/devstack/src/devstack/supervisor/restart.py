"""Restart with exponential back-off of a service that died."""

from dataclasses import dataclass

FIRST_DELAY_SECONDS = 0.5
LONGEST_DELAY_SECONDS = 30.0
STEADY_SECONDS = 60.0


@dataclass
class Backoff:
    """The delays of one service; all times are seconds of a monotonic clock."""

    started_at: float = 0.0
    restart_at: float | None = None
    _failures: int = 0

    def started(self, now: float) -> None:
        """Note a start."""
        self.started_at = now
        self.restart_at = None

    def restart_after(self, now: float) -> float:
        """Note a death and return the delay before the next start.

        A service that had run for a minute counts as new.
        """
        if now - self.started_at >= STEADY_SECONDS:
            self._failures = 0
        delay = min(FIRST_DELAY_SECONDS * 2.0**self._failures, LONGEST_DELAY_SECONDS)
        self._failures += 1
        self.restart_at = now + delay
        return delay

    def is_due(self, now: float) -> bool:
        """Whether the next start is due."""
        return self.restart_at is not None and now >= self.restart_at
