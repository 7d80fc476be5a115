"""Replica: a snapshot of a standby that has replayed what a computation wants to see.

The primary is asked for the state of the shop's data first, by one short query; the standby has to
be of that state or later, and is read in place of it. One whose kept sums are yet to be brought up
to date is not: the primary's are, by who reads there.
"""

import math
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Final

from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError

from common.db.tenancy import Access, snapshot
from common.jobs.payloads import ComputeReport
from common.reports.model import COUNT_DAYS, Scope
from common.reports.sales.protocol import Sales
from worker.reports.scope import UnknownTenantError, read_scope, read_state
from worker.reports.snapshot import MarkedDaysError, quickest

REST_SECONDS: Final = 30
"""How long a standby that failed is left alone: one that hangs costs a time-out each time."""


class ReplicaBehindError(Exception):
    """The standby has not replayed what is wanted, or is left alone; the primary has it."""


@dataclass
class Standby:
    """A replica of the database."""

    engine: Engine
    _failed_at: float = field(default=-math.inf, init=False)

    @contextmanager
    def rested(self) -> Iterator[Engine]:
        """Its engine, but for a while after a failure.

        Raises:
            ReplicaBehindError: it failed a moment ago.
        """
        if time.monotonic() < self._failed_at + REST_SECONDS:
            raise ReplicaBehindError
        try:
            yield self.engine
        except DBAPIError:
            self._failed_at = time.monotonic()
            raise


@contextmanager
def read(
    primary: Engine, standby: Standby, job: ComputeReport, count_days: int = COUNT_DAYS
) -> Iterator[tuple[Scope, Sales]]:
    """As ``snapshot.read``, of the standby.

    Raises:
        ReplicaBehindError: it is not to be read now.
        UnknownTenantError: no such tenant.
        sqlalchemy.exc.DBAPIError: one of the servers did not answer, or the standby had to end the
            query to go on replaying.
    """
    access = Access(tenant_id=job.tenant_id)
    with snapshot(primary, access) as session:
        wanted = read_state(session, job.tenant_id)
    with standby.rested() as engine, snapshot(engine, access) as session:
        try:
            found = read_state(session, job.tenant_id)
        except UnknownTenantError as error:
            raise ReplicaBehindError from error
        if found.shop != wanted.shop or found.version < wanted.version:
            raise ReplicaBehindError
        read_there = read_scope(session, job.tenant_id, job.window, count_days, job.comparison)
        scope = replace(read_there, as_of=wanted.moment, costs=job.redaction.margin)
        try:
            sales = quickest(session, scope)
        except MarkedDaysError as error:
            raise ReplicaBehindError from error
        yield scope, sales
