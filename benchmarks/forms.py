"""Every form of a report: how long a worker takes for it, and its bytes.

Each is made of one cached report, a small shop's and one of so many products, in a process of its
own; beside it stands the CSV of the same rows, which is made anew each time. JSON is the viewer's.
"""

import argparse
import multiprocessing
import time
from collections.abc import Callable, Mapping
from typing import Final

from tests.support.forms import source

from common.reports import registry
from report_pages.formatting import DocumentFormatter
from report_viewer.data import public_document
from worker.forms import local_csv, pdf, workbook
from worker.forms.source import Source
from worker.reports import csv_export

_TRIES: Final = 3
_LANGUAGE: Final = "de"
REPORT: Final = "product-performance"


def _csv(made: Source) -> bytes:
    columns = registry.find(REPORT).columns
    return csv_export.write(columns, iter(_rows(made)), made.document.money_exponent)


def _rows(made: Source) -> list[tuple[str, ...]]:
    return [tuple(row) for row in made.rows()]


def _json(made: Source) -> bytes:
    return public_document.encode(DocumentFormatter(made.document, made.words))


MAKERS: Final[Mapping[str, Callable[[Source], bytes]]] = {
    "CSV of the same rows": _csv,
    "JSON": _json,
    "CSV for spreadsheets": local_csv.write,
    "workbook": workbook.write,
    "PDF": pdf.write,
}


def measure(name: str, products: int) -> tuple[float, int]:
    """Seconds of the best try, and bytes."""
    made = source(REPORT, _LANGUAGE, count=products)
    MAKERS[name](source(REPORT, _LANGUAGE, count=1))  # what is loaded once
    best, size = float("inf"), 0
    for _ in range(_TRIES):
        began = time.perf_counter()
        size = len(MAKERS[name](made))
        best = min(best, time.perf_counter() - began)
    return best, size


def main() -> None:
    """Print a row a form and size."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--products", type=int, default=25_000, help="products of the large shop")
    large = parser.parse_args().products
    print("| products | form | ms | × CSV | KiB |\n|---:|---|---:|---:|---:|")
    fork = multiprocessing.get_context("spawn")
    for products in (300, large):
        reference = 0.0
        for name in MAKERS:
            with fork.Pool(1) as pool:
                seconds, size = pool.apply(measure, (name, products))
            reference = reference or seconds
            print(
                f"| {products:,} | {name} | {seconds * 1000:,.1f} | {seconds / reference:.1f}"
                f" | {size / 1024:,.0f} |",
                flush=True,
            )


if __name__ == "__main__":
    main()
