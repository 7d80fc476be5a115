"""``python -m tests.histories``: run a history by its seed; status 1 when it breaks a rule."""

import argparse
import sys

from tests.histories.model import violations
from tests.histories.report import shortest, verdict
from tests.histories.run import Extent, run
from tests.histories.system import running


def main() -> int:
    """Print the verdict, and the shortest history that breaks a rule."""
    parser = argparse.ArgumentParser(prog="tests.histories", description=__doc__)
    parser.add_argument("--operations", type=int, default=100_000)
    parser.add_argument("--seconds", type=float, default=1800.0)
    parser.add_argument("--clients", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    extent = Extent(options.operations, options.seconds, options.clients, options.seed)
    with running() as system:
        events = run(system, extent)
    found = violations(events)
    print(verdict(events, found, seed=extent.seed), shortest(found), sep="\n", flush=True)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
