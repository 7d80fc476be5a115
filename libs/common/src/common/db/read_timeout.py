"""A server that cannot be worked with is as good as gone: one that hangs, or takes no writes.

The server ends a statement that takes too long by itself; nothing does when the server is stopped,
or a firewall has forgotten the connection. libpq has no read time-out of its own.

One that takes no writes is a standby, or was set so. The connection is closed: another one may lead
to the primary, and a session keeps the setting that it began with.
"""

from typing import Any, Final, TypeVar

import psycopg
from psycopg.abc import PQGen

GRACE_SECONDS: Final = 3.0
"""For how long after its own time limit an answer may be on its way."""

_WAIT_SECONDS: Final = 0.1

RV = TypeVar("RV")


class HungServerError(psycopg.OperationalError):
    """The server said nothing for longer than it may take; the connection is closed."""


class ReadOnlyServerError(psycopg.OperationalError):
    """The server takes no writes; the connection is closed."""

    sqlstate = psycopg.errors.ReadOnlySqlTransaction.sqlstate


class TimeoutConnection(psycopg.Connection[Any]):
    """A connection that gives up ``GRACE_SECONDS`` after the time limit of its statements."""

    statement_timeout_seconds: float | None = None
    """None waits for ever. Who lets statements take longer says so here; the pool takes it back."""

    def wait(
        self, gen: PQGen[RV], interval: float = _WAIT_SECONDS, timeout: float | None = None
    ) -> RV:
        """Let the driver wait for the server.

        Raises:
            HungServerError: there was no answer in time.
            ReadOnlyServerError: the server takes no writes.
        """
        try:
            return self._wait(gen, interval, timeout)
        except psycopg.errors.ReadOnlySqlTransaction as error:
            if self.read_only:  # a snapshot of ours, in which nothing is to be written
                raise
            self.pgconn.finish()
            raise ReadOnlyServerError(str(error)) from error

    def _wait(self, gen: PQGen[RV], interval: float, timeout: float | None) -> RV:
        limit = self.statement_timeout_seconds
        if timeout is not None or limit is None:
            return super().wait(gen, interval, timeout)
        try:
            return super().wait(gen, interval, limit + GRACE_SECONDS)
        except psycopg.errors._WaitTimeout:  # noqa: SLF001 - it has no other name
            self.pgconn.finish()
            raise HungServerError(f"PostgreSQL said nothing for {limit:.0f} s") from None
