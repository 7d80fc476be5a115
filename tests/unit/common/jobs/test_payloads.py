"""Job payloads: what lies in a queue while versions change is still understood, byte for byte."""

import json
from datetime import UTC, datetime
from uuid import UUID

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.jobs.payloads import (
    AnswerDiscord,
    ComputeReport,
    Job,
    MakeForm,
    RestoreLink,
    RunImport,
    WarmTenant,
)
from common.reports.comparison import Comparison
from common.reports.window import Window
from common.reports_cache.forms import Form

MAY = Window(datetime(2026, 5, 1, tzinfo=UTC), datetime(2026, 5, 31, 22, tzinfo=UTC))
ID = UUID("0123456789abcdef0123456789abcdef")

# As the first versions published them.
PUBLISHED: list[tuple[Job, str]] = [
    (
        ComputeReport(7, "revenue-overview", MAY, asked_at=1777777777123, ahead=True),
        (
            '{"tenant_id": 7, "report": "revenue-overview", "start": 1777593600, "end": 1780264800,'
            ' "asked_at": 1777777777123, "ahead": true}'
        ),
    ),
    (
        ComputeReport(7, "revenue-overview", MAY),
        (
            '{"tenant_id": 7, "report": "revenue-overview", "start": 1777593600, "end": 1780264800,'
            ' "asked_at": null, "ahead": false}'
        ),
    ),
    (
        ComputeReport(7, "revenue-overview", MAY, comparison=Comparison.LAST_YEAR),
        (
            '{"tenant_id": 7, "report": "revenue-overview", "start": 1777593600, "end": 1780264800,'
            ' "asked_at": null, "ahead": false, "comparison": "last-year"}'
        ),
    ),
    (
        ComputeReport(7, "revenue-overview", MAY, hidden="csv+money"),
        (
            '{"tenant_id": 7, "report": "revenue-overview", "start": 1777593600, "end": 1780264800,'
            ' "asked_at": null, "ahead": false, "hidden": "csv+money"}'
        ),
    ),
    (
        MakeForm(7, "revenue-overview", MAY, Form.XLSX, "de"),
        (
            '{"tenant_id": 7, "report": "revenue-overview", "start": 1777593600, "end": 1780264800,'
            ' "form": "xlsx", "language": "de", "asked_at": null, "frozen": null}'
        ),
    ),
    (
        MakeForm(7, "revenue-overview", MAY, Form.PDF, "de", comparison=Comparison.LAST_YEAR),
        (
            '{"tenant_id": 7, "report": "revenue-overview", "start": 1777593600, "end": 1780264800,'
            ' "form": "pdf", "language": "de", "asked_at": null, "frozen": null,'
            ' "comparison": "last-year"}'
        ),
    ),
    (RestoreLink(7, ID), '{"tenant_id": 7, "link_id": "0123456789abcdef0123456789abcdef"}'),
    (RunImport(7, ID), '{"tenant_id": 7, "import_id": "0123456789abcdef0123456789abcdef"}'),
    (WarmTenant(7), '{"tenant_id": 7}'),
    (
        AnswerDiscord(7, 2**62, 3, "sales-velocity", MAY, answer_by=5, not_before=6, attempt=1),
        (
            '{"tenant_id": 7, "guild_id": 4611686018427387904, "interaction_id": 3,'
            ' "report": "sales-velocity", "start": 1777593600, "end": 1780264800, "answer_by": 5,'
            ' "not_before": 6, "attempt": 1}'
        ),
    ),
]


@pytest.mark.parametrize(("job", "text"), PUBLISHED)
def test_the_wire_is_as_it_was(job: Job, text: str) -> None:
    assert job.payload() == json.loads(text)
    assert type(job).parse(json.loads(text)) == job


def test_fields_that_came_later_have_defaults() -> None:
    old = {"tenant_id": 7, "report": "revenue-overview", "start": 1777593600, "end": 1780264800}
    assert ComputeReport.parse(old) == ComputeReport(7, "revenue-overview", MAY)


@pytest.mark.parametrize(("job", "text"), PUBLISHED)
def test_fields_of_a_later_version_are_passed_over(job: Job, text: str) -> None:
    assert type(job).parse({**json.loads(text), "added": [1]}) == job


@pytest.mark.parametrize(("job", "text"), PUBLISHED)
def test_what_lacks_a_field_or_has_a_wrong_one_is_no_payload(job: Job, text: str) -> None:
    whole = json.loads(text)
    with pytest.raises(msgspec.ValidationError):
        type(job).parse({k: v for k, v in whole.items() if k != "tenant_id"})
    for name in whole:
        with pytest.raises(msgspec.ValidationError):
            type(job).parse({**whole, name: {}})


def test_what_hides_more_than_is_known_is_no_payload() -> None:
    """It would be computed with less hidden."""
    for job in (PUBLISHED[0][0], MakeForm(7, "revenue-overview", MAY, Form.XLSX, "de")):
        with pytest.raises(msgspec.ValidationError):
            type(job).parse({**job.payload(), "hidden": "csv+orders"})


INSTANTS = st.datetimes(datetime(1971, 1, 1), datetime(2999, 1, 1), timezones=st.just(UTC)).map(  # noqa: DTZ001 - the zone is given beside
    lambda moment: moment.replace(microsecond=0)
)


@given(INSTANTS, INSTANTS, st.integers(1, 2**62), st.text(), st.none() | st.integers(0, 2**53))
def test_a_job_survives_the_queue(
    one: datetime, other: datetime, tenant_id: int, report: str, asked_at: int | None
) -> None:
    start, end = sorted((one, other))
    if start < end:
        job = ComputeReport(tenant_id, report, Window(start, end), asked_at)
        assert ComputeReport.parse(json.loads(json.dumps(job.payload()))) == job
