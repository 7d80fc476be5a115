"""What a reader chose, by the segments of a path."""

import pytest

from common.links.ranges import parse_range, range_of_path
from common.links.reader_choice import AS_SHARED, ReaderChoice
from common.reports.comparison import Comparison

DAYS = parse_range("2026-10-01..2026-10-31")
NO_DAYS = range_of_path("2026-10-31..2026-10-01")


@pytest.mark.parametrize(
    ("choice", "path", "kinds"),
    [
        (AS_SHARED, "", ()),
        (ReaderChoice("sales-velocity"), "/in/sales-velocity", ("sales-velocity",)),
        (ReaderChoice(days=DAYS), "/r/2026-10-01..2026-10-31", ("custom",)),
        (ReaderChoice(days=NO_DAYS), "/r/2026-10-31..2026-10-01", ("custom",)),
        (
            ReaderChoice("sales-velocity", DAYS, Comparison.LAST_YEAR),
            "/in/sales-velocity/r/2026-10-01..2026-10-31/vs/last-year",
            ("sales-velocity", "custom", "last-year"),
        ),
    ],
)
def test_each_dimension_has_its_segment_in_one_order(
    choice: ReaderChoice, path: str, kinds: tuple[str, ...]
) -> None:
    assert (choice.path, choice.kinds) == (path, kinds)
    assert choice.names_days is (choice.days is not None)
