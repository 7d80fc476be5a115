"""Operations endpoints: health, metrics, OpenAPI and its page, static files."""

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final

import msgspec
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.routing import Route
from starlette.types import Lifespan

from common.infra.telemetry import METRICS_CONTENT_TYPE
from report_viewer.endpoints import openapi
from report_viewer.endpoints.csp_reports import CspReports
from report_viewer.endpoints.problems import ProblemResponses
from report_viewer.http.cache_control import NEVER_STORED
from report_viewer.http.response import Response
from report_viewer.http.security_headers import CSP_REPORTS, SecurityHeaders
from report_viewer.loading.redis_store import RedisStore
from report_viewer.metrics import Metrics
from report_viewer.pages.assets import PREFIX, Assets
from report_viewer.pages.preview_images import PreviewImages
from report_viewer.pages.renderer import PageRenderer
from report_viewer.problems.catalog import INTERNAL, NOT_FOUND, problem_of, wrong_method
from report_viewer.problems.errors import ViewerError
from report_viewer.problems.problem import Problem

_BY_STATUS: Final[Mapping[int, Problem]] = {
    404: NOT_FOUND,
    405: wrong_method(("GET", "HEAD")),
    500: INTERNAL,
}


@dataclass(frozen=True, slots=True)
class Operations:
    """The routes beside the reports, and what they need. All but one are GET and HEAD."""

    store: RedisStore
    pages: PageRenderer
    assets: Assets
    previews: PreviewImages
    metrics: Metrics
    problems: ProblemResponses
    security: SecurityHeaders
    violations: CspReports
    signing_configured: bool

    def application(self, lifespan: Lifespan[Starlette]) -> Starlette:
        """The routes as an application, with our problems in place of its own."""
        routes = [
            Route("/healthz", self.healthz),
            Route("/readyz", self.readyz),
            Route("/metrics", self.metrics_text),
            Route("/openapi.json", self.description),
            Route("/docs", self.reference),
            Route(CSP_REPORTS, self.csp_reports, methods=["POST"]),
            Route(PREFIX + "{path:path}", self.static),
        ]
        handlers: dict[Any, Any] = {HTTPException: self._refuse, Exception: self._surprise}
        app = Starlette(routes=routes, exception_handlers=handlers, lifespan=lifespan)
        app.router.redirect_slashes = False  # to whatever host the request names
        return app

    async def healthz(self, request: Request) -> Response:
        """Whether the process runs."""
        del request
        return self._json({"status": "ok"})

    async def readyz(self, request: Request) -> Response:
        """Whether reports can be served: Redis answers, and links can be verified.

        Those that are cached are served also while it refuses writes.
        """
        del request
        redis, refusal = await self.store.check()
        ready = redis and self.signing_configured
        return self._json(
            {
                "status": "ready" if ready else "unavailable",
                "redis": "ok" if redis else "unavailable",
                "signing": "configured" if self.signing_configured else "not configured",
                "degraded": [] if refusal is None else [refusal.sentence.removesuffix(".")],
            },
            status=HTTPStatus.OK if ready else HTTPStatus.SERVICE_UNAVAILABLE,
        )

    async def metrics_text(self, request: Request) -> Response:
        """The metrics in Prometheus' text format."""
        del request
        return self._data(self.metrics.text(), METRICS_CONTENT_TYPE.encode("ascii"))

    async def description(self, request: Request) -> Response:
        """The OpenAPI document."""
        del request
        return self._json(openapi.document())

    async def reference(self, request: Request) -> Response:
        """The OpenAPI document as a page."""
        del request
        headers = ((b"content-type", b"text/html; charset=utf-8"), NEVER_STORED)
        body = self.pages.reference(openapi.document())
        return Response(HTTPStatus.OK, (*headers, *self.security.page()), body)

    async def csp_reports(self, request: Request) -> Response:
        """Count what the content policy of a page kept a browser from."""
        try:
            return await self.violations.take(request)
        except ViewerError as error:
            return self._problem(request, problem_of(error))

    async def static(self, request: Request) -> Response:
        """A static file."""
        path, coding = request.url.path, request.headers.get("accept-encoding", "")
        response = self.assets.respond(path, accept_encoding=coding)
        response = response or self.previews.respond(path)
        return response or self._problem(request, NOT_FOUND)

    async def _refuse(self, request: Request, error: Exception) -> Response:
        status = error.status_code if isinstance(error, HTTPException) else 500
        if status == HTTPStatus.METHOD_NOT_ALLOWED and request.url.path == CSP_REPORTS:
            return self._problem(request, wrong_method(("POST",)))
        return self._problem(request, _BY_STATUS.get(status, INTERNAL))

    async def _surprise(self, request: Request, error: Exception) -> Response:
        del error  # logged by the server
        return self._problem(request, INTERNAL)

    def _problem(self, request: Request, problem: Problem) -> Response:
        given = request.headers
        accept, language = given.get("accept", ""), given.get("accept-language", "")
        return self.problems.respond(problem, accept=accept, language=language)

    def _json(self, value: object, *, status: HTTPStatus = HTTPStatus.OK) -> Response:
        return self._data(msgspec.json.encode(value), b"application/json", status=status)

    def _data(
        self, body: bytes, content_type: bytes, *, status: HTTPStatus = HTTPStatus.OK
    ) -> Response:
        headers = ((b"content-type", content_type), NEVER_STORED, *self.security.data())
        return Response(status, headers, body)
