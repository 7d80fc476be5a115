"""Time limits of a load: a worker is patient with one, a client of HTTP waits for its answer."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

import psycopg

from common.http.problem import UNAVAILABLE_RETRY_SECONDS, Problem
from ingest.ledger.reader_settings import BasisChangedError


class LedgerBusyError(Problem):
    """Another load of the tenant, or this one, takes longer than a client waits."""

    status = HTTPStatus.SERVICE_UNAVAILABLE
    type = "ledger-busy"
    title = "Another load is at the ledger"
    retry_after = UNAVAILABLE_RETRY_SECONDS

    def __init__(self) -> None:
        super().__init__("The ledger is being written. Nothing was taken: send it again.")


class LedgerUnavailableError(Problem):
    """The database failed in the middle of a load."""

    status = HTTPStatus.SERVICE_UNAVAILABLE
    type = "unavailable"
    title = "Service unavailable"
    retry_after = UNAVAILABLE_RETRY_SECONDS
    fixed_detail = "The database does not answer."


@dataclass(frozen=True, slots=True)
class TimeLimits:
    """Seconds a statement may take, and may wait for a lock; without ``lock_seconds`` the same."""

    statement_seconds: int
    lock_seconds: int | None = None

    def settings(self) -> dict[str, str]:
        """As PostgreSQL takes them."""
        lock = 0 if self.lock_seconds is None else self.lock_seconds
        return {"timeout": f"{self.statement_seconds}s", "lock": f"{lock}s"}


PATIENT: Final = TimeLimits(statement_seconds=1800)
WHILE_A_CLIENT_WAITS: Final = TimeLimits(statement_seconds=20, lock_seconds=5)


@contextmanager
def told_as_problems() -> Iterator[None]:
    """Turn what the driver says of a load that a client waits for into problems.

    Raises:
        LedgerBusyError: a limit was reached, or the tenant's settings changed meanwhile.
        LedgerUnavailableError: the server failed, or is gone.
    """
    try:
        yield
    except (
        psycopg.errors.LockNotAvailable,
        psycopg.errors.QueryCanceled,
        BasisChangedError,
    ) as error:
        raise LedgerBusyError from error
    except psycopg.OperationalError as error:
        raise LedgerUnavailableError from error
