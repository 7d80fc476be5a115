"""Problem details: every error that a client is told of says status, type and title."""

import json
from http import HTTPStatus

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.problems import problems

from common.http.problem import problem_json

TEXT = st.text(st.characters(codec=None))  # any code point, lone surrogates too


def test_every_error_that_is_raised_is_a_whole_problem() -> None:
    found = problems()
    assert len(found) > 30
    lacking = [
        kind.__qualname__
        for kind in found
        if not isinstance(getattr(kind, "status", None), HTTPStatus)
        or not getattr(kind, "title", "")
        or not getattr(kind, "type", "").replace("-", "").isalpha()
    ]
    assert lacking == []


def test_only_what_passes_says_when_to_ask_again() -> None:
    passing = {HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.TOO_MANY_REQUESTS}
    odd = [k.__qualname__ for k in problems() if k.retry_after and k.status not in passing]
    assert odd == []


@given(TEXT, TEXT)
def test_whatever_a_client_sent_can_be_repeated(detail: str, title: str) -> None:
    body = problem_json(400, type="invalid-body", title=title, detail=detail)
    assert body.isascii()
    assert json.loads(body) == {
        "type": "urn:analytics:problem:invalid-body",
        "title": title,
        "status": 400,
        "detail": detail,
    }


@pytest.mark.parametrize("status", [404, 405, 500])
def test_a_status_of_http_itself_has_no_type_of_its_own(status: int) -> None:
    content = json.loads(problem_json(status, detail="No."))
    assert content["type"] == "about:blank"
    assert content["title"] == HTTPStatus(status).phrase
