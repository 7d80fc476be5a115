"""Notes of forms: gaps as the page tells them, and what figures mean, each once."""

from datetime import date

import msgspec
import pytest
from tests.support.forms import source

from common.reports.document.gaps import DataGap, Extent, GapKind
from worker.forms import notes

EXTENT = Extent(2, date(2026, 3, 1), date(2026, 3, 4))


@pytest.mark.parametrize(
    ("tag", "told"),
    [
        ("en", "Returns are incomplete: 2 refunds have no date."),
        ("de", "Retouren sind unvollständig: 2 Erstattungen ohne Datum."),
    ],
)
def test_a_gap_of_the_days_compared_with_says_that_it_is(tag: str, told: str) -> None:
    made = source("revenue-overview", tag)
    kind = GapKind.UNDATED_REFUNDS.value
    gaps = (
        DataGap(kind, ("returns",), now=EXTENT),
        DataGap(kind, ("returns",), before=EXTENT),
        DataGap("of-another-version", (), now=EXTENT),
    )
    document = msgspec.structs.replace(made.document, gaps=gaps)
    compared = made.words.text("Compared with")
    unknown = made.words.text("What is not known")
    assert list(notes.gaps(document, made.words)) == [(unknown, [told, f"{compared}: {told}"])]


def test_what_changed_afterwards_stands_apart_from_what_is_not_known() -> None:
    made = source("revenue-overview", "en")
    gaps = (
        DataGap(GapKind.UNDATED_REFUNDS.value, ("returns",), now=EXTENT),
        DataGap(GapKind.CLOSED_DAYS_CHANGED.value, (), now=EXTENT, day=date(2026, 3, 9)),
    )
    document = msgspec.structs.replace(made.document, gaps=gaps)
    assert list(notes.gaps(document, made.words)) == [
        ("What is not known", ["Returns are incomplete: 2 refunds have no date."]),
        (
            "Changed afterwards",
            ["2 orders of closed days changed, last on Monday, 9 March 2026."],
        ),
    ]


def test_every_figure_with_a_meaning_of_its_own_is_defined() -> None:
    """A change of rank is a figure; a change of another figure, or that before, repeats it."""
    keys = [each.key for each in notes.definitions(source("product-performance"))]
    assert {"net_sales", "rank", "rank_change", "share_of_net_sales_percent"} <= set(keys)
    assert not {"net_sales_change_percent", "previous_net_sales"} & set(keys)
