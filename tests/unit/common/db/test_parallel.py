"""Servers that are asked at once: one that hangs holds up no answer of another."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from threading import Event

import pytest
from tests.support.wait import until

from common.db.parallel import (
    ASKED_AT_ONCE,
    LATE_SECONDS,
    LEFT_OUT_SECONDS,
    Answers,
    Asker,
    ServerSilentError,
)

WITHIN = 600
"""So long nobody waits here: what is left out by then is by the clock of the test."""


class GoneError(Exception):
    """The server is away."""


class BusyError(GoneError):
    """The pool is full."""


def gone() -> int:
    raise GoneError


def ask_each(asks: dict[str, Callable[[], int]], away: type[Exception]) -> Answers[int]:
    return Asker().ask(asks, away=(away,), enough=lambda _: False, within=WITHIN)


def test_answers_are_in_the_order_of_the_servers_and_who_is_away_is_named() -> None:
    answers = ask_each({"a": gone, "b": lambda: 2, "c": lambda: 3}, GoneError)
    assert list(answers.given.items()) == [("b", 2), ("c", 3)]
    assert list(answers.away) == ["a"]
    assert ask_each({"a": gone}, GoneError).given == {}


def test_another_error_is_raised() -> None:
    with pytest.raises(GoneError):
        ask_each({"a": gone, "b": lambda: 2}, ZeroDivisionError)


@dataclass
class Hanging:
    """A server that hangs until it is let go, and how often it was asked."""

    clock: list[float] = field(default_factory=lambda: [1000.0])
    let_go: Event = field(default_factory=Event)
    asked: int = 0
    ended: int = 0
    fails: type[Exception] | None = None
    asker: Asker = field(init=False)

    def __post_init__(self) -> None:
        self.asker = Asker(lambda error: not isinstance(error, BusyError) or None, self.now)

    def now(self) -> float:
        return self.clock[0]

    def say(self) -> bool:
        self.asked += 1
        self.let_go.wait()
        self.ended += 1
        if self.fails is not None:
            raise self.fails
        return True

    def ask(
        self, *, beside: Callable[[], bool] | None = None, within: float = WITHIN
    ) -> Answers[bool]:
        asks = {"hangs": self.say} if beside is None else {"hangs": self.say, "answers": beside}
        return self.asker.ask(asks, away=(GoneError,), enough=bool, within=within)

    def ask_and_go_on(self) -> None:
        """As who has enough before it answers."""
        assert self.ask(beside=lambda: True).given == {"answers": True}


@pytest.fixture
def hanging() -> Iterator[Hanging]:
    server = Hanging()
    yield server
    server.let_go.set()
    server.asker.close()


def test_nobody_waits_for_a_server_that_hangs_when_there_is_enough(hanging: Hanging) -> None:
    hanging.ask_and_go_on()
    assert hanging.ended == 0


def test_a_server_that_says_nothing_in_time_is_away_and_left_out(hanging: Hanging) -> None:
    for _ in range(3):
        away = hanging.ask(within=0.01).away
        assert isinstance(away["hangs"], ServerSilentError)
    assert hanging.asked == 1
    hanging.let_go.set()
    hanging.asker.close()
    assert hanging.ask().given == {"hangs": True}, "whoever was asked before has told"


def test_a_server_that_hangs_is_left_out_though_nobody_waited_for_it(hanging: Hanging) -> None:
    hanging.ask_and_go_on()
    until(lambda: hanging.asked == 1)
    hanging.clock[0] += WITHIN
    for _ in range(3):
        hanging.ask_and_go_on()
    assert hanging.asked == 1
    assert list(hanging.ask().away) == ["hangs"]


def test_asks_of_a_server_that_hangs_do_not_pile_up(hanging: Hanging) -> None:
    for _ in range(ASKED_AT_ONCE + 3):
        hanging.ask_and_go_on()
    until(lambda: hanging.asked == ASKED_AT_ONCE)
    assert list(hanging.ask().away) == ["hangs"]


def test_a_server_that_came_back_is_asked_though_nobody_waits_for_it(hanging: Hanging) -> None:
    hanging.ask(within=0.01)
    hanging.clock[0] += LEFT_OUT_SECONDS
    hanging.ask_and_go_on()
    until(lambda: hanging.asked == 2)
    assert list(hanging.ask().away) == ["hangs"], "one asks it, the others go on without it"
    hanging.let_go.set()
    hanging.asker.close()
    assert hanging.ask().given == {"hangs": True}


@pytest.mark.parametrize("after", [LATE_SECONDS, WITHIN - 1])
@pytest.mark.parametrize(("fails", "left_out"), [(GoneError, True), (BusyError, False)])
def test_a_late_error_is_of_a_server_that_hung_or_of_one_that_is_busy(
    hanging: Hanging, fails: type[Exception], after: int, *, left_out: bool
) -> None:
    hanging.fails = fails
    hanging.ask_and_go_on()
    until(lambda: hanging.asked == 1)
    hanging.clock[0] += after
    hanging.let_go.set()
    hanging.asker.close()
    hanging.fails = None
    assert list(hanging.ask().away) == (["hangs"] if left_out else [])


def test_what_ends_late_says_nothing_of_a_server_that_has_answered_since(hanging: Hanging) -> None:
    hanging.fails = GoneError
    hanging.ask_and_go_on()
    until(lambda: hanging.asked == 1)
    hanging.clock[0] += 1
    asks = {"hangs": lambda: True}
    for _ in range(2):
        answers = hanging.asker.ask(asks, away=(GoneError,), enough=bool, within=WITHIN)
        assert answers.given == {"hangs": True}
        hanging.clock[0] += WITHIN
    hanging.let_go.set()
    hanging.asker.close()
    answers = hanging.asker.ask(asks, away=(GoneError,), enough=bool, within=WITHIN)
    assert answers.given == {"hangs": True}


def test_an_answer_at_the_last_moment_is_not_lost() -> None:
    for _ in range(50):
        asks = dict.fromkeys("abc", lambda: False)
        answers = Asker().ask(asks, away=(), enough=bool, within=0.0002)
        assert answers.given.keys() | answers.away.keys() == asks.keys()
