"""Readiness: PostgreSQL is at the schema this code was written for, and Redis answers."""

import functools
from http import HTTPStatus

from redis import RedisError
from sqlalchemy.exc import SQLAlchemyError

from common.db import revisions
from common.db.engine import UnsafeDatabaseRoleError
from common.http.problem import UNAVAILABLE_RETRY_SECONDS, Problem
from share_api.container import Container


class NotReadyError(Problem):
    """What the service needs is not there."""

    status = HTTPStatus.SERVICE_UNAVAILABLE
    type = "not-ready"
    title = "Not ready"
    retry_after = UNAVAILABLE_RETRY_SECONDS

    def __init__(self, faults: list[str]) -> None:
        super().__init__("; ".join(faults))
        self.faults = faults


def require_ready(container: Container) -> None:
    """Check what serving takes.

    Raises:
        NotReadyError: with everything that is missing.
    """
    faults = [fault for fault in (_database_fault(container), _redis_fault(container)) if fault]
    if faults:
        raise NotReadyError(faults)


def _database_fault(container: Container) -> str | None:
    try:
        with container.engine.connect() as connection:
            revision = revisions.current(connection)
    except UnsafeDatabaseRoleError:
        return "PostgreSQL: the role could read across tenants"
    except SQLAlchemyError:
        return "PostgreSQL does not answer"
    if revision != _head():
        return f"PostgreSQL is at schema {revision}, this version needs {_head()}"
    return None


def _redis_fault(container: Container) -> str | None:
    try:
        container.redis.ping()
    except RedisError:
        return "Redis does not answer"
    return None


@functools.cache
def _head() -> str:
    return revisions.head()
