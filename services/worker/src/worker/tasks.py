"""The tasks, thin: each turns its payload into a job and calls one function.

A task may run twice or be killed at any line: every job is idempotent. Tasks are not ``shared``:
an application has those that were wired to its own connections, and no other's.
"""

from typing import Any

from celery import Celery
from celery.signals import task_failure
from redis import Redis
from sqlalchemy import Engine

from common import instants
from common.jobs.celery_config import IMPORT_GRACE_SECONDS
from common.jobs.payloads import (
    AnswerDiscord,
    ComputeReport,
    InvalidJobError,
    MakeForm,
    RestoreLink,
    RunImport,
    WarmTenant,
    WorkWebhooks,
)
from common.jobs.publisher import JobPublisher
from common.links.state import LinkStateStore
from common.reports.model import COUNT_DAYS
from common.reports_cache.cache import ReportCache
from ingest import data_version
from ingest.webhooks import work
from worker import schedule
from worker.discord import deliver
from worker.forms import make
from worker.imports import run
from worker.links import frozen, restore, revocation_sweep, view_transfer
from worker.operations import cache_eviction, heartbeat, held_twice, retention, waiting_work
from worker.operations.dead_letters import DeadLetters
from worker.operations.metrics import JobMetrics
from worker.reports import single_flight
from worker.reports.lease import Leases
from worker.reports.replica import Standby
from worker.settings import Kept
from worker.warming import midnight, popular
from worker.webhooks import sweep


def register(
    app: Celery,
    engine: Engine,
    redis: Redis,
    cache: ReportCache,
    *,
    kept: Kept,
    count_days: int = COUNT_DAYS,
    metrics: JobMetrics | None = None,
    standby: Standby | None = None,
) -> None:
    """Give ``app`` its tasks, wired to where they read and write."""
    states, leases = LinkStateStore(redis), Leases(redis)
    metrics = metrics or JobMetrics()

    @app.task(name=ComputeReport.task, shared=False)
    def compute_report(**payload: Any) -> None:
        job = ComputeReport.parse(payload)
        single_flight.compute_once(
            engine,
            cache,
            leases,
            job,
            count_days=count_days,
            metrics=metrics,
            standby=standby,
        )

    @app.task(name=MakeForm.task, shared=False)
    def make_form(**payload: Any) -> None:
        make.make_once(redis, leases, MakeForm.parse(payload))

    @app.task(name=RestoreLink.task, shared=False)
    def restore_link(**payload: Any) -> None:
        restore.restore_link(engine, states, cache, RestoreLink.parse(payload))

    @app.task(name=heartbeat.TASK, shared=False)
    def renew_heartbeat() -> None:
        heartbeat.record(redis)

    @app.task(name=revocation_sweep.TASK, shared=False)
    def sweep_revocations() -> None:
        found = revocation_sweep.sweep_revocations(engine, redis, now=instants.now())
        metrics.count_missing_revocations(found)

    @app.task(name=frozen.TASK, shared=False)
    def drop_frozen() -> None:
        frozen.drop_ended(engine, now=instants.now())

    @app.task(name=view_transfer.TASK, shared=False)
    def transfer_views() -> None:
        view_transfer.transfer_views(engine, redis)

    _register_upkeep(app, engine, redis, kept=kept, metrics=metrics)


def _register_upkeep(
    app: Celery, engine: Engine, redis: Redis, *, kept: Kept, metrics: JobMetrics
) -> None:
    @app.task(name=retention.TASK, shared=False)
    def forget_old() -> None:
        retention.forget_old(engine, redis, kept, now=instants.now())

    @app.task(name=held_twice.TASK, shared=False)
    def look_for_tenants_held_twice() -> None:
        held_twice.look_for_tenants_held_twice(engine, redis)

    @app.task(name=waiting_work.TASK, shared=False)
    def note_waiting_work() -> None:
        waiting_work.note(engine, redis, now=instants.now())

    @app.task(name=cache_eviction.TASK, shared=False)
    def make_room() -> None:
        metrics.count_dropped_reports(cache_eviction.evict(redis))


def register_warming(app: Celery, using: popular.WarmingContext) -> None:
    """Give ``app`` the tasks that run ahead of demand."""

    @app.task(name=popular.POPULAR, shared=False)
    def warm_popular() -> None:
        popular.warm_popular(using)

    @app.task(name=midnight.MIDNIGHT, shared=False)
    def warm_midnight() -> None:
        midnight.warm_midnight(using, now=instants.now())

    @app.task(name=WarmTenant.task, shared=False)
    def warm_tenant(**payload: Any) -> None:
        popular.warm_after_import(using, WarmTenant.parse(payload))


def register_discord(app: Celery, using: deliver.DeliveryContext) -> None:
    """Give ``app`` the task that answers Discord."""

    @app.task(name=AnswerDiscord.task, shared=False)
    def answer_discord(**payload: Any) -> None:
        deliver.deliver_report(AnswerDiscord.parse(payload), using, now=instants.now())


def register_imports(
    app: Celery, engine: Engine, jobs: JobPublisher, *, slots: int, seconds: int
) -> None:
    """Give ``app`` the tasks of imports; ``engine`` has three connections for them.

    ``slots`` of them run at once in the whole deployment, each for ``seconds`` at most.
    """

    @app.task(
        name=RunImport.task,
        shared=False,
        acks_late=False,
        soft_time_limit=seconds,
        time_limit=seconds + IMPORT_GRACE_SECONDS,
    )
    def run_import(**payload: Any) -> None:
        job = RunImport.parse(payload)
        try:
            if run.run_import(engine, job, slots):
                data_version.loaded(engine, jobs, job.tenant_id)
        finally:
            resume_imports.delay()

    @app.task(name=schedule.RESUME_IMPORTS, shared=False)
    def resume_imports() -> None:
        job = run.next_import(engine, slots)
        if job is not None:
            app.send_task(job.task, kwargs=job.payload())


def register_webhooks(app: Celery, engine: Engine, jobs: JobPublisher, *, keep_days: int) -> None:
    """Give ``app`` the tasks of webhooks."""

    @app.task(name=WorkWebhooks.task, shared=False)
    def run_webhooks(**payload: Any) -> None:
        tenant_id = WorkWebhooks.parse(payload).tenant_id
        jobs.begin_webhooks(tenant_id)
        worked = work.work_off(engine, tenant_id)
        if worked.version is not None:
            data_version.loaded(engine, jobs, tenant_id)
        if worked.left:
            jobs.request_webhooks(tenant_id)

    @app.task(name=sweep.SWEEP, shared=False)
    def sweep_webhooks() -> None:
        sweep.sweep_webhooks(engine, jobs, keep_days=keep_days, now=instants.now())


def reject_unusable(app: Celery, letters: DeadLetters) -> None:
    """Set aside the jobs that a task could not take: its payload is not one of its own."""

    @task_failure.connect(weak=False)
    def set_aside(sender: Any, exception: BaseException, args: Any, kwargs: Any, **_: Any) -> None:
        if sender.app is app and isinstance(exception, InvalidJobError | TypeError):
            letters.add(sender.name, {"args": args, "kwargs": kwargs}, exception)
