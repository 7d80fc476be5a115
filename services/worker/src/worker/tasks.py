"""The tasks, thin: each turns its payload into a job and calls one function.

A task may run twice or be killed at any line: every job is idempotent.
"""

from typing import Any

from celery import Celery
from redis import Redis
from sqlalchemy import Engine

from common import instants
from common.cache import ReportCache
from common.jobs import (
    IMPORT_HARD_LIMIT_SECONDS,
    IMPORT_SOFT_LIMIT_SECONDS,
    ComputeReport,
    Jobs,
    RestoreLink,
    RunImport,
    WarmTenant,
)
from common.links import LinkStates
from worker import (
    arrivals,
    heartbeat,
    imports,
    link_states,
    room,
    schedule,
    single_flight,
    warm,
    warm_windows,
)
from worker.lease import Leases


def register(app: Celery, engine: Engine, redis: Redis, cache: ReportCache) -> None:
    """Give ``app`` its tasks, wired to where they read and write."""
    states, leases = LinkStates(redis), Leases(redis)

    @app.task(name=ComputeReport.task)
    def compute_report(**payload: Any) -> None:
        single_flight.answer(engine, cache, leases, ComputeReport.parse(payload))

    @app.task(name=RestoreLink.task)
    def restore_link(**payload: Any) -> None:
        link_states.restore(engine, states, RestoreLink.parse(payload))

    @app.task(name=heartbeat.TASK)
    def renew_heartbeat() -> None:
        heartbeat.beat(redis)

    @app.task(name=room.TASK)
    def make_room() -> None:
        room.make(redis)


def register_warming(app: Celery, using: warm.Warming) -> None:
    """Give ``app`` the tasks that run ahead of demand."""

    @app.task(name=warm.POPULAR)
    def warm_popular() -> None:
        warm.popular(using)

    @app.task(name=warm_windows.MIDNIGHT)
    def warm_midnight() -> None:
        warm_windows.midnight(using, now=instants.now())

    @app.task(name=WarmTenant.task)
    def warm_tenant(**payload: Any) -> None:
        warm.after_load(using, WarmTenant.parse(payload))


def register_imports(app: Celery, engine: Engine, jobs: Jobs) -> None:
    """Give ``app`` the tasks of imports; ``engine`` has three connections for them."""

    @app.task(
        name=RunImport.task,
        acks_late=False,
        soft_time_limit=IMPORT_SOFT_LIMIT_SECONDS,
        time_limit=IMPORT_HARD_LIMIT_SECONDS,
    )
    def run_import(**payload: Any) -> None:
        job = RunImport.parse(payload)
        try:
            imports.run(engine, job)
            arrivals.loaded(engine, jobs, job.tenant_id)
        finally:
            resume_imports.delay()

    @app.task(name=schedule.RESUME_IMPORTS)
    def resume_imports() -> None:
        job = imports.waiting(engine)
        if job is not None:
            app.send_task(job.task, kwargs=job.payload())
