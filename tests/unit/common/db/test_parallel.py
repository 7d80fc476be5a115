"""Servers that are asked at once: one that hangs holds up no answer of another."""

from threading import Event

import pytest
from sqlalchemy import Engine, create_engine

from common.db.parallel import ServerSilentError, ask_each
from common.db.shards import Directory


class GoneError(Exception):
    """The server is away."""


def gone() -> int:
    raise GoneError


def test_answers_are_in_the_order_of_the_servers_and_who_is_away_is_named() -> None:
    answers = ask_each({"a": gone, "b": lambda: 2, "c": lambda: 3}, away=(GoneError,))
    assert list(answers.given.items()) == [("b", 2), ("c", 3)]
    assert list(answers.away) == ["a"]
    assert ask_each({"a": gone}, away=(GoneError,)).given == {}


def test_another_error_is_raised() -> None:
    with pytest.raises(GoneError):
        ask_each({"a": gone, "b": lambda: 2}, away=(ZeroDivisionError,))


def test_nobody_waits_for_a_server_that_hangs_when_there_is_enough() -> None:
    ended = Event()
    asks = {"hangs": ended.wait, "answers": lambda: True}
    answers = ask_each(asks, away=(), enough=bool)
    ended.set()
    assert answers.given == {"answers": True}


def test_a_server_that_says_nothing_in_time_is_away() -> None:
    ended = Event()
    answers = ask_each({"hangs": ended.wait}, away=(), within=0.01)
    ended.set()
    assert isinstance(answers.away["hangs"], ServerSilentError)


def test_a_server_that_hung_a_moment_ago_is_not_asked_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("common.db.shards._ASK_SECONDS", 0.01)
    clock = [1000.0]
    monkeypatch.setattr("common.db.parallel.monotonic", lambda: clock[0])
    ended, asked = Event(), []

    def hangs() -> bool:
        asked.append(clock[0])
        return ended.wait()

    engine: Engine = create_engine("postgresql+psycopg://nowhere/")
    directory = Directory({"home": engine})
    for _ in range(3):
        assert list(directory.ask({"home": hangs}).away) == ["home"]
    assert asked == [1000.0]
    clock[0] += 11
    ended.set()
    monkeypatch.setattr("common.db.shards._ASK_SECONDS", 600)
    assert directory.ask({"home": hangs}).given == {"home": True}
    assert directory.ask({"home": hangs}).away == {}
    directory.close()
