"""What comes from Redis is checked when it is read, whoever wrote it."""

import json
from dataclasses import fields, replace
from datetime import UTC, datetime
from uuid import UUID

import pytest

from common.jobs.payloads import ComputeReport, MakeForm
from common.reports.comparison import Comparison
from common.reports.redaction import Redaction
from common.reports.window import Window
from common.reports_cache.cache import ReportKey
from common.reports_cache.forms import Form, FormWanted
from common.reports_cache.report_fields import (
    Meta,
    UnreadableReportError,
    is_stale,
    unpack_meta,
)

RIGHT = {
    "as_of": "2026-05-01T00:00:00Z",
    "data_version": 1,
    "computed_at": "2026-05-01T00:00:00Z",
    "csv_name": "revenue-overview-2026-04-01-2026-05-01.csv",
}


def test_what_pack_writes_is_read() -> None:
    assert unpack_meta(json.dumps(RIGHT).encode()).csv_name == RIGHT["csv_name"]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("csv_name", "a\r\nSet-Cookie: x=y.csv"),
        ("csv_name", 'a"; filename="b.csv'),
        ("csv_name", "../a.csv"),
        ("csv_name", "é.csv"),
        ("csv_name", "a" * 1000 + ".csv"),
        ("csv_name", ""),
        ("csv_name", None),
        ("as_of", "2026-05-01T00:00:00"),
        ("computed_at", "2026-05-01T00:00:00"),
        ("data_version", "1"),
    ],
)
def test_what_pack_does_not_write_is_unreadable(field: str, value: object) -> None:
    with pytest.raises(UnreadableReportError):
        unpack_meta(json.dumps({**RIGHT, field: value}).encode())


def test_a_version_of_endless_digits_makes_nothing_stale() -> None:
    meta: Meta = unpack_meta(json.dumps(RIGHT).encode())
    assert is_stale(meta, b"2")
    assert not is_stale(meta, b"9" * 5000)


MAY = Window(datetime(2026, 5, 1, tzinfo=UTC), datetime(2026, 5, 31, tzinfo=UTC))


def test_a_name_says_the_comparison_where_it_is_not_with_the_days_before() -> None:
    key = ReportKey(7, "revenue-overview", MAY)
    against = replace(key, comparison=Comparison.LAST_YEAR)
    assert key.cached == "{7}:report:7:revenue-overview:1777593600:1780185600"
    assert against.cached == f"{key.cached}:last-year"
    wanted = FormWanted(Form.XLSX, "de")
    assert wanted.of(key).cached == "{7}:form:7:revenue-overview:1777593600:1780185600:xlsx:de"
    assert wanted.of(against).cached.endswith(":1780185600:last-year:xlsx:de")
    assert [wanted.of(each).report_key for each in (key, against)] == [key, against]


def test_a_name_says_what_is_hidden() -> None:
    key = ReportKey(7, "revenue-overview", MAY)
    hidden = replace(key, hidden=Redaction(sections=("waterfall",), money=True))
    assert hidden.cached == f"{key.cached}:money+section.waterfall"
    assert FormWanted(Form.PDF, "de").of(hidden).cached.endswith(":money+section.waterfall:pdf:de")


def test_a_job_and_a_form_are_of_the_whole_key() -> None:
    """A part of the key that one of them forgot would mix the reports that it tells apart."""
    hidden = Redaction(sections=("waterfall",), csv=True, money=True)
    key = ReportKey(7, "revenue-overview", MAY, comparison=Comparison.LAST_YEAR, hidden=hidden)
    frozen = replace(key, frozen=UUID(int=1))
    assert all(getattr(frozen, each.name) != each.default for each in fields(ReportKey))
    assert ComputeReport.of(key).key == key
    for each in (key, frozen):
        form = FormWanted(Form.XLSX, "de").of(each)
        assert form.report_key == each
        assert MakeForm.of(form).key == form
