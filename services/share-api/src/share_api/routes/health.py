"""Routes of liveness, readiness and metrics.

Living asks nothing of others, so that a dead database restarts no service. Ready means that
PostgreSQL is at the schema this code was written for and that Redis has answered once.
"""

from fastapi import APIRouter, Request
from starlette.responses import PlainTextResponse, Response

from common.infra.telemetry import METRICS_CONTENT_TYPE, exposition
from share_api.http.openapi import problem_responses
from share_api.readiness import require_ready
from share_api.schemas.responses import Health, Readiness

router = APIRouter(tags=["operations"])


@router.get("/healthz", summary="Whether the process answers")
async def healthz() -> Health:
    """Answers as long as the process does."""
    return Health(status="ok")


@router.get("/readyz", summary="Whether requests can be served", responses=problem_responses(503))
def readyz(request: Request) -> Readiness:
    """Ready to serve: the schema is the expected one; `degraded` names what is amiss with Redis."""
    return Readiness(status="ready", degraded=require_ready(request.app.state.container))


@router.get("/metrics", summary="The service's metrics", response_class=PlainTextResponse)
async def metrics(request: Request) -> Response:
    """The service's metrics in Prometheus' text format."""
    content = exposition(request.app.state.metrics.registry)
    return Response(content, headers={"Content-Type": METRICS_CONTENT_TYPE})
