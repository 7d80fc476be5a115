"""The schema of a report as data: documented, kept, and true of every report."""

import json

import jsonschema_rs
import msgspec
import pytest
from scripts.data_schema import FILE, text
from tests.support.samples import document, window

from common.i18n.locales import LOCALES
from common.i18n.report_words import formatter_of
from common.reports import registry
from common.reports.document.schema import Document
from common.reports.window import Period
from report_pages.formatting import DocumentFormatter
from report_viewer.data.public_document import FOR_DRAWING, encode

SCHEMA = json.loads(FILE.read_text(encoding="utf-8"))
VALID = jsonschema_rs.validator_for(SCHEMA)

NAMES_OF_VERSION_1 = {
    "ReportData": "schemaVersion language report title summary tenantName currency moneyExponent"
    " timezone days previousDays asOf dataVersion empty headline kpis sections gaps lastYearDays",
    "Days": "first last count",
    "Kpi": "key label unit definition value previous change better reduction uncertainty clear note"
    " lastYear",
    "Change": "kind value",
    "LineChart": "type key title description labels previousLabels series weeks previousWeeks",
    "BarChart": "type key title description labels series naming",
    "Waterfall": "type key title description steps",
    "Pareto": "type key title description labels series classes bands naming",
    "Table": "type key title description columns rows of footer",
    "Series": "key label unit definition values previous weekly weeklyPrevious total totalPrevious"
    " reduction changes weeklyChanges totalChange better",
    "Column": "key label unit definition",
    "DataGap": "kind touches now before day sentence",
}
"""What programs rely on: a name may be added, and none goes away without another version."""


def encoded(made: Document, tag: str = "en") -> bytes:
    return encode(DocumentFormatter(made, formatter_of(LOCALES[tag])))


def test_the_documented_schema_is_that_of_the_code() -> None:
    """Else run scripts/data_schema.py."""
    assert FILE.read_text(encoding="utf-8") == text()


def test_no_name_goes_away() -> None:
    for name, kept in NAMES_OF_VERSION_1.items():
        assert set(kept.split()) <= set(SCHEMA["$defs"][name]["properties"]), name
        assert set(SCHEMA["$defs"][name]["required"]) == set(SCHEMA["$defs"][name]["properties"])


@pytest.mark.parametrize("slug", [each.slug for each in registry.implemented()])
@pytest.mark.parametrize("period", [Period.WEEK, Period.QUARTER])
def test_every_report_is_of_the_schema(slug: str, period: Period) -> None:
    for made in (document(slug, window(period)), document(slug, window(period), empty=True)):
        VALID.validate(json.loads(encoded(made)))


def test_a_report_that_is_not_of_it_is_told() -> None:
    data = json.loads(encoded(document("revenue-overview", window())))
    for broken in ({"kpis": None}, {"schemaVersion": 2}, {"days": {"first": "2026-04-01"}}):
        assert not VALID.is_valid(data | broken)


def test_what_is_left_out_is_there_to_be_left_out() -> None:
    """A name that no document has any more would hide another field one day."""
    _, found = msgspec.json.schema_components((Document,))
    fields = {field for each in found.values() for field in each.get("properties", {})}
    assert fields >= FOR_DRAWING
