"""Facts merge whatever the order, the grouping and the repetitions."""

from hypothesis import given
from hypothesis import strategies as st

from ingest.webhooks.facts import Facts, RefundFact, Word

TIMES = st.sampled_from([f"2026-03-0{day}T00:00:00.000000+00:00" for day in range(1, 5)])
CONTENTS = st.dictionaries(st.sampled_from("ab"), st.integers(0, 2))
WORDS = st.builds(Word.of, TIMES, st.sampled_from("01"), CONTENTS)
FACTS = st.builds(
    Facts,
    st.none() | WORDS,
    st.none() | TIMES,
    st.dictionaries(st.sampled_from("xyz"), st.builds(RefundFact, WORDS, TIMES)),
)


@given(one=FACTS, other=FACTS, third=FACTS)
def test_merging_is_a_join(one: Facts, other: Facts, third: Facts) -> None:
    assert one.merged(other) == other.merged(one)
    assert one.merged(other).merged(third) == one.merged(other.merged(third))
    assert one.merged(one) == one == one.merged(Facts())


@given(facts=FACTS)
def test_the_database_keeps_all_of_it(facts: Facts) -> None:
    assert Facts.from_json(facts.to_json()) == facts
