"""The tasks, thin: each turns its payload into a job and calls one function.

A task may run twice or be killed at any line: every job is idempotent.
"""

from typing import Any

from celery import Celery
from redis import Redis
from sqlalchemy import Engine

from common.cache import ReportCache
from common.jobs import ComputeReport, RestoreLink
from common.links import LinkStates
from worker import heartbeat, link_states
from worker.compute import compute


def register(app: Celery, engine: Engine, redis: Redis, cache: ReportCache) -> None:
    """Give ``app`` its tasks, wired to where they read and write."""
    states = LinkStates(redis)

    @app.task(name=ComputeReport.task)
    def compute_report(**payload: Any) -> None:
        compute(engine, cache, ComputeReport.parse(payload))

    @app.task(name=RestoreLink.task)
    def restore_link(**payload: Any) -> None:
        link_states.restore(engine, states, RestoreLink.parse(payload))

    @app.task(name=heartbeat.TASK)
    def renew_heartbeat() -> None:
        heartbeat.beat(redis)
