"""What was made is kept up to a number of bytes, and shown unasked for a moment only."""

import time
from datetime import UTC, datetime, timedelta
from http import HTTPStatus

import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st
from tests.support.samples import NOW, Sample

from report_viewer.cache.response_cache import (
    _OVERHEAD_BYTES,
    CachedLink,
    ReportVersion,
    ResponseCache,
)
from report_viewer.http.compression import Coding
from report_viewer.http.prepared_response import PreparedResponse
from report_viewer.http.response import Response
from report_viewer.http.shared_body import BodyTemplate
from report_viewer.http.variant import Variant
from report_viewer.model import Freshness

GZIP = Variant(Coding.GZIP, "en")
VERSION = ReportVersion(b"meta", Freshness.CURRENT)
SIZE = 10_000


def prepared(size: int = SIZE) -> PreparedResponse:
    return PreparedResponse(Response(HTTPStatus.OK, (), b"x" * size), '"tag"')


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    now = [1000.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    return now


def put(cache: ResponseCache, path: bytes, size: int = SIZE, variant: Variant = GZIP) -> CachedLink:
    link = cache.link(path.decode(), Sample().claims)
    version = link.revalidate(VERSION, until=time.monotonic() + cache.fresh_seconds)
    cache.put(path, link, version, variant, prepared(size))
    return link


def room_for(number: int) -> ResponseCache:
    return ResponseCache(fresh_seconds=0.8, max_bytes=number * (prepared().size + _OVERHEAD_BYTES))


def test_the_bytes_are_bounded() -> None:
    cache = room_for(2)
    kept = [put(cache, b"a"), put(cache, b"b")]
    assert cache.fresh_entry(b"a")
    kept.append(put(cache, b"c"))
    assert cache.get(b"b") is None, "the one not used for longest"
    assert cache.get(b"a")
    assert cache.get(b"c")


def test_a_thousand_copies_take_no_more_than_they_may() -> None:
    cache = room_for(10)
    for number in range(1000):
        put(cache, b"%d" % number, size=number * 20)
        assert cache.bytes_kept <= 10 * (prepared().size + _OVERHEAD_BYTES)
    assert len(cache._links) == len(cache._entries), "a link goes with its cache"


def test_a_replaced_copy_no_longer_counts() -> None:
    cache = room_for(2)
    for _ in range(10):
        kept = put(cache, b"a")
    put(cache, b"b")
    assert cache.get(b"a")
    assert kept.version == VERSION


@pytest.mark.parametrize("other", [Variant(Coding.ZSTD, "en"), Variant(Coding.GZIP, "de")])
def test_each_form_counts(other: Variant) -> None:
    cache = room_for(2)
    put(cache, b"a")
    put(cache, b"a", variant=other)
    put(cache, b"b")
    assert cache.get(b"a") is None


def common_page(template: BodyTemplate, number: int) -> PreparedResponse:
    body = template.fill((b"%d" % number,), Coding.GZIP)
    return PreparedResponse(Response(HTTPStatus.OK, (), body), '"tag"')


@given(
    steps=st.lists(
        st.tuples(st.integers(0, 5), st.integers(0, 2), st.booleans(), st.booleans()), max_size=30
    )
)
def test_what_responses_have_in_common_counts_once(
    steps: list[tuple[int, int, bool, bool]],
) -> None:
    marked = [BodyTemplate(bytes([each]) * 3000 + b"\0", (b"\0",)) for each in b"abc"]
    cache = ResponseCache(fresh_seconds=0.8, max_bytes=12_000)
    for place, page, removed, german in steps:
        path = b"%d" % place
        if removed:
            cache.remove(path)
            continue
        link = cache.link(path.decode(), Sample().claims)
        version = link.revalidate(VERSION, until=1.0)
        variant = Variant(Coding.GZIP, "de" if german else "en")
        cache.put(path, link, version, variant, common_page(marked[page], place))
        kept = cache._entries.values()
        once = {each for entry in kept for each in entry.common}
        expected = sum(entry.size for entry in kept) + sum(each.size for each in once)
        assert cache.bytes_kept == expected <= 12_000
    for place in range(6):
        cache.remove(b"%d" % place)
    assert cache.bytes_kept == 0


def test_links_to_one_report_take_its_page_once() -> None:
    text = b"".join(b"%d" % (each**3) for each in range(9000))
    template = BodyTemplate(text + b"\0", (b"\0",))
    alone = common_page(template, 0)
    assert alone.common is not None
    cache = ResponseCache(fresh_seconds=0.8, max_bytes=2 * alone.common.size)
    for place in range(20):
        link = cache.link(str(place), Sample().claims)
        version = link.revalidate(VERSION, until=1.0)
        cache.put(b"%d" % place, link, version, GZIP, common_page(template, place))
    assert len(cache._entries) == 20


def test_what_is_larger_than_all_is_not_kept() -> None:
    cache = room_for(1)
    put(cache, b"a", size=SIZE * 3)
    assert cache.get(b"a") is None
    assert cache.bytes_kept == 0


def test_a_link_is_believed_for_its_time_and_no_longer(clock: list[float]) -> None:
    cache = room_for(2)
    link = put(cache, b"a")
    assert cache.fresh_entry(b"a")
    clock[0] += 0.79
    assert cache.fresh_entry(b"a")
    clock[0] += 0.02
    assert cache.fresh_entry(b"a") is None
    assert cache.get(b"a")
    link.revalidate(VERSION, until=clock[0] + 0.8)
    assert cache.fresh_entry(b"a")


def test_a_late_answer_to_an_early_question_shortens_nothing(clock: list[float]) -> None:
    link = CachedLink(Sample().claims)
    link.revalidate(VERSION, until=clock[0] + 0.8)
    link.revalidate(VERSION, until=clock[0] + 0.3)
    assert link.fresh_until == clock[0] + 0.8


def test_without_belief_nothing_is_shown_unasked() -> None:
    cache = ResponseCache(fresh_seconds=0, max_bytes=1_000_000)
    put(cache, b"a")
    assert cache.fresh_entry(b"a") is None
    assert cache.get(b"a")


def test_what_was_made_from_other_facts_is_not_shown() -> None:
    cache = room_for(2)
    link = put(cache, b"a")
    link.revalidate(ReportVersion(b"newer", Freshness.CURRENT), until=link.fresh_until)
    assert cache.fresh_entry(b"a") is None


def test_a_doubted_link_shows_nothing() -> None:
    cache = room_for(2)
    put(cache, b"a").invalidate()
    assert cache.fresh_entry(b"a") is None


def test_expiry_is_asked_of_the_clock_every_time() -> None:
    sample = Sample(expires_at=datetime.now(UTC).replace(microsecond=0) + timedelta(minutes=1))
    cache = room_for(2)
    with time_machine.travel(NOW, tick=False) as now:
        now.move_to(sample.expires_at - timedelta(microseconds=1))
        link = cache.link("a", sample.claims)
        version = link.revalidate(VERSION, until=float("inf"))
        cache.put(b"a", link, version, GZIP, prepared())
        assert cache.fresh_entry(b"a")
        now.move_to(sample.expires_at)
        assert cache.fresh_entry(b"a") is None


def test_a_heard_revocation_ends_all_belief_in_what_was_asked_before(clock: list[float]) -> None:
    cache = room_for(2)
    kept = put(cache, b"a")
    assert cache.fresh_entry(b"a")
    clock[0] += 0.1
    cache.invalidate_all()
    assert cache.fresh_entry(b"a") is None
    kept.revalidate(VERSION, until=clock[0] - 0.05 + cache.fresh_seconds)
    assert cache.fresh_entry(b"a") is None, "asked before the revocation, answered after it"
    clock[0] += 0.01
    kept.revalidate(VERSION, until=clock[0] + cache.fresh_seconds)
    assert cache.fresh_entry(b"a")
