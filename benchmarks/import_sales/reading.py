"""Reading alone, in a process of its own: lines a second, and what it takes of memory.

    python -m benchmarks.import_sales.reading FILE TIMES

Reads FILE as often as said, as one file, through the reader, the folding into runs and the
encoding for COPY, and prints what it took as JSON: ``lines``, ``read`` (seconds of the processor
of reading), ``wall`` (by the clock, three threads at it), ``alone`` (of the processor, by the
thread that neither parses nor converts), ``encoded`` (of reading, folding and encoding) and
``memory`` (the most, in MB).
"""

import json
import sys
import time
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

from benchmarks.import_sales.orders_file import BLOCK

from ingest.csv.faults import Faults
from ingest.formats.own.reader import OwnFormat
from ingest.ledger.order_runs import in_runs


def repeated(path: Path, times: int) -> Iterator[bytes]:
    """The header, and the rows as often as said."""
    for turn in range(times):
        with path.open("rb") as file:
            header = file.readline()
            if not turn:
                yield header
            while block := file.read(BLOCK):
                yield block


def _pieces(path: Path, times: int) -> Iterator[Any]:
    faults = Faults(5)
    yield from OwnFormat("EUR", faults).order_lines("orders.csv", repeated(path, times))
    assert not faults.total


def _encoded(path: Path, times: int) -> int:
    encoder: Any = None
    size = 0
    for run in in_runs(_pieces(path, times)):
        if isinstance(run, tuple):
            continue
        encoder = encoder or import_module("pgpq").ArrowToPostgresBinaryEncoder(run.schema)
        size += len(encoder.write_header() if not size else b"") + len(encoder.write_batch(run))
    return size


def _most_memory() -> float:
    """The most resident memory so far, in MB; what rusage says is the parent's too."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    (kilobytes,) = (line.split()[1] for line in status.splitlines() if line.startswith("VmHWM"))
    return int(kilobytes) / 1024


def main() -> None:
    """Read, and say what it took."""
    path, times = Path(sys.argv[1]), int(sys.argv[2])
    for module in ("ingest.formats.own.order_pieces", "ingest.ledger.run_columns"):
        import_module(module)
    began, wall, alone = time.process_time(), time.perf_counter(), time.thread_time()
    lines = sum(1 if isinstance(each, tuple) else len(each) for each in _pieces(path, times))
    read, wall = time.process_time() - began, time.perf_counter() - wall
    alone = time.thread_time() - alone
    began = time.process_time()
    _encoded(path, times)
    encoded = time.process_time() - began
    memory = _most_memory()
    taken = {"read": read, "wall": wall, "alone": alone, "encoded": encoded}
    print(json.dumps({"lines": lines, **taken, "memory": memory}))


if __name__ == "__main__":
    main()
