"""What was made is kept up to a number of bytes, and shown unasked for a moment only."""

import time
from datetime import UTC, datetime, timedelta
from http import HTTPStatus

import pytest
import time_machine
from tests.support.samples import NOW, Sample

from report_viewer.cache.response_cache import _OVERHEAD_BYTES, Copies, Facts, Link
from report_viewer.http.prepared_response import Ready
from report_viewer.http.response import Answer, Coding
from report_viewer.http.variant import Form
from report_viewer.model import Freshness

GZIP = Form(Coding.GZIP, "en")
FACTS = Facts(b"meta", Freshness.CURRENT)
SIZE = 10_000


def ready(size: int = SIZE) -> Ready:
    return Ready(Answer(HTTPStatus.OK, (), b"x" * size), '"tag"')


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    now = [1000.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    return now


def put(copies: Copies, path: bytes, size: int = SIZE, form: Form = GZIP) -> Link:
    link = copies.link(path.decode(), Sample().claims)
    facts = link.learn(FACTS, until=time.monotonic() + copies.believe_seconds)
    copies.put(path, link, facts, form, ready(size))
    return link


def room_for(number: int) -> Copies:
    return Copies(believe_seconds=0.8, max_bytes=number * (ready().size + _OVERHEAD_BYTES))


def test_the_bytes_are_bounded() -> None:
    copies = room_for(2)
    kept = [put(copies, b"a"), put(copies, b"b")]
    assert copies.believed(b"a")
    kept.append(put(copies, b"c"))
    assert copies.get(b"b") is None, "the one not used for longest"
    assert copies.get(b"a")
    assert copies.get(b"c")


def test_a_thousand_copies_take_no_more_than_they_may() -> None:
    copies = room_for(10)
    for number in range(1000):
        put(copies, b"%d" % number, size=number * 20)
        assert copies.bytes_kept <= 10 * (ready().size + _OVERHEAD_BYTES)
    assert len(copies._links) == len(copies._copies), "a link goes with its copies"


def test_a_replaced_copy_no_longer_counts() -> None:
    copies = room_for(2)
    for _ in range(10):
        kept = put(copies, b"a")
    put(copies, b"b")
    assert copies.get(b"a")
    assert kept.facts == FACTS


@pytest.mark.parametrize("other", [Form(Coding.ZSTD, "en"), Form(Coding.GZIP, "de")])
def test_each_form_counts(other: Form) -> None:
    copies = room_for(2)
    put(copies, b"a")
    put(copies, b"a", form=other)
    put(copies, b"b")
    assert copies.get(b"a") is None


def test_what_is_larger_than_all_is_not_kept() -> None:
    copies = room_for(1)
    put(copies, b"a", size=SIZE * 3)
    assert copies.get(b"a") is None
    assert copies.bytes_kept == 0


def test_a_link_is_believed_for_its_time_and_no_longer(clock: list[float]) -> None:
    copies = room_for(2)
    link = put(copies, b"a")
    assert copies.believed(b"a")
    clock[0] += 0.79
    assert copies.believed(b"a")
    clock[0] += 0.02
    assert copies.believed(b"a") is None
    assert copies.get(b"a")
    link.learn(FACTS, until=clock[0] + 0.8)
    assert copies.believed(b"a")


def test_a_late_answer_to_an_early_question_shortens_nothing(clock: list[float]) -> None:
    link = Link(Sample().claims)
    link.learn(FACTS, until=clock[0] + 0.8)
    link.learn(FACTS, until=clock[0] + 0.3)
    assert link.until == clock[0] + 0.8


def test_without_belief_nothing_is_shown_unasked() -> None:
    copies = Copies(believe_seconds=0, max_bytes=1_000_000)
    put(copies, b"a")
    assert copies.believed(b"a") is None
    assert copies.get(b"a")


def test_what_was_made_from_other_facts_is_not_shown() -> None:
    copies = room_for(2)
    link = put(copies, b"a")
    link.learn(Facts(b"newer", Freshness.CURRENT), until=link.until)
    assert copies.believed(b"a") is None


def test_a_doubted_link_shows_nothing() -> None:
    copies = room_for(2)
    put(copies, b"a").doubt()
    assert copies.believed(b"a") is None


def test_expiry_is_asked_of_the_clock_every_time() -> None:
    sample = Sample(expires_at=datetime.now(UTC).replace(microsecond=0) + timedelta(minutes=1))
    copies = room_for(2)
    with time_machine.travel(NOW, tick=False) as now:
        now.move_to(sample.expires_at - timedelta(microseconds=1))
        link = copies.link("a", sample.claims)
        facts = link.learn(FACTS, until=float("inf"))
        copies.put(b"a", link, facts, GZIP, ready())
        assert copies.believed(b"a")
        now.move_to(sample.expires_at)
        assert copies.believed(b"a") is None


def test_a_heard_revocation_ends_all_belief_in_what_was_asked_before(clock: list[float]) -> None:
    copies = room_for(2)
    kept = put(copies, b"a")
    assert copies.believed(b"a")
    clock[0] += 0.1
    copies.doubt()
    assert copies.believed(b"a") is None
    kept.learn(FACTS, until=clock[0] - 0.05 + copies.believe_seconds)
    assert copies.believed(b"a") is None, "asked before the revocation, answered after it"
    clock[0] += 0.01
    kept.learn(FACTS, until=clock[0] + copies.believe_seconds)
    assert copies.believed(b"a")
