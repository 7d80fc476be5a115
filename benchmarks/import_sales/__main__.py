"""How fast sales come in by file, beside a bare COPY of the same rows.

    python -m benchmarks.import_sales [--lines 1000000] [--rounds 3]

Makes a file of orders (2.1 lines each, a sixth of them with an order discount), imports it into a
new shop of a PostgreSQL of its own, and in the same round copies the same rows:

- ``import, row by row``: the same without columns.
- ``import, 1 % bad``: a hundredth of the lines have a quantity that is none; it is refused.
- ``the ledger's rows, same guarantees``: what the import wrote, into tables with the same columns,
  keys, indexes and checks, and foreign keys for the references that the ledger holds by triggers.
  It ends with the same rows under the same guarantees.
- ``the ledger's rows, same keys``: the same without any references between the tables.
- ``the file's rows, keyed``: the CSV itself into one table with a primary key on order and line.
- ``... without keys``: both again, into tables without any key, index or check.

The import reads and checks the CSV, finds keys, spreads discounts, marks days, and holds row-level
security and the references; a COPY does none of it. Prints rows (order lines) a second, medians
over the rounds, the import's share of each by the clock, and the same by the server's processor,
which other work on the machine changes less. Then reading alone, once and ten times the file.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path

from benchmarks.import_sales.orders_file import spoil, write_file
from benchmarks.import_sales.run import Run, Taken

from devstack.embedded.postgres import EmbeddedPostgres

BUDGET = 0.5
OF_BOUND = 0.8
OWN, BAD = "import", "import, 1 % bad"
SAME_KEYS = "COPY of the ledger's rows, same keys"
KEYED = "COPY of the file's rows, keyed"


def main() -> None:
    """Print rows a second and the shares."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--lines", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--times", type=int, default=10, help="the file read this often, alone")
    options = parser.parse_args()
    taken: dict[str, list[Taken]] = {}
    phases: dict[str, float] = {}
    with tempfile.TemporaryDirectory(prefix="analytics-benchmark-") as name:
        directory = Path(name)
        directory.chmod(0o755)
        clean, bad = directory / "orders.csv", directory / "bad.csv"
        write_file(clean, options.lines)
        spoil(clean, bad, every=100)
        with EmbeddedPostgres(directory / "postgres", password="benchmark") as server:  # noqa: S106 - of this run alone
            for number in range(options.rounds):
                print(f"round {number}, load {os.getloadavg()[0]:.1f}", flush=True)
                _round(Run(server.url, f"round_{number}", clean), bad, taken, phases)
        _report(taken, phases, options.lines)
        for times in (1, options.times):
            _reading(clean, times)


def _round(run: Run, bad: Path, taken: dict[str, list[Taken]], phases: dict[str, float]) -> None:
    ways: dict[str, Callable[[], Taken]] = {
        OWN: partial(run.import_clean, phases),
        "COPY of the ledger's rows, same guarantees": partial(
            run.copy_ledger, keyed=True, references=True
        ),
        SAME_KEYS: partial(run.copy_ledger, keyed=True),
        "COPY of the ledger's rows, without keys": partial(run.copy_ledger, keyed=False),
        KEYED: partial(run.copy_file, keyed=True),
        "COPY of the file's rows, without keys": partial(run.copy_file, keyed=False),
        "import, row by row": run.import_by_rows,
        BAD: partial(run.import_file, bad, {}),
    }
    for label, way in ways.items():
        taken.setdefault(label, []).append(way())
        wall, of_server, of_client = taken[label][-1]
        print(f"  {label}: {wall:.2f} s, processor {of_server:.2f} + {of_client:.2f}", flush=True)


def _report(taken: dict[str, list[Taken]], phases: dict[str, float], lines: int) -> None:
    print(f"\n| {lines:,} lines | rows/s | the import's share | by the server's processor |")
    print("|---|---:|---:|---:|")
    for label, each in taken.items():
        rows = lines / statistics.median(one.wall for one in each)
        share, of_server = _share(taken, label), _of_server(taken, label)
        print(f"| {label} | {rows:,.0f} | {share:.2f} | {of_server:.2f} |")
    print()
    for reference, least in ((KEYED, BUDGET), (SAME_KEYS, OF_BOUND)):
        met = "met" if _share(taken, reference) >= least else "missed"
        print(f"budget {least} of {reference}: {met}")
    print(f"1 % bad costs {_share(taken, BAD):.2f}× of a clean file (budget 2×)")
    ends = ", ".join(f"{phases[name]:.1f}" for name in ("checking", "writing", "done"))
    print("seconds until the end of reading, checking, writing:", ends)


def _share(taken: dict[str, list[Taken]], label: str) -> float:
    pairs = zip(taken[label], taken[OWN], strict=True)
    return statistics.median(reference.wall / own.wall for reference, own in pairs)


def _of_server(taken: dict[str, list[Taken]], label: str) -> float:
    pairs = zip(taken[label], taken[OWN], strict=True)
    return statistics.median(reference.server / own.server for reference, own in pairs)


def _reading(path: Path, times: int) -> None:
    command = [sys.executable, "-m", "benchmarks.import_sales.reading", str(path), str(times)]
    done = subprocess.run(command, capture_output=True, check=True, text=True)
    found = json.loads(done.stdout)
    lines = found["lines"]
    print(
        f"reading {lines:,} lines: {lines / found['read']:,.0f} a second of the processor,"
        f" {lines / found['encoded']:,.0f} with encoding, {found['memory']:.0f} MB at most"
    )


if __name__ == "__main__":
    main()
