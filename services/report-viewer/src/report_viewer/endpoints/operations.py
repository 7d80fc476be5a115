"""Operations endpoints: health, metrics, OpenAPI and its page, static files."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from http import HTTPStatus
from typing import Any

import msgspec
from fastapi import APIRouter, FastAPI, Request
from fastapi.openapi.utils import get_openapi
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, PlainTextResponse
from starlette.responses import Response as FrameworkResponse
from starlette.types import Receive, Scope, Send

from common.infra.telemetry import METRICS_CONTENT_TYPE
from report_viewer.endpoints import openapi
from report_viewer.endpoints.problems import ProblemResponses
from report_viewer.http.response import NEVER_STORED, Response, SecurityHeaders
from report_viewer.loading.redis_store import RedisStore
from report_viewer.metrics import Metrics
from report_viewer.pages.assets import PREFIX, Assets
from report_viewer.pages.preview_images import PreviewImages
from report_viewer.pages.renderer import PageRenderer
from report_viewer.problems.catalog import INTERNAL, NOT_FOUND, Problem, wrong_method


class FinishedResponse(FrameworkResponse):
    """A ``Response`` as the framework wants it."""

    def __init__(self, response: Response) -> None:
        super().__init__(status_code=response.status)
        self._response = response

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it."""
        del receive
        await self._response.send(send, head=scope["method"] == "HEAD")


@dataclass(frozen=True, slots=True)
class Operations:
    """The routes beside the reports, and what they need."""

    store: RedisStore
    pages: PageRenderer
    assets: Assets
    previews: PreviewImages
    metrics: Metrics
    problems: ProblemResponses
    security: SecurityHeaders
    signing_configured: bool

    def install(self, app: FastAPI) -> None:
        """Give ``app`` its routes, and our problems in place of its own."""
        router = APIRouter()
        for path, endpoint, described in (
            ("/healthz", self.healthz, True),
            ("/readyz", self.readyz, True),
            ("/metrics", self.metrics_text, True),
            ("/openapi.json", self.description, False),
            ("/docs", self.reference, False),
            (PREFIX + "{path:path}", self.static, False),
        ):
            route = partial(router.add_api_route, path, endpoint, tags=["operations"])
            responses = openapi.NOT_READY if path == "/readyz" else None
            kind = PlainTextResponse if path == "/metrics" else JSONResponse
            route(
                methods=["GET"],
                include_in_schema=described,
                responses=responses,
                response_class=kind,
            )
            route(methods=["HEAD"], include_in_schema=False)
        app.include_router(router)
        app.add_exception_handler(HTTPException, self._refuse)
        app.add_exception_handler(Exception, self._surprise)

    async def healthz(self) -> FrameworkResponse:
        """Whether the process runs."""
        return self._json({"status": "ok"})

    async def readyz(self) -> FrameworkResponse:
        """Whether reports can be served: Redis answers. Says also whether links can be verified."""
        ready = await self.store.ping()
        return self._json(
            {
                "status": "ready" if ready else "unavailable",
                "redis": "ok" if ready else "unavailable",
                "signing": "configured" if self.signing_configured else "not configured",
            },
            status=HTTPStatus.OK if ready else HTTPStatus.SERVICE_UNAVAILABLE,
        )

    async def metrics_text(self) -> FrameworkResponse:
        """The metrics in Prometheus' text format."""
        return self._data(self.metrics.text(), METRICS_CONTENT_TYPE.encode("ascii"))

    async def description(self, request: Request) -> FrameworkResponse:
        """The OpenAPI document."""
        return self._json(describe(request.app))

    async def reference(self, request: Request) -> FrameworkResponse:
        """The OpenAPI document as a page."""
        headers = ((b"content-type", b"text/html; charset=utf-8"), NEVER_STORED)
        body = self.pages.reference(describe(request.app))
        return FinishedResponse(Response(HTTPStatus.OK, (*headers, *self.security.page()), body))

    async def static(self, request: Request) -> FrameworkResponse:
        """A static file."""
        path, coding = request.url.path, request.headers.get("accept-encoding", "")
        answer = self.assets.respond(path, accept_encoding=coding)
        answer = answer or await self.previews.respond(path)
        return FinishedResponse(answer or self._problem(request, NOT_FOUND))

    async def _refuse(self, request: Request, error: Exception) -> FrameworkResponse:
        status = error.status_code if isinstance(error, HTTPException) else 500
        problem = _BY_STATUS.get(status, INTERNAL)
        return FinishedResponse(self._problem(request, problem))

    async def _surprise(self, request: Request, error: Exception) -> FrameworkResponse:
        del error  # logged by the server
        return FinishedResponse(self._problem(request, INTERNAL))

    def _problem(self, request: Request, problem: Problem) -> Response:
        return self.problems.respond(problem, accept=request.headers.get("accept", ""))

    def _json(self, value: object, *, status: HTTPStatus = HTTPStatus.OK) -> FrameworkResponse:
        return self._data(msgspec.json.encode(value), b"application/json", status=status)

    def _data(
        self, body: bytes, content_type: bytes, *, status: HTTPStatus = HTTPStatus.OK
    ) -> FrameworkResponse:
        headers = ((b"content-type", content_type), NEVER_STORED, *self.security.data())
        return FinishedResponse(Response(status, headers, body))


_BY_STATUS: Mapping[int, Problem] = {
    404: NOT_FOUND,
    405: wrong_method(("GET", "HEAD")),
    500: INTERNAL,
}


def describe(app: FastAPI) -> dict[str, Any]:
    """The OpenAPI document of ``app`` and of the reports that are served in front of it."""
    document = get_openapi(
        title=app.title, version=app.version, description=app.description, routes=app.routes
    )
    document["paths"] = openapi.report_paths() | document["paths"]
    document["components"] = openapi.components()
    return document
