"""What a reader is told of the age of the data, and when."""

import asyncio
from datetime import UTC, datetime

import pytest
from tests.support.samples import Sample

from common.links.state import LinkState
from common.reports_cache.report_fields import Meta
from report_viewer.loading import worker_heartbeat
from report_viewer.loading.freshness import FreshnessTracker
from report_viewer.loading.redis_store import Snapshot
from report_viewer.loading.worker_heartbeat import PATIENCE_SECONDS, WorkerHeartbeat
from report_viewer.model import Freshness
from worker.operations import heartbeat as workers

AT = datetime(2026, 5, 1, tzinfo=UTC)
META = Meta(as_of=AT, data_version=3, computed_at=AT, csv_name="x.csv")


def told(version: bytes | None) -> Snapshot:
    return Snapshot(LinkState.ACTIVE, failed=False, claims=Sample().claims, data_version=version)


class World:
    def __init__(self) -> None:
        self.now = 0.0
        self.gone = False
        self.judge = FreshnessTracker(
            overdue_seconds=900, workers_gone=lambda: self.gone, clock=lambda: self.now
        )

    def of(self, version: bytes | None, name: str = "report") -> tuple[Freshness, bool]:
        return self.judge.assess(name, META, told(version))


@pytest.mark.parametrize("version", [None, b"2", b"3", b"junk"])
def test_current(version: bytes | None) -> None:
    assert World().of(version) == (Freshness.CURRENT, False)


def test_stale_is_said_only_after_a_while() -> None:
    world = World()
    assert world.of(b"4") == (Freshness.STALE, True)
    world.now = 899
    assert world.of(b"4") == (Freshness.STALE, True)
    assert world.of(b"4", "other") == (Freshness.STALE, True)
    world.now = 900
    assert world.of(b"5") == (Freshness.OVERDUE, True)
    assert world.of(b"4", "other") == (Freshness.STALE, True)


def test_a_report_computed_again_begins_anew() -> None:
    world = World()
    world.of(b"4")
    world.now = 800
    world.of(b"3")
    world.now = 1000
    assert world.of(b"4") == (Freshness.STALE, True)


def test_without_workers_nothing_new_comes() -> None:
    world = World()
    world.gone = True
    assert world.of(b"3") == (Freshness.UNREACHABLE, False)
    assert world.of(b"4") == (Freshness.UNREACHABLE, True)


def test_what_is_remembered_is_bounded() -> None:
    world = World()
    for number in range(10_100):
        world.of(b"4", str(number))
    assert len(world.judge._stale_since) == 10_000


def test_the_sign_of_life_is_the_workers_own() -> None:
    assert worker_heartbeat.KEY == workers.KEY
    assert PATIENCE_SECONDS > workers.EVERY_SECONDS


def test_a_missing_sign_of_life_has_to_be_missing_for_a_while() -> None:
    now: list[float] = [0.0]
    there: list[bool | None] = [True]

    async def ask(name: str) -> bool | None:
        return there[0]

    beat = WorkerHeartbeat(ask, clock=lambda: now[0])

    def looked(at: float, *, finds: bool | None) -> bool:
        now[0] = at
        there[0] = finds
        asyncio.run(beat.check())
        return beat.is_gone()

    assert not looked(0, finds=True)
    assert not looked(10, finds=False)
    assert not looked(35, finds=False)
    assert not looked(39, finds=None), "Redis said nothing"
    assert looked(40, finds=False)
    assert not looked(45, finds=True)
    assert not looked(50, finds=False)
