"""Warm-up of popular reports: while they are viewed, and after imports.

Only what is viewed is computed. Every round asks through ``JobPublisher`` for the very job that a
viewer would ask for, on a queue that goes last, and for no more than a bound: rounds stand in that
queue themselves, behind the jobs of the round before, so a backlog never grows.
"""

import logging
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from celery.exceptions import SoftTimeLimitExceeded
from redis import Redis
from sqlalchemy import Engine

from common import instants
from common.jobs.payloads import ComputeReport, WarmTenant
from common.jobs.publisher import JobPublisher
from common.links import popularity
from common.links.popularity import ViewedReport
from common.reports import registry
from common.reports.window import Period, shift_of
from common.reports_cache import readiness
from common.reports_cache.cache import ReportCache
from ingest import data_version
from worker.reports import rollup_refresh

POPULAR: Final = "warm.popular"
EVERY_SECONDS: Final = 60
HALF_LIFE_SECONDS: Final = 24 * 3600
_FADE: Final = 0.5 ** (EVERY_SECONDS / HALF_LIFE_SECONDS)
_LASTING: Final = 10
"""A report is computed anew in the last tenth of its life in the cache."""
_DAYS_READ: Final = max(period.days + shift_of(period.days) for period in Period) + 2
"""How far back reports of today read: to the previous window's start, wherever the day begins."""

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class WarmingContext:
    """What warming takes.

    ``most_viewed`` reports of a tenant are kept ready; at most ``per_minute`` jobs are asked for,
    for all tenants together.
    """

    engine: Engine
    cache: ReportCache
    jobs: JobPublisher
    most_viewed: int
    per_minute: int

    @property
    def redis(self) -> Redis:
        """Where views are counted and reports cached."""
        return self.cache.redis

    def ask(self, tenant_id: int, viewed: ViewedReport) -> bool:
        """Have a report computed unless it is ready; whether this call did.

        Raises:
            JobsUnavailableError: the broker is refused, hung or gone.
        """
        job = _job(tenant_id, viewed)
        return self.jobs.request_fresh(job, lasting_seconds=self._lasting_seconds)

    def unready(self, tenant_id: int) -> list[ViewedReport]:
        """The tenant's most viewed reports that are missing, stale or about to lapse, in order."""
        top = popularity.top(self.redis, tenant_id, self.most_viewed)
        wanted = {_job(tenant_id, viewed).key: viewed for viewed in top if is_computable(viewed)}
        unready = readiness.unready(
            self.cache.redis, list(wanted), lasting_seconds=self._lasting_seconds
        )
        return [wanted[key] for key in unready]

    @property
    def _lasting_seconds(self) -> int:
        return self.cache.keep_seconds // _LASTING


def warm_popular(using: WarmingContext) -> int:
    """Ask for the popular reports that are not ready, and let old views fade; how many were asked.

    First the most viewed one of every tenant, then the second: no tenant has to wait for another.
    """
    wanted = []
    for tenant_id in popularity.tenants(using.redis):
        unready = using.unready(tenant_id)
        wanted += [(rank, tenant_id, viewed) for rank, viewed in enumerate(unready)]
        popularity.fade(using.redis, tenant_id, _FADE)
    wanted.sort()
    now = wanted[: using.per_minute]
    asked = sum(using.ask(tenant_id, viewed) for _, tenant_id, viewed in now)
    if wanted:
        facts = {"unready": len(wanted), "asked": asked}
        logger.info("popular reports asked for ahead of demand", extra=facts)
    return asked


def warm_after_import(using: WarmingContext, job: WarmTenant) -> int:
    """Sum the tenant's changed days and ask for its popular reports; how many were asked.

    The days that reports read come first. A history too long for one job is taken up by the next.
    """
    asked = 0
    recent = instants.now().date() - timedelta(days=_DAYS_READ)
    data_version.tell(using.engine, using.cache, job.tenant_id)
    try:
        rollup_refresh.refresh(using.engine, job.tenant_id, first=recent)
        asked = sum(using.ask(job.tenant_id, viewed) for viewed in using.unready(job.tenant_id))
        rollup_refresh.refresh(using.engine, job.tenant_id)
    except SoftTimeLimitExceeded:
        using.jobs.publish(job)
    return asked


def is_computable(viewed: ViewedReport) -> bool:
    """Whether there is such a report."""
    definition = registry.REPORTS.get(viewed.report)
    return definition is not None and definition.implemented


def _job(tenant_id: int, viewed: ViewedReport) -> ComputeReport:
    return ComputeReport(
        tenant_id,
        viewed.report,
        viewed.window,
        ahead=True,
        comparison=viewed.comparison,
        hidden=viewed.hidden.name,
    )
