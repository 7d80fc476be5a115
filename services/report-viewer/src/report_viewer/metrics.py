"""Prometheus metrics of the viewer. No tenant, report or link is named in one.

A request adds to a number in a dictionary; the metrics are brought up to date when they are read
and, where several processes serve one port, every second. Those share their metrics in files
(``prometheus_client``'s multi-process mode), so that whichever of them is asked tells the sums.
"""

import asyncio
import os
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead

from common.infra.telemetry import exposition
from report_viewer.model import Freshness, Heat
from report_viewer.tasks import BackgroundTask

SHARED_DIRECTORY: Final = "PROMETHEUS_MULTIPROC_DIR"
"""The variable that names the directory; set before this module is imported, or not at all."""

PUBLISH_SECONDS: Final = 1.0
HOT_OUT_OF: Final = 16
LOAD_BUCKETS: Final = (
    *(0.000_05, 0.000_1, 0.000_25, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1),
    *(0.25, 0.5, 1.0, 2.5, 5.0, 10.0),
)
AGE_BUCKETS: Final = (1, 10, 60, 300, 900, 3600, 4 * 3600, 24 * 3600, 7 * 24 * 3600)


class Metrics:
    """The viewer's metrics, in a registry of their own."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._answers = Counter(
            "report_viewer_answers",
            "Requests for reports, pages and CSVs, by status.",
            ["status"],
            registry=self._registry,
        )
        self._violations = Counter(
            "report_viewer_csp_violations",
            "What browsers say the content policy kept a page from, by directive.",
            ["directive"],
            registry=self._registry,
        )
        self._loads = Histogram(
            "report_viewer_load_seconds",
            "Until what an answer takes was there, or was waited for in vain: hot in memory (one"
            " answer in sixteen is timed), warm in Redis, cold when it had to be computed or looked"
            " up first.",
            ["heat"],
            buckets=LOAD_BUCKETS,
            registry=self._registry,
        )
        self._ages = Histogram(
            "report_viewer_report_age_seconds",
            "How long ago a report was computed, by how fresh it is, when Redis is asked.",
            ["freshness"],
            buckets=AGE_BUCKETS,
            registry=self._registry,
        )
        self._served = Counter(
            "report_viewer_reports_served",
            "Answers of reports, by how fresh they are.",
            ["freshness"],
            registry=self._registry,
        )
        for heat in Heat:
            self._loads.labels(heat.value)
        for freshness in Freshness:
            self._ages.labels(freshness.value)
            self._served.labels(freshness.value)
        self._hot = 0
        self._counts: defaultdict[int, int] = defaultdict(int)
        self._fresh: defaultdict[Freshness, int] = defaultdict(int)
        self._gauges: list[tuple[Gauge, Callable[[], float]]] = []
        self._publishing = BackgroundTask(self._publish_for_ever)

    def count(self, status: int) -> None:
        """Count a response."""
        self._counts[status] += 1

    def loaded(self, heat: Heat, seconds: float) -> None:
        """Note how long it took until what an answer takes was there."""
        self._loads.labels(heat.value).observe(seconds)

    def is_timed(self) -> bool:
        """Whether this hot answer is one of those that are timed: the first, and each sixteenth."""
        self._hot = (self._hot + 1) % HOT_OUT_OF
        return self._hot == 1

    def served(self, freshness: Freshness, age_seconds: float) -> None:
        """Note how fresh a report was that was served, after Redis was asked."""
        self._ages.labels(freshness.value).observe(max(age_seconds, 0))
        self._fresh[freshness] += 1

    def served_again(self, freshness: Freshness) -> None:
        """Count a hot answer: one from memory."""
        self._fresh[freshness] += 1

    def count_violation(self, directive: str) -> None:
        """Count what a content policy kept a page from; ``directive`` is one of a fixed list."""
        self._violations.labels(directive).inc()

    def watch_memory(self, *, waiting: Callable[[], float], copies: Callable[[], float]) -> None:
        """Tell what takes memory: requests that wait, and the bytes of what is cached."""
        self.watch(
            "report_viewer_waiting", "Requests that wait for a report to be computed.", waiting
        )
        self.watch("report_viewer_copies_bytes", "What pages and CSVs take in memory.", copies)

    def watch_tracking(self, proven: Callable[[], bool]) -> None:
        """Tell whether Redis tells of changes."""
        told = (
            "Processes that Redis tells of changes; others ask it about each link again and again."
        )
        self.watch("report_viewer_tracking", told, proven)

    def watch(self, name: str, description: str, value: Callable[[], float]) -> None:
        """Report a value as it is whenever metrics are read; the sum over all processes."""
        gauge = Gauge(name, description, registry=self._registry, multiprocess_mode="livesum")
        self._gauges.append((gauge, value))

    def publish(self) -> None:
        """Bring the metrics up to date."""
        counts, self._counts = self._counts, defaultdict(int)
        for status, count in counts.items():
            self._answers.labels(str(status)).inc(count)
        served, self._fresh = self._fresh, defaultdict(int)
        for freshness, count in served.items():
            self._served.labels(freshness.value).inc(count)
        for gauge, value in self._gauges:
            gauge.set(value())

    def start(self) -> None:
        """Begin to publish every second, on the running event loop."""
        self._publishing.start()

    async def close(self) -> None:
        """Stop publishing."""
        await self._publishing.close()

    async def _publish_for_ever(self) -> None:
        while True:
            await asyncio.sleep(PUBLISH_SECONDS)
            self.publish()

    def text(self) -> bytes:
        """The metrics in Prometheus' text format."""
        self.publish()
        directory = os.environ.get(SHARED_DIRECTORY)
        if directory is None:
            return exposition(self._registry)
        _remove_dead_processes(Path(directory))
        shared = CollectorRegistry()
        MultiProcessCollector(shared, path=directory)  # type: ignore[no-untyped-call]
        return exposition(shared)


def _remove_dead_processes(directory: Path) -> None:
    """Remove the live gauges of processes that are gone."""
    for path in directory.glob("gauge_live*_*.db"):
        pid = path.stem.rpartition("_")[2]
        if pid.isdigit() and not Path(f"/proc/{pid}").exists():
            mark_process_dead(int(pid), str(directory))  # type: ignore[no-untyped-call]
