"""The Celery application: settings in, tasks and schedule out.

Nothing connects here. Each process of the pool opens its own connections on first use.
"""

import gc
from typing import Any

from celery import Celery
from celery.signals import (
    setup_logging,
    worker_process_init,
    worker_process_shutdown,
    worker_ready,
    worker_shutdown,
)
from redis import Redis

from common.db.engine import create_service_engine
from common.db.shards import HOME, create_sharded_engine
from common.infra import tracing
from common.infra.redis import WORKER, create_redis
from common.infra.telemetry import configure_logging
from common.jobs.celery_config import create_celery
from common.jobs.publisher import JobPublisher
from common.reports_cache.cache import ReportCache
from worker import schedule, tasks
from worker.discord.deliver import create_delivery_context
from worker.operations import metrics
from worker.operations.consumer import consumer_for
from worker.operations.dead_letters import DeadLetters
from worker.operations.job_context import JobTask
from worker.operations.metrics import JobMetrics
from worker.operations.shared_state import SharedState
from worker.reports.replica import Standby
from worker.settings import WorkerSettings
from worker.warming.popular import WarmingContext

COLLECT_AFTER = (100_000, 20, 100)
"""A report is some 10,000 objects without cycles, all alive until it is done: looking for cycles
among them is in vain, and by Python's defaults it doubled the time of a large one now and then."""

READY_EVERY_SECONDS = 5
"""How often the loop that takes jobs touches the ready file: one that hangs lets it grow old."""


def create_app(settings: WorkerSettings) -> Celery:
    """The worker's Celery application."""
    database = settings.database_url.get_secret_value()
    engine = create_sharded_engine(
        database, settings.shards, application_name="worker", pool_size=1
    )
    redis = create_redis(settings.redis_url.get_secret_value(), WORKER)
    cache = ReportCache(redis, keep_seconds=settings.cache_seconds)
    app = create_celery(settings.broker, JobTask)
    jobs = JobPublisher(app, cache)
    letters = DeadLetters(redis)
    app.conf.worker_consumer = consumer_for(letters)
    tasks.register(
        app,
        engine,
        redis,
        cache,
        kept=settings.kept,
        count_days=settings.stock_count_days,
        metrics=JobMetrics(),
        standby=_standby(settings),
    )
    tasks.register_warming(
        app,
        WarmingContext(
            engine,
            cache,
            jobs,
            most_viewed=settings.warm_reports,
            per_minute=settings.warm_per_minute,
        ),
    )
    tasks.register_discord(
        app,
        create_delivery_context(
            engine,
            redis,
            cache,
            jobs,
            api_base=settings.discord_api_base,
            count_days=settings.stock_count_days,
        ),
    )
    importing = create_sharded_engine(
        database, settings.shards, application_name="worker-imports", pool_size=3
    )
    tasks.register_imports(
        app, importing, jobs, slots=settings.imports, seconds=settings.import_seconds
    )
    tasks.register_webhooks(app, importing, jobs, keep_days=settings.webhook_days)
    tasks.reject_unusable(app, letters)
    schedule.configure(app, settings.broker)
    _follow(settings)
    if settings.metrics_port is not None:
        _tell_metrics(settings.metrics_port, _shared_state(settings, redis))
    return app


def _standby(settings: WorkerSettings) -> Standby | None:
    """The replica that reports are read from, if there is one."""
    if settings.replica_url is None:
        return None
    return Standby(
        create_service_engine(
            settings.replica_url.get_secret_value(), application_name="worker-replica", pool_size=1
        )
    )


def _broker(settings: WorkerSettings) -> Redis:
    return create_redis(settings.broker, WORKER)


def _shared_state(settings: WorkerSettings, redis: Redis) -> SharedState:
    return SharedState(redis, _broker(settings), (HOME, *settings.shards))


def _tell_metrics(port: int, state: SharedState) -> None:
    """Tell metrics over HTTP while the worker takes jobs; the scheduler tells none."""

    @worker_ready.connect(weak=False)
    def _ready(**_: Any) -> None:
        metrics.serve(port, state)


def _follow(settings: WorkerSettings) -> None:
    """Keep the ready file while the worker takes jobs, and Celery's hands off the logging."""
    ready_file = settings.ready_file

    @worker_process_init.connect(weak=False)
    def _begin(**_: Any) -> None:
        tracing.start("worker", settings.traces_endpoint)
        gc.freeze()
        gc.set_threshold(*COLLECT_AFTER)

    @worker_process_shutdown.connect(weak=False)
    def _end(**_: Any) -> None:
        tracing.stop()

    @setup_logging.connect(weak=False)
    def _logging(**_: Any) -> None:
        configure_logging("worker", settings.log_level)

    if ready_file is None:
        return
    ready_file.unlink(missing_ok=True)

    @worker_ready.connect(weak=False)
    def _ready(sender: Any, **_: Any) -> None:
        """Of each connection to the broker: its timer runs in the loop that takes jobs."""
        ready_file.touch()
        sender.timer.call_repeatedly(READY_EVERY_SECONDS, ready_file.touch)

    @worker_shutdown.connect(weak=False)
    def _gone(**_: Any) -> None:
        ready_file.unlink(missing_ok=True)
