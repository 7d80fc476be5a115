"""Dependency container of issuing: made once from the settings, connected on first use."""

from redis import Redis
from sqlalchemy import Engine

from common.http.link_hosts import LinkHosts
from common.jobs.celery_config import create_celery
from common.jobs.publisher import CLAIM_SECONDS, JobPublisher
from common.links.state import LinkStateStore
from common.reports_cache.cache import ReportCache
from sharing.freezing import Freezer
from sharing.issuing_context import IssuingContext
from sharing.settings import LinkSettings


def create_issuing(
    settings: LinkSettings, engine: Engine, redis: Redis, broker: str
) -> IssuingContext:
    """What issuing links takes; ``broker`` is the Redis URL of the jobs."""
    cache = ReportCache(redis, keep_seconds=CLAIM_SECONDS)  # nothing is stored here
    jobs = JobPublisher(create_celery(broker), cache)
    return IssuingContext(
        engine=engine,
        ring=settings.key_ring(),
        states=LinkStateStore(redis),
        jobs=jobs,
        freezer=Freezer(engine, cache, jobs),
        public_base_url=settings.public_base_url,
        link_hosts=LinkHosts.of_setting(settings.tenant_base_urls),
        ttl_seconds=settings.link_ttl_seconds,
        max_ttl_seconds=settings.link_max_ttl_seconds,
    )
