"""What a page says when it is seen is short, in time, and heard once."""

import asyncio
from collections.abc import Iterable
from typing import Any
from uuid import uuid4

import pytest

from report_viewer.problems.errors import InvalidViewError, TooLargeError, TooSlowError
from report_viewer.view_counts import view_events
from report_viewer.view_counts.view_events import SeenPageLoads, read_load

Message = dict[str, Any]


def heard(messages: Iterable[Message]) -> bytes:
    """What is read from a client that sends ``messages`` and then falls silent."""
    waiting = iter(messages)

    async def receive() -> Message:
        for each in waiting:
            return each
        await asyncio.Event().wait()
        raise AssertionError

    return asyncio.run(read_load(receive))


def part(body: bytes, *, more: bool = False) -> Message:
    return {"type": "http.request", "body": body, "more_body": more}


def test_a_load_may_come_in_pieces() -> None:
    assert heard([part(b"0123", more=True), part(b"", more=True), part(b"4567")]) == b"01234567"
    assert heard([part(b"0123456789abcdef")]) == b"0123456789abcdef"


@pytest.mark.parametrize(
    "messages",
    [
        [{"type": "http.request"}],
        [part(b"")],
        [part(b"0123456")],
        [part(b"0123 4567")],
        [part(b"01234567\r\n")],
        [{"type": "http.disconnect"}],
        [part(b"01234567", more=True), {"type": "http.disconnect"}],
    ],
)
def test_what_is_no_load(messages: list[Message]) -> None:
    with pytest.raises(InvalidViewError):
        heard(messages)


def test_no_more_is_read_than_a_load_may_have() -> None:
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
    monkeypatch.setattr(view_events, "BODY_SECONDS", 0.01)
    with pytest.raises(TooSlowError):
        heard([part(b"01234567", more=True)])


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
