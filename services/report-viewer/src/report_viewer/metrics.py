"""What the viewer counts about itself. No tenant, report or link is named in a metric."""

from collections.abc import Callable
from http import HTTPStatus

from prometheus_client import CollectorRegistry, Counter, Gauge

from common.telemetry import exposition


class Metrics:
    """The viewer's metrics, in a registry of their own."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        answers = Counter(
            "report_viewer_answers",
            "Requests for reports, pages and CSVs, by status.",
            ["status"],
            registry=self._registry,
        )
        self._answers = {status: answers.labels(str(int(status))) for status in HTTPStatus}

    def count(self, status: HTTPStatus) -> None:
        """Count an answer."""
        self._answers[status].inc()

    def watch_waiting(self, waiting: Callable[[], int]) -> None:
        """Report how many requests wait for a computation, whenever metrics are read."""
        gauge = Gauge(
            "report_viewer_waiting",
            "Requests that wait for a report to be computed.",
            registry=self._registry,
        )
        gauge.set_function(lambda: float(waiting()))

    def text(self) -> bytes:
        """The metrics in Prometheus' text format."""
        return exposition(self._registry)
