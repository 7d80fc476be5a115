"""A body is read whole, up to its size and in its time."""

import asyncio
from collections.abc import Iterable
from typing import Any

import pytest

from report_viewer.endpoints import request_body
from report_viewer.problems.errors import InvalidBodyError, TooLargeError, TooSlowError

Message = dict[str, Any]


def heard(messages: Iterable[Message]) -> bytes:
    """What is read from a client that sends ``messages`` and then falls silent."""
    waiting = iter(messages)

    async def receive() -> Message:
        for each in waiting:
            return each
        await asyncio.Event().wait()
        raise AssertionError

    return asyncio.run(request_body.read_body(receive, most_bytes=64))


def part(body: bytes, *, more: bool = False) -> Message:
    return {"type": "http.request", "body": body, "more_body": more}


def test_a_body_may_come_in_pieces() -> None:
    assert heard([part(b"0123", more=True), part(b"", more=True), part(b"4567")]) == b"01234567"
    assert heard([part(b"a" * 64)]) == b"a" * 64
    assert heard([{"type": "http.request"}]) == b""


@pytest.mark.parametrize("before", [[], [part(b"01234567", more=True)]])
def test_a_client_that_breaks_off_has_sent_no_body(before: list[Message]) -> None:
    with pytest.raises(InvalidBodyError):
        heard([*before, {"type": "http.disconnect"}])


def test_no_more_is_read_than_a_body_may_have() -> None:
    sent = 0

    def endless() -> Iterable[Message]:
        nonlocal sent
        while True:
            sent += 1
            yield part(b"x" * 40, more=True)

    with pytest.raises(TooLargeError):
        heard(endless())
    assert sent == 2


def test_a_client_that_falls_silent_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(request_body, "BODY_SECONDS", 0.01)
    with pytest.raises(TooSlowError):
        heard([part(b"01234567", more=True)])
