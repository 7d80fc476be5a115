"""A report as data says what its document says: the same numbers, in major units, to the digit."""

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from tests.support.samples import HOSTILE, NOW, document, window

from common.i18n.locales import LOCALES, TAGS
from common.i18n.report_words import formatter_of
from common.reports import registry
from common.reports.document.gaps import DataGap, Extent, GapKind
from common.reports.document.metrics import Unit
from common.reports.document.schema import Document
from common.reports.document.tables import Table
from report_pages.formatting import DocumentFormatter
from report_viewer.data.public_document import encode

GAPS = tuple(
    DataGap(kind, ("returns",), Extent(3, NOW.date(), NOW.date(), 12_05), day=NOW.date())
    for kind in GapKind
)
SLUGS = [each.slug for each in registry.implemented()]


def parsed(made: Document, tag: str = "en") -> dict[str, Any]:
    body = encode(DocumentFormatter(made, formatter_of(LOCALES[tag])))
    found: dict[str, Any] = json.loads(body, parse_float=Decimal)
    return found


@given(
    value=st.integers(-(10**15), 10**15),
    previous=st.none() | st.integers(-(10**15), 10**15),
    exponent=st.sampled_from([0, 2, 3]),
)
def test_money_is_exact_in_every_currency(value: int, previous: int | None, exponent: int) -> None:
    made = document("revenue-overview", window())
    kpi = replace(made.kpis[0], value=value, previous=previous, change=None)
    found = parsed(replace(made, kpis=(kpi,), money_exponent=exponent))["kpis"][0]
    assert found["value"] == Decimal(value).scaleb(-exponent)
    assert found["previous"] == (None if previous is None else Decimal(previous).scaleb(-exponent))


@pytest.mark.parametrize("slug", SLUGS)
def test_tables_and_figures_are_the_documents(slug: str) -> None:
    made = document(slug, window())
    found = parsed(made)
    assert [each["key"] for each in found["kpis"]] == [each.key for each in made.kpis]
    for told, section in zip(found["sections"], made.sections, strict=True):
        assert told["key"] == section.key
        if isinstance(section, Table):
            scales = [made.exponent(column.unit) for column in section.columns]
            for cells, row in zip(told["rows"], section.rows, strict=True):
                for cell, value, scale in zip(cells, row, scales, strict=True):
                    wanted = Decimal(value).scaleb(-scale) if isinstance(value, int) else value
                    assert cell == wanted


def test_names_are_the_shops_and_words_the_readers() -> None:
    made = document("product-performance", window(), title=HOSTILE)
    told = {tag: parsed(made, tag) for tag in TAGS}
    assert len({each["title"] for each in told.values()}) > 4
    for tag, each in told.items():
        assert each["language"] == tag
        assert "alert(1)" in str(each)
        assert [kpi["value"] for kpi in each["kpis"]] == [
            kpi["value"] for kpi in told["en"]["kpis"]
        ]


def test_what_is_not_known_is_said() -> None:
    made = replace(document("revenue-overview", window()), gaps=GAPS)
    sentences = [gap["sentence"] for gap in parsed(made, "de")["gaps"]]
    assert all(sentences)
    assert sentences != [gap["sentence"] for gap in parsed(made)["gaps"]]
    later = replace(made, gaps=(replace(GAPS[0], kind="of-a-later-version"),))
    assert [gap["sentence"] for gap in parsed(later)["gaps"]] == [None]


def test_every_unit_has_its_scale() -> None:
    made = document("sales-velocity", window())
    assert {each.unit for each in made.kpis} > {Unit.COUNT}
    for told, kpi in zip(parsed(made)["kpis"], made.kpis, strict=True):
        if kpi.value is not None:
            assert told["value"] == Decimal(kpi.value).scaleb(-made.exponent(kpi.unit))
