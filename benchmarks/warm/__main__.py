"""``python -m benchmarks.warm``: make all reports of all shops ready, as after a night of imports.

Fifty shops, every report, every period: views are counted for each, then a round of warming runs as
the clock would start it, until the last report is cached. Beside the time: what PostgreSQL, the
workers and Valkey took of the processor, and the same queries alone, one after another.
"""

import argparse
import time
from pathlib import Path

import psutil
from benchmarks.cold.processes import Processes, processes
from benchmarks.compute.shops import END, SHOPS
from benchmarks.compute.ways import once
from sqlalchemy import text

from common.jobs.celery_config import create_celery
from common.jobs.payloads import ComputeReport
from common.links import popularity
from common.links.popularity import ViewedReport
from common.reports import queries, registry
from common.reports.window import Period, window_of
from common.reports_cache.cache import ReportCache
from worker.reports.snapshot import read
from worker.warming import popular

PATIENCE = 600


def main() -> None:
    """Print the time, and where it went."""
    options = _options()
    jobs = [
        ComputeReport(shop.id, report.slug, window_of(period, shop.zone, now=END))
        for shop in SHOPS
        for report in registry.implemented()
        for period in Period
    ]
    with processes(options.state, options.orders, concurrency=options.processes) as running:
        queries_alone = sum(_query(running, job) for job in jobs) / 1000
        for number in range(options.rounds):
            running.redis.delete(*(job.key.cached for job in jobs))
            before = _cpu(running)
            seconds = _warm(running, jobs)
            after = _cpu(running)
            used = {name: after[name] - before[name] for name in before}
            whole = sum(used.values())
            shares = ", ".join(f"{n} {s:.1f} s ({s / whole:.0%})" for n, s in used.items())
            print(
                f"round {number + 1}: {len(jobs)} reports ({len(SHOPS)} shops) ready in"
                f" {seconds:.1f} s, {len(jobs) / seconds:.0f} a second with {options.processes}"
                f" process(es); their queries alone {queries_alone:.1f} s:"
                f" {seconds / queries_alone:.2f}×; processor: {shares}",
                flush=True,
            )


def _query(running: Processes, job: ComputeReport) -> float:
    def run() -> None:
        with read(running.database.service, job) as (_, sales):
            queries.run(job.report, sales)

    return min(once(run) for _ in range(2))


def _warm(running: Processes, jobs: list[ComputeReport]) -> float:
    """The seconds until every report is there; rounds follow on each other while any is missing."""
    views = {(job.tenant_id, ViewedReport(job.report, job.window)): 100 for job in jobs}
    popularity.record(running.redis, views)
    cache = ReportCache(running.redis, keep_seconds=1)
    url = running.redis.connection_pool.connection_kwargs
    celery = create_celery(
        f"redis://:{url['password']}@{url['host']}:{url['port']}/{url.get('db') or 0}"
    )
    started = time.perf_counter()
    celery.send_task(popular.POPULAR)
    while any(cache.meta(job.key) is None for job in jobs):
        assert time.perf_counter() - started < PATIENCE
        time.sleep(0.05)
    return time.perf_counter() - started


def _cpu(running: Processes) -> dict[str, float]:
    """Processor seconds so far, by what used them."""
    postgres = psutil.Process(_postmaster(running))
    valkey = psutil.Process(int(running.redis.info("server")["process_id"]))
    return {
        "PostgreSQL": _family(postgres),
        "workers": sum(_family(psutil.Process(pid)) for pid in running.workers),
        "Valkey": _family(valkey),
    }


def _postmaster(running: Processes) -> int:
    """The process id of the server, which all of its backends are children of."""
    with running.database.owner.connect() as connection:
        backend = connection.scalar(text("SELECT pg_backend_pid()"))
    return psutil.Process(backend).ppid()


def _family(process: psutil.Process) -> float:
    family = [process, *process.children(recursive=True)]
    return sum(each.cpu_times().user + each.cpu_times().system for each in family)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="benchmarks.warm", description=__doc__)
    parser.add_argument("--orders", type=int, default=1_000_000)
    parser.add_argument("--state", type=Path, default=Path(".state/benchmarks/compute"))
    parser.add_argument("--processes", type=int, default=2, help="of the worker")
    parser.add_argument("--rounds", type=int, default=3)
    return parser.parse_args()


if __name__ == "__main__":
    main()
