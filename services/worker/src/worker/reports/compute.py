"""Computes a report into the cache, on demand as ahead of demand.

All queries of a report see one snapshot of the data, which lasts until its CSV is written: the rows
of a large shop are read as they are written. Computing twice, or being killed half-way, changes
nothing: the key holds a whole report, or a page whose CSV is still to come, or none.
"""

import logging
from collections.abc import Iterator

from sqlalchemy import Engine

from common import instants
from common.jobs.payloads import ComputeReport
from common.reports import queries, registry
from common.reports.document.gap_header import header_value
from common.reports.model import COUNT_DAYS, Row, Scope
from common.reports.sales.protocol import Sales
from common.reports_cache.cache import (
    ReportCache,
)
from common.reports_cache.report_fields import (
    Meta,
)
from worker.operations import cache_eviction
from worker.operations.metrics import JobMetrics, Stopwatch
from worker.reports import csv_export, page_ahead
from worker.reports.page_ahead import Page
from worker.reports.snapshot import read

logger = logging.getLogger(__name__)


def compute(
    engine: Engine,
    cache: ReportCache,
    job: ComputeReport,
    *,
    lease: str = "",
    resume: bool = False,
    count_days: int = COUNT_DAYS,
    metrics: JobMetrics | None = None,
) -> Meta:
    """Compute the report of ``job`` into the cache and return what it was computed from.

    A stock count is recent for ``count_days``. With ``resume`` a cached page of the same data gets
    its CSV, where that is quicker than computing both.
    ``lease`` is the worker's on the report; it ends with the computation. A failure is remembered
    for the viewers who wait, and raised; a process that is told to end has not failed.

    Raises:
        UnknownReportError: no such report type.
        AnalyticsNotYetImplementedError: the report is a stub.
        UnknownTenantError: no such tenant.
        sqlalchemy.exc.DBAPIError: PostgreSQL did not answer.
        redis.RedisError: Redis did not take the report.
    """
    try:
        waiting = page_ahead.waiting(cache, job.key) if resume else None
        watch = Stopwatch(metrics, job.report)
        return _compute(engine, cache, job, lease, count_days, waiting, watch)
    except Exception:
        cache.fail(job.key, lease=lease)
        raise


def _compute(
    engine: Engine,
    cache: ReportCache,
    job: ComputeReport,
    lease: str,
    count_days: int,
    waiting: Page | None,
    watch: Stopwatch,
) -> Meta:
    started = instants.now()
    columns = registry.find(job.report).columns
    with read(engine, job, count_days) as (scope, sales):
        page, rows = _rest(waiting, scope, sales) or _whole(job, scope, sales, watch)
        known = instants.now()
        with page_ahead.kept(cache, job.key, page):
            left = page_ahead.before_the_rest(rows, cache, job.key, page)
            csv = csv_export.write(columns, left, scope.money_exponent)
        watch.lap("csv")
    whole = {**page.fields, "csv": csv}
    if page is waiting:
        whole["joined"] = b"%d" % int(instants.now().timestamp() * 1000)
    with page_ahead.kept(cache, job.key, page):
        kept = cache_eviction.with_room(
            cache.redis, lambda: cache.store(job.key, whole, lease=lease)
        )
    watch.stop()
    logger.info(
        "report computed",
        extra={
            "tenant_id": job.tenant_id,
            "report": job.report,
            "from": instants.iso(job.window.start),
            "to": instants.iso(job.window.end),
            "comparison": job.comparison.value,
            "data_version": scope.data_version,
            "kept": kept,
            "page_ms": round((known - started).total_seconds() * 1000, 1),
            "total_ms": round((instants.now() - started).total_seconds() * 1000, 1),
        },
    )
    return page.meta


def _whole(
    job: ComputeReport, scope: Scope, sales: Sales, watch: Stopwatch
) -> tuple[Page, Iterator[Row]]:
    """The page, and the rows of its CSV."""
    result = queries.run(job.report, sales)
    watch.lap("query")
    report = registry.find(job.report).present(result, scope, sales.last_year())
    watch.lap("document")
    meta = Meta(
        as_of=scope.as_of,
        data_version=scope.data_version,
        computed_at=instants.now(),
        csv_name=csv_export.file_name(job.report, scope),
        notes=header_value(report.document.gaps, scope.money_exponent),
    )
    return Page.of(meta, report.document), report.rows


def _rest(waiting: Page | None, scope: Scope, sales: Sales) -> tuple[Page, Iterator[Row]] | None:
    """A page that waits for its CSV, and the rows of that; None where both are to be made."""
    if waiting is None or not waiting.is_of(scope):
        return None
    rows = queries.rows(waiting.document.report, sales)
    return None if rows is None else (waiting, rows)
