"""What Redis tells of changes vouches for what was read before, and for nothing else."""

import time
from http import HTTPStatus

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support import hypothesis_profiles
from tests.support.samples import Sample

from report_viewer.cache.response_cache import (
    TRACKED_SECONDS,
    CachedLink,
    ReportVersion,
    ResponseCache,
)
from report_viewer.cache.tracking import ServerTracking, Tracking, Unchanged
from report_viewer.http.compression import Coding
from report_viewer.http.prepared_response import PreparedResponse
from report_viewer.http.response import Response
from report_viewer.http.variant import Variant
from report_viewer.model import Freshness

RUN, BELIEF = "a" * 40, 0.8
CURRENT = ReportVersion(b"meta", Freshness.CURRENT)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    now = [1000.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    return now


def of_tenant(tracking: ServerTracking, tenant_id: int = 7) -> Unchanged:
    found = tracking.of_tenant(tenant_id, RUN)
    assert found is not None
    return found


def shown(cache: ResponseCache, clock: list[float], version: ReportVersion = CURRENT) -> CachedLink:
    """A link in the cache of which Redis was asked when its tenant was looked after already."""
    link = cache.link("a", Sample().claims)
    kept = cache.tracking.of_tenant(7, RUN)
    clock[0] += 0.01
    asked = clock[0]
    confirmed = link.revalidate(version, until=asked + cache.fresh_seconds)
    link.track(kept, asked=asked)
    answer = PreparedResponse(Response(HTTPStatus.OK, (), b"x"), '"tag"')
    cache.put(b"a", link, confirmed, Variant(Coding.GZIP, "en"), answer)
    return link


@pytest.fixture
def cache() -> ResponseCache:
    made = ResponseCache(fresh_seconds=BELIEF, max_bytes=1_000_000)
    made.tracking.of_server().begin(RUN)
    return made


def test_what_nothing_changed_of_is_shown_while_that_is_proven(
    cache: ResponseCache, clock: list[float]
) -> None:
    shown(cache, clock)
    asked = clock[0]
    while clock[0] < asked + 10:
        cache.tracking.of_server().prove(clock[0])
        clock[0] += BELIEF - 0.01
        assert cache.fresh_entry(b"a")
    clock[0] += 0.02
    assert cache.fresh_entry(b"a") is None, "the last proof has lapsed"
    cache.tracking.of_server().prove(clock[0])
    assert cache.fresh_entry(b"a")
    clock[0] = asked + TRACKED_SECONDS
    cache.tracking.of_server().prove(clock[0])
    assert cache.fresh_entry(b"a") is None, "asked all the same"


@pytest.mark.parametrize(
    "end",
    [
        lambda tracking: tracking.change(7),
        lambda tracking: tracking.change_all(),
        lambda tracking: tracking.begin(RUN),
        lambda tracking: tracking.end(),
    ],
)
def test_a_change_or_a_new_connection_ends_it(
    cache: ResponseCache, clock: list[float], end: object
) -> None:
    shown(cache, clock)
    clock[0] += 2
    cache.tracking.of_server().prove(clock[0])
    assert cache.fresh_entry(b"a")
    end(cache.tracking.of_server())  # type: ignore[operator]
    cache.tracking.of_server().prove(clock[0])
    assert cache.fresh_entry(b"a") is None


def test_another_tenants_change_ends_nothing(cache: ResponseCache, clock: list[float]) -> None:
    shown(cache, clock)
    clock[0] += 2
    cache.tracking.of_server().prove(clock[0])
    cache.tracking.of_server().change(8)
    assert cache.fresh_entry(b"a")


@pytest.mark.parametrize("freshness", [Freshness.STALE, Freshness.OVERDUE, Freshness.UNREACHABLE])
def test_what_becomes_another_by_time_alone_is_asked_for(
    cache: ResponseCache, clock: list[float], freshness: Freshness
) -> None:
    shown(cache, clock, ReportVersion(b"meta", freshness))
    assert cache.fresh_entry(b"a")
    clock[0] += 2
    cache.tracking.of_server().prove(clock[0])
    assert cache.fresh_entry(b"a") is None


def test_an_invalidated_link_is_not_vouched_for(cache: ResponseCache, clock: list[float]) -> None:
    link = shown(cache, clock)
    cache.tracking.of_server().prove(clock[0])
    link.invalidate()
    assert cache.fresh_entry(b"a") is None


def test_nobody_vouches_for_the_answer_of_another_run() -> None:
    tracking = ServerTracking(seconds=BELIEF)
    assert tracking.of_tenant(7, RUN) is None
    assert tracking.of_tenant(7, None) is None
    tracking.begin(RUN)
    assert tracking.of_tenant(7, "b" * 40) is None
    tracking.begin(None)
    assert tracking.of_tenant(7, None) is None


def test_a_question_of_before_the_tenant_was_looked_after_is_not_covered(
    clock: list[float],
) -> None:
    tracking = ServerTracking(seconds=BELIEF)
    tracking.begin(RUN)
    before = clock[0]
    kept = of_tenant(tracking)
    assert not kept.covers(before)
    assert kept.covers(before + 0.001)
    assert of_tenant(tracking) is kept


STEPS = st.lists(
    st.one_of(
        st.tuples(st.sampled_from(["write", "told", "read", "ping", "pong", "lose"]), st.just(0.0)),
        st.tuples(st.just("wait"), st.floats(0.01, 1.0)),
    ),
    max_size=60,
)


@settings(max_examples=hypothesis_profiles.examples(500), deadline=None)
@given(STEPS)
def test_whatever_is_lost_or_late_a_change_shows_in_time(steps: list[tuple[str, float]]) -> None:
    """A model of the server: its news arrive in order and late, or never with the connection.

    A page that says less than what was written is never shown once the belief is over.
    """
    now, written, written_at = 1000.0, 0, 0.0
    stream: list[tuple[str, float]] = []  # what is on its way to the viewer
    pinged: float | None = None
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(time, "monotonic", lambda: now)
        cache = ResponseCache(fresh_seconds=BELIEF, max_bytes=1_000_000)
        tracking = cache.tracking.of_server()
        tracking.begin(RUN)
        link, showing = cache.link("a", Sample().claims), 0
        for step, seconds in steps:
            now += seconds + 0.001
            if step == "write":
                written, written_at = written + 1, now
                stream.append(("change", now))
            elif step == "ping" and pinged is None:
                pinged = now
                stream.append(("pong", now))
            elif step in {"told", "pong"} and stream:
                kind, at = stream.pop(0)
                if kind == "change":
                    tracking.change(7)
                else:
                    tracking.prove(at)
                    pinged = None
            elif step == "lose":
                stream.clear()
                pinged = None
                tracking.begin(RUN)
            elif step == "read":
                showing = written
                confirmed = link.revalidate(CURRENT, until=now + BELIEF)
                link.track(tracking.of_tenant(7, RUN), asked=now)
                answer = PreparedResponse(Response(HTTPStatus.OK, (), b"x"), '"tag"')
                cache.put(b"a", link, confirmed, Variant(Coding.GZIP, "en"), answer)
            if cache.fresh_entry(b"a") and showing < written:
                assert now < written_at + BELIEF


def test_each_server_vouches_for_what_was_read_of_it_alone() -> None:
    tracking, other = Tracking(seconds=BELIEF), "b" * 40
    assert not tracking.is_proven(), "there is none"
    for name, run in (("a", RUN), ("b", other)):
        tracking.of_server(name).begin(run)
    mine, theirs = tracking.of_tenant(7, RUN), tracking.of_tenant(7, other)
    assert mine is not None
    assert theirs is not None
    tracking.of_server("a").prove(time.monotonic())
    assert mine.server.is_proven()
    assert not theirs.server.is_proven()
    assert not tracking.is_proven(), "of all"
    tracking.of_server("b").prove(time.monotonic())
    assert tracking.is_proven()
    tracking.leave("a")
    assert not mine.holds
    assert theirs.holds
    assert tracking.of_tenant(7, RUN) is None
    tracking.change_all()
    assert not theirs.holds
