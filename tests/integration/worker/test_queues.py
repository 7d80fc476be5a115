"""A real worker on the real broker: what somebody waits for goes before what nobody waits for."""

import os
import re
import subprocess
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from functools import partial

from msgspec import to_builtins
from msgspec.structs import replace
from redis import Redis
from sqlalchemy import Engine
from tests.integration.worker.conftest import Shop
from tests.support import wait
from tests.support.service_process import service_process

from common.jobs.celery_config import HEARTBEAT_QUEUE, LINK_QUEUE, QUEUE, WARM_QUEUE, create_celery
from common.jobs.payloads import RestoreLink
from common.jobs.publisher import JobPublisher
from common.links.state import LinkRef, LinkState, LinkStateStore
from common.reports.window import Window
from worker.operations import heartbeat


def worker(
    database_url: str, redis_url: str, **settings: str
) -> AbstractContextManager["subprocess.Popen[bytes]"]:
    """A worker of one process."""
    environment = {
        **os.environ,
        "DATABASE_URL": database_url,
        "REDIS_URL": redis_url,
        "WORKER_CONCURRENCY": "1",
        **settings,
    }
    return service_process("worker", environment)


def test_a_viewer_overtakes_a_long_backlog(
    shop: Shop,
    jobs: JobPublisher,
    service_url: str,
    redis_url: str,
    redis_client: Redis,
    owner_engine: Engine,
) -> None:
    """The worker is held at the first of the backlog until the viewer has asked."""
    shop.load()
    first = shop.job(ahead=True)
    backlog = [first]
    for days in range(1, 30):
        over = Window(*(t - timedelta(days=days) for t in (first.window.start, first.window.end)))
        backlog.append(replace(first, window=over))
    for each in backlog:
        assert jobs.request_fresh(each)
    asked = shop.job("sales-velocity")
    with worker(service_url, redis_url):
        with owner_engine.begin() as holding:
            holding.exec_driver_sql("LOCK TABLE ledger_versions IN ACCESS EXCLUSIVE MODE")
            wait.until(lambda: redis_client.exists(first.key.computing), "the first of the backlog")
            assert jobs.request_missing(asked)
        answered = wait.until(lambda: shop.cache.meta(asked.key), "what the viewer asked for")
        assert answered is not None
    metas = [(each, shop.cache.meta(each.key)) for each in backlog]
    before = [each for each, meta in metas if meta and meta.computed_at < answered.computed_at]
    assert before == [first]


def test_a_worker_takes_only_the_queues_it_is_for(
    shop: Shop, jobs: JobPublisher, service_url: str, redis_url: str, redis_client: Redis
) -> None:
    shop.load()
    jobs.request_fresh(shop.job(ahead=True))
    asked = shop.job("sales-velocity")
    jobs.request_missing(asked)
    with worker(service_url, redis_url, WORKER_QUEUES="reports, links"):
        wait.until(lambda: redis_client.exists(asked.key.cached), "a computation")
        assert queues_looked_at(redis_url) == {HEARTBEAT_QUEUE, QUEUE, LINK_QUEUE}
        assert redis_client.llen(WARM_QUEUE) == 1


def test_links_do_not_wait_behind_reports(
    shop: Shop,
    jobs: JobPublisher,
    service_url: str,
    redis_url: str,
    redis_client: Redis,
    owner_engine: Engine,
) -> None:
    """Every process that computes is held in the middle of a computation."""
    shop.load()
    issued = datetime.now(UTC).replace(microsecond=0)
    link = LinkRef(shop.tenant_id, shop.issue(at=issued), issued + timedelta(days=7))
    states, celery = LinkStateStore(redis_client), create_celery(redis_url)
    asked = [shop.job(), shop.job("sales-velocity")]
    with (
        worker(service_url, redis_url, WORKER_QUEUES="reports", WORKER_CONCURRENCY="2"),
        worker(service_url, redis_url, WORKER_QUEUES="links"),
        owner_engine.begin() as holding,
    ):
        holding.exec_driver_sql("LOCK TABLE ledger_versions IN ACCESS EXCLUSIVE MODE")
        for each in asked:
            assert jobs.request_missing(each)
        for each in asked:
            computing = each.key.computing
            wait.until(partial(redis_client.exists, computing), "a computation")
        payload = RestoreLink(shop.tenant_id, link.link_id)
        celery.send_task(payload.task, kwargs=to_builtins(payload))
        celery.send_task(heartbeat.TASK, queue=HEARTBEAT_QUEUE)
        wait.until(lambda: states.read([link]) == [LinkState.ACTIVE], "the link's state")
        assert all(redis_client.exists(each.key.computing) for each in asked)
        assert not redis_client.exists(heartbeat.KEY), "links alone are no sign that reports come"


def queues_looked_at(redis_url: str) -> set[str]:
    """Where an idle worker looks for its next job, by what it says to the broker."""
    with (
        Redis.from_url(redis_url, socket_timeout=wait.PATIENCE_SECONDS) as client,
        client.monitor() as monitor,
    ):
        database = int(client.connection_pool.connection_kwargs["db"])
        for each in monitor.listen():
            name, *arguments = each["command"].split()
            if (each["db"], name) == (database, "BRPOP"):
                return {re.match(r"[a-z]+", queue)[0] for queue in arguments[:-1]}  # type: ignore[index]
    raise AssertionError
