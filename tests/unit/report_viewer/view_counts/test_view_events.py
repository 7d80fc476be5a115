"""What a page says when it is seen is the id of a load, heard once."""

from uuid import uuid4

import pytest

from report_viewer.problems.errors import InvalidBodyError
from report_viewer.view_counts.view_events import SeenPageLoads, page_load


def test_a_load_is_an_id() -> None:
    assert page_load(b"0123456789-Abcdef") == b"0123456789-Abcdef"


@pytest.mark.parametrize(
    "body", [b"", b"0123456", b"0123 4567", b"01234567\r\n", b"\xff" * 8, b"a" * 65]
)
def test_what_is_no_load(body: bytes) -> None:
    with pytest.raises(InvalidBodyError):
        page_load(body)


def test_a_load_is_new_once_for_a_link() -> None:
    loads, one, other = SeenPageLoads(), uuid4(), uuid4()
    assert [loads.add(one, b"load"), loads.add(one, b"load")] == [True, False]
    assert loads.add(other, b"load")


def test_the_loads_heard_of_last_are_remembered() -> None:
    loads, link = SeenPageLoads(remembered=3), uuid4()
    for load in (b"a", b"b", b"c"):
        assert loads.add(link, load)
    assert not loads.add(link, b"a"), "heard of again, and so among the last"
    assert loads.add(link, b"d")
    assert not loads.add(link, b"a")
    assert loads.add(link, b"b"), "forgotten"
