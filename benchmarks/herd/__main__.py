"""``python -m benchmarks.herd``: a thousand open one link at once that nobody computed yet.

Over real viewers and real workers, several of each: connections first, then all requests in one
moment. The computations are counted by what the workers log. Beside it one view of a report of the
same size, alone: how much later the crowd has its answer.
"""

import argparse
import asyncio
import resource
import time
from pathlib import Path
from statistics import median

from benchmarks.cold.processes import Processes, processes
from benchmarks.compute.shops import END, LARGEST
from benchmarks.compute.ways import STEP
from msgspec.structs import replace

from common.jobs.payloads import ComputeReport
from common.reports.window import Period, window_of

JOB = ComputeReport(LARGEST.id, "sales-velocity", window_of(Period.QUARTER, LARGEST.zone, now=END))


def main() -> None:
    """Print the counts."""
    options = _options()
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    counts: list[int] = []
    with processes(options.state, options.orders, viewers=2, workers=2) as running:
        asyncio.run(_crowd(running, _job(100), 8))
        for number in range(options.rounds):
            alone, _ = asyncio.run(_crowd(running, _job(2 * number), 1))
            job = _job(2 * number + 1)
            crowd, last = asyncio.run(_crowd(running, job, options.viewers))
            time.sleep(1)  # for what is computed too late
            counts.append(len(running.computed(job)))
            print(
                f"{options.viewers:,} at once on 2 viewers, 2 workers of 2 processes:"
                f" {counts[-1]} computation(s); half had their answer after"
                f" {crowd:.0f} ms, all after {last:.0f} ms; one alone {alone:.0f} ms",
                flush=True,
            )
    print(f"{'PASS' if set(counts) == {1} else 'MISSED'} computations: {counts} (budget 1)")


def _job(number: int) -> ComputeReport:
    """The same report over another window, which nobody computed yet."""
    return replace(JOB, window=window_of(Period.QUARTER, LARGEST.zone, now=END - STEP * number))


async def _crowd(running: Processes, job: ComputeReport, many: int) -> tuple[float, float]:
    """The milliseconds after which half of them, and all of them, had the whole page."""
    path = running.link(job)
    ports = [int(address.rpartition(":")[2]) for address in running.viewers]
    opened = await asyncio.gather(
        *(asyncio.open_connection("127.0.0.1", ports[n % len(ports)]) for n in range(many))
    )
    request = (
        f"GET {path} HTTP/1.1\r\nHost: viewer\r\nAccept-Encoding: gzip\r\nConnection: close\r\n\r\n"
    ).encode()
    started = time.perf_counter()
    for _, writer in opened:
        writer.write(request)
    taken = await asyncio.gather(*(_answer(reader, started) for reader, _ in opened))
    for _, writer in opened:
        writer.close()
    assert len({size for _, size in taken}) == 1, "all got the same"
    times = sorted(seconds * 1000 for seconds, _ in taken)
    return median(times), times[-1]


async def _answer(reader: asyncio.StreamReader, started: float) -> tuple[float, int]:
    answer = await reader.read()
    assert answer.startswith(b"HTTP/1.1 200 "), answer[:300]
    return time.perf_counter() - started, len(answer.partition(b"\r\n\r\n")[2])


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="benchmarks.herd", description=__doc__)
    parser.add_argument("--orders", type=int, default=1_000_000)
    parser.add_argument("--state", type=Path, default=Path(".state/benchmarks/compute"))
    parser.add_argument("--viewers", type=int, default=1000, help="people who open the link")
    parser.add_argument("--rounds", type=int, default=3)
    return parser.parse_args()


if __name__ == "__main__":
    main()
