"""Access log, request metrics and spans: by a route's template, never by its path.

The path may hold what must not be logged; the template says which route it was. A request that
met no route counts under ``-``.
"""

import logging
import time
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Histogram
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from common.infra import tracing
from common.infra.tracing import Kind

_METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_QUIET: Final = frozenset({"/healthz", "/readyz", "/metrics"})
_log = logging.getLogger("share_api.access")


class Metrics:
    """The service's counters, in a registry of their own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._requests = Counter(
            "share_api_requests_total",
            "Requests answered.",
            ("method", "route", "status"),
            registry=self.registry,
        )
        self._seconds = Histogram(
            "share_api_request_seconds",
            "How long requests took.",
            ("method", "route"),
            registry=self.registry,
        )

    def observe(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count one answered request."""
        self._requests.labels(method, route, status).inc()
        if route not in _QUIET:  # asked for every few seconds, and they wait for no one
            self._seconds.labels(method, route).observe(seconds)


class AccessLogMiddleware:
    """ASGI middleware that counts each request and writes one line about it."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve the request and say what it was."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began = time.perf_counter()
        status = 0

        async def watch(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        method = scope["method"] if scope["method"] in _METHODS else "other"
        with tracing.span(method, Kind.SERVER, {"http.request.method": method}) as span:
            try:
                await self._app(scope, receive, watch)
            finally:
                route = getattr(scope.get("route"), "path", "-")
                span.update_name(f"{method} {route}")
                span.set_attribute("http.route", route)
                span.set_attribute("http.response.status_code", status)
                self._say(method, route, status, time.perf_counter() - began)

    def _say(self, method: str, route: str, status: int, seconds: float) -> None:
        self._metrics.observe(method, route, status, seconds)
        _log.log(
            logging.DEBUG if route in _QUIET else logging.INFO,
            "request",
            extra={
                "method": method,
                "route": route,
                "status": status,
                "milliseconds": round(seconds * 1000, 1),
            },
        )
