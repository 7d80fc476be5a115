from contextlib import suppress

import pytest

from common.infra import request_ids


@pytest.mark.parametrize("given", ["a", "0af7651916cd43dd8448eb211c80319c", "a.B_9-" * 10])
def test_a_plain_id_is_kept(given: str) -> None:
    assert request_ids.plain_or_new(given) == given


@pytest.mark.parametrize("given", ["", "a b", "é", "a\n", "a" * 65, None, 7, b"a", "/x"])
def test_what_is_no_id_is_replaced_by_one_of_its_own(given: object) -> None:
    first, second = request_ids.plain_or_new(given), request_ids.plain_or_new(given)
    assert first != second
    assert request_ids.plain_or_new(first) == first


def test_an_id_lasts_as_long_as_its_request() -> None:
    assert request_ids.current() == ""
    with request_ids.working_on("outer"):
        with suppress(LookupError), request_ids.working_on("inner"):
            assert request_ids.current() == "inner"
            raise LookupError
        assert request_ids.current() == "outer"
    assert request_ids.current() == ""
