"""The history checker finds what it is there to find, and nothing where all may be well."""

from dataclasses import replace

import pytest
from tests.histories.model import CLOSING_SECONDS, UNANSWERED_SECONDS, Event, Kind, Rule, violations
from tests.histories.report import shortest, verdict

ISSUED = Event(Kind.ISSUE, 10.0, 10.5, "amber", 0, 201, expires_at=1000.0)
REVOKED = Event(Kind.REVOKE, 20.0, 21.0, "amber", 0, 204)
OPENED = Event(Kind.OPEN, 15.0, 15.1, "amber", 0, 200)


def opened(began: float, status: int | None = 200, **changes: object) -> Event:
    return replace(OPENED, began=began, ended=began + 0.1, status=status, **changes)  # type: ignore[arg-type]


def broken(*events: Event) -> list[Rule]:
    return [each.rule for each in violations(events)]


def test_a_life_without_fault_breaks_nothing() -> None:
    shut = REVOKED.ended + CLOSING_SECONDS + 0.1
    assert broken(ISSUED, OPENED, REVOKED, opened(20.9), opened(21.5), opened(shut, 403)) == []


@pytest.mark.parametrize(
    "closing",
    [
        REVOKED,
        replace(REVOKED, kind=Kind.REVOKE_ALL, link=None, status=200),
        replace(REVOKED, kind=Kind.SHARING_OFF, link=None, status=200),
    ],
)
def test_a_report_after_a_closing_is_late(closing: Event) -> None:
    late = opened(closing.ended + CLOSING_SECONDS + 0.01)
    assert broken(ISSUED, closing, late) == [Rule.LATE]
    assert broken(ISSUED, replace(closing, status=None), late) == [], "not acknowledged"
    assert broken(ISSUED, replace(closing, status=503), late) == [], "told that it may open yet"
    assert broken(ISSUED, replace(closing, began=9.0), late) == [], "the link was not there yet"


def test_a_closing_of_another_tenant_closes_nothing() -> None:
    other = replace(REVOKED, kind=Kind.REVOKE_ALL, link=None, status=200, tenant="birch")
    assert broken(ISSUED, other, opened(30.0)) == []
    assert broken(ISSUED, other, opened(30.0, 403)) == [Rule.LOST]


def test_a_report_after_its_links_life_is_late() -> None:
    assert broken(ISSUED, opened(1000.01)) == [Rule.LATE]
    assert broken(ISSUED, opened(999.99)) == []


@pytest.mark.parametrize("status", [403, 404, 410])
def test_a_live_link_that_is_refused_is_lost(status: int) -> None:
    assert broken(ISSUED, opened(15.0, status), REVOKED) == [Rule.LOST]
    assert broken(ISSUED, opened(19.95, status), REVOKED) == [], "while it is being revoked"


@pytest.mark.parametrize("status", [None, 429, 503])
def test_no_answer_loses_a_link_only_when_all_is_over(status: int | None) -> None:
    assert broken(ISSUED, opened(15.0, status)) == []
    assert broken(ISSUED, opened(15.0, status, last=True)) == [Rule.LOST]


def test_a_request_without_an_answer_may_be_carried_out_later() -> None:
    """One that was sent before the link was there may close it all the same."""
    before = Event(Kind.REVOKE_ALL, 1.0, 9.0, "amber", status=None)
    assert broken(before, ISSUED, opened(15.0, 403)) == []
    long_before = replace(before, began=1.0 - UNANSWERED_SECONDS, ended=9.0 - UNANSWERED_SECONDS)
    assert broken(long_before, ISSUED, opened(15.0, 403)) == [Rule.LOST]


def test_another_tenants_figures_are_told() -> None:
    assert broken(ISSUED, opened(15.0, foreign=True)) == [Rule.FOREIGN]


def test_the_shortest_history_has_the_faults_that_were_under_way() -> None:
    flush = Event(Kind.FAULT, 20.5, 20.6, note="flush Redis")
    old = Event(Kind.FAULT, 1.0, 2.0, note="kill worker")
    found = violations([old, ISSUED, REVOKED, flush, OPENED, opened(25.0)])
    (violation,) = found
    assert violation.history == (ISSUED, REVOKED, flush, opened(25.0))
    told = shortest(found)
    assert "flush Redis" in told
    assert "revoke -> 204" in told
    assert verdict([ISSUED, flush], found, seed=3).startswith("FAIL seed 3: 1 operations")
    assert verdict([ISSUED], [], seed=3).startswith("PASS")
