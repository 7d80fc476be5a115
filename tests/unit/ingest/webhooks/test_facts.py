"""Facts merge whatever the order, the grouping and the repetitions."""

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.webhooks.facts import Arrival, Facts, RefundFact, Word, deletion

TIMES = st.sampled_from([f"2026-03-0{day}T00:00:00.000000+00:00" for day in range(1, 5)])
CONTENTS = st.dictionaries(st.sampled_from("ab"), st.integers(0, 2))
WORDS = st.builds(Word.of, TIMES, st.sampled_from("01"), CONTENTS)
FACTS = st.builds(
    Facts,
    st.none() | WORDS,
    st.none() | TIMES,
    st.dictionaries(st.sampled_from("xyz"), st.builds(RefundFact, WORDS, TIMES)),
    st.dictionaries(st.sampled_from("de"), TIMES),
    st.frozensets(TIMES, max_size=2),
)


@given(one=FACTS, other=FACTS, third=FACTS)
def test_merging_is_a_join(one: Facts, other: Facts, third: Facts) -> None:
    assert one.merged(other) == other.merged(one)
    assert one.merged(other).merged(third) == one.merged(other.merged(third))
    assert one.merged(one) == one == one.merged(Facts())


@given(facts=FACTS)
def test_the_database_keeps_all_of_it(facts: Facts) -> None:
    assert Facts.from_json(facts.to_json()) == facts


def said(at: str, *, restored: bool = False) -> Facts:
    """An order as the platform had it at a time of the first of March."""
    time = f"2026-03-01T{at}:00.000000+00:00"
    return Facts(Word.of(time, "", {}), restored=frozenset({time} if restored else ()))


def deleted(at: str, event: str = "d1") -> Facts:
    return deletion(Arrival(event, datetime.fromisoformat(f"2026-03-01T{at}:00Z")))


@pytest.mark.parametrize(
    ("facts", "gone"),
    [
        ([said("10:00")], False),
        ([deleted("12:00")], True),
        ([said("10:00"), deleted("12:00")], True),
        ([said("10:00"), deleted("12:00"), deleted("12:01")], True),
        ([said("10:00"), deleted("12:00"), said("11:00", restored=True)], False),
        ([deleted("12:00"), said("11:00", restored=True), deleted("13:00", "d2")], True),
        # Nobody told that it was restored, but it was: something younger was said of it.
        ([deleted("12:00"), said("12:06")], False),
        ([deleted("12:00"), said("12:04")], True),
    ],
    ids=[
        "kept",
        "never-seen",
        "deleted",
        "told-twice",
        "restored",
        "deleted-again",
        "younger",
        "clock",
    ],
)
def test_an_order_is_gone_that_was_deleted_more_often_than_restored(
    facts: list[Facts], gone: bool
) -> None:
    for order in (facts, facts[::-1]):
        known = Facts()
        for each in order:
            known = known.merged(each)
        assert known.gone is gone
