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

from prometheus_client import CollectorRegistry, Counter, Gauge
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead

from common.infra.telemetry import exposition
from report_viewer.tasks import BackgroundTask

SHARED_DIRECTORY: Final = "PROMETHEUS_MULTIPROC_DIR"
"""The variable that names the directory; set before this module is imported, or not at all."""

PUBLISH_SECONDS: Final = 1.0


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
        self._counts: defaultdict[int, int] = defaultdict(int)
        self._gauges: list[tuple[Gauge, Callable[[], float]]] = []
        self._publishing = BackgroundTask(self._publish_for_ever)

    def count(self, status: int) -> None:
        """Count a response."""
        self._counts[status] += 1

    def count_violation(self, directive: str) -> None:
        """Count what a content policy kept a page from; ``directive`` is one of a fixed list."""
        self._violations.labels(directive).inc()

    def watch(self, name: str, description: str, value: Callable[[], float]) -> None:
        """Report a value as it is whenever metrics are read; the sum over all processes."""
        gauge = Gauge(name, description, registry=self._registry, multiprocess_mode="livesum")
        self._gauges.append((gauge, value))

    def publish(self) -> None:
        """Bring the metrics up to date."""
        counts, self._counts = self._counts, defaultdict(int)
        for status, count in counts.items():
            self._answers.labels(str(status)).inc(count)
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
