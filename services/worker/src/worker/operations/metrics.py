"""Prometheus metrics of the workers. No tenant, report window or link is named in one.

The processes of a pool count in files of a folder that they share (``prometheus_client``'s
multi-process mode), and the main process tells the sums. Without a port nothing is shared or told.
"""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from time import perf_counter
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Histogram, start_http_server, values
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from common.infra import tracing
from common.reports import registry

SHARED_DIRECTORY: Final = "PROMETHEUS_MULTIPROC_DIR"
_SECONDS: Final = (0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60, 120)


class JobMetrics:
    """What the processes of a worker count, in a registry of their own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._computations = Counter(
            "worker_computations",
            "Jobs for reports, by report and by what became of them.",
            ("report", "outcome"),
            registry=self.registry,
        )
        self._seconds = Histogram(
            "worker_computation_seconds",
            "How long the parts of a computation took: query, document, csv, total.",
            ("report", "part"),
            buckets=_SECONDS,
            registry=self.registry,
        )
        self._missing = Counter(
            "worker_revocations_missing",
            "Revocations of the ledger that Redis lacked.",
            registry=self.registry,
        )
        self._dropped = Counter(
            "worker_reports_dropped",
            "Cached reports that gave way as Redis was filling up.",
            registry=self.registry,
        )

    def count_computation(self, report: str, outcome: str) -> None:
        """Count a job and what became of it."""
        known = report if report in registry.REPORTS else "unknown"
        self._computations.labels(known, outcome).inc()

    def observe(self, report: str, part: str, seconds: float) -> None:
        """Note how long a part of a computation took."""
        self._seconds.labels(report, part).observe(seconds)

    def count_missing_revocations(self, links: int) -> None:
        """Count what a revocation sweep found."""
        self._missing.inc(links)

    def count_dropped_reports(self, reports: int) -> None:
        """Count what a cache eviction dropped."""
        self._dropped.inc(reports)


class Stopwatch:
    """Times the parts of one computation, one after the other, for metrics and traces."""

    def __init__(self, metrics: JobMetrics | None, report: str) -> None:
        self._metrics, self._report = metrics, report
        self._began = self._since = perf_counter()

    def lap(self, part: str) -> None:
        """End a part; the next one begins."""
        now = perf_counter()
        if self._metrics is not None:
            self._metrics.observe(self._report, part, now - self._since)
        tracing.add_part(part, now - self._since, {"analytics.report": self._report})
        self._since = now

    def stop(self) -> None:
        """End the computation."""
        if self._metrics is not None:
            self._metrics.observe(self._report, "total", perf_counter() - self._began)


@contextmanager
def shared_between_processes() -> Iterator[None]:
    """Have metrics that are made meanwhile count for all processes of this one's family."""
    kept = values.ValueClass
    with tempfile.TemporaryDirectory(prefix="worker-", ignore_cleanup_errors=True) as directory:
        os.environ[SHARED_DIRECTORY] = directory
        # prometheus_client gives these two no types.
        values.ValueClass = values.get_value_class()  # type: ignore[no-untyped-call]
        try:
            yield
        finally:
            values.ValueClass = kept
            del os.environ[SHARED_DIRECTORY]


def serve(port: int, *others: Collector) -> int:
    """Tell the shared metrics and those of ``others`` over HTTP at ``/metrics``; at which port."""
    told = CollectorRegistry()
    # As above: without types.
    MultiProcessCollector(told, path=os.environ[SHARED_DIRECTORY])  # type: ignore[no-untyped-call]
    for each in others:
        told.register(each)
    server, _ = start_http_server(port, registry=told)
    return int(server.server_port)
