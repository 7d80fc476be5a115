"""``python -m benchmarks.cold``: first views over the real processes, beside their SQL alone.

The viewer finds nothing, a worker computes, the viewer answers. Beside it, in the same round and on
the same rows: the report's statements inside the server, and its whole query as the worker runs it,
to finished Python objects. Windows end four days apart, so that every round's is a new one.
"""

import argparse
import time
from collections import defaultdict
from pathlib import Path
from statistics import median

import httpx
from benchmarks.cold.processes import Processes, processes
from benchmarks.compute.shops import END, LARGEST, MEDIAN, Shop
from benchmarks.compute.ways import STEP, best, once, server_milliseconds

from common.db.tenancy import Access, snapshot
from common.jobs.payloads import ComputeReport
from common.reports import queries, registry
from common.reports.sales.from_rollups import RolledUpSales
from common.reports.window import Period, window_of
from worker.reports.scope import read_scope

BUDGET_FACTOR, BUDGET_MILLISECONDS = 1.5, 10.0
POLL_SECONDS = 0.05
TRIES = 5
"""The best of so many, as for the references: bursts of a neighbour seldom meet all."""
COLUMNS = ("SQL alone", "query", "worker", "first view")

Times = dict[str, list[float]]


def main() -> None:
    """Print a table and the verdicts."""
    options = _options()
    print(f"{'shop':8} {'days':>4} {'report':20}", *(f"{name:>11}" for name in COLUMNS), "allowed")
    with processes(options.state, options.orders) as running:
        _warm_up(running)
        for shop, name in ((LARGEST, "largest"), (MEDIAN, "median")):
            for period in (Period.MONTH, Period.QUARTER):
                for report, times in _measure(running, shop, period, options.rounds).items():
                    _show(name, period, report, {way: median(t) for way, t in times.items()})


def _show(shop: str, period: Period, report: str, taken: dict[str, float]) -> None:
    figures = " ".join(f"{taken[name]:11.1f}" for name in COLUMNS)
    verdicts = []
    for reference in COLUMNS[:2]:
        most = BUDGET_FACTOR * taken[reference] + BUDGET_MILLISECONDS
        verdict = "PASS" if taken["first view"] <= most else "MISSED"
        verdicts.append(f"{verdict} {most:.1f} by {reference}")
    print(f"{shop:8} {period.days:4} {report:20} {figures}", "; ".join(verdicts), flush=True)


def _warm_up(running: Processes) -> None:
    """Both processes of the worker have connected and compiled what they need."""
    with httpx.Client(base_url=running.viewers[0], timeout=60) as client:
        for number in range(8):
            window = window_of(Period.WEEK, LARGEST.zone, now=END - STEP * number)
            job = ComputeReport(LARGEST.id, "product-performance", window)
            client.get(running.link(job)).raise_for_status()


def _measure(running: Processes, shop: Shop, period: Period, rounds: int) -> dict[str, Times]:
    found: dict[str, Times] = defaultdict(lambda: defaultdict(list))
    with httpx.Client(base_url=running.viewers[0], timeout=60) as client:
        for number in range(rounds):
            window = window_of(period, shop.zone, now=END - STEP * number)
            for definition in registry.implemented():
                job = ComputeReport(shop.id, definition.slug, window)
                times = found[definition.slug]
                server, query = _references(running, job)
                times["SQL alone"].append(server)
                times["query"].append(query)
                views = [_view(running, client, job) for _ in range(TRIES)]
                times["first view"].append(min(view for view, _ in views))
                times["worker"].append(min(worker for _, worker in views))
    return found


def _view(running: Processes, client: httpx.Client, job: ComputeReport) -> tuple[float, float]:
    """The milliseconds of a first view, and those of the worker in it."""
    path = running.link(job)
    before = len(running.computed(job))
    running.redis.delete(job.key.cached)
    taken = once(lambda: client.get(path).raise_for_status())
    # A long CSV is written after its page is shown, and logged with it.
    while len(computed := running.computed(job)) == before:
        time.sleep(POLL_SECONDS)
    return taken, computed[-1]["total_ms"]


def _references(running: Processes, job: ComputeReport) -> tuple[float, float]:
    with snapshot(running.database.service, Access(tenant_id=job.tenant_id)) as session:
        sales = RolledUpSales(session, read_scope(session, job.tenant_id, job.window))
        server = server_milliseconds(session.connection(), job.report, sales)
        return server, best(lambda: once(lambda: queries.run(job.report, sales)))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="benchmarks.cold", description=__doc__)
    parser.add_argument("--orders", type=int, default=1_000_000)
    parser.add_argument("--state", type=Path, default=Path(".state/benchmarks/compute"))
    parser.add_argument("--rounds", type=int, default=7)
    return parser.parse_args()


if __name__ == "__main__":
    main()
