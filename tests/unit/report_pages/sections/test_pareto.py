"""The classes are parts of one bar without gaps."""

import re
from decimal import Decimal
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st
from tests.support.samples import document

from common.i18n.locales import ENGLISH
from common.i18n.report_words import formatter_of
from common.reports.document.schema import Band, Pareto
from report_pages.formatting import DocumentFormatter
from report_pages.sections.pareto.view import VIEW, Part, parts_of

SALES = st.integers(min_value=0, max_value=10**15)


def bands(*sales: int, unnamed: int | None = None) -> list[Band]:
    named = [Band(name, 0, 1, each, None) for name, each in zip("ABC", sales, strict=True)]
    return named if unnamed is None else [*named, Band("", 0, 1, unnamed, None)]


def tenths(text: str) -> int:
    """An attribute of SVG in tenths of a percent."""
    assert re.fullmatch(r"\d+\.\d%", text), text
    return int(Decimal(text.removesuffix("%")) * 10)


def edges(part: Part) -> tuple[int, int]:
    start = tenths(part.x)
    return start, start + tenths(part.width)


@given(st.tuples(SALES, SALES, SALES), st.none() | st.integers(-(10**9), 0), st.booleans())
def test_the_parts_of_the_bar_are_the_whole_bar(
    sales: tuple[int, int, int], unnamed: int | None, mirrored: bool
) -> None:
    parts = list(parts_of(bands(*sales, unnamed=unnamed), mirrored=mirrored))
    if not sum(sales):
        assert parts == []
        return
    places = [edges(each) for each in (reversed(parts) if mirrored else parts)]
    assert places[0][0] == 0
    assert places[-1][1] == 1_000
    assert all(one[1] == other[0] for one, other in pairwise(places))
    shares = {
        name: Decimal(1_000 * each) / sum(sales) for name, each in zip("ABC", sales, strict=True)
    }
    for part, (start, end) in zip(reversed(parts) if mirrored else parts, places, strict=True):
        assert abs(end - start - shares[part.name]) <= 1
        assert bool(part.middle) == (end - start >= 50)
        assert not part.middle or start < tenths(part.middle) < end
    assert {name for name, each in shares.items() if each > 1} <= {each.name for each in parts}


def test_a_window_without_sales_has_no_bar() -> None:
    made = document("product-performance", count=0)
    (section,) = (each for each in made.sections if isinstance(each, Pareto))
    figures = DocumentFormatter(made, formatter_of(ENGLISH))
    assert VIEW.parts(section, figures) == ()
