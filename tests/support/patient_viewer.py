"""A viewer that takes no slow machine for a server that hangs, or for workers that have gone."""

from dataclasses import replace

import pytest
from tests.support import wait

from common.infra import redis as redis_clients
from common.jobs import celery_config, publisher
from report_viewer.loading import (
    data_loader,
    job_requests,
    rate_limits,
    redis_store,
    worker_heartbeat,
)
from report_viewer.view_counts import counter


def be_patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Give all that a viewer waits for as long as tests wait."""
    patience = int(wait.PATIENCE_SECONDS)  # as Redis takes the seconds of a claim
    for module, name in (
        (redis_store, "VIEWER"),
        (job_requests, "VIEWER_JOBS"),
        (rate_limits, "VIEWER_RATE_LIMITS"),
        (counter, "VIEW_COUNTS"),
        (celery_config, "BROKER"),
    ):
        given = getattr(module, name)
        profile = replace(given, connect_seconds=patience, answer_seconds=patience)
        monkeypatch.setattr(module, name, profile)
    monkeypatch.setattr(redis_clients, "POOL_WAIT_SECONDS", patience)
    monkeypatch.setattr(publisher, "CLAIM_SECONDS", patience)
    monkeypatch.setattr(data_loader, "BATCH_SECONDS", patience)
    monkeypatch.setattr(job_requests, "_RESTORE_REPEAT_SECONDS", patience)
    monkeypatch.setattr(worker_heartbeat, "PATIENCE_SECONDS", patience)
