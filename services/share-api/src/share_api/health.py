"""Whether the service lives, whether it can serve, and what it counts.

Living asks nothing of others, so that a dead database restarts nobody. Ready means that PostgreSQL
is at the schema this code was written for and that Redis answers.
"""

import functools

from fastapi import APIRouter, Request
from redis import RedisError
from sqlalchemy.exc import SQLAlchemyError
from starlette.responses import PlainTextResponse, Response

from common.db import migrate
from common.db.engine import UnsafeDatabaseRoleError
from common.telemetry import METRICS_CONTENT_TYPE, exposition
from share_api.openapi import problems
from share_api.parts import Parts
from share_api.views import Health

router = APIRouter(tags=["operations"])


class NotReadyError(Exception):
    """What the service needs is not there."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("; ".join(faults))
        self.faults = faults


@router.get("/healthz", summary="Whether the process answers")
async def healthz() -> Health:
    """Answers as long as the process does."""
    return Health(status="ok")


@router.get("/readyz", summary="Whether PostgreSQL and Redis answer", responses=problems(503))
def readyz(request: Request) -> Health:
    """Ready to serve: the schema is the expected one and Redis answers."""
    require_ready(request.app.state.parts)
    return Health(status="ready")


@router.get("/metrics", summary="The service's metrics", response_class=PlainTextResponse)
async def metrics(request: Request) -> Response:
    """The service's metrics in Prometheus' text format."""
    content = exposition(request.app.state.metrics.registry)
    return Response(content, headers={"Content-Type": METRICS_CONTENT_TYPE})


def require_ready(parts: Parts) -> None:
    """Check what serving takes.

    Raises:
        NotReadyError: with everything that is missing.
    """
    faults = [fault for fault in (_database_fault(parts), _redis_fault(parts)) if fault]
    if faults:
        raise NotReadyError(faults)


def _database_fault(parts: Parts) -> str | None:
    try:
        with parts.engine.connect() as connection:
            revision = migrate.current(connection)
    except UnsafeDatabaseRoleError:
        return "PostgreSQL: the role could read across tenants"
    except SQLAlchemyError:
        return "PostgreSQL does not answer"
    if revision != _head():
        return f"PostgreSQL is at schema {revision}, this version needs {_head()}"
    return None


def _redis_fault(parts: Parts) -> str | None:
    try:
        parts.redis.ping()
    except RedisError:
        return "Redis does not answer"
    return None


@functools.cache
def _head() -> str:
    return migrate.head()
