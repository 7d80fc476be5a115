"""A real worker whose Redis refuses writes for a while: it goes on when that is over."""

import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from redis import Redis
from tests.integration.worker.conftest import Shop
from tests.support import wait
from tests.support.refusing import WAYS, refusing
from tests.support.service_process import service_process

from common.infra.refusals import Refusal
from common.jobs.celery_config import LINK_QUEUE, create_celery
from common.jobs.payloads import RestoreLink
from common.jobs.publisher import JobPublisher
from common.links.state import LinkRef, LinkState, LinkStateStore
from common.reports_cache.cache import ReportCache
from devstack.embedded.valkey import EmbeddedValkey

NOW = datetime.now(UTC)


@pytest.fixture
def own_server(tmp_path: Path) -> Iterator[EmbeddedValkey]:
    with EmbeddedValkey(tmp_path / "valkey", password="secret") as server:
        yield server


def fill_with_a_job_waiting(redis: Redis, message: bytes) -> None:
    """Full, and a job came in just before: the worker cannot note that it has taken it."""
    with redis.pipeline(transaction=True) as pipe:
        pipe.lpush(LINK_QUEUE, message)
        pipe.config_set("maxmemory", 1)
        pipe.execute()


SAID = {Refusal.READ_ONLY: "read only replica"}
"""What a refusal is called where Celery tells it, which leaves the code out."""


def until_said(log: Path, way: Refusal) -> None:
    words = {way.value, SAID.get(way, way.value)}

    def said() -> bool:
        text = log.read_text()
        return any(word in text for word in words)

    wait.until(said, f"{way.value} in the log")


def test_no_refusal_ends_a_worker(
    shop: Shop, service_url: str, own_server: EmbeddedValkey, tmp_path: Path
) -> None:
    log = tmp_path / "worker.log"
    environment = {
        **os.environ,
        "DATABASE_URL": service_url,
        "REDIS_URL": own_server.url,
        "WORKER_CONCURRENCY": "1",
        "WORKER_QUEUES": "links",
    }
    with Redis.from_url(own_server.url) as redis:
        jobs = JobPublisher(create_celery(own_server.url), ReportCache(redis, keep_seconds=60))
        states = LinkStateStore(redis)
        jobs.publish(RestoreLink(shop.tenant_id, shop.issue(at=NOW)))
        (message,) = redis.lrange(LINK_QUEUE, 0, 0)

        def opens_a_link() -> None:
            link = LinkRef(shop.tenant_id, shop.issue(at=NOW), NOW + timedelta(days=7))
            jobs.publish(RestoreLink(shop.tenant_id, link.link_id))
            wait.until(lambda: states.read([link]) == [LinkState.ACTIVE], "the link's state")

        with service_process("worker", environment, log) as process:
            opens_a_link()
            for way in WAYS:
                if way is Refusal.FULL:
                    fill_with_a_job_waiting(redis, message)
                with refusing(redis, way):
                    until_said(log, way)
                    assert process.poll() is None
                opens_a_link()
                assert process.poll() is None
            assert process.pid  # the same process from first to last
