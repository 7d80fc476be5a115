"""A wording is its English wherever a text goes, and keeps what it was made of."""

import copy
import json
import pickle
from http import HTTPStatus

import pytest

from common.http.problem import Problem
from common.http.wording import Wording

LIMIT = Wording("At most %(most)s of %(what)s.", most=1500, what=Wording("links"))


class LimitError(Problem):
    status = HTTPStatus.CONFLICT
    type = "limit"
    title = "Limit"


def test_a_wording_is_its_english() -> None:
    assert LIMIT == "At most 1500 of links."
    assert json.dumps(LIMIT) == '"At most 1500 of links."'
    assert Wording("100 % full") == "100 % full"


def test_an_error_and_its_problem_keep_the_wording_of_their_message() -> None:
    error = LimitError(LIMIT)
    for kept in (str(error), str(LookupError(LIMIT)), error.detail):
        assert isinstance(kept, Wording)
        assert (kept.pattern, kept.values) == (LIMIT.pattern, LIMIT.values)
    assert json.loads(error.json())["detail"] == "At most 1500 of links."


@pytest.mark.parametrize("message", ["Full", "Full.", Wording("Full"), Wording("Full.")])
def test_a_detail_is_a_sentence(message: str) -> None:
    assert LimitError(message).detail == "Full."
    assert isinstance(LimitError(message).detail, Wording) is isinstance(message, Wording)


def test_a_detail_has_its_length_whatever_is_filled_in() -> None:
    told = LimitError(Wording("No %(name)s", name="x" * 600)).detail
    assert told == LimitError("No " + "x" * 600).detail
    assert len(told) == 501


def test_copies_are_wordings_too() -> None:
    for kept in (copy.deepcopy(LIMIT), pickle.loads(pickle.dumps(LIMIT))):  # noqa: S301 - ours
        assert isinstance(kept, Wording)
        assert (kept, kept.pattern, kept.values) == (LIMIT, LIMIT.pattern, LIMIT.values)
