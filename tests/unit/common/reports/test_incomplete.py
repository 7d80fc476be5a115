"""No field of a document tells of a figure and days what the shop's gaps deny.

What is known is worked out here from the days themselves; every field with a number is looked at,
by what its name says, whatever holds it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any, NamedTuple, get_args, get_type_hints

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support import hypothesis_profiles
from tests.support.partly_known_shops import Known, Shop, shops

from common.reports import registry
from common.reports.comparison import Comparison
from common.reports.document.changes import Change
from common.reports.document.figure_fields import FIELDS
from common.reports.document.gaps import INCOMPLETE, GapKind
from common.reports.document.headlines import Kpi
from common.reports.document.incomplete import incomplete_document
from common.reports.document.schema import (
    BarChart,
    Document,
    LineChart,
    Pareto,
    Series,
    Step,
    Waterfall,
)
from common.reports.document.tables import Table
from common.reports.totals.totals import Totals
from common.reports.window import Window

REPORTS = tuple(each.slug for each in registry.implemented())
SOME = settings(max_examples=hypothesis_profiles.examples(120), deadline=None)
MANY = settings(max_examples=hypothesis_profiles.examples(600), deadline=None)
RATIOS = {"refund_rate_percent", "average_order_value"}
NO_FIGURES = {
    "Band": "left out with its chart where nothing is known",
    "BestDay": "the greatest of what is known, and never 0",
    "BestProduct": "the same",
    "Change": "part of a field that tells one",
    "DataGap": "what is not known",
    "Days": "calendar days",
    "Document": "versions and decimals",
    "Extent": "what is not known",
    "Footer": "how many rows, and cells told by their column",
    "Table": "how many rows, and cells told by their column",
}
DAY = timedelta(days=1)
MAY = datetime(2026, 5, 4, tzinfo=UTC)


class Told(NamedTuple):
    """A number of a document: of which figure, days, and days compared with."""

    where: str
    key: str
    value: Any
    days: Sequence[date]
    before: Sequence[date]


def told(document: Document, shop: Shop) -> Iterator[Told]:
    """Every number that a document tells of a figure."""
    for kpi in document.kpis:
        yield from _of_struct(kpi, "kpi", shop.days, shop.before)
    for section in document.sections:
        match section:
            case LineChart() | BarChart() | Pareto():
                yield from _of_chart(section, shop)
            case Waterfall():
                for step in section.steps:
                    yield from _of_struct(step, "step", shop.days, shop.before)
            case Table():
                keys = [column.key for column in section.columns]
                for row in (*section.rows, *(each.cells for each in section.footer)):
                    for key, cell in zip(keys, row, strict=True):
                        yield Told(f"{section.key}.{key}", key, cell, shop.days, shop.before)


def _of_struct(
    found: Kpi | Step | Series, where: str, days: Sequence[date], before: Sequence[date]
) -> Iterator[Told]:
    for name in found.__struct_fields__:
        value = getattr(found, name)
        if isinstance(value, (int, Change)) and not isinstance(value, bool):
            yield Told(f"{where}.{name}", found.key, value, days, before)


def _of_chart(section: LineChart | BarChart | Pareto, shop: Shop) -> Iterator[Told]:
    for band in section.bands if isinstance(section, Pareto) else ():
        yield Told("band.value", "net_sales", band.net_sales, shop.days, shop.before)
    for series in section.series:
        yield from _of_series(series, section, shop)


def _of_series(
    series: Series, section: LineChart | BarChart | Pareto, shop: Shop
) -> Iterator[Told]:
    yield from _of_struct(series, "series", shop.days, shop.before)
    places = [(shop.days, shop.before)] * len(series.values)
    weeks: list[tuple[Sequence[date], Sequence[date]]] = []
    if isinstance(section, LineChart):
        places = [((a,), (b,)) for a, b in zip(shop.days, shop.before, strict=True)]
        for week in section.weeks:
            span = slice((week.first - shop.days[0]).days, (week.last - shop.days[0]).days + 1)
            weeks.append((shop.days[span], shop.before[span]))
    for name in series.__struct_fields__:
        value = getattr(series, name)
        if isinstance(value, tuple):
            spans = weeks if name.startswith("weekly") else places
            for each, (days, before) in zip(value, spans, strict=True):
                yield Told(f"series.{name}", series.key, each, days, before)


def denied(each: Told, known: Known, last_year: Sequence[date]) -> bool:
    """Whether what is told is what is not known."""
    if each.value is None or isinstance(each.value, str):
        return False
    name, zero = each.where.rsplit(".", 1)[1], each.value == 0
    key = each.key.removeprefix("previous_")
    for end in ("_change_percent", "_change_points", "_difference"):
        key = key.removesuffix(end) + ("_percent" if end in key and "points" in end else "")
    if "last_year" in name:
        return not all(map(known.whole, last_year)) or (zero and known.lacks(key, last_year))
    lacking = known.lacks(key, each.days) or known.lacks(key, each.before)
    whole = key in RATIOS or all(map(known.whole, (*each.days, *each.before)))
    if "change" in name or "difference" in name:
        return lacking or not whole
    if "previous" in name:
        alone = each.where.startswith(("kpi", "step")) and not (
            zero and known.lacks(key, each.before)
        )
        return not whole or (lacking and not alone)
    nothing = not any(map(known.whole, each.days))
    return zero and (nothing or known.lacks(key, each.days))


@MANY
@given(shop=shops(), slug=st.sampled_from(REPORTS))
def test_no_field_tells_what_is_not_known(shop: Shop, slug: str) -> None:
    document = shop.document(slug)
    wrong = [each for each in told(document, shop) if denied(each, shop.known, shop.last_year)]
    assert wrong == []


@SOME
@given(shop=shops(), slug=st.sampled_from(REPORTS))
def test_what_is_left_out_once_is_all_there_is_to_leave_out(shop: Shop, slug: str) -> None:
    document = shop.document(slug)
    left = incomplete_document(document)
    assert left.kpis(document.kpis) == document.kpis
    assert left.sections(document.sections) == document.sections


@SOME
@given(shop=shops(), slug=st.sampled_from(REPORTS))
def test_what_is_known_stays(shop: Shop, slug: str) -> None:
    """Where all days are known, a figure that no gap is about stays as it is."""
    days = (*shop.days, *shop.before, *shop.last_year)
    if all(map(shop.known.whole, days)):
        whole = replace(shop, known=Known()).document(slug).kpis
        about = {each.key for each in whole if shop.known.lacks(each.key, days)}
        left = [each for each in shop.document(slug).kpis if each.key not in about]
        assert left == [each for each in whole if each.key not in about]


@SOME
@given(shop=shops(steady=5))
def test_a_steady_shop_is_steady_over_the_days_that_are_known(shop: Shop) -> None:
    """It sells five pieces a day: no rate of it is another number, whatever is not known."""
    document, known = shop.document("sales-velocity"), shop.known
    kpis = {each.key: each for each in document.kpis}
    days = [day for day in shop.days if known.whole(day)]
    assert kpis["units_per_day"].value == (500 if days else None)
    assert kpis["trend_units_per_week"].value == (0 if len(days) >= 21 else None)
    if not days:
        return
    daily, weekdays, fastest, _ = document.sections
    assert isinstance(daily, LineChart)
    assert isinstance(weekdays, BarChart)
    assert isinstance(fastest, Table)
    average = next(each for each in daily.series if each.key == "units_sold_7_day_average")
    assert average.values == tuple(
        500 if all(known.whole(day - n * DAY) for n in range(7)) else None for day in shop.days
    )
    occurring = {day.weekday() for day in days}
    assert weekdays.series[0].values == tuple(500 if n in occurring else None for n in range(7))
    row = dict(zip([column.key for column in fastest.columns], fastest.rows[0], strict=True))
    assert row["units_per_day"] == 500
    assert row["days_of_cover"] == (2000 if known.whole(shop.days[-1]) else None)


def test_every_field_with_a_number_says_of_which_days_it_is() -> None:
    """A new one is in the list of fields, or what holds it is none of a figure's."""
    missing = []
    for struct in _structs(Document):
        fields = FIELDS.get(struct)
        if struct.__name__ in NO_FIGURES:
            assert fields is None
            continue
        numbers = {name for name, hint in get_type_hints(struct).items() if _is_number(hint)}
        if numbers != set(fields or {}):
            missing.append((struct.__name__, numbers ^ set(fields or {})))
    assert missing == []


def _structs(struct: type[msgspec.Struct]) -> set[type[msgspec.Struct]]:
    found, left = set(), [struct]
    while left:
        each = left.pop()
        if each not in found:
            found.add(each)
            left += [arg for hint in get_type_hints(each).values() for arg in _inside(hint)]
    return found


def _inside(hint: Any) -> Iterator[type[msgspec.Struct]]:
    if isinstance(hint, type) and issubclass(hint, msgspec.Struct):
        yield hint
    for arg in get_args(hint):
        yield from _inside(arg)


def _is_number(hint: Any) -> bool:
    return hint in (int, Change) or any(map(_is_number, get_args(hint)))


def test_a_0_of_before_that_is_not_known_stands_nowhere() -> None:
    """Ten pieces of 5.00 a day without tax; that of the days before is not known."""
    week = (Totals(orders=1, units_sold=10, gross=50_00),) * 7
    plain = Shop(Window(MAY, MAY + 7 * DAY), Comparison.PREVIOUS, (week,), Known())
    gap = (GapKind.TAX_NOT_KNOWN, plain.before[0], plain.before[2])
    document = replace(plain, known=Known(figures=(gap,))).document("revenue-overview")
    tax = next(each for each in document.kpis if each.key == "tax")
    assert (tax.value, tax.previous, tax.change, tax.note) == (0, None, None, INCOMPLETE)
    steps = [each for section in document.sections for each in getattr(section, "steps", ())]
    assert [(each.value, each.previous) for each in steps if each.key == "tax"] == [(0, None)]
    gross = next(each for each in document.kpis if each.key == "gross_sales")
    assert (gross.value, gross.previous) == (350_00, 350_00)
