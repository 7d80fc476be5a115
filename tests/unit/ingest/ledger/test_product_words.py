"""What the lines tell of their products: the latest sale's words, however the rows are sorted."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from ingest.ledger.order_runs import ProductWords

START = datetime(2026, 3, 1, tzinfo=UTC)
SALES = st.lists(st.tuples(st.sampled_from(["Mug", "Cup", "Jug"]), st.integers(0, 50)), min_size=1)


def told(sales, most):
    """The last title told of a product, by the time of its sale and then by its place."""
    words = ProductWords(most)
    told = []
    for place, (title, hour) in enumerate(sales):
        at = START + timedelta(hours=hour)
        news, _, _ = words.news("P1", (title, None, None), at)
        if news is not None:
            told.append((at, place, news))
    return max(told)[-1], len(told)


@given(SALES)
def test_the_title_is_that_of_the_latest_sale(sales):
    latest = max(enumerate(sales), key=lambda sale: (sale[1][1], sale[0]))[1][0]
    assert told(sales, 10)[0] == latest
    assert told(sales, 0)[0] == latest


def test_words_that_repeat_are_told_once():
    assert told([("Mug", 1), ("Mug", 2), ("Mug", 0)], 10)[1] == 1
    assert told([("Mug", 1), ("Mug", 2), ("Mug", 0)], 0)[1] == 3
    words = ProductWords()
    assert words.news("P1", ("Mug", None, None), START) == ("Mug", None, None)
    assert words.news("P1", ("Mug", "Cups", None), START) == (None, "Cups", None)
    assert words.news("P1", ("Mug", None, "M-1"), START) == (None, None, "M-1")
