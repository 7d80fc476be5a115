"""Snapshot: one moment of a shop's data, and the quickest sums that are right for it.

The marked days of the scope, and of a year before, are summed again first. Should a writer commit
in between, the snapshot sees its mark and the next round takes it; a shop that never rests is read
from its events, which are always right.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from typing import Final

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from common.db.tenancy import Access, snapshot
from common.jobs.payloads import ComputeReport
from common.reports.model import COUNT_DAYS, Scope
from common.reports.sales.from_ledger import LedgerSales
from common.reports.sales.from_rollups import RolledUpSales
from common.reports.sales.protocol import Sales
from worker.reports import rollup_refresh
from worker.reports.scope import read_scope

ROUNDS: Final = 3


class MarkedDaysError(Exception):
    """Days that are read have to be summed again: those of ``stretches``, each without its end."""

    def __init__(self, stretches: list[tuple[date, date]]) -> None:
        super().__init__(stretches)
        self.stretches = stretches


@contextmanager
def read(
    engine: Engine, job: ComputeReport, count_days: int = COUNT_DAYS
) -> Iterator[tuple[Scope, Sales]]:
    """The scope of ``job`` and its sums, both of one snapshot that lasts as long as the block.

    A stock count is recent for ``count_days``.

    Raises:
        UnknownTenantError: no such tenant.
        sqlalchemy.exc.DBAPIError: PostgreSQL did not answer.
    """
    access = Access(tenant_id=job.tenant_id)
    for _ in range(ROUNDS):
        with snapshot(engine, access) as session:
            scope = _scope(session, job, count_days)
            try:
                sales = quickest(session, scope)
            except MarkedDaysError as error:
                marked = error.stretches
            else:
                yield scope, sales
                return
        for first, past in marked:
            rollup_refresh.refresh(engine, job.tenant_id, first=first, past=past)
    with snapshot(engine, access) as session:
        scope = _scope(session, job, count_days)
        yield scope, LedgerSales(session, scope)


def quickest(session: Session, scope: Scope) -> Sales:
    """The quickest sums that are right for what the session sees.

    Raises:
        MarkedDaysError: they would be, once the days that writers have marked are summed again.
    """
    if not rollup_refresh.fits(session, scope):
        return LedgerSales(session, scope)
    if marked := rollup_refresh.marked(session, scope.tenant_id, tuple(_days_read(scope))):
        raise MarkedDaysError(marked)
    return RolledUpSales(session, scope)


def _scope(session: Session, job: ComputeReport, count_days: int) -> Scope:
    scope = read_scope(session, job.tenant_id, job.window, count_days, job.comparison)
    return replace(scope, costs=job.redaction.margin)


def _days_read(scope: Scope) -> Iterator[tuple[date, date]]:
    """Of each window that is read the first day, and the one past its last, in the scope's zone."""
    for window in (*scope.stretches, scope.last_year):
        first, past = (each.astimezone(scope.zone).date() for each in (window.start, window.end))
        yield first, past
