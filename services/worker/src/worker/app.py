"""Wires the worker: settings in, a Celery application with tasks and schedule out.

Nothing connects here. Each process of the pool opens its own connections on first use.
"""

from typing import Any

from celery import Celery
from celery.signals import setup_logging, worker_ready, worker_shutdown
from redis import Redis

from common.cache import ReportCache
from common.db.engine import create_service_engine
from common.jobs import create_celery
from common.telemetry import configure_logging
from worker import schedule, tasks
from worker.settings import WorkerSettings

REDIS_TIMEOUT_SECONDS = 5


def create_app(settings: WorkerSettings) -> Celery:
    """The worker's Celery application."""
    redis_url = settings.redis_url.get_secret_value()
    engine = create_service_engine(
        settings.database_url.get_secret_value(), application_name="worker", pool_size=1
    )
    redis = Redis.from_url(
        redis_url,
        socket_timeout=REDIS_TIMEOUT_SECONDS,
        socket_connect_timeout=REDIS_TIMEOUT_SECONDS,
    )
    app = create_celery(redis_url)
    tasks.register(app, engine, redis, ReportCache(redis, keep_seconds=settings.cache_seconds))
    schedule.configure(app)
    _announce_readiness(settings)
    return app


def _announce_readiness(settings: WorkerSettings) -> None:
    """Keep the ready file while the worker takes jobs, and Celery's hands off the logging."""
    ready_file = settings.ready_file

    @setup_logging.connect(weak=False)
    def _logging(**_: Any) -> None:
        configure_logging("worker", settings.log_level)

    if ready_file is None:
        return
    ready_file.unlink(missing_ok=True)

    @worker_ready.connect(weak=False)
    def _ready(**_: Any) -> None:
        ready_file.touch()

    @worker_shutdown.connect(weak=False)
    def _gone(**_: Any) -> None:
        ready_file.unlink(missing_ok=True)
