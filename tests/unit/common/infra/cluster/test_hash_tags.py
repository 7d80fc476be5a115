"""A hash tag names keys of a slot of one's choice."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from redis.crc import key_slot

from common.infra.cluster.hash_tags import SLOTS, tag_in


@given(st.sets(st.integers(0, SLOTS - 1), min_size=200))
def test_a_tag_is_of_a_slot_that_is_wanted(wanted: set[int]) -> None:
    tag = tag_in(wanted.__contains__)
    assert key_slot(tag.encode()) in wanted
    assert key_slot(f"before:{tag}:behind".encode()) in wanted


def test_where_no_slot_is_wanted_there_is_none() -> None:
    with pytest.raises(LookupError):
        tag_in(set[int]().__contains__)
