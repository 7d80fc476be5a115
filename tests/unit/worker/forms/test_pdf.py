"""The printed report: tagged, selectable, bounded, and of nothing but the document's own words."""

import io
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from msgspec import structs
from pypdf import PdfReader
from tests.support.forms import source, text_of
from tests.support.samples import HOSTILE

from common.i18n.locales import TAGS
from common.reports import registry
from common.reports.document.schema import (
    BarChart,
    Document,
    LineChart,
    Naming,
    Pareto,
    Section,
)
from common.reports.document.tables import Table
from common.reports.window import Period
from worker.forms import pdf
from worker.forms.charts import chart_of
from worker.forms.spelling import amount

SLUGS = [each.slug for each in registry.implemented()]


@pytest.mark.parametrize("slug", SLUGS)
def test_it_is_tagged_and_its_text_can_be_selected(slug: str) -> None:
    made = source(slug)
    data = pdf.write(made)
    reader = PdfReader(io.BytesIO(data))
    root: Any = reader.trailer["/Root"].get_object()
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"] == "en"
    assert made.document.tenant_name in str(reader.metadata.title if reader.metadata else "")
    text = re.sub(r"\s+", " ", text_of(data))
    for said in (made.document.title, "Key figures", "What the figures mean", "Europe/Berlin"):
        assert said in text
    for section in made.document.sections:
        assert section.title in text
    for kpi in made.document.kpis:
        if kpi.value is not None:
            assert amount(kpi.value, kpi.unit, made).replace("€", "") in text
    assert f"Page 1 of {len(reader.pages)}" in text
    assert pdf.write(made) == data


MOST_BYTES = 400_000
HAN = {"ja": "NotoSansJP", "zh-Hans": "NotoSansSC"}


@pytest.mark.parametrize("tag", TAGS)
def test_every_language_has_its_letters(tag: str) -> None:
    made = source("revenue-overview", tag, period=Period.WEEK)
    body = pdf.write(made)
    fonts = str(PdfReader(io.BytesIO(body)).pages[0]["/Resources"])
    assert "/Font" in fonts
    pages = PdfReader(io.BytesIO(body)).pages
    embedded = {str(font["/BaseFont"]) for font in map(_resolved, _fonts_of(pages))}
    assert any(HAN.get(tag, "Libertinus") in each for each in embedded), embedded
    assert all("+" in each for each in embedded), "the letters that it has, and no others"
    assert len(body) < MOST_BYTES
    if made.words.direction == "ltr":
        assert made.words.text("Net sales") in text_of(body)
    data = json.dumps(pdf._data(made), ensure_ascii=False)
    assert made.words.text("Key figures") in data


def _fonts_of(pages: Any) -> Iterator[Any]:
    for page in pages:
        yield from page["/Resources"]["/Font"].values()


def _resolved(font: Any) -> Any:
    return font.get_object()


@pytest.mark.parametrize(
    "name", [HOSTILE, '#eval("1")', "$x$", "*b* _i_ `c`", "\\", "日本 🎉", "\u202eRTL", "@x <y>"]
)
def test_names_are_set_as_text(name: str) -> None:
    made = source("product-performance", title=name, count=3)
    of_shop = replace(made, document=structs.replace(made.document, tenant_name=name))
    text = text_of(pdf.write(of_shop))
    if name.isascii():
        assert re.sub(r"\s", "", name) in re.sub(r"\s", "", text)


def test_a_long_table_is_cut_and_says_so() -> None:
    made = source("product-performance", count=30)
    table = next(each for each in made.document.sections if isinstance(each, Table))
    rows = table.rows[:1] * 25_000
    long = structs.replace(made.document, sections=(structs.replace(table, rows=rows, footer=()),))
    data = pdf._data(replace(made, document=long))
    (grid,) = (each["grid"] for each in data["sections"])
    assert len(grid["rows"]) == pdf.MOST_ROWS
    assert grid["more"] == ("The first 400 of 25,000 rows. The workbook and the CSV have them all.")


def test_what_is_not_known_breaks_a_line_and_is_no_zero() -> None:
    made = source("revenue-overview")
    chart = next(each for each in made.document.sections if isinstance(each, LineChart))
    series = structs.replace(chart.series[0], values=(None, 5, None, 7, 8), previous=None)
    cut = structs.replace(chart, labels=chart.labels[:5], series=(series,))
    drawn = chart_of(cut, made)
    assert drawn is not None
    assert drawn.svg.count('fill="none"') == 2
    nothing = structs.replace(cut, series=(structs.replace(series, values=(None,) * 5),))
    assert chart_of(nothing, made) is None
    assert pdf.write(replace(made, document=_with(made.document, nothing)))


def _with(document: Document, section: Section) -> Document:
    return structs.replace(document, sections=(section,))


@pytest.mark.parametrize("slug", SLUGS)
def test_a_report_without_sales_is_printed_too(slug: str) -> None:
    assert pdf.write(source(slug, empty=True)).startswith(b"%PDF")


def test_what_names_a_row_stands_first_and_sums_keep_their_figures() -> None:
    made = source("product-performance")
    tables = [each for each in made.document.sections if isinstance(each, Table)]
    assert any("product" not in [c.key for c in each.columns] for each in tables)
    for table in tables:
        keys = [each.key for each in table.columns]
        (named, *_) = (n for n, key in enumerate(keys) if key in {"product", keys[0]})
        kept = pdf._columns(table)
        names = [row[named] for row in table.rows]
        place = next(n for n, each in enumerate(kept.columns) if each.key == keys[named])
        assert place <= 1, "behind a rank at most"
        assert [row[place] for row in kept.rows] == names


@pytest.mark.parametrize("tag", ["de", "en", "fr", "ja", "pl"])
@pytest.mark.parametrize("slug", SLUGS)
def test_names_and_amounts_stand_on_a_line_of_their_own(slug: str, tag: str) -> None:
    """Whatever heads are called, and of amounts as long as those of a large shop."""
    made = source(slug, tag)
    tables = tuple(
        structs.replace(each, rows=tuple(map(_large, each.rows)))
        for each in made.document.sections
        if isinstance(each, Table)
    )
    sections = (*(each for each in made.document.sections if not isinstance(each, Table)), *tables)
    document = structs.replace(made.document, sections=sections)
    lines = text_of(pdf.write(replace(made, document=document))).splitlines()
    for table in tables:
        named = pdf._kept(table)[:2]
        for row in table.rows:
            name = next(str(row[n]) for n in named if isinstance(row[n], str))
            assert len(name) > SHORT or any(name in line for line in lines)


SHORT = 26
"""A name of no more letters is not broken."""


def _large(row: tuple[Any, ...]) -> tuple[Any, ...]:
    return tuple(cell * 1000 if isinstance(cell, int) else cell for cell in row)


@pytest.mark.parametrize("tag", ["de", "en", "fr"])
def test_every_bar_is_called_what_it_is_of(tag: str) -> None:
    """In its chart, and in the table below."""
    for slug in ("sales-velocity", "product-performance"):
        made = source(slug, tag)
        text = text_of(pdf.write(made))
        weekdays = made.words.calendar.weekdays()
        for section in made.document.sections:
            if isinstance(section, BarChart | Pareto):
                names = weekdays if section.naming is Naming.WEEKDAYS else section.labels
                assert all(text.count(each) >= 2 for each in names if len(each) <= SHORT)
                chart = chart_of(section, made)
                assert chart is not None
                assert chart.labels == names
