"""Entry point: ``python -m worker`` takes jobs; ``python -m worker beat`` runs the schedule."""

import sys

from common.entry_point import loaded

if __name__ == "__main__":
    loaded("worker.main").main(sys.argv[1:])
