"""How long a load took is told by a fine clock, whatever became of it."""

import asyncio
from typing import cast

import pytest

from report_viewer.links.request import ReportRequest
from report_viewer.loading import loader
from report_viewer.loading.job_requests import JobRequests
from report_viewer.loading.loader import ReportLoader
from report_viewer.loading.redis_store import Snapshot, SnapshotReader
from report_viewer.loading.subscriber import Subscriber
from report_viewer.model import Heat
from report_viewer.problems.errors import (
    ComputationFailedError,
    NotReadyError,
    StoreUnavailableError,
    TooManyComputationsError,
    TooManyWaitingError,
)

COUNTER = 40.000_25


class OneEnd(ReportLoader):
    """A loader whose loads end in one way, after a quarter of a millisecond."""

    end: Exception
    heat: Heat

    async def _load(self, *given: object) -> Snapshot:
        *_, way = given
        cast("loader._Way", way).heat = self.heat
        raise self.end


def told_of(end: Exception, heat: Heat, monkeypatch: pytest.MonkeyPatch) -> list[object]:
    found: list[object] = []
    times = iter((40.0, COUNTER))
    monkeypatch.setattr(loader, "perf_counter", lambda: next(times))
    loads = OneEnd(
        cast("SnapshotReader", None),
        cast("Subscriber", None),
        cast("JobRequests", None),
        wait_seconds=5,
        max_waiting=1,
        loaded=lambda *each: found.append(each),
    )
    loads.end, loads.heat = end, heat
    request = cast("ReportRequest", None)
    with pytest.raises(type(end)):
        asyncio.run(loads.load(request, ()))
    return found


@pytest.mark.parametrize(
    ("end", "heat"),
    [
        (NotReadyError(), Heat.COLD),
        (StoreUnavailableError(), Heat.WARM),
        (ComputationFailedError(), Heat.COLD),
    ],
)
def test_a_load_in_vain_is_told_to_the_fraction_of_a_millisecond(
    end: Exception, heat: Heat, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert told_of(end, heat, monkeypatch) == [(heat, pytest.approx(0.000_25))]


@pytest.mark.parametrize("end", [TooManyWaitingError(), TooManyComputationsError(1)])
def test_who_is_turned_away_did_not_wait(end: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    assert told_of(end, Heat.COLD, monkeypatch) == []
