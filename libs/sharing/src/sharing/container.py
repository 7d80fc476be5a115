"""Dependency container of issuing: made once from the settings, connected on first use."""

from redis import Redis
from sqlalchemy import Engine

from common.jobs.celery import create_celery
from common.jobs.publisher import CLAIM_SECONDS, Jobs
from common.links.state import LinkStates
from common.reports_cache.cache import ReportCache
from sharing.issuing import Issuing
from sharing.settings import LinkSettings


def create_issuing(settings: LinkSettings, engine: Engine, redis: Redis, broker: str) -> Issuing:
    """What issuing links takes; ``broker`` is the Redis URL of the jobs."""
    cache = ReportCache(redis, keep_seconds=CLAIM_SECONDS)  # claims only: nothing is stored here
    return Issuing(
        engine=engine,
        ring=settings.key_ring(),
        states=LinkStates(redis),
        jobs=Jobs(create_celery(broker), cache),
        public_base_url=settings.public_base_url,
        ttl_seconds=settings.link_ttl_seconds,
        max_ttl_seconds=settings.link_max_ttl_seconds,
    )
