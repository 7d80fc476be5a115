"""Computes a report into the cache, on demand as ahead of demand.

All queries of a report see one snapshot of the data, which lasts until its CSV is written: the rows
of a large shop are read as they are written. Computing twice, or being killed half-way, changes
nothing: the key holds a whole report, or a page whose CSV is still to come, or none.
"""

import logging
from contextlib import AbstractContextManager

from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError

from common import instants
from common.jobs.payloads import ComputeReport
from common.reports import queries, registry
from common.reports.document.gap_header import header_value
from common.reports.model import COUNT_DAYS, Scope
from common.reports.redacting import Redacted, redacted
from common.reports.sales.finer import FinerSales
from common.reports.sales.protocol import Sales
from common.reports_cache.cache import ReportCache
from common.reports_cache.report_fields import Meta
from worker.operations import cache_eviction
from worker.operations.metrics import JobMetrics, Stopwatch
from worker.reports import csv_export, page_ahead, replica
from worker.reports.page_ahead import Page
from worker.reports.replica import ReplicaBehindError, Standby
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
    standby: Standby | None = None,
) -> Meta:
    """Compute the report of ``job`` into the cache and return what it was computed from.

    It is read from the ``standby``, if there is one that has what is wanted, else from ``engine``.

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
        # A page that waits no longer tells what is to be left out of its rows.
        resumed = resume and not job.redaction
        waiting = page_ahead.waiting(cache, job.key) if resumed else None
        watch = Stopwatch(metrics, job.report)
        if standby is not None:
            try:
                there = replica.read(engine, standby, job, count_days)
                return _compute(there, cache, job, lease, waiting, watch)
            except (ReplicaBehindError, DBAPIError) as error:
                logger.info("read from the primary", extra={"because": type(error).__name__})
        return _compute(read(engine, job, count_days), cache, job, lease, waiting, watch)
    except Exception:
        cache.fail(job.key, lease=lease)
        raise


def _compute(
    reading: AbstractContextManager[tuple[Scope, Sales]],
    cache: ReportCache,
    job: ComputeReport,
    lease: str,
    waiting: Page | None,
    watch: Stopwatch,
) -> Meta:
    started = instants.now()
    with reading as (scope, sales):
        page, report = _rest(waiting, scope, sales) or _whole(job, scope, sales, watch)
        known = instants.now()
        with page_ahead.kept(cache, job.key, page):
            left = page_ahead.before_the_rest(report.rows, cache, job.key, page)
            csv = csv_export.write(report.columns, left, report.document.money_exponent)
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
            "hidden": job.hidden,
            "data_version": scope.data_version,
            "kept": kept,
            "page_ms": round((known - started).total_seconds() * 1000, 1),
            "total_ms": round((instants.now() - started).total_seconds() * 1000, 1),
        },
    )
    return page.meta


def _whole(
    job: ComputeReport, scope: Scope, sales: Sales, watch: Stopwatch
) -> tuple[Page, Redacted]:
    """The page, and the rows of its CSV, without what the job's link hides."""
    definition = registry.find(job.report)
    sums: Sales = FinerSales(sales) if job.redaction.money else sales
    result = queries.run(job.report, sums)
    watch.lap("query")
    made = definition.present(result, scope, sums.last_year())
    report = redacted(definition, made, job.redaction)
    watch.lap("document")
    document = report.document
    meta = Meta(
        as_of=scope.as_of,
        data_version=scope.data_version,
        computed_at=instants.now(),
        csv_name=csv_export.file_name(job.report, scope),
        notes=header_value(document.gaps, document.money_exponent),
    )
    return Page.of(meta, document), report


def _rest(waiting: Page | None, scope: Scope, sales: Sales) -> tuple[Page, Redacted] | None:
    """A page that waits for its CSV, and the rows of that; None where both are to be made."""
    if waiting is None or not waiting.is_of(scope):
        return None
    document = waiting.document
    rows = queries.rows(document.report, sales)
    columns = registry.find(document.report).columns
    return None if rows is None else (waiting, Redacted(document, columns, rows))
