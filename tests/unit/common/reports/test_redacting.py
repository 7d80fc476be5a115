"""What a link hides is in no part of its report, and no amount comes back out of an index."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs
from tests.support.samples import document_with_margins, finished, window
from tests.unit.common.reports.test_metamorphic import (
    FEW,
    REPORTS,
    Shop,
    Sold,
    growing,
    report,
    scaled,
    shops,
)

from common.reports import registry
from common.reports.document.changes import ChangeKind
from common.reports.document.gaps import DataGap, Extent
from common.reports.document.metrics import Unit
from common.reports.document.schema import Document, encode
from common.reports.model import Scope
from common.reports.redacting import Redacted, redacted
from common.reports.redaction import Redaction
from common.reports.sales.finer import finer_totals
from common.reports.totals.totals import Totals

INDEXED = Redaction(money=True)


def hidden(slug: str, scope: Scope, sold: Sequence[Sold], redaction: Redaction) -> Redacted:
    """The report as a worker makes it for a link that hides so much."""

    def finer(each: Sold) -> Sold:
        return lambda day: finer_totals(each(day))

    sums = [finer(each) for each in sold] if redaction.money else sold
    made = report(slug, scope, sums, beside_last_year=True)
    return redacted(registry.find(slug), made, redaction)


def kept(made: Redacted) -> tuple[bytes, list[Any]]:
    """All that is kept of it."""
    return encode(made.document), [column.key for column in made.columns] + list(made.rows)


@pytest.mark.parametrize("slug", REPORTS)
@FEW
@given(shop=shops(), k=st.sampled_from([2, 3, 7, 1000, 99_991]))
def test_prices_times_k_in_another_currency_leave_an_indexed_report_as_it_is(
    slug: str, shop: Shop, k: int
) -> None:
    sold = growing(shop)
    day = shop.scope.window.dates(shop.scope.zone)[0]
    gap = DataGap("unreconciled-orders", (), now=Extent(2, day, day, amount=340))
    one = kept(hidden(slug, replace(shop.scope, gaps=(gap,)), sold, INDEXED))
    dearer = [scaled(each, k) for each in sold]
    gaps = (structs.replace(gap, now=Extent(2, day, day, amount=k * 340)),)
    currency = "KWD" if shop.scope.currency == "JPY" else "JPY"
    other = replace(shop.scope, currency=currency, gaps=gaps)
    assert kept(hidden(slug, other, dearer, INDEXED)) == one
    assert shop.scope.currency.encode() not in one[0]


@pytest.mark.parametrize("slug", REPORTS)
def test_averages_of_a_small_shop_tell_nothing_of_its_smallest_coin(slug: str) -> None:
    """A third of 100 minor units is 33 of them, and a third of 100,000 is 33,333."""
    scope = Scope(1, "Shop", "EUR", *_when())
    days = (scope.window.dates(scope.zone)[0], scope.last_year.dates(scope.zone)[1])

    def sold(day: date) -> Totals:
        return Totals(orders=3, units_sold=3, gross=100) if day in days else Totals()

    small, large = (kept(hidden(slug, scope, [scaled(sold, k)], INDEXED)) for k in (1, 1000))
    assert small == large


@pytest.mark.parametrize("slug", REPORTS)
@FEW
@given(shop=shops())
def test_an_index_keeps_what_is_no_amount_and_every_change(slug: str, shop: Shop) -> None:
    sold = growing(shop)
    plain = report(slug, shop.scope, sold)
    made = hidden(slug, shop.scope, sold, INDEXED)
    columns = registry.find(slug).columns
    for row, indexed in zip(plain.rows, made.rows, strict=True):
        for column, cell, index in zip(columns, row, indexed, strict=True):
            assert column.unit is Unit.MONEY or cell == index, column.key
    for mine, theirs in zip(plain.document.kpis, made.document.kpis, strict=True):
        if mine.change is not None and mine.change.kind is not ChangeKind.DIFFERENCE:
            assert theirs.change == mine.change
        if mine.key == "net_sales" and mine.value is not None and mine.value > 0:
            assert theirs.value == 100_00
        elif mine.unit is Unit.MONEY:
            assert theirs.value in {0, None} or mine.value != 0


def test_without_net_sales_there_is_no_index() -> None:
    """More came back than was sold: no amount but 0 is told, and no section that needs one."""
    back = Totals(units_returned=3, returns=900, units_sold=1, gross=300, orders=1)
    for slug in REPORTS:
        made = hidden(slug, Scope(1, "S", "EUR", *_when()), [lambda _: back], INDEXED)
        told = {each.value for each in made.document.kpis if each.unit is Unit.MONEY}
        assert told <= {0, None}
        assert not {"waterfall", "top"} & _keys(made.document)


def _when() -> tuple[Any, ...]:
    zone, days = ZoneInfo("UTC"), window(zone="UTC")
    return zone, days, days.end, 1


def _keys(document: Document) -> set[str]:
    return {each.key for each in document.sections}


@pytest.mark.parametrize("slug", REPORTS)
def test_a_report_type_names_its_sections_as_its_documents_have_them(slug: str) -> None:
    made = finished(slug, window()).document
    sections = registry.find(slug).sections
    named = [(each.key, each.title) for each in sections if not each.of_costs]
    assert named == [(each.key, each.title) for each in made.sections]
    if len(named) < len(sections):
        whole = document_with_margins()
        assert [each.key for each in sections] == [each.key for each in whole.sections]
    assert all(
        set(each.columns) <= set(registry.find(slug).columns)
        for each in registry.find(slug).sections
    )


@pytest.mark.parametrize("slug", REPORTS)
def test_a_hidden_section_is_gone_with_what_is_told_of_it_alone(slug: str) -> None:
    definition = registry.find(slug)
    shown = [each for each in definition.sections if not each.of_costs]
    for section in shown:
        made = redacted(definition, finished(slug, window()), Redaction(sections=(section.key,)))
        assert section.key not in _keys(made.document)
        gone = {each.key for each in shown if section.key in {each.key, each.part_of}}
        assert len(made.document.sections) == len(shown) - len(gone)
        assert not set(section.columns) & set(made.columns)
        assert all(len(row) == len(made.columns) for row in made.rows)
        assert (made.document.headline.best is None) == section.best


def test_the_overview_without_its_way_to_total_sales_has_no_kinds_of_reversals() -> None:
    definition = registry.find("revenue-overview")
    made = redacted(
        definition, finished("revenue-overview", window()), Redaction(sections=("waterfall",))
    )
    left = {column.key for column in definition.columns} - {column.key for column in made.columns}
    assert left == {"reversals_returned", "reversals_cancelled", "reversals_edited"}


@pytest.mark.parametrize("slug", REPORTS)
def test_a_hidden_csv_is_a_header_without_rows(slug: str) -> None:
    made = redacted(registry.find(slug), finished(slug, window()), Redaction(csv=True))
    assert (list(made.rows), made.document.csv) == ([], False)
    assert made.columns == registry.find(slug).columns
