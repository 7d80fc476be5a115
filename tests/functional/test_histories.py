"""A short history of links under faults breaks no rule; ``make histories`` runs long ones."""

import pytest
from tests.histories.model import Kind, violations
from tests.histories.report import shortest, verdict
from tests.histories.run import Extent, run
from tests.histories.system import running

pytestmark = pytest.mark.xdist_group("histories")

SEED = 7


def test_no_answer_of_a_short_history_is_wrong() -> None:
    with running() as system:
        events = run(system, Extent(operations=500, seconds=600, clients=9, seed=SEED, faults=4))
    found = violations(events)
    assert not found, f"{verdict(events, found, seed=SEED)}\n{shortest(found)}"
    kinds = {each.kind for each in events if each.status in {200, 201, 204}}
    assert kinds >= {Kind.ISSUE, Kind.OPEN, Kind.FILE, Kind.REVOKE}, "it has tried what it is about"
    assert any(each.kind is Kind.FAULT for each in events)
