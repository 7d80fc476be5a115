"""A redaction has one spelling, and one that is not known is refused: it would hide too little."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.reports.redaction import NOTHING, Redaction

_REDACTIONS = st.builds(
    Redaction,
    sections=st.lists(st.sampled_from(["daily", "waterfall", "top-2"]), unique=True).map(tuple),
    csv=st.booleans(),
    money=st.booleans(),
)


@given(redaction=_REDACTIONS)
def test_what_is_named_reads_back(redaction: Redaction) -> None:
    assert Redaction.parse(redaction.name) == redaction
    assert Redaction.of_words(redaction.words) == redaction
    assert bool(redaction) == bool(redaction.name) == (redaction != NOTHING)


@pytest.mark.parametrize("name", ["orders", "csv+orders", "section.", "csv+", "section.a:b", "CSV"])
def test_what_this_version_does_not_know_is_no_redaction(name: str) -> None:
    with pytest.raises(ValueError, match="not known"):
        Redaction.parse(name)
