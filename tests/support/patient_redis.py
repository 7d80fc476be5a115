"""Clients of Redis that take no slow machine for a server that hangs."""

import pytest
from tests.support import wait

from common.infra.redis import Profile


def be_patient_with_redis(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have clients that are made from now on wait for Redis as long as tests wait."""
    patient = wait.PATIENCE_SECONDS
    times = {"socket_connect_timeout": patient, "socket_timeout": patient}
    monkeypatch.setattr(Profile, "timeouts", lambda _: dict(times))
